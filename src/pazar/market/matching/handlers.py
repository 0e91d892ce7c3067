"""Reactions of matching; named in `roof.wiring`."""

from pazar import events
from pazar.market.matching.commands import first, requests, tell


def ask_published(event: events.ProcedurePublished) -> None:
    """At once: a publication isn't there without the request to match it."""
    requests.ask(procedure_ids=[event.procedure_id], just_published=True)


def ask_changed(event: events.ProcedureChanged) -> None:
    """A new version may be for others too; who was told of the first isn't told again."""
    requests.ask(procedure_ids=[event.procedure_id])


def ask_imported(event: events.OutsideProceduresImported) -> None:
    requests.ask(procedure_ids=event.procedure_ids, quiet=event.first_bulk)


def match_published(event: events.ProcedurePublished) -> None:
    """Where no matcher lives, by the oracle; so the other two."""
    requests.settle(procedure_ids=[event.procedure_id], just_published=True)


def match_changed(event: events.ProcedureChanged) -> None:
    requests.settle(procedure_ids=[event.procedure_id])


def match_imported(event: events.OutsideProceduresImported) -> None:
    requests.settle(procedure_ids=event.procedure_ids, quiet=event.first_bulk)


def tell_suppliers(event: events.SuppliersMatched) -> None:
    tell.tell_suppliers(event)


def note_first_interest(event: events.CompanyAdmitted) -> None:
    """What somebody named when he registered is his company's first interest."""
    first.note_first_interest(event)


def forget_interests(event: events.AdmissionUndone) -> None:
    """A company that was taken out again, before it was in, wants to be told of nothing."""
    first.forget_interests(event)
