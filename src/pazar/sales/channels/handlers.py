"""What the channels do about events of the market."""

from pazar.events import OutsideProceduresWithdrawn, ProcedureCancelled, ProcedureChanged, SuppliersMatched
from pazar.sales.channels import commands


def note_opportunities(event: SuppliersMatched) -> None:
    commands.note_opportunities(event)


def note_changed(event: ProcedureChanged) -> None:
    commands.note_changed(event)


def note_withdrawn(event: OutsideProceduresWithdrawn) -> None:
    commands.note_withdrawn(event)


def note_cancelled(event: ProcedureCancelled) -> None:
    commands.note_cancelled(event)
