"""What the pipeline does about events of the market."""

from pazar.events import BidSubmitted, BidWithdrawn, PersonLeft, ProcedureAwarded, ProcedureCancelled, ProcedureChanged
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.commands import handing_over


def note_bid(event: BidSubmitted) -> None:
    commands.note_bid(event)


def note_withdrawal(event: BidWithdrawn) -> None:
    commands.note_withdrawal(event)


def note_outcome(event: ProcedureAwarded) -> None:
    commands.note_outcome(event)


def note_cancellation(event: ProcedureCancelled) -> None:
    commands.note_cancelled(event)


def note_change(event: ProcedureChanged) -> None:
    commands.note_changed(event)


def hand_over(event: PersonLeft) -> None:
    handing_over.hand_over(event)
