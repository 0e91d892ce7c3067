"""The register of bulk files in our own database: works without a network, and answers in a millisecond (A2)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pazar.market.companies.models import RegisterEntry, RegisterLoad
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars, Status

from .registers import Answer, Found, NotFound

_MOST: Final = 10


def answers(number: Read) -> list[Found]:
    """What each loaded register says of a number, by the register's name; also of one whose check digit is wrong."""
    return answers_to_many([number])[0]


def answers_to_many(numbers: Sequence[Read]) -> list[list[Found]]:
    """`answers` of each, in two queries: for files of millions."""
    wanted = {n.compact and _canonical(n) for n in numbers} - {""}
    if not wanted:
        return [[] for _n in numbers]
    entries = RegisterEntry.objects.select_related("load")
    known: dict[tuple[str, str], list[RegisterEntry]] = defaultdict(list)
    for row in entries.filter(number__in=wanted)[: _MOST * len(wanted)]:
        known[row.scheme, row.number].append(row)
    unknown = {f"{n.scheme}:{_canonical(n)}" for n in numbers if n.compact and not _own(known, n)}
    others: dict[str, list[RegisterEntry]] = defaultdict(list)
    if unknown:
        # Said, so that the partial index serves.
        rows = entries.filter(other_numbers__overlap=sorted(unknown)).exclude(other_numbers=[])
        for row in rows[: _MOST * len(unknown)]:
            for other in unknown.intersection(row.other_numbers):
                others[other].append(row)
    return [_found(n, _own(known, n) or others.get(f"{n.scheme}:{_canonical(n)}", [])) for n in numbers]


def _canonical(number: Read) -> str:
    return number.canonical or number.compact.removeprefix(number.country)


def _own(known: dict[tuple[str, str], list[RegisterEntry]], number: Read) -> list[RegisterEntry]:
    return [row for row in known.get((number.scheme, _canonical(number)), []) if _fits(row, number)]


def _fits(row: RegisterEntry, number: Read) -> bool:
    # An LEI names one entity in the world: the country that was typed beside it doesn't narrow it.
    return number.scheme == "LEI" or row.country == number.country


def _found(number: Read, rows: Sequence[RegisterEntry]) -> list[Found]:
    if not number.compact:
        return []
    return [
        Found(register=row.register, as_of=row.load.as_of, particulars=particulars(row))
        for row in sorted(rows, key=lambda row: row.register)[:_MOST]
        if _fits(row, number)
    ]


def particulars(row: RegisterEntry) -> Particulars:
    return Particulars(
        country=row.country,
        scheme=row.scheme,
        number=row.number,
        name=row.name,
        name_latin=row.name_latin,
        legal_form=row.legal_form,
        status=Status(row.status),
        status_words=row.status_words,
        address=row.address,
        town=row.town,
        postal_code=row.postal_code,
        region=row.region,
        representatives=tuple(row.representatives),
        other_numbers=tuple(
            (scheme, number) for scheme, _colon, number in (n.partition(":") for n in row.other_numbers)
        ),
        founded_on=row.founded_on,
        email=row.email,
        website=row.website,
    )


class Snapshot:
    """All loaded registers as one: the first that knows the number answers."""

    name = "snapshot"

    def serves(self, number: Read) -> bool:
        return number.valid

    def look_up(self, number: Read, *, moment: datetime, seconds: float) -> Answer:
        found = answers(number)
        if found:
            return found[0]
        newest = RegisterLoad.objects.filter(ended_at__isnull=False).order_by("-id").first()
        return NotFound(register=self.name, as_of=newest.as_of if newest else moment.date())
