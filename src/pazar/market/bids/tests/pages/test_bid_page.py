"""A bid's page by who looks and when: prices for those who bid, what was sealed after the opening, marks at fields."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import actor_of, make_company, make_person

from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.roles import BIDDING, Role
from pazar.market.bids.commands import drafts as commands
from pazar.market.bids.commands import opening, submit, withdraw
from pazar.market.bids.pages import forms
from pazar.market.bids.rules import contents, drafts
from pazar.market.bids.tests.bidding import make_bid, make_submitted, make_typed, pass_deadline, seal_bid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel, change
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

PRICE, OTHER = "7.31", "9.87"
LINE, OTHER_LINE = "3\u00a0655.00", "4\u00a0935.00"  # 500 of them

prices = st.decimals(min_value=0, max_value=10**9, places=4)


def of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def see(actor, bid_id, part: str = "") -> str:
    answer = of(actor).get(f"/market/bids/{bid_id}/{part}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


@pytest.fixture
def firm(db):
    return make_company("Кабел Балкани АД")


def one_of(firm, *roles: Role, **facts):
    return actor_of(make_person(firm, *roles, **facts), firm)


# --- who sees prices ------------------------------------------------------------------------
@pytest.mark.parametrize("role", list(Role))
def test_prices_are_shown_to_those_who_bid_and_how_far_it_is_to_every_colleague(firm, role):
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    colleague = one_of(firm, role)
    shown = see(colleague, bid.pk) + see(colleague, bid.pk, "rail/")
    assert "Lot 1 has its prices" in shown
    assert (PRICE in shown) == (LINE in shown) == (role in BIDDING)
    assert ("Кабел по БДС, на барабани." in shown) == (role in BIDDING)
    submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))
    shown = see(colleague, bid.pk) + see(colleague, bid.pk, "receipt/")
    assert "A sealed bid of yours is in the box" in shown
    assert (PRICE in shown) == (role in BIDDING)
    if role not in BIDDING:
        assert of(colleague).get(f"/market/bids/{bid.pk}/preview/").status_code == 302
        assert of(colleague).get(f"/market/bids/{bid.pk}/to-seal/").status_code == 403


# --- what was sealed, and what is a draft ---------------------------------------------------
def test_after_the_end_the_page_says_whether_the_draft_is_what_was_sealed(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    assert "The draft hasn't been changed since." in see(bidder, receipt.bid_id)
    # The same once more, as a browser saves it when a field is left, is no change.
    commands.save_draft(actor=bidder, bid_id=receipt.bid_id, draft=make_typed(procedure, price=PRICE))
    assert "The draft hasn't been changed since." in see(bidder, receipt.bid_id)
    commands.save_draft(actor=bidder, bid_id=receipt.bid_id, draft=make_typed(procedure, price=OTHER))
    shown = see(bidder, receipt.bid_id)
    assert "after that: it isn't what you sealed" in shown
    assert "it replaces the sealed bid only when you seal and submit again" in shown

    pass_deadline(procedure)
    shown = see(bidder, receipt.bid_id)
    assert "Nobody can read it before the opening" in shown
    assert "after that: it isn't what you sealed" in shown

    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    shown = see(bidder, receipt.bid_id)
    assert "What was sealed" in shown
    assert PRICE in shown and LINE in shown
    assert OTHER not in shown and OTHER_LINE not in shown


def test_after_the_end_a_draft_and_a_withdrawn_bid_are_said_not_to_count(firm):
    procedure = make_procedure()
    drafted = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER))
    gone, receipt = make_submitted(procedure)
    withdraw.withdraw_bid(actor=gone, bid_id=receipt.bid_id)
    pass_deadline(procedure)
    assert "Your bid wasn't submitted" in see(drafted[0], drafted[1].pk).replace("&#x27;", "'")
    assert "Your bid was withdrawn" in see(gone, receipt.bid_id)


def test_the_preview_says_that_a_bid_is_in_the_box_already(firm):
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER))
    assert "is in the box" not in see(bidder, bid.pk, "preview/")
    submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk))
    shown = see(bidder, bid.pk, "preview/")
    assert "A sealed bid of yours is in the box" in shown
    assert "Submission 1, taken in on" in shown and "This draft was last changed on" in shown


# --- what can't be read is marked where it was typed ----------------------------------------
def post(actor, bid_id, procedure, *, price: str = "", delivery: str = "", valid: str = ""):
    (lot,) = procedures.lots(procedure.pk)
    form = {f"price-{lot.items.get().pk}": price, f"delivery-{lot.pk}": delivery, "valid_days": valid}
    return of(actor).post(f"/market/bids/{bid_id}/", form, headers={"X-Requested-With": "autosave"}).json()


@pytest.mark.parametrize("typed", ["-1", "x", "1.5", "4000"])
def test_days_that_cant_be_read_are_marked_at_their_field(firm, typed):
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER))
    assert "note" in post(bidder, bid.pk, procedure, price="1", delivery=typed, valid="60")
    shown = see(bidder, bid.pk)
    assert shown.count('aria-invalid="true"') == 1
    assert "Write the days as a whole number from 0 to 3650." in shown
    assert "Write the days as a whole number from 0 to 3650." in see(bidder, bid.pk, "rail/")
    assert "note" in post(bidder, bid.pk, procedure, price="1", delivery="5", valid=typed)
    shown = see(bidder, bid.pk)
    assert shown.count('aria-invalid="true"') == 1
    assert "Write the days as a whole number from 1 to 3650." in shown
    assert "note" not in post(bidder, bid.pk, procedure, price="1", delivery="5", valid="60")
    assert "aria-invalid" not in see(bidder, bid.pk)


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "“1,234” can be a thousand or a fraction. Write 1234 or 1.2340."),
        ("bg", "Напишете 1234 или 1,2340."),
    ],
)
def test_a_price_that_can_mean_two_is_asked_about_and_its_answer_read(firm, language, asked):
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER, language=language))
    for typed in ("1,234", "1.234"):
        post(bidder, bid.pk, procedure, price=typed, delivery="5", valid="60")
        shown = see(bidder, bid.pk)
        assert shown.count('aria-invalid="true"') == 1
        assert asked.replace("“1,234”", f"“{typed}”") in shown
    post(bidder, bid.pk, procedure, price="1,2340", delivery="5", valid="60")
    shown = see(bidder, bid.pk)
    written = {"en": "1.2340", "bg": "1,2340"}[language]
    assert f'value="{written}"' in shown
    assert f"{written}\u00a0" in shown, "the reading beside it has four decimals, too"
    assert "aria-invalid" not in shown


@given(prices, st.sampled_from(["en", "bg"]))
def test_a_price_comes_back_from_its_field_and_is_read_the_same_in_the_other_language(price, locale):
    with translation.override(locale):
        shown = forms._written(contents.plain(price))
    for language in ("en", "bg"):
        assert drafts.price_of(shown, currency="EUR", locale=language) == price
    assert Decimal(contents.plain(price)) == price


# --- how it ended ---------------------------------------------------------------------------
def mine(actor) -> str:
    return of(actor).get("/market/bids/").content.decode()


def test_a_procedure_given_up_is_nowhere_said_to_be_alive(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    assert "In the box" in mine(bidder) and "<pz-countdown" in mine(bidder)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="The money went elsewhere.")
    for shown in (mine(bidder), see(bidder, receipt.bid_id)):
        assert "The buyer gave the procedure up" in shown
        assert "<pz-countdown" not in shown and "In the box" not in shown
    shown = see(bidder, receipt.bid_id)
    assert "Your sealed bid stays shut for ever" in shown
    assert "is in the box" not in shown and "before the opening; then" not in shown
    assert "<pz-countdown" not in of(buyer).get("/market/procedures/mine/").content.decode()


def change_quantity(procedure, buyer, reason: str) -> None:
    facts = procedures.facts(procedure)
    (lot,) = facts.lots
    item = replace(lot.items[0], quantity=lot.items[0].quantity + 200)
    facts = replace(facts, lots=(replace(lot, items=(item, *lot.items[1:])),))
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason=reason)


def test_a_bid_for_an_earlier_version_is_said_to_be_outside_the_ranking(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, receipt = make_submitted(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    change_quantity(procedure, buyer, "The hall is longer.")
    pass_deadline(procedure)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    record = of(buyer).get(f"/market/procedures/{procedure.pk}/opening/").content.decode()
    for shown in (record, see(bidder, receipt.bid_id)):
        assert "for version 1, outside the ranking" in shown
        assert "be read</" not in shown


def test_my_bids_tells_that_a_sealed_bid_is_for_an_earlier_version(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, _receipt = make_submitted(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    assert '<span class="pz-st open"><span>In the box</span>' in mine(bidder)
    change_quantity(procedure, buyer, "The hall is longer.")
    assert "In the box for an earlier version: seal it again" in mine(bidder)
    assert "<span>In the box</span>" not in mine(bidder)


def test_a_bid_that_waits_for_its_opening_is_no_alarm(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, _receipt = make_submitted(procedure, one_of(firm, Role.TENDER_MANAGER), price=PRICE)
    pass_deadline(procedure)
    assert "pz-st live" not in mine(bidder)
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    assert "Opened, being evaluated" in mine(bidder)
    assert "pz-st live" not in mine(bidder)


def test_the_buyers_reason_stands_with_the_change(firm):
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER))
    change_quantity(procedure, buyer, "The hall is longer.")
    assert "reason: The hall is longer." in see(bidder, bid.pk)


def test_three_decimals_are_written_so_that_they_cant_be_a_thousand(firm):
    procedure = make_procedure()
    bidder, bid = make_bid(procedure, one_of(firm, Role.TENDER_MANAGER), price="41.2380")
    shown = see(bidder, bid.pk, "preview/")
    assert "41.2380" in shown and "41.238\u00a0" not in shown and "41.238&nbsp;" not in shown
    assert 'data-label="Unit price, EUR"' in see(bidder, bid.pk)
    post(bidder, bid.pk, procedure, price="41.238", delivery="5", valid="60")
    assert "add a nought: 41.2380, not 41.238." in see(bidder, bid.pk, "rail/")
