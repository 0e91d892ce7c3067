"""What bids do when something happens; named in `roof.wiring`."""

from pazar import events
from pazar.market.bids.commands import remind as reminding
from pazar.market.bids.commands import tell
from pazar.market.bids.commands.boxes import make_box
from pazar.market.bids.commands.close import close_box
from pazar.market.bids.commands.remind import remind
from pazar.market.bids.rules.reminders import AHEAD as REMINDERS

__all__ = [
    "REMINDERS",
    "close_box",
    "confirm_receipt",
    "confirm_withdrawal",
    "make_box",
    "plan_reminders",
    "remind",
    "tell_of_change",
    "tell_of_closing",
    "tell_of_end",
    "tell_of_opening",
]


def plan_reminders(event: events.ProcedurePublished | events.ProcedureChanged | events.ProcedureCancelled) -> None:
    reminding.plan_reminders(procedure_id=event.procedure_id)


def confirm_receipt(event: events.BidSubmitted) -> None:
    tell.confirm_receipt(bid_id=event.bid_id, person_id=event.person_id, submitted_at=event.submitted_at)


def confirm_withdrawal(event: events.BidWithdrawn) -> None:
    tell.confirm_withdrawal(bid_id=event.bid_id, withdrawn_at=event.withdrawn_at)


def tell_of_change(event: events.ProcedureChanged) -> None:
    tell.tell_of_change(procedure_id=event.procedure_id, version=event.version)


def tell_of_end(event: events.ProcedureCancelled) -> None:
    tell.tell_of_end(procedure_id=event.procedure_id, reason=event.reason)


def tell_of_closing(event: events.ProcedureClosed) -> None:
    tell.tell_of_closing(procedure_id=event.procedure_id)


def tell_of_opening(event: events.BoxOpened) -> None:
    tell.tell_of_opening(procedure_id=event.procedure_id)
