"""Reading a list of sanctions: one row is one firm or person (A3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

LONGEST: Final = 500
_MOST_ALIASES: Final = 50
KINDS: Final = {
    "entity": "entity", "organisation": "entity", "organization": "entity", "company": "entity", "enterprise": "entity",
    "firm": "entity", "person": "person", "individual": "person",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Listed:
    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    country: str = ""
    number: str = ""
    programme: str = ""
    listed_on: date | None = None
    reference: str = ""


class Unread(ValueError):
    """This row is no entry; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def entry(row: Mapping[str, str]) -> Listed:
    """One row with columns `name` and, if there are such, kind, aliases (parted by semicolons), country, number,
    programme, listed_on (YYYY-MM-DD), reference. Raises Unread.
    """
    name = _line(row.get("name", ""))
    if not name:
        raise Unread("no-name")
    kind = KINDS.get(row.get("kind", "").strip().lower() or "entity")
    if kind is None:
        raise Unread("unknown-kind")
    day = row.get("listed_on", "").strip()
    try:
        listed_on = date.fromisoformat(day) if day else None
    except ValueError:
        raise Unread("wrong-day") from None
    country = row.get("country", "").strip().upper()
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Unread("wrong-country")
    aliases = dict.fromkeys(_line(alias) for alias in row.get("aliases", "").split(";"))
    return Listed(
        kind=kind,
        name=name,
        aliases=tuple(alias for alias in aliases if alias and alias != name)[:_MOST_ALIASES],
        country=country,
        number=_line(row.get("number", ""))[:60],
        programme=_line(row.get("programme", "")),
        listed_on=listed_on,
        reference=_line(row.get("reference", "")),
    )


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", " ").split())[:LONGEST]
