"""Numbers and days of a column, by the habit the whole column shows.

"1,234" is a thousand or one and a bit, 01/02/2024 is January or February: a cell alone can't say. A column often
can: where another of its cells is "2,50" or 25/02/2024, the doubt is gone. Where nothing in it decides, it is asked
about and not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

Mark = Literal["point", "comma"]
Order = Literal["dmy", "mdy"]


class Unsure(ValueError):
    """The value can't be told; `code` says why ("not_a_number", "ambiguous_number", "not_a_day", "ambiguous_day"…)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_GROUPS: Final = re.compile(r"(?<=[0-9])[\s\u00a0\u202f'’](?=[0-9]{3}(?![0-9]))")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")
_CURRENCY: Final = re.compile(r"^(?:[A-Z]{3}|[€$£¥₽₴]|лв\.?)\s*|\s*(?:[A-Z]{3}|[€$£¥₽₴]|лв\.?)$")
_MOST_DIGITS: Final = 18
_REMEMBERED: Final = 50_000


def _bare(text: str) -> str:
    """Without currency, groups parted by blanks, and with one kind of minus; (12.50) is a minus, as in ledgers."""
    text = text.strip().replace("−", "-").replace("–", "-")
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    negative = text.startswith("-")
    text = _CURRENCY.sub("", text.removeprefix("-").strip()).strip()
    if text.startswith("-"):
        negative, text = True, text[1:].strip()
    return ("-" if negative else "") + _GROUPS.sub("", text)


@dataclass(slots=True)
class Numbers:
    """How a column writes numbers. `mark` is given, or learnt from its cells by `learn`."""

    mark: Mark | None = None
    doubted: bool = False  # some cell has two meanings while the mark isn't known
    _seen: set[Mark] = field(default_factory=set)
    # columns repeat themselves: 400,000 quantities are some hundred texts
    _looked_at: set[str] = field(default_factory=set)
    _known: dict[str, Decimal] = field(default_factory=dict)

    def learn(self, text: str) -> None:
        """Look at one more cell."""
        if text in self._looked_at:
            return
        if len(self._looked_at) < _REMEMBERED:
            self._looked_at.add(text)
        shown = _shown_mark(_bare(text))
        if shown == "either":
            self.doubted = True
        elif shown:
            self._seen.add(shown)
            if self.mark is None and len(self._seen) == 1:
                self.mark = shown

    @property
    def contradicts_itself(self) -> bool:
        return len(self._seen) > 1

    @property
    def asks(self) -> bool:
        """Whether somebody must say which mark it is."""
        return self.doubted and (self.mark is None or self.contradicts_itself)

    def read(self, text: str) -> Decimal:
        """Raises Unsure: not_a_number, ambiguous_number, too_long."""
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if len(self._known) < _REMEMBERED:
                self._known[text] = known
        return known

    def _read(self, text: str) -> Decimal:
        bare = _bare(text)
        if not _NUMBER.fullmatch(bare):
            raise Unsure("not_a_number")
        shown = _shown_mark(bare)
        if shown == "either":
            if self.mark is None or self.contradicts_itself:
                raise Unsure("ambiguous_number")
            shown = self.mark
        decimal, group = (",", ".") if shown == "comma" else (".", ",")
        plain = bare.replace(group, "").replace(decimal, ".")
        if plain.count(".") > 1 or not _grouped(bare, group, decimal):
            raise Unsure("not_a_number")
        if len(plain.lstrip("+-").partition(".")[0].lstrip("0")) > _MOST_DIGITS:
            raise Unsure("too_long")
        return Decimal(plain)


