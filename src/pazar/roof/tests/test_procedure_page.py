"""The page that gathers the panels: reachable by whom it should be, one tab at a time, in both languages."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pazar.ground.identity.models import Person
from pazar.ground.identity.scope import acting
from pazar.market.awards import queries as comparisons
from pazar.market.awards.commands import award
from pazar.market.bids.commands import close, drafts, opening
from pazar.market.bids.tests.bidding import make_bidder, make_submitted, pass_deadline
from pazar.market.matching.commands import match
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure
from pazar.market.procedures import queries
from pazar.market.procedures.commands import cancel, change
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_draft, make_procedure
from pazar.roof.pages.procedure import PASSING

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


STAGES = ("draft", "published", "closed", "opened", "awarded", "failed", "cancelled")


def at_stage(stage: str):
    """A procedure with one bid, at a stage, and those who look at it: its buyer, the bidder, a stranger, nobody."""
    buyer, bidder, stranger = make_buyer(), make_bidder(), make_bidder()
    if stage == "draft":
        return make_draft(buyer), [buyer]
    procedure = make_procedure(buyer)
    if stage != "failed":
        make_submitted(procedure, bidder)
    if stage == "cancelled":
        cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна нуждата.")
    elif stage != "published":
        pass_deadline(procedure)
        close.close_box(procedure.pk)
    if stage in ("opened", "awarded", "failed"):
        opening.open_box(actor=buyer, procedure_id=procedure.pk)
    if stage in ("awarded", "failed"):
        procedure.refresh_from_db()
        with acting(buyer):
            seen = award.fingerprint(comparisons.comparison(procedure))
        award.award_procedure(actor=buyer, procedure_id=procedure.pk, seen=seen)
    procedure.refresh_from_db()
    assert procedure.state == stage
    return procedure, [buyer, bidder, stranger, None]


@pytest.mark.parametrize("stage", STAGES)
def test_an_address_of_a_tab_leads_somewhere_at_every_stage(stage: str):
    procedure, people = at_stage(stage)
    path = f"/market/procedures/{procedure.pk}/"
    for actor in people:
        client = Client()
        if actor:
            client.force_login(Person.objects.get(pk=actor.person_id))
        here = [tab.key for tab in client.get(path).context["tabs"]]
        for key in sorted({*here, *PASSING, "lots", "terms"}):
            answer = client.get(path, {"tab": key}, follow=True)
            assert answer.status_code == 200, key
            assert len(answer.redirect_chain) <= 1
            assert (answer.context["current"].key == key) == (key in here)


def test_a_kept_address_of_the_comparison_stays_the_buyers_and_leads_others_to_the_award():
    procedure, (buyer, *_others) = at_stage("awarded")
    path = f"/market/procedures/{procedure.pk}/?tab=comparison"
    client = Client()
    client.force_login(Person.objects.get(pk=buyer.person_id))
    assert client.get(path, follow=True).context["current"].key == "comparison"
    assert Client().get(path, follow=True).context["current"].key == "award"


def test_a_supplier_it_fits_reads_why_beside_it_and_nobody_else_does(client: Client):
    buyer, supplier, stranger = make_buyer(), make_bidder(), make_bidder()
    make_interest(supplier, name="What we pull")
    procedure = make_procedure(buyer)
    match.match_procedure(procedure_id=procedure.pk)
    path = f"/market/procedures/{procedure.pk}/"
    pages = {}
    for actor in (buyer, supplier, stranger):
        member = Client(headers={"accept-language": "en"})
        member.force_login(Person.objects.get(pk=actor.person_id))
        pages[actor] = member.get(path).content.decode()
    assert "Why it fits you" in pages[supplier]
    assert "What we pull" in pages[supplier]
    for page in (pages[buyer], pages[stranger], client.get(path).content.decode()):
        assert "Why it fits you" not in page


@pytest.mark.django_db(transaction=True)
def test_a_supplier_whom_it_fits_and_who_drafts_costs_at_most_twelve_statements():
    supplier = make_bidder()
    make_interest(supplier)
    procedure = make_procedure(make_buyer(), lots=(LOT, replace(LOT, title="Муфи")))
    match.match_procedure(procedure_id=procedure.pk)
    drafts.open_draft(actor=supplier, procedure_id=procedure.pk)
    client = Client()
    client.force_login(Person.objects.get(pk=supplier.person_id))
    path = f"/market/procedures/{procedure.pk}/"
    client.get(path)  # labels are known from now on
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    statements = [query["sql"] for query in asked if query["sql"] not in ("BEGIN", "COMMIT")]
    assert len(statements) <= 12, "\n".join(statements)


def test_a_changed_procedure_says_so_over_its_lots_and_leads_to_what_changed(client: Client):
    procedure = make_procedure(buyer := make_buyer())
    path = f"/market/procedures/{procedure.pk}/"
    english = {"accept-language": "en"}
    assert "See what changed" not in client.get(path, headers=english).content.decode()
    facts = replace(queries.facts(procedure), title="Кабели и муфи")
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Пропуск.")
    page = client.get(path, headers=english).content.decode()
    assert "version 2 is in force" in page
    assert f'href="{path}?tab=versions">See what changed' in page


def test_it_speaks_bulgarian(client: Client):
    page = client.get(f"/market/procedures/{make_procedure().pk}/", headers={"Accept-Language": "bg"})
    assert 'lang="bg"' in page.content.decode()
    assert "Въпроси" in page.content.decode()


@pytest.mark.parametrize(("currency", "shown"), [("GBP", "GBP"), ("PLN", "PLN"), ("", "currency not stated")])
def test_a_value_is_shown_in_the_currency_its_source_named(client: Client, currency: str, shown: str):
    procedure = store_procedure(LotFacts(is_outside=True), value_amount=Decimal(180_000), currency=currency)
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
