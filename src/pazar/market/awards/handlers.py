"""Reactions to events."""

from pazar.events import (
    OutsideProceduresImported,
    ProcedureAwarded,
    ProcedureCancelled,
    ProcedureChanged,
    ProcedureClosed,
    ProcedurePublished,
)
from pazar.market.awards.commands import letters, listing


def send_letters(event: ProcedureAwarded) -> None:
    letters.send_letters(event)


def list_procedure(
    event: ProcedurePublished | ProcedureChanged | ProcedureClosed | ProcedureCancelled | ProcedureAwarded,
) -> None:
    """Its items and awards, as lists show them."""
    listing.list_again([event.procedure_id])


def list_imported(event: OutsideProceduresImported) -> None:
    listing.list_again(event.procedure_ids)
