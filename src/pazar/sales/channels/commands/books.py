"""Requests as a company's books have them (D3): leads, with the source they first came from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pazar.sales.channels.models import Lead
from pazar.sales.customers.commands.books import AT_ONCE, changes, keep

if TYPE_CHECKING:
    from pazar.sales.customers.models import BooksImport


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTold:
    """What one row of the books says of a request. `id` is what the books know it by."""

    id: str
    title: str
    source: str
    taken_at: datetime | None = None  # none: the day of the first import
    manager_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(kw_only=True)
class LeadsTaken:
    new: int = 0
    changed: int = 0
    same: int = 0


def bring_leads(books: BooksImport, told: Sequence[LeadTold]) -> LeadsTaken:
    """Leads as the books have them; one that is a deal by now, or was dropped, stays as it is."""
    taken = LeadsTaken()
    known = _by_source(books, [one.id for one in told])
    new: list[Lead] = []
    changed: list[Lead] = []
    for one in told:
        values: dict[str, Any] = {
            "title": one.title,
            "source": one.source,
            "manager_id": one.manager_id,
            "account_id": one.account_id,
        }
        row = known.get(one.id)
        values["taken_at"] = one.taken_at or (row.taken_at if row else books.at)
        if row is None:
            new.append(Lead(company_id=books.company_id, source_id=one.id, brought_by=books, **values))
            taken.new += 1
            continue
        was = {name: getattr(row, name) for name in values}
        if was == values or row.state != Lead.State.OPEN:
            taken.same += 1
            continue
        keep(books, "lead", row.pk, {name: value if value is None else str(value) for name, value in was.items()})
        for name, value in values.items():
            setattr(row, name, value)
        changed.append(row)
        taken.changed += 1
    Lead.objects.bulk_create(new, batch_size=AT_ONCE)
    Lead.objects.bulk_update(changed, ["title", "source", "manager", "account", "taken_at"])
    return taken


def open_leads(books: BooksImport, ids: Collection[str]) -> dict[str, Lead]:
    """The desk's open leads that books know by these ids."""
    return {id_: row for id_, row in _by_source(books, ids).items() if row.is_open}


def mark_became_deals(books: BooksImport, rows: Sequence[tuple[Lead, datetime]]) -> None:
    """Leads that books say were sold to, each at its moment."""
    for row, moment in rows:
        if row.brought_by_id != books.pk:
            keep(books, "lead", row.pk, {"state": str(row.state), "ended_at": None})
        row.state, row.ended_at = Lead.State.BECAME_DEAL, moment
    Lead.objects.bulk_update([row for row, _moment in rows], ["state", "ended_at"])


def restore_leads(books: BooksImport) -> None:
    """Set the leads that the books changed back."""
    for row_id, was in changes(books, "lead"):
        Lead.objects.filter(pk=row_id).update(**was)


def needed_customers(company_id: UUID) -> set[UUID]:
    """The customers that leads of the desk name."""
    rows = Lead.objects.filter(company_id=company_id, account__isnull=False).values_list("account_id", flat=True)
    return {row for row in rows.distinct() if row is not None}


def remove_leads(books: BooksImport, *, needed: Collection[UUID]) -> int:
    """Take away the leads these books brought, but for `needed` and those that somebody gave or dropped. How many
    stayed."""
    Lead.objects.filter(brought_by=books, given_by=None).exclude(state=Lead.State.DROPPED).exclude(
        pk__in=needed
    ).delete()
    return Lead.objects.filter(brought_by=books).count()


def _by_source(books: BooksImport, ids: Collection[str]) -> dict[str, Lead]:
    rows = Lead.objects.filter(company_id=books.company_id, source_id__in=list(ids))
    return {row.source_id: row for row in rows}
