"""What the market tells a desk about its deals: a bid sent or taken back, an award, a procedure given up (D5).

All of it as the centre, in many desks. Each may be called twice. None carries a price before the opening.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from pazar.events import (
    BidOutcome,
    BidSubmitted,
    BidWithdrawn,
    LotOutcome,
    ProcedureAwarded,
    ProcedureCancelled,
    ProcedureChanged,
)
from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands as channels
from pazar.sales.customers import commands as customers
from pazar.sales.pipeline import queries
from pazar.sales.pipeline.commands.shared import record
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import LostReason, Stage


def note_bid(event: BidSubmitted) -> Deal:
    """A bid sent is a deal in *proposal*: the lead becomes it, one is made where there was none."""
    with acting(CENTRE):
        moment = clock.db_now()
        account = customers.note_account(
            actor=CENTRE,
            company_id=event.company_id,
            name=event.buyer_name,
            country=event.buyer_country,
            number=event.buyer_number,
            found="market",
            title=event.title,
            moment=moment,
        )
        lead = channels.lead_of_bid(
            actor=CENTRE,
            company_id=event.company_id,
            procedure_id=event.procedure_id,
            title=event.title,
            account=account,
            person_id=event.person_id,
            moment=moment,
        )
        deal = queries.lock_deal_of(event.company_id, event.procedure_id)
        if deal is not None and deal.bid_id == event.bid_id and deal.stage not in (Stage.NEW, Stage.QUALIFIED):
            if event.number > deal.bid_number:  # a replacement: it counts from now on
                deal.bid_number, deal.bid_sent_at = event.number, event.submitted_at
                deal.save(update_fields=["bid_number", "bid_sent_at"])
                _note_sent(deal, event, moment)
            return deal
        if deal is None:
            deal = Deal(
                company_id=event.company_id,
                account=lead.account or account,
                lead=lead,
                title=event.title,
                manager_id=lead.manager_id or event.person_id,
                procedure_id=event.procedure_id,
                closes_at=event.closes_at,
                made_at=moment,
            )
            customers.give_account(account=deal.account, manager_id=lead.manager_id or event.person_id)
        deal.reference = event.reference
        deal.bid_id = event.bid_id
        deal.bid_number, deal.bid_sent_at = event.number, event.submitted_at
        deal.stage = Stage.PROPOSAL
        deal.moved_at = moment
        deal.ended_at = None
        deal.lost_reason = deal.lost_note = ""
        deal.save()
        channels.mark_became_deal(lead, account=deal.account, moment=moment)
        _note_sent(deal, event, moment)
        return deal


def _note_sent(deal: Deal, event: BidSubmitted, moment: datetime) -> None:
    record(CENTRE, deal, "bid_sent", moment=moment, reference=event.reference, number=event.number)


def note_withdrawal(event: BidWithdrawn) -> None:
    """A bid taken back leaves its deal open, in *qualified*: until the deadline another may follow."""
    with acting(CENTRE):
        deal = queries.lock_deal_of(event.company_id, event.procedure_id)
        if deal is None or deal.bid_id != event.bid_id or deal.stage not in stages.OPEN:
            return
        moment = clock.db_now()
        deal.bid_id = deal.bid_sent_at = None
        deal.stage = stages.after_withdrawal(Stage(deal.stage))
        deal.moved_at = moment
        deal.save(update_fields=["bid_id", "bid_sent_at", "stage", "moved_at"])
        record(CENTRE, deal, "bid_withdrawn", moment=moment, reference=deal.reference)


def note_outcome(event: ProcedureAwarded) -> None:
    """An award ends the deals of all who bid: won with the price, or lost with the bidder's own, lot by lot.

    Who took a lead of it and sent no bid keeps his deal open, to close it himself.
    """
    with acting(CENTRE):
        for outcome in event.outcomes:
            _end(event, outcome)


def _end(event: ProcedureAwarded, outcome: BidOutcome) -> None:
    deal = queries.lock_deal_of(outcome.company_id, event.procedure_id)
    if deal is None:
        # The bid's own event is still waiting for its turn; the outbox tries again.
        raise LookupError(f"bid {outcome.bid_id} has no deal yet")
    if deal.bid_id == outcome.bid_id and deal.stage in stages.ENDED:
        return
    moment = clock.db_now()
    deal.bid_id = outcome.bid_id
    deal.stage = stages.after_award(won=outcome.won)
    deal.amount = outcome.amount
    deal.currency = outcome.currency
    deal.moved_at = deal.ended_at = moment
    deal.next_step = ""
    deal.next_step_on = None
    deal.lost_reason = "" if outcome.won else LostReason.NOT_AWARDED
    deal.lost_note = ""
    deal.vat_included = event.vat_included
    deal.lots = [_lot(lot) for lot in outcome.lots]
    deal.save()
    facts = {"amount": format(outcome.amount, "f"), "currency": outcome.currency}
    if outcome.won:
        won = sum(lot.won for lot in outcome.lots)
        record(CENTRE, deal, "deal_won", moment=moment, won=won, lots=len(outcome.lots), **facts)
    else:
        record(CENTRE, deal, "deal_lost", moment=moment, reason=str(LostReason.NOT_AWARDED), note="", **facts)


def _lot(lot: LotOutcome) -> dict[str, Any]:
    amount = None if lot.amount is None else format(lot.amount, "f")
    return {"number": lot.number, "title": lot.title, "won": lot.won, "amount": amount}


def note_cancelled(event: ProcedureCancelled) -> None:
    """A procedure given up ends its open deals as lost, with the buyer's reason."""
    with acting(CENTRE):
        for deal in _open_deals(event.procedure_id):
            moment = clock.db_now()
            deal.stage = Stage.LOST
            deal.moved_at = deal.ended_at = moment
            deal.lost_reason = LostReason.CANCELLED
            deal.lost_note = event.reason
            deal.save()
            record(CENTRE, deal, "deal_lost", moment=moment, reason=str(LostReason.CANCELLED), note=event.reason)


def note_changed(event: ProcedureChanged) -> None:
    """A new version moves the deadline of its deals, and their title."""
    if not event.title:
        return
    with acting(CENTRE):
        _open_deals(event.procedure_id).update(title=event.title, closes_at=event.closes_at)


def _open_deals(procedure_id: UUID) -> QuerySet[Deal]:
    return Deal.objects.select_for_update().filter(procedure_id=procedure_id, stage__in=stages.OPEN).order_by("id")
