"""Logging in and out, acting for another company, one's own settings: from outside."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from tests.factories import make_company, make_person

from pazar.ground import clock
from pazar.ground.identity.models import LoginTries, Membership, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal.models import Entry

pytestmark = pytest.mark.django_db

PASSWORD = "Дълга парола 2026"


@pytest.fixture
def maria() -> Person:
    person = make_person(make_company("Кабел АД"), Role.OWNER, email="Maria@example.org", name="Мария")
    person.set_password(PASSWORD)
    person.save()
    return person


def log_in(client: Client, email: str = "maria@example.org", password: str = PASSWORD, **more: Any) -> Any:
    address = more.pop("REMOTE_ADDR", "192.0.2.7")
    return client.post("/login/", {"email": email, "password": password, **more}, REMOTE_ADDR=address)


def is_known(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_one_logs_in_and_comes_back_where_he_wanted(client: Client, maria: Person) -> None:
    asked = client.get("/settings/")
    assert (asked.status_code, asked["Location"]) == (302, "/login/?next=/settings/")
    page = client.get(asked["Location"])
    assert 'name="next" value="/settings/"' in page.text
    response = log_in(client, next="/settings/")
    assert (response.status_code, response["Location"]) == (302, "/settings/")
    assert client.get("/settings/").status_code == 200
    assert client.get("/login/?next=/kit/")["Location"] == "/kit/"


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_next_never_leads_away(client: Client, maria: Person, evil: str) -> None:
    assert log_in(client, next=evil)["Location"] == "/"


def test_the_session_is_a_new_one_after_the_log_in(client: Client, maria: Person) -> None:
    client.get("/login/")
    session = client.session
    session["left"] = "by somebody before"
    session.save()
    before = session.session_key
    log_in(client)
    assert is_known(client)
    assert client.session.session_key != before


def test_wrong_password_and_nobody_are_answered_alike(client: Client, maria: Person) -> None:
    Person.objects.create(email="gone@example.org", name="Gone", is_active=False)
    answers = {
        log_in(client, email, "not the password").text.replace(email, "")
        for email in ("maria@example.org", "nobody@example.org", "gone@example.org")
    }
    assert len({page.split("<main")[1].split("csrfmiddlewaretoken")[0] for page in answers}) == 1
    assert "don&#x27;t belong together" in next(iter(answers))
    assert not is_known(client)


def test_guessing_is_stopped_without_locking_the_person_out(client: Client, maria: Person) -> None:
    for _try in range(8):
        assert log_in(client, password="guess").status_code == 422
    assert log_in(client, password="guess").status_code == 429
    assert log_in(client).status_code == 429, "not even with the right one"
    assert log_in(client, "nobody@example.org", "guess").status_code == 422, "another door"
    assert log_in(Client(), REMOTE_ADDR="198.51.100.4").status_code == 302, "she herself, elsewhere"
    LoginTries.objects.update(since=clock.db_now() - timedelta(minutes=16))
    assert log_in(client).status_code == 302


def test_nobody_is_no_better_guarded_than_somebody(client: Client, maria: Person) -> None:
    for email in ("maria@example.org", "nobody@example.org"):
        assert [log_in(client, email, "guess").status_code for _try in range(9)] == [422] * 8 + [429]


def test_a_list_of_addresses_is_stopped(client: Client) -> None:
    statuses = [
        log_in(client, f"p{n}@example.org", "guess", REMOTE_ADDR=f"2001:db8::{n:x}").status_code for n in range(61)
    ]
    assert statuses == [422] * 60 + [429]
    assert log_in(client, "p1@example.org", "guess", REMOTE_ADDR="2001:db8:1::1").status_code == 422


def test_a_right_password_forgets_the_wrong_ones(client: Client, maria: Person) -> None:
    for _try in range(7):
        log_in(client, password="guess")
    assert log_in(client).status_code == 302
    client.logout()
    assert log_in(client, password="guess").status_code == 422


def test_logging_out_takes_a_post(client: Client, maria: Person) -> None:
    client.force_login(maria)
    assert client.get("/logout/").status_code == 405
    assert is_known(client)
    assert client.post("/logout/")["Location"] == "/"
    assert not is_known(client)


def test_forms_need_their_mark(maria: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(maria)
    for path in ("/login/", "/logout/", "/act-for/", "/settings/", "/settings/password/"):
        assert client.post(path, {}).status_code == 403, path


def test_one_acts_for_another_company_of_his_only(client: Client, maria: Person) -> None:
    second, foreign = make_company("Ямбол ООД"), make_company("Чужда АД")
    Membership.objects.create(person=maria, company=second, roles=["reader"])
    client.force_login(maria)
    response = client.post("/act-for/", {"company": str(second.pk), "next": "/kit/"})
    assert response["Location"] == "/kit/"
    assert client.session["company_id"] == str(second.pk)
    for wrong in (str(foreign.pk), "", "nonsense"):
        assert client.post("/act-for/", {"company": wrong}).status_code == 404
    assert client.session["company_id"] == str(second.pk)


def test_settings_are_kept_and_outdo_what_the_browser_had_chosen(client: Client, maria: Person) -> None:
    client.force_login(maria)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.cookies[settings.THEME_COOKIE_NAME] = "light"
    said = {"name": " Мария С. ", "language": "bg", "zone": "Europe/Athens", "theme": "dark"}
    response = client.post("/settings/", said)
    for name in (settings.LANGUAGE_COOKIE_NAME, settings.THEME_COOKIE_NAME):
        assert response.cookies[name]["max-age"] == 0
        del client.cookies[name]  # what a browser does then
    page = client.get(response["Location"])
    maria.refresh_from_db()
    assert (maria.name, maria.language, maria.zone, maria.theme) == ("Мария С.", "bg", "Europe/Athens", "dark")
    assert '<html lang="bg"' in page.text
    assert 'data-bs-theme="dark"' in page.text
    assert Entry.objects.count() == 1
    client.post("/settings/", said)
    assert Entry.objects.count() == 1, "nothing changed, nothing recorded"


@pytest.mark.parametrize("wrong", [{"name": " "}, {"language": "xx"}, {"zone": "Moon/Base"}, {"theme": "pink"}])
def test_settings_that_do_not_fit_are_refused_at_their_field(
    client: Client, maria: Person, wrong: dict[str, str]
) -> None:
    client.force_login(maria)
    said = {"name": "Мария", "language": "bg", "zone": "Europe/Athens", "theme": "dark", **wrong}
    response = client.post("/settings/", said)
    assert response.status_code == 422
    assert f'id="id_{next(iter(wrong))}_error"' in response.text
    maria.refresh_from_db()
    assert maria.theme == "system"


def test_a_password_is_changed_by_who_knows_the_old(client: Client, maria: Person) -> None:
    elsewhere = Client()
    log_in(client)
    log_in(elsewhere, REMOTE_ADDR="198.51.100.4")
    said = {"old": PASSWORD, "new": "Още по-дълга 2027", "again": "Още по-дълга 2027"}
    assert client.post("/settings/password/", said)["Location"] == "/settings/"
    assert client.get("/settings/").status_code == 200, "this browser stays"
    assert elsewhere.get("/settings/").status_code == 302, "the others go"
    client.logout()
    assert log_in(client).status_code == 422
    assert log_in(client, password="Още по-дълга 2027").status_code == 302


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"old": "not it", "new": "Още по-дълга 2027", "again": "Още по-дълга 2027"}, "old"),
        ({"old": PASSWORD, "new": "къса", "again": "къса"}, "new"),
        ({"old": PASSWORD, "new": "password123", "again": "password123"}, "new"),
        ({"old": PASSWORD, "new": "Още по-дълга 2027", "again": "Още по-дълга 2028"}, "again"),
    ],
)
def test_a_password_that_does_not_do_is_refused(
    client: Client, maria: Person, said: dict[str, str], field: str
) -> None:
    client.force_login(maria)
    response = client.post("/settings/password/", said)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in response.text
    assert said["new"] not in response.text
    maria.refresh_from_db()
    assert maria.check_password(PASSWORD)


def test_what_somebody_logged_in_was_shown_is_kept_nowhere(client: Client, maria: Person) -> None:
    """Neither by the browser, for who comes after him and goes "back", nor by anything on the way."""
    assert "Cache-Control" not in client.get("/").headers
    log_in(client)
    assert client.get("/")["Cache-Control"] == "private, no-store"
    assert client.get("/nowhere/")["Cache-Control"] == "private, no-store"


def test_the_table_of_sessions_lets_nobody_in(client: Client, maria: Person) -> None:
    """Neither the key is in it nor anything that works as one; a log-out ends the session there."""
    log_in(client)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    (row,) = Session.objects.all()
    assert key not in row.session_key + row.session_data
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert thief.get("/settings/").status_code == 302
    assert client.get("/settings/").status_code == 200
    client.post("/logout/")
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert client.get("/settings/").status_code == 302
    assert not Session.objects.exists()
