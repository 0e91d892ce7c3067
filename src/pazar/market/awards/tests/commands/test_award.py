"""The award: lowest price, ties, bids set aside, and every refusal."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from tests.factories import make_actor

from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal.models import Payload
from pazar.ground.outbox.models import Event
from pazar.market.awards.commands import award, exclude
from pazar.market.awards.models import Award, Exclusion
from pazar.market.awards.refusals import AlreadyAwarded, ComparisonChanged, NotInLot, NotOpened
from pazar.market.awards.tests.factories import make_opened
from pazar.market.bids.tests.bidding import make_submitted
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_procedure

pytestmark = pytest.mark.django_db


def entries(kind: str) -> list[dict]:
    import json

    found = [json.loads(bytes(content)) for content in Payload.objects.values_list("content", flat=True)]
    return [entry for entry in found if entry["kind"] == kind]


def set_aside(case, number, **said):
    exclude.set_aside(
        **{
            "actor": case.buyer,
            "procedure_id": case.procedure.pk,
            "lot_id": case.lot.pk,
            "bid_id": case.receipts[number].bid_id,
            "reason": "The guarantee is missing.",
            **said,
        }
    )


def test_the_lowest_price_wins_and_all_of_it_is_recorded():
    case = make_opened("12.50", "11.999", "12")
    (made,) = case.award(reason="  Quickest, too. ")
    assert made.bid_id == case.receipts[1].bid_id
    assert made.company_id == case.bidders[1].company_id
    assert (made.amount, made.currency, made.reason) == (Decimal("5999.50"), "EUR", "Quickest, too.")
    assert [r["bid"] for r in made.ranking["ranked"]] == [str(case.receipts[n].bid_id) for n in (1, 2, 0)]
    case.procedure.refresh_from_db()
    assert case.procedure.state == Procedure.State.AWARDED
    assert case.procedure.ended_at == made.decided_at
    (entry,) = entries("lots.awarded")
    assert entry["facts"]["lots"] == [
        {"lot": str(made.lot_id), "company": str(made.company_id), "amount": "5999.50", "currency": "EUR"}
    ]
    assert len(entries("procedure.awarded")) == 1


def test_the_event_tells_each_bid_its_outcome():
    case = make_opened("12.50", "11.999")
    case.award()
    stored = Event.objects.get(kind="ProcedureAwarded")
    outcomes = {outcome["bid_id"]: outcome for outcome in stored.content["outcomes"]}
    lost, won = (outcomes[str(receipt.bid_id)] for receipt in case.receipts)
    assert (won["won"], Decimal(won["amount"]), won["currency"]) == (True, Decimal("5999.50"), "EUR")
    assert (lost["won"], Decimal(lost["amount"])) == (False, Decimal("6250.00"))
    assert lost["company_id"] == str(case.bidders[0].company_id)


def test_the_event_names_each_lot_a_bid_was_made_on_and_the_basis_of_vat():
    case = make_opened("12", "11", lots=(LOT, replace(LOT, title="Муфи")), vat_included=True)
    second = case.comparison.lots[1].lot
    set_aside(case, 1, lot_id=second.pk)
    case.award()
    stored = Event.objects.get(kind="ProcedureAwarded").content
    assert stored["vat_included"] is True
    lots = {
        o["bid_id"]: [(lot["number"], lot["won"], Decimal(lot["amount"])) for lot in o["lots"]]
        for o in stored["outcomes"]
    }
    assert lots == {
        str(case.receipts[0].bid_id): [("1", False, Decimal("6000")), ("2", True, Decimal("6000"))],
        str(case.receipts[1].bid_id): [("1", True, Decimal("5500")), ("2", False, Decimal("5500"))],
    }
    assert {lot["title"] for o in stored["outcomes"] for lot in o["lots"]} == {LOT.title, "Муфи"}


def test_a_single_lot_without_a_title_is_told_by_the_procedures():
    case = make_opened("12", lots=(replace(LOT, title=""),))
    case.award()
    (outcome,) = Event.objects.get(kind="ProcedureAwarded").content["outcomes"]
    assert [lot["title"] for lot in outcome["lots"]] == [case.procedure.title]


def test_of_equal_prices_the_earlier_bid_wins():
    case = make_opened("12", "12")
    (made,) = case.award()
    assert made.bid_id == case.receipts[0].bid_id
    assert made.ranking["ranked"][0]["tie"] == "earlier"


def test_each_lot_goes_to_its_own_winner_and_a_bid_that_wins_one_has_won():
    case = make_opened("12", "11", lots=(LOT, LOT))
    second = case.comparison.lots[1].lot
    set_aside(case, 1, lot_id=second.pk)
    first_award, second_award = case.award()
    assert first_award.bid_id == case.receipts[1].bid_id
    assert second_award.bid_id == case.receipts[0].bid_id
    stored = Event.objects.get(kind="ProcedureAwarded")
    assert {o["bid_id"]: (o["won"], Decimal(o["amount"])) for o in stored.content["outcomes"]} == {
        str(case.receipts[0].bid_id): (True, Decimal("6000")),
        str(case.receipts[1].bid_id): (True, Decimal("5500")),
    }


def test_a_bid_set_aside_doesnt_win_and_may_be_taken_back():
    case = make_opened("12", "11")
    set_aside(case, 1)
    assert case.comparison.lots[0].ranking.winner.bid.bid_id == case.receipts[0].bid_id
    set_aside(case, 1, reason="Another reason, a better one.")
    assert Exclusion.objects.get().reason == "Another reason, a better one."
    for _twice in range(2):
        exclude.take_back(
            actor=case.buyer,
            procedure_id=case.procedure.pk,
            lot_id=case.lot.pk,
            bid_id=case.receipts[1].bid_id,
        )
    assert case.comparison.lots[0].ranking.winner.bid.bid_id == case.receipts[1].bid_id
    assert len(entries("bid.set_aside")) == 2
    assert len(entries("bid.taken_back")) == 1


def test_setting_aside_wants_a_reason_that_can_be_read():
    case = make_opened("12")
    for reason in ("", "  short  ", "x" * 4001):
        with pytest.raises(Invalid) as refused:
            set_aside(case, 0, reason=reason)
        assert "reason" in refused.value.fields
    with pytest.raises(Invalid):
        case.award(reason="x" * 4001)
    assert not Exclusion.objects.exists()


def test_only_a_bid_of_the_lot_is_set_aside():
    case = make_opened("12")
    with pytest.raises(NotInLot):
        set_aside(case, 0, bid_id=uuid4())
    with pytest.raises(NotInLot):
        set_aside(case, 0, lot_id=uuid4())


def test_where_every_bid_is_set_aside_the_procedure_fails():
    case = make_opened("12")
    set_aside(case, 0)
    (made,) = case.award()
    assert (made.bid_id, made.company_id, made.amount) == (None, None, None)
    case.procedure.refresh_from_db()
    assert case.procedure.state == Procedure.State.FAILED
    (outcome,) = Event.objects.get(kind="ProcedureAwarded").content["outcomes"]
    assert (outcome["won"], Decimal(outcome["amount"])) == (False, Decimal("6000"))


def test_without_bids_the_procedure_fails_and_says_so_in_its_language():
    case = make_opened()
    case.award()
    case.procedure.refresh_from_db()
    assert case.procedure.state == Procedure.State.FAILED
    assert case.procedure.end_reason == "Никоя оферта не е в класирането."
    assert Event.objects.get(kind="ProcedureAwarded").content["outcomes"] == []


def test_nothing_is_awarded_of_another_comparison_than_the_one_seen():
    case = make_opened("12", "11")
    seen = case.seen()
    set_aside(case, 1)
    with pytest.raises(ComparisonChanged):
        case.award(seen=seen)
    with pytest.raises(ComparisonChanged):
        case.award(seen="")
    assert not Award.objects.exists()
    case.award()


def test_what_is_decided_is_decided():
    case = make_opened("12", "11")
    seen = case.seen()
    case.award(seen=seen)
    with pytest.raises(AlreadyAwarded):
        case.award(seen=seen)
    with pytest.raises(AlreadyAwarded):
        set_aside(case, 0)
    assert Award.objects.count() == 1
    assert Event.objects.filter(kind="ProcedureAwarded").count() == 1


def test_nothing_is_decided_before_the_opening():
    procedure = make_procedure(buyer := make_buyer())
    _bidder, receipt = make_submitted(procedure)
    with pytest.raises(NotOpened):
        award.award_procedure(actor=buyer, procedure_id=procedure.pk, seen="")
    with pytest.raises(NotOpened):
        exclude.set_aside(
            actor=buyer, procedure_id=procedure.pk, lot_id=uuid4(), bid_id=receipt.bid_id, reason="Too dear by far."
        )


def test_another_company_finds_nothing_and_a_colleague_without_the_role_may_not():
    case = make_opened("12")
    reader = make_actor(Role.READER, company=case.procedure.buyer)
    for actor, refusal in ((make_buyer(), NotFound), (case.bidders[0], NotFound), (reader, NotAllowed)):
        with pytest.raises(refusal):
            case.award(actor=actor)
        with pytest.raises(refusal):
            set_aside(case, 0, actor=actor)
        with pytest.raises(refusal):
            exclude.take_back(
                actor=actor,
                procedure_id=case.procedure.pk,
                lot_id=case.lot.pk,
                bid_id=case.receipts[0].bid_id,
            )
    assert not Award.objects.exists()
    case.award()
