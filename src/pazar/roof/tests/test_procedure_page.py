"""The page that gathers the panels: reachable by whom it should be, one tab at a time, in both languages."""

from decimal import Decimal

import pytest
from django.test import Client

from pazar.market.procedures.tests.factories import make_draft, make_procedure

pytestmark = pytest.mark.django_db


def test_a_published_procedure_is_public(client: Client):
    procedure = make_procedure()
    answer = client.get(f"/market/procedures/{procedure.pk}/")
    assert answer.status_code == 200
    assert procedure.title in answer.content.decode()


def test_a_draft_is_not_found_by_others(client: Client):
    assert client.get(f"/market/procedures/{make_draft().pk}/").status_code == 404


def test_every_tab_opens_and_an_unknown_one_is_not_found(client: Client):
    path = f"/market/procedures/{make_procedure().pk}/"
    tabs = client.get(path).context["tabs"]
    assert len(tabs) > 2
    for tab in tabs:
        assert client.get(path, {"tab": tab.key}).context["current"].key == tab.key
    assert client.get(path, {"tab": "nothing"}).status_code == 404


def test_it_speaks_bulgarian(client: Client):
    page = client.get(f"/market/procedures/{make_procedure().pk}/", headers={"Accept-Language": "bg"})
    assert 'lang="bg"' in page.content.decode()
    assert "Въпроси" in page.content.decode()


@pytest.mark.parametrize(("currency", "shown"), [("GBP", "GBP"), ("PLN", "PLN"), ("", "currency not stated")])
def test_a_value_is_shown_in_the_currency_its_source_named(client: Client, currency: str, shown: str):
    procedure = make_procedure(value_amount=Decimal(180_000))
    type(procedure).objects.filter(pk=procedure.pk).update(currency=currency)
    procedure.lots.update(currency=currency)
    page = client.get(f"/market/procedures/{procedure.pk}/").content.decode()
    assert shown in page
    assert "EUR" not in page


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ocds/PZ%00.json", 400), ("/market/procedures/?cpv=%00", 400), ("/market/procedures/?q=a%00b", 400)],
)
def test_an_address_with_a_zero_character_is_refused_in_words(client: Client, path: str, status: int):
    assert client.get(path).status_code == status
