"""Bring a company's books in, and take an import back whole (D3).

One import is one transaction: killed in the middle it leaves nothing, and a dry run is the same with nothing kept. The
same books again change nothing; what changed in them changes here, unless somebody has worked on it since.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from pazar.ground import clock, journal
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.postgres import advisory
from pazar.ground.tables import Refused
from pazar.sales.channels.commands import books as channels
from pazar.sales.channels.commands.books import LeadTold
from pazar.sales.customers.commands import books as customers
from pazar.sales.customers.commands.books import AT_ONCE, SHOWN, Desk, Told
from pazar.sales.customers.queries import secret_of
from pazar.sales.pipeline import policies
from pazar.sales.pipeline.adapters import books as reader
from pazar.sales.pipeline.adapters.books import Book, CannotRead, Choices, Line
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules.books import Kind, Products
from pazar.sales.pipeline.rules.stages import ENDED, Stage
from pazar.sales.pipeline.sentences import book_fault

if TYPE_CHECKING:
    from pazar.sales.channels.models import Lead
    from pazar.sales.customers.models import BooksImport

_ORDER: Final = (Kind.PRODUCTS, Kind.ACCOUNTS, Kind.LEADS, Kind.DEALS)

Watch = Callable[[Path, int], None]


@dataclass(kw_only=True)
class FileReport:
    """What became of one file. `refused` names the first hundred rows, `refused_count` counts them all."""

    file: str
    kind: str = ""
    form: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    left: Sequence[str] = ()
    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0

    def refuse(self, refused: Refused) -> None:
        self.refused_count += 1
        if len(self.refused) < SHOWN:
            self.refused.append(refused)

    @property
    def taken(self) -> int:
        return self.new + self.changed + self.same


@dataclass(kw_only=True)
class BooksReport:
    """What an import did, or would do. `reconciled`: spellings of products read as known ones, with their rows;
    `duplicates`: new customers beside the ones their names look like; `unnamed`: deals whose customer isn't named."""

    id: UUID | None = None
    files: list[FileReport] = field(default_factory=list)
    reconciled: list[tuple[str, str, int]] = field(default_factory=list)
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    unnamed: int = 0
    unknown_managers: list[tuple[str, int]] = field(default_factory=list)


def import_books(
    *,
    actor: Actor,
    company_id: UUID,
    paths: Sequence[Path],
    choices: Choices | None = None,
    names: Mapping[Path, str] | None = None,
    dry_run: bool = False,
    watch: Watch = lambda path, rows: None,
) -> BooksReport:
    """Take `paths` into the desk of `company_id`; `names` are what people call the files. A file that can't be read
    is refused in the report and the others go on.

    Raises NotAllowed, mapping.NoSuchColumn.
    """
    if not actor.is_centre:
        policies.require_leading(actor)
        if actor.company_id != company_id:
            raise NotFound
    chosen = choices or Choices()
    report, books = BooksReport(), []
    for path in dict.fromkeys(paths):
        one = FileReport(file=(names or {}).get(path, str(path)))
        report.files.append(one)
        try:
            book = reader.look(path, chosen)
        except CannotRead as cannot:
            one.refuse(cannot.refused)
            continue
        one.kind, one.form = book.kind, book.form
        one.columns, one.left = dict(book.guess.columns), book.guess.left
        books.append((book, one))
    reader.check(chosen, [book for book, _one in books])
    books.sort(key=lambda pair: _ORDER.index(pair[0].kind))
    with acting(actor):
        advisory.alone("books", company_id)
        run = _Run(actor, company_id, report, chosen)
        for book, one in books:
            run.take(book, one, watch)
        run.finish()
        if dry_run:
            transaction.set_rollback(True)
            report.id = None
    return report


