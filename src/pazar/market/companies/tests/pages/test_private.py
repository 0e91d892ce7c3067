"""A private person comes in by e-mail and telephone (A1)."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import make_person

from pazar.ground.identity.models import Person
from pazar.ground.messages.models import Mail
from pazar.market.companies.commands import applying, gate, private
from pazar.market.companies.models import Application
from pazar.market.companies.tests.factories import link

pytestmark = pytest.mark.django_db
ANA = {"person_name": "Ана Ковачева", "email": "ana@example.org", "country": "BG", "telephone": "088 812 3456"}


@pytest.fixture(autouse=True)
def _old_stamps(monkeypatch):
    """Forms are sent at once here, as a program does."""
    monkeypatch.setattr(gate, "QUICKEST_SECONDS", -1)


def send(client: Client, **changed: str):
    return client.post("/join/person/", {**ANA, "stamp": gate.new_stamp(), **changed})


def test_by_mail_and_telephone_to_a_log_in(client):
    assert client.get("/join/person/").status_code == 200
    assert send(client).status_code == 200
    row = Application.objects.get()
    assert (row.telephone, row.number, row.state) == ("+359888123456", "", "unconfirmed")
    assert not Person.objects.filter(email="ana@example.org").exists()
    path = link("ana@example.org")
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 302
    person = Person.objects.get(email="ana@example.org")
    assert person.name == "Ана Ковачева" and not person.memberships.exists()
    first = link("ana@example.org")
    assert first.startswith("/password/")
    client.post(path)
    assert Person.objects.filter(email="ana@example.org").count() == 1
    assert client.get(first).status_code == 200


def test_a_log_in_that_is_there_stays_and_only_the_mail_tells(client):
    make_person(email="ana@example.org", name="Друга")
    assert send(client).status_code == 200
    mail = Mail.objects.order_by("-made_at").first()
    assert "log-in with this address already" in mail.text
    client.post(link("ana@example.org"))
    assert Person.objects.get(email="ana@example.org").name == "Друга"


def test_a_closed_log_in_is_not_opened_by_a_form(client):
    make_person(email="ana@example.org", is_active=False)
    send(client)
    client.post(link("ana@example.org"))
    assert not Person.objects.get(email="ana@example.org").is_active


def test_what_is_never_confirmed_leaves_nothing(client):
    send(client)
    Application.objects.update(made_at=Application.objects.get().made_at - timedelta(hours=73))
    assert client.post(link("ana@example.org")).status_code == 410
    assert applying.forget_unconfirmed() == 1
    assert not Application.objects.exists()
    assert not Mail.objects.filter(to="ana@example.org").exists()


@pytest.mark.parametrize("field", ["person_name", "email", "telephone"])
def test_what_is_missing_is_said_at_its_field(client, field):
    answer = send(client, **{field: " "})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Application.objects.exists()


def test_a_company_case_isnt_confirmed_this_way(client):
    send(client)
    token = link("ana@example.org").split("/")[-2]
    with pytest.raises(applying.LinkDead):
        applying.confirm(token=token)
    assert private.confirm(token=token).state == "admitted"