def _grouped(bare: str, group: str, decimal: str) -> bool:
    whole = bare.lstrip("+-").partition(decimal)[0]
    return group not in whole or re.fullmatch(rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+", whole) is not None


def _shown_mark(bare: str) -> Mark | Literal["either"] | None:
    """The decimal mark a number shows by itself; "either" where its one mark may as well part thousands."""
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        return "comma" if bare.rindex(",") > bare.rindex(".") else "point"
    if points + commas == 0:
        return None
    sign, other = (".", "point") if points else (",", "comma")
    if points + commas > 1:  # 1.234.567: groups, so the other one is the mark
        return "comma" if sign == "." else "point"
    whole, _, fraction = bare.lstrip("+-").partition(sign)
    if len(fraction) == 3 and 0 < len(whole) <= 3 and not whole.startswith("0"):
        return "either"
    return "point" if other == "point" else "comma"


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january ян яну януари", "feb february фев февр февруари", "mar march мар март",
            "apr april апр април", "may май", "jun june юни", "jul july юли",
            "aug august авг август", "sep sept september сеп септ септември", "oct october окт октомври",
            "nov november ное ноем ноември", "dec december дек декември",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_CLOCK: Final = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ISO: Final = re.compile(
    rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}})(?:[T ]{_CLOCK})?(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
)
_DOTTED: Final = re.compile(
    r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{2}|[0-9]{4})(?:\s?г\.?)?(?:,?\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_SLASHED: Final = re.compile(
    r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{2}|[0-9]{4})(?:,?\s+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[AaPp][Mm])?)?"
)
_NAMED: Final = re.compile(r"([0-9]{1,2})[\s.-]*([^\W\d_]{3,})[\s.,-]*([0-9]{2}|[0-9]{4})(?:\s?г\.?)?", re.UNICODE)
_NAMED_FIRST: Final = re.compile(r"([^\W\d_]{3,})[\s.]*([0-9]{1,2}),?\s+([0-9]{4})", re.UNICODE)


@dataclass(slots=True)
class Days:
    """How a column writes days. Dotted ones (01.02.2024) are day first everywhere; slashed ones differ by country."""

    order: Order | None = None
    doubted: bool = False
    _seen: set[Order] = field(default_factory=set)

    def learn(self, text: str) -> None:
        slashed = _SLASHED.fullmatch(text.strip())
        if slashed is None:
            return
        first, second = int(slashed[1]), int(slashed[2])
        if first > 12 >= second:
            self._decide("dmy")
        elif second > 12 >= first:
            self._decide("mdy")
        elif first != second:
            self.doubted = True

    def _decide(self, order: Order) -> None:
        self._seen.add(order)
        if self.order is None and len(self._seen) == 1:
            self.order = order

    @property
    def contradicts_itself(self) -> bool:
        return len(self._seen) > 1

    @property
    def asks(self) -> bool:
        return self.doubted and (self.order is None or self.contradicts_itself)

    def read(self, text: str) -> date:
        """The day in `text`; a time of day after it is left out. Raises Unsure: not_a_day, ambiguous_day."""
        text = text.strip()
        if found := _ISO.fullmatch(text):
            return _day(int(found[1]), int(found[2]), int(found[3]))
        if found := _DOTTED.fullmatch(text):
            return _day(_year(found[3]), int(found[2]), int(found[1]))
        if found := _SLASHED.fullmatch(text):
            first, second, year = int(found[1]), int(found[2]), _year(found[3])
            if first > 12 >= second or first == second:
                return _day(year, second, first)
            if second > 12 >= first:
                return _day(year, first, second)
            if self.order is None or self.contradicts_itself:
                raise Unsure("ambiguous_day")
            return _day(year, second, first) if self.order == "dmy" else _day(year, first, second)
        if (found := _NAMED.fullmatch(text)) and (month := _MONTHS.get(found[2].casefold())):
            return _day(_year(found[3]), month, int(found[1]))
        if (found := _NAMED_FIRST.fullmatch(text)) and (month := _MONTHS.get(found[1].casefold())):
            return _day(int(found[3]), month, int(found[2]))
        raise Unsure("not_a_day")


def _year(text: str) -> int:
    """Two digits are read as POSIX does (strptime %y): 69–99 are of the last century."""
    return int(text) if len(text) == 4 else datetime.strptime(text, "%y").year  # noqa: DTZ007 (a year has no zone)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unsure("not_a_day") from None


def learnt(column: Iterable[str]) -> tuple[Numbers, Days]:
    """Both habits of a column's cells."""
    numbers, days = Numbers(), Days()
    for text in column:
        numbers.learn(text)
        days.learn(text)
    return numbers, days
