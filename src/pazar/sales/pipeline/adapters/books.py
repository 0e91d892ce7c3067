"""Books out of the tables that a company brings (D3): accounts, deals, leads, names of products.

A file is read twice: once for the habits of its columns, once for its rows. So a million rows take no more memory than
a thousand, and 01/02/2024 is asked about before anything is stored.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from pazar.ground.tables import Days, Fault, Numbers, Refused, Row, Unreadable, opened
from pazar.ground.tables.values import Mark, Order, Unsure
from pazar.sales.customers.rules.mapping import Guess, NoSuchColumn, guess
from pazar.sales.pipeline.rules.books import FIELDS, NEEDED, Kind, kind_of, stage_of
from pazar.sales.pipeline.rules.stages import Stage

NUMBERS: Final = frozenset({"amount", "price"})
DAYS: Final = frozenset({"made", "ended"})
LONGEST: Final = 300  # signs of a name or a title


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person said of his books, where they don't show it themselves."""

    columns: Mapping[str, str] = field(default_factory=dict)  # field → column
    stages: Mapping[str, Stage] = field(default_factory=dict)  # word, folded → stage
    mark: Mark | None = None
    order: Order | None = None
    currency: str = "EUR"
    sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of any of the tables; what its table doesn't have is empty. `left`: columns that have no field here."""

    where: str
    id: str = ""
    name: str = ""
    account: str = ""
    number: str = ""
    country: str = ""
    town: str = ""
    parent: str = ""
    manager: str = ""
    product: str = ""
    title: str = ""
    source: str = ""
    currency: str = ""
    stage: Stage | None = None
    made: date | None = None
    ended: date | None = None
    amount: Decimal | None = None
    price: Decimal | None = None
    left: Mapping[str, str] = field(default_factory=dict)


class CannotRead(Exception):
    """The whole file can't be taken; `refused` says why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@dataclass(frozen=True, kw_only=True)
class Book:
    """A table of the books, looked through once. `lines` reads it."""

    path: Path
    kind: Kind
    form: str
    guess: Guess
    choices: Choices
    numbers: Mapping[str, Numbers]
    days: Mapping[str, Days]
    columns: tuple[str, ...]

    def lines(self) -> Iterator[Line | Refused]:
        """Every row, or why it can't be taken. Raises CannotRead when the file breaks off."""
        try:
            with opened(self.path, sheet=self.choices.sheet) as table:
                at = {name: table.columns.index(column) for name, column in self.guess.columns.items()}
                left = [(column, table.columns.index(column)) for column in self.guess.left]
                for row in table.rows:
                    yield Refused.of(row) if isinstance(row, Fault) else self._line(row, at, left)
        except Unreadable as unreadable:
            raise CannotRead(Refused("", "", unreadable.code, unreadable.params)) from None

    def _line(self, row: Row, at: Mapping[str, int], left: list[tuple[str, int]]) -> Line | Refused:
        where = f"row {row.line}"
        known: dict[str, object] = {}
        for name, index in at.items():
            text = row.cells[index]
            try:
                if name in NUMBERS:
                    known[name] = self.numbers[name].read(text) if text else None
                elif name in DAYS:
                    known[name] = self.days[name].read(text) if text else None
                elif name == "stage":
                    known[name] = _stage(text, self.choices.stages)
                elif len(text) > LONGEST:
                    raise Unsure("text_too_long")
                else:
                    known[name] = text
            except Unsure as unsure:
                return Refused(where, self.guess.columns[name], unsure.code, {"value": text[:80]})
        for name in NEEDED[self.kind]:
            if not known.get(name):
                return Refused(where, self.guess.columns.get(name, name), "cell_empty")
        details = {column: row.cells[index] for column, index in left if row.cells[index]}
        return Line(where=where, left=details, **known)  # type: ignore[arg-type]


def _stage(text: str, said: Mapping[str, Stage]) -> Stage | None:
    if not text:
        return None
    found = stage_of(text, said)
    if found is None:
        raise Unsure("stage_unknown")
    return found


def look(path: Path, choices: Choices, kind: Kind | None = None) -> Book:
    """Find out what table `path` is and how its columns write. `kind` where somebody said it.

    Raises CannotRead, NoSuchColumn.
    """
    try:
        with opened(path, sheet=choices.sheet) as table:
            found = kind or kind_of([*table.columns, *_explained(choices, table.columns)])
            if found is None:
                shown = ", ".join(table.columns)[:LONGEST]
                raise CannotRead(Refused("", "", "kind_unknown", {"columns": shown}))
            fields = {field.name for field in FIELDS[found]}
            said = {name: column for name, column in choices.columns.items() if name in fields and (
                not column or column in table.columns)}  # fmt: skip
            columns = guess(FIELDS[found], table.columns, said)
            for name in NEEDED[found]:
                if name not in columns.columns:
                    shown = ", ".join(table.columns)[:LONGEST]
                    raise CannotRead(Refused("", name, "column_missing", {"columns": shown}))
            numbers = {name: Numbers(choices.mark) for name in columns.columns if name in NUMBERS}
            days = {name: Days(choices.order) for name in columns.columns if name in DAYS}
            at = {name: table.columns.index(columns.columns[name]) for name in (*numbers, *days)}
            for row in table.rows:
                if isinstance(row, Row):
                    for name, number in numbers.items():
                        number.learn(row.cells[at[name]])
                    for name, day in days.items():
                        day.learn(row.cells[at[name]])
            form, names = table.form, tuple(table.columns)
    except Unreadable as unreadable:
        raise CannotRead(Refused("", "", unreadable.code, unreadable.params)) from None
    for name, habit in numbers.items():
        if habit.asks:
            raise CannotRead(Refused("", columns.columns[name], "ambiguous_number"))
    for name, dates in days.items():
        if dates.asks:
            raise CannotRead(Refused("", columns.columns[name], "ambiguous_day"))
    return Book(
        path=path, kind=found, form=form, guess=columns, choices=choices, numbers=numbers, days=days, columns=names
    )


def _explained(choices: Choices, columns: list[str]) -> list[str]:
    """The fields that a person's map names columns of this table for, as if the columns bore their names."""
    return [name for name, column in choices.columns.items() if column and column in columns]


def check(choices: Choices, books: list[Book]) -> None:
    """Raises NoSuchColumn where a map names a field no table has, or a column that stands in none of them."""
    fields = {field.name for kind in Kind for field in FIELDS[kind]}
    columns = {column for book in books for column in book.columns}
    for name, column in choices.columns.items():
        if name not in fields:
            raise NoSuchColumn("field", name)
        if column and column not in columns:
            raise NoSuchColumn("column", column)