class _Run:
    """One import under way: a portion of rows at a time, whatever the size of the books."""

    def __init__(self, actor: Actor, company_id: UUID, report: BooksReport, choices: Choices) -> None:
        self.actor, self.company_id, self.report, self.choices = actor, company_id, report, choices
        self.zone = ZoneInfo(settings.CENTRE_ZONE)
        self.books = customers.begin_books(actor=actor, company_id=company_id, moment=clock.db_now())
        report.id = self.books.pk
        self.desk = Desk(actor, self.books)
        known = Deal.objects.filter(company_id=company_id).exclude(product="").values_list("product", flat=True)
        self.products = Products(known.distinct())

    def take(self, book: Book, one: FileReport, watch: Watch) -> None:
        handle = {
            Kind.PRODUCTS: self._products,
            Kind.ACCOUNTS: self._accounts,
            Kind.LEADS: self._leads,
            Kind.DEALS: self._deals,
        }[book.kind]
        seen: set[str] = set()
        repeats: Counter[str] = Counter()
        lines = self._counted(book, one, watch)
        while portion := list(islice(lines, AT_ONCE)):
            if book.kind in (Kind.LEADS, Kind.DEALS):
                portion = _under_ids(portion, one, seen, repeats)
            handle(portion, one)

    def finish(self) -> None:
        report = self.report
        report.reconciled = [(a, b, count) for (a, b), count in self.products.reconciled.most_common(SHOWN)]
        report.unknown_managers = self.desk.unknown_managers.most_common(SHOWN)
        report.duplicates = self.desk.duplicates
        self.books.report = as_json(report)
        self.books.save(update_fields=["report"])
        journal.append(
            "books.imported",
            actor=self.actor,
            subject=self.books,
            secret_key=secret_of(self.company_id),
            new=sum(one.new for one in report.files),
            changed=sum(one.changed for one in report.files),
            refused=sum(one.refused_count for one in report.files),
        )

    def _counted(self, book: Book, one: FileReport, watch: Watch) -> Iterator[Line]:
        try:
            for line in book.lines():
                one.read += 1
                if one.read % AT_ONCE == 0:
                    watch(book.path, one.read)
                if isinstance(line, Refused):
                    one.refuse(line)
                else:
                    yield line
        except CannotRead as cannot:  # it breaks off: what came before it is good
            one.refuse(cannot.refused)

    def _products(self, lines: list[Line], one: FileReport) -> None:
        for line in lines:
            before = len(self.products)
            self.products.add(line.name)
            if len(self.products) > before:
                one.new += 1
            else:
                one.same += 1

    def _accounts(self, lines: list[Line], one: FileReport) -> None:
        taken = self.desk.take(
            [
                Told(
                    where=line.where,
                    name=line.name,
                    number=line.number,
                    country=line.country,
                    town=line.town,
                    parent=line.parent,
                    manager=line.manager,
                    details=line.left,
                )
                for line in lines
            ]
        )
        one.new += taken.new
        one.changed += taken.changed
        one.same += taken.same
        for told in taken.looped:
            one.refuse(Refused(told.where, one.columns.get("parent", ""), "holding_loop", {"value": told.name[:80]}))

    def _leads(self, lines: list[Line], one: FileReport) -> None:
        told = [
            LeadTold(
                id=line.id,
                title=line.title or line.account or _("Request %(id)s") % {"id": line.id[:40]},
                source=line.source,
                taken_at=self._at(line.made),
                manager_id=self.desk.manager(line.manager),
                account_id=self.desk.customer(line.account) if line.account else None,
            )
            for line in lines
        ]
        self.desk.flush()
        taken = channels.bring_leads(self.books, told)
        one.new += taken.new
        one.changed += taken.changed
        one.same += taken.same

    def _deals(self, lines: list[Line], one: FileReport) -> None:
        ids = [line.id for line in lines]
        known = {row.source_id: row for row in Deal.objects.filter(company_id=self.company_id, source_id__in=ids)}
        leads = channels.open_leads(self.books, ids)
        new: list[Deal] = []
        changed: list[Deal] = []
        became: list[tuple[Lead, datetime]] = []
        for line in lines:
            row = known.get(line.id)
            stage = self._stage(line, one)
            if stage is None:
                code = "cell_empty" if "stage" in one.columns else "stage_not_told"
                one.refuse(Refused(line.where, one.columns.get("stage", "stage"), code))
            elif line.ended and line.made and line.ended < line.made and stage in ENDED:
                said = {"value": line.ended.isoformat()}
                one.refuse(Refused(line.where, one.columns["ended"], "ends_before_it_begins", said))
            elif row is None:
                made = self._new_deal(line, stage)
                if line.id in leads:
                    made.lead = leads[line.id]
                    became.append((leads[line.id], made.made_at))
                new.append(made)
                one.new += 1
            elif row.moved_at > (row.ended_at or row.made_at):
                one.refuse(Refused(line.where, "", "worked_on_since", {"value": line.id[:80]}))
            elif self._changes(row, self._values(line, stage, row)):
                changed.append(row)
                one.changed += 1
            else:
                one.same += 1
        self.desk.flush()
        channels.mark_became_deals(self.books, became)
        Deal.objects.bulk_create(new, batch_size=AT_ONCE)
        Deal.objects.bulk_update(changed, _FIELDS)

    def _stage(self, line: Line, one: FileReport) -> Stage | None:
        if "stage" in one.columns:
            return line.stage
        # a table of closed deals names no stage: its column of days says which end it was
        words = one.columns.get("ended", "").casefold()
        return Stage.WON if line.ended and ("won" in words or "спечел" in words) else None

    def _new_deal(self, line: Line, stage: Stage) -> Deal:
        return Deal(company_id=self.company_id, source_id=line.id, brought_by=self.books, **self._values(line, stage))

    def _values(self, line: Line, stage: Stage, row: Deal | None = None) -> dict[str, Any]:
        """A deal's columns. Where the books name no day it is the day of the first import, and stays so."""
        made = self._at(line.made) or self._at(line.ended) or (row.made_at if row else self.books.at)
        ended = (self._at(line.ended) or (row and row.ended_at) or made) if stage in ENDED else None
        product = self.products.read(line.product)
        manager_id = self.desk.manager(line.manager)
        if not line.account:
            self.report.unnamed += 1
        return {
            "account_id": self.desk.customer(line.account),
            "title": line.title or product or line.account or _("Deal %(id)s") % {"id": line.id[:40]},
            "stage": str(stage),
            "amount": line.amount,
            "currency": line.currency.upper() if _is_currency(line.currency) else self.choices.currency,
            "manager_id": manager_id,
            "product": product,
            "worked_by": "" if manager_id else line.manager,
            "made_at": made,
            "moved_at": ended or made,
            "ended_at": ended,
        }

    def _changes(self, row: Deal, values: Mapping[str, Any]) -> bool:
        was = {name: getattr(row, name) for name in values}
        if was == dict(values):
            return False
        customers.keep(self.books, "deal", row.pk, {n: v if v is None else str(v) for n, v in was.items()})
        for name, value in values.items():
            setattr(row, name, value)
        return True

    def _at(self, day: date | None) -> datetime | None:
        """Midnight of the day, in the centre's zone: books know days."""
        return datetime.combine(day, time(), self.zone) if day is not None else None


