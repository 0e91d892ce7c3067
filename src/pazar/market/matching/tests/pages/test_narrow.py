import pytest
from django.urls import reverse
from tests.factories import make_actor, make_company

from pazar.ground.identity.rules.roles import Role
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure
from pazar.market.matching.tests.pages.test_matches import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


@pytest.fixture
def procedure(supplier):
    make_interest(supplier, name="Cables and more", cpv=["31000000"])
    found = store_procedure(
        LotFacts(buyer_id=make_company(name="Изток").pk, cpv=("31321000",)), title="Кабели и канали"
    )
    match.match_procedure(procedure_id=found.pk)
    return found


def test_a_reason_shows_its_proposal_and_one_click_takes_it(supplier, procedure):
    client = client_of(supplier)
    address = reverse("matching:because", args=[procedure.pk])
    assert "We don&#x27;t sell this" in client.get(address).content.decode()
    shown = client.get(address, {"because": "category"}).content.decode()
    assert "Cables and more" in shown
    assert "31300000" not in shown
    assert "31500000" in shown
    answer = client.post(
        address, {"because": "category", "interest": str(Interest.objects.get().pk), "version": "1", "word": ""}
    )
    assert (answer.status_code, answer["Location"]) == (302, reverse("matching:matches"))
    assert "31300000" not in Interest.objects.get().cpv
    assert Match.objects.get().dismissed_at is not None


def test_a_word_is_chosen_from_the_title(supplier, procedure):
    client = client_of(supplier)
    address = reverse("matching:because", args=[procedure.pk])
    assert ">канали<" in client.get(address, {"because": "word"}).content.decode()
    assert "Which word" not in client.get(address, {"because": "category"}).content.decode()


def test_a_proposal_that_is_out_of_date_is_shown_anew(supplier, procedure):
    answer = client_of(supplier).post(
        reverse("matching:because", args=[procedure.pk]),
        {"because": "buyer", "interest": "nonsense", "version": "x"},
    )
    assert answer.status_code == 404
    answer = client_of(supplier).post(
        reverse("matching:because", args=[procedure.pk]),
        {"because": "buyer", "interest": str(Interest.objects.get().pk), "version": "9"},
    )
    assert answer.status_code == 200
    assert "The interest stays as it is." in answer.content.decode()
