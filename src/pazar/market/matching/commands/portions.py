"""Very many matches are stored a few thousand companies at a time, so that the first are told while others are stored.

Companies come in the order of their ids. What was stored is written down with it: whoever goes on after a matcher that
was killed begins with the next company, and two at one part do each portion once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from pazar.market.matching.models import MatchProgress

COMPANIES = 4_000
Found = Mapping[UUID, Iterable[int]]
"""By lot, the numbers of interests that it fits."""


class Part(NamedTuple):
    """A matcher's share of a request."""

    request_id: int
    shard: int
    shards: int


class Portion(NamedTuple):
    """What was found for the companies from `first` (None: from the lowest) up to and without `end` (None: all)."""

    first: UUID | None
    end: UUID | None
    found: Found


def begun(part: Part) -> UUID | None:
    """The company that an earlier try of this part would have gone on with."""
    return MatchProgress.objects.filter(**part._asdict()).values_list("next_company_id", flat=True).first()


def stand_at(part: Part, portion: Portion) -> bool:
    """Whether this portion is the next, for this transaction alone; False if somebody else has gone on meanwhile."""
    MatchProgress.objects.bulk_create([MatchProgress(**part._asdict())], ignore_conflicts=True)
    mine = MatchProgress.objects.select_for_update().filter(**part._asdict()).first()
    return mine is not None and mine.next_company_id == portion.first


def go_on(part: Part, portion: Portion) -> None:
    MatchProgress.objects.filter(**part._asdict()).update(next_company_id=portion.end)


def forget(part: Part) -> None:
    MatchProgress.objects.filter(**part._asdict()).delete()


def of(found: Found, *, first: UUID | None) -> Iterator[Portion]:
    """The portions from the company `first` on; one alone, where there are few.

    Interests that stand no more are in none of several.
    """
    numbers = list({number for of_lot in found.values() for number in of_lot})
    if first is None and len(numbers) <= COMPANIES:
        yield Portion(None, None, found)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT number, company_id, (dense_rank() OVER (ORDER BY company_id) - 1) / %s
            FROM matching_interest
            WHERE number = ANY(%s) AND (%s::uuid IS NULL OR company_id >= %s) ORDER BY company_id
            """,
            [COMPANIES, numbers, first, first],
        )
        rows = cursor.fetchall()
    begins: list[UUID | None] = []
    place: dict[int, int] = {}
    for number, company_id, portion in rows:
        place[number] = portion
        if portion == len(begins):
            begins.append(company_id)
    if not begins:
        begins = [first]
    begins[0] = first  # whoever comes before has nothing in it, and is looked at here
    parts: list[dict[UUID, list[int]]] = [{} for _begin in begins]
    for lot_id, of_lot in found.items():
        for number in of_lot:
            if number in place:
                parts[place[number]].setdefault(lot_id, []).append(number)
    for begin, end, own in zip(begins, [*begins[1:], None], parts, strict=True):
        yield Portion(begin, end, own)
