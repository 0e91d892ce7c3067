"""Who is told what of bids: the bidder of his own, the buyer never how many."""

from dataclasses import replace

import pytest

from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Message
from pazar.market.bids.commands import opening, submit, withdraw
from pazar.market.bids.tests.bidding import make_bid, make_submitted, pass_deadline, seal_bid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel, change
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)


def told(actor) -> list[str]:
    return [message.kind for message in Message.objects.filter(person_id=actor.person_id).order_by("made_at")]


def test_the_bidder_is_told_of_his_receipt_and_the_buyer_of_nothing_before_the_end():
    procedure = make_procedure(buyer := make_buyer())
    bidder, _receipt = make_submitted(procedure)
    other, _bid = make_bid(procedure)
    drain()
    assert told(bidder) == ["bid_receipt"]
    assert told(buyer) == told(other) == []
    pass_deadline(procedure)
    clockwork.run_due()
    drain()
    assert told(buyer) == ["bid_opening"]
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    drain()
    assert told(bidder) == ["bid_receipt", "bid_opening"]
    assert told(other) == [], "who only drafted isn't in the record"


def test_whoever_drafted_is_told_of_a_change_and_of_the_end():
    procedure = make_procedure(buyer := make_buyer())
    bidder, _bid = make_bid(procedure)
    facts = replace(procedures.facts(procedure), description="За ремонт на цех 3.")
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Друг цех.")
    drain()
    assert told(bidder) == ["bid_procedure_changed"]
    assert "The buyer's reason: Друг цех." in Message.objects.get(person_id=bidder.person_id).text
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна нуждата.")
    drain()
    assert told(bidder) == ["bid_procedure_changed"] * 2
    assert "Отпадна нуждата." in Message.objects.filter(person_id=bidder.person_id).latest("made_at").text


def test_receipts_of_a_replacement_and_of_a_withdrawal_can_be_told_apart():
    procedure = make_procedure()
    bidder, receipt = make_submitted(procedure)
    submit.submit_bid(actor=bidder, bid_id=receipt.bid_id, sealed=seal_bid(bidder, receipt.bid_id))
    withdraw.withdraw_bid(actor=bidder, bid_id=receipt.bid_id)
    drain()
    messages = Message.objects.filter(person_id=bidder.person_id).order_by("made_at", "id")
    assert {message.title for message in messages} == {
        f"Your bid on {procedure.reference} is in the box",
        f"Your bid on {procedure.reference} is in the box: submission 2",
        f"Your bid on {procedure.reference} was withdrawn",
    }
    (gone,) = [message for message in messages if message.title.endswith("was withdrawn")]
    assert gone.kind == "bid_receipt" and "stays shut for ever" in gone.text
