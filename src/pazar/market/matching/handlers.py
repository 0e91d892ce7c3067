"""Reactions of matching; named in `roof.wiring`."""

from pazar import events
from pazar.market.matching.commands import match, tell


def match_published(event: events.ProcedurePublished) -> None:
    match.match_procedure(procedure_id=event.procedure_id, just_published=True)


def match_changed(event: events.ProcedureChanged) -> None:
    """A new version may be for others too; who was told of the first isn't told again."""
    match.match_procedure(procedure_id=event.procedure_id)


def match_imported(event: events.OutsideProceduresImported) -> None:
    match.match_procedures(procedure_ids=event.procedure_ids, quiet=event.first_bulk)


def tell_suppliers(event: events.SuppliersMatched) -> None:
    tell.tell_suppliers(event)