_FIELDS: Final = ["account", "title", "stage", "amount", "currency", "manager", "product", "worked_by", "made_at",
                  "moved_at", "ended_at"]  # fmt: skip


def take_back(*, actor: Actor, books_id: UUID) -> BooksImport:
    """Take an import back: what it brought goes, what it changed is as it was. What somebody has worked on since stays,
    and the report counts it (`kept`).

    Raises NotFound, NotAllowed. Taking it back again changes nothing.
    """
    with acting(actor):
        books = customers.lock_books(books_id)
        if books is None or (not actor.is_centre and books.company_id != actor.company_id):
            raise NotFound
        if not actor.is_centre:
            policies.require_leading(actor)
        if books.undone_at is not None:
            return books
        advisory.alone("books", books.company_id)
        for row_id, was in customers.changes(books, "deal"):
            Deal.objects.filter(pk=row_id).update(**was)
        channels.restore_leads(books)
        customers.restore_customers(books)
        deals = Deal.objects.filter(brought_by=books)
        untouched = deals.filter(moved_at__lte=books.at, next_step="")
        untouched.delete()
        mine = Deal.objects.filter(company_id=books.company_id)
        kept = {"deals": deals.count()}
        kept["leads"] = channels.remove_leads(
            books, needed=set(mine.filter(lead__isnull=False).values_list("lead_id", flat=True))
        )
        needed = {*mine.values_list("account_id", flat=True).distinct(), *channels.needed_customers(books.company_id)}
        kept["accounts"] = customers.forget_customers(books, needed=needed)
        books.undone_at, books.undone_by_id = clock.db_now(), actor.person_id
        books.report = {**books.report, "kept": kept}
        books.save(update_fields=["undone_at", "undone_by", "report"])
        journal.append("books.taken_back", actor=actor, subject=books, secret_key=secret_of(books.company_id), **kept)
        return books


def as_json(report: BooksReport) -> dict[str, Any]:
    """The report as `pazar desk import --json` prints it: `pazar import`'s, and what belongs to books."""

    def refused(one: FileReport) -> Iterator[dict[str, str]]:
        for r in one.refused:
            yield {"where": r.where, "field": r.column, "code": r.code, "message": book_fault(r.code, r.params)}
        if more := one.refused_count - len(one.refused):
            yield {"where": "", "field": "", "code": "more-refused", "message": f"{more} more were refused."}

    return {
        "import": str(report.id) if report.id else None,
        "files": [
            {
                "file": one.file,
                "format": one.form,
                "kind": str(one.kind),
                "columns": dict(one.columns),
                "left_columns": list(one.left),
                "read": one.read,
                "new": one.new,
                "changed": one.changed,
                "same": one.same,
                "refused": list(refused(one)),
                "refused_count": one.refused_count,
            }
            for one in report.files
        ],
        "reconciled": [{"field": "product", "from": a, "to": b, "rows": count} for a, b, count in report.reconciled],
        "duplicates": [{"name": a, "like": b} for a, b in report.duplicates],
        "unknown_managers": [{"name": name, "rows": count} for name, count in report.unknown_managers],
        "unnamed_customers": report.unnamed,
    }


def _under_ids(lines: list[Line], one: FileReport, seen: set[str], repeats: Counter[str]) -> list[Line]:
    """Lines under ids of their own: what has none is known by what it says, and by how many of its like came before."""
    told = []
    for line in lines:
        if not line.id:
            digest = _digest(line)
            repeats[digest] += 1
            told.append(_with_id(line, f"{digest}-{repeats[digest]}"))
        elif line.id in seen:
            one.refuse(Refused(line.where, one.columns.get("id", "id"), "same_id_twice", {"value": line.id[:80]}))
        else:
            seen.add(line.id)
            told.append(line)
    return told


def _digest(line: Line) -> str:
    said = [str(getattr(line, name)) for name in Line.__slots__ if name not in ("where", "left")]
    said += [f"{column}={text}" for column, text in sorted(line.left.items())]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()[:24]


def _with_id(line: Line, given: str) -> Line:
    return Line(**{name: getattr(line, name) for name in Line.__slots__} | {"id": given})


def _is_currency(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isalpha()
