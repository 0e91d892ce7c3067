"""The register of bulk files in our own database: works without a network, and answers in a millisecond (A2)."""

from collections.abc import Sequence
from datetime import datetime

from pazar.market.companies.models import RegisterEntry, RegisterLoad
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars, Status

from .registers import Answer, Found, NotFound


def answers(number: Read) -> list[Found]:
    """What each loaded register says of a number, by the register's name; also of one whose check digit is wrong."""
    if not number.compact:
        return []
    rows = list(_rows(number))
    return [
        Found(register=row.register, as_of=row.load.as_of, particulars=particulars(row))
        for row in sorted(rows, key=lambda row: row.register)
    ]


def _rows(number: Read) -> Sequence[RegisterEntry]:
    entries = RegisterEntry.objects.select_related("load")
    # An LEI names one entity in the world: the country that was typed beside it doesn't narrow it.
    where = {} if number.scheme == "LEI" else {"country": number.country}
    canonical = number.canonical or number.compact.removeprefix(number.country)
    rows = list(entries.filter(number=canonical, scheme=number.scheme, **where)[:10])
    if rows:
        return rows
    other = entries.filter(other_numbers__contains=[f"{number.scheme}:{canonical}"], **where)
    return list(other.exclude(other_numbers=[])[:10])  # said, so that the partial index serves


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
