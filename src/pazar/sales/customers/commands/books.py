"""A company's customers as its books have them (D3): met, filled in, noted anew; forgotten when that is taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from pazar.ground.codes import countries
from pazar.ground.identity.queries import staff
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.words.names import skeleton
from pazar.sales.customers.models import Account, BooksChange, BooksImport, Touch
from pazar.sales.customers.rules import likeness
from pazar.sales.customers.rules.holdings import loops
from pazar.sales.customers.rules.touches import ACCOUNT_NOTED

AT_ONCE: Final = 2_000
SHOWN: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one row of the books says of a customer. `where` is the row."""

    where: str
    name: str
    number: str = ""
    country: str = ""
    town: str = ""
    parent: str = ""
    manager: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Taken:
    """What became of a portion of them; `looped` are the rows whose holding is its own ancestor."""

    new: int = 0
    changed: int = 0
    same: int = 0
    looped: list[Told] = field(default_factory=list)


def begin_books(*, actor: Actor, company_id: UUID, moment: datetime) -> BooksImport:
    return BooksImport.objects.create(company_id=company_id, person_id=actor.person_id, at=moment)


def keep(books: BooksImport, kind: str, row_id: UUID, was: Mapping[str, Any]) -> None:
    """Remember how a row stood before the books changed it."""
    BooksChange.objects.create(company_id=books.company_id, books=books, kind=kind, row_id=row_id, was=dict(was))


class Desk:
    """The desk's customers and people during one import, by name and number; `duplicates` are new customers whose
    names look like another's."""

    def __init__(self, actor: Actor, books: BooksImport) -> None:
        self._actor, self._books = actor, books
        self._people = {likeness.key(one.name): one.pk for one in staff(company_id=books.company_id, roles=SELLING)}
        self.unknown_managers: Counter[str] = Counter()
        self.duplicates: list[tuple[str, str]] = []
        self._by_key: dict[str, UUID] = {}
        self._by_number: dict[tuple[str, str], UUID] = {}
        self._by_skeleton: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._fresh: list[Account] = []
        self._unnamed: UUID | None = None
        rows = Account.objects.filter(company_id=books.company_id).values_list("pk", "name", "country", "number")
        for pk, name, country, number in rows.iterator(chunk_size=AT_ONCE):
            self._know(pk, name, country, number)

    def manager(self, name: str) -> UUID | None:
        """Who of the desk's people bears this name; those that nobody bears are counted."""
        if not name:
            return None
        found = self._people.get(likeness.key(name))
        if found is None:
            self.unknown_managers[name] += 1
        return found

    def customer(self, name: str) -> UUID:
        """The customer called `name`, noted if the desk has none; the one without a name for none. See `flush`."""
        title = likeness.tidy(name) or _("Not named in the books")
        found = self._by_key.get(likeness.key(title))
        return found if found is not None else self._note(Told(where="", name=title), "")

    def take(self, told: Sequence[Told]) -> Taken:
        """Customers as the books have them: what is empty here is filled in, nothing known is overwritten."""
        taken = Taken()
        met: list[tuple[UUID, Told, str]] = []
        for one in told:
            country = countries.alpha2(one.country) if one.country else ""
            if one.parent:
                self._parents[likeness.key(one.name)] = likeness.key(one.parent)
            found = self._by_number.get((country, one.number)) if one.number else None
            found = found or self._by_key.get(likeness.key(one.name))
            if found is None:
                self._note(one, country)
                taken.new += 1
            else:
                met.append((found, one, country))
        self.flush()
        known = Account.objects.in_bulk([pk for pk, _one, _country in met])
        changed: dict[UUID, Account] = {}
        for pk, one, country in met:
            if self._learn(known[pk], one, country):
                changed[pk] = known[pk]
                taken.changed += 1
            else:
                taken.same += 1
        Account.objects.bulk_update(changed.values(), ["country", "number", "town", "manager", "details"])
        self._join_holdings(told, taken)
        return taken

    def flush(self) -> None:
        """Write what was noted since the last time, each with the first entry of its time line."""
        rows, self._fresh = self._fresh, []
        Account.objects.bulk_create(rows, batch_size=AT_ONCE)
        Touch.objects.bulk_create(
            [
                Touch(
                    company_id=row.company_id,
                    account_id=row.pk,
                    kind=ACCOUNT_NOTED,
                    facts={"found": "books"},
                    person_id=self._actor.person_id,
                    happened_at=row.created_at,
                )
                for row in rows
            ],
            batch_size=AT_ONCE,
        )

    def _know(self, pk: UUID, name: str, country: str, number: str) -> None:
        self._by_key.setdefault(likeness.key(name), pk)
        if number:
            self._by_number.setdefault((country, number), pk)
        self._by_skeleton.setdefault(_sorted_skeleton(name), name)

    def _note(self, told: Told, country: str) -> UUID:
        name = likeness.tidy(told.name)
        row = Account(
            company_id=self._books.company_id,
            name=name,
            country=country,
            number=told.number,
            town=told.town,
            manager_id=self.manager(told.manager),
            details=_details(told, country),
            created_at=self._books.at,
            brought_by=self._books,
        )
        like = self._by_skeleton.get(_sorted_skeleton(name))
        if like is not None and len(self.duplicates) < SHOWN:
            self.duplicates.append((name, like))
        self._know(row.pk, name, country, told.number)
        self._fresh.append(row)
        return row.pk

    def _learn(self, row: Account, told: Told, country: str) -> bool:
        was = _state(row)
        row.country, row.number, row.town = row.country or country, row.number or told.number, row.town or told.town
        row.manager_id = row.manager_id or self.manager(told.manager)
        row.details = {**row.details, **_details(told, country)}
        if _state(row) == was:
            return False
        keep(self._books, "account", row.pk, was)
        return True

    def _join_holdings(self, told: Sequence[Told], taken: Taken) -> None:
        looped = set(loops(self._parents))
        wanted: dict[UUID, UUID] = {}
        for one in told:
            key = likeness.key(one.name)
            if key in looped:
                taken.looped.append(one)
            elif one.parent:
                before = len(self._fresh)
                wanted[self._by_key[key]] = self.customer(one.parent)
                taken.new += len(self._fresh) - before
        self.flush()
        rows = [row for row in Account.objects.filter(pk__in=wanted) if row.parent_id != wanted[row.pk]]
        for row in rows:
            if row.brought_by_id != self._books.pk:
                keep(self._books, "account", row.pk, {"parent_id": str(row.parent_id or "") or None})
            row.parent_id = wanted[row.pk]
        Account.objects.bulk_update(rows, ["parent"])


