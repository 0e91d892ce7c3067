"""What the channels do about events of the market."""

from pazar.events import (
    OutsideProceduresWithdrawn,
    PersonLeft,
    ProcedureCancelled,
    ProcedureChanged,
    SuppliersMatched,
)
from pazar.sales.channels import commands
from pazar.sales.channels.commands import handing_over


def note_opportunities(event: SuppliersMatched) -> None:
    commands.note_opportunities(event)


def note_changed(event: ProcedureChanged) -> None:
    commands.note_changed(event)


def note_withdrawn(event: OutsideProceduresWithdrawn) -> None:
    commands.note_withdrawn(event)


def note_cancelled(event: ProcedureCancelled) -> None:
    commands.note_cancelled(event)


def hand_over(event: PersonLeft) -> None:
    handing_over.hand_over(event)