def changes(books: BooksImport, kind: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Rows of `kind` that the books changed, as they stood: the newest change first, so that the oldest state stays."""
    rows = books.changes.filter(kind=kind).order_by("-id").values_list("row_id", "was")
    return rows.iterator(chunk_size=AT_ONCE)


def restore_customers(books: BooksImport) -> None:
    """Set the customers that the books changed back."""
    for row_id, was in changes(books, "account"):
        Account.objects.filter(pk=row_id).update(**was)


def lock_books(books_id: UUID) -> BooksImport | None:
    return BooksImport.objects.select_for_update().filter(pk=books_id).first()


def forget_customers(books: BooksImport, *, needed: Iterable[UUID]) -> int:
    """Take away the customers these books brought, but for `needed` and those whose time line somebody wrote in.

    How many stayed.
    """
    Account.objects.filter(company_id=books.company_id, parent__brought_by=books).update(parent=None)
    brought = Account.objects.filter(brought_by=books).exclude(pk__in=list(needed)).values_list("pk", flat=True)
    ids = list(brought)
    with connection.cursor() as cursor:
        for start in range(0, len(ids), AT_ONCE):
            # The app has no right to take entries of a time line away: the function does, of these alone.
            cursor.execute("SELECT customers_forget(%s::uuid[])", [ids[start : start + AT_ONCE]])
    return Account.objects.filter(brought_by=books).count()


def _state(row: Account) -> dict[str, Any]:
    return {
        "country": row.country,
        "number": row.number,
        "town": row.town,
        "manager_id": str(row.manager_id) if row.manager_id else None,
        "details": row.details,
    }


def _sorted_skeleton(name: str) -> str:
    return " ".join(sorted(skeleton(name).split()))


def _details(told: Told, country: str) -> dict[str, str]:
    """What has no field of its own; also a country that is none."""
    return {**told.details, **({"country": told.country} if told.country and not country else {})}
