"""Lists of awards and of items, by words, filters and order (J4)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Subquery
from django.db.models.functions import ExtractYear

from pazar.ground import words
from pazar.ground.api.paging import CursorBroken, keyset
from pazar.ground.codes.rules import cpv as categories
from pazar.market.awards.models import ListedAward, ListedItem
from pazar.market.procedures.rules import question

PAGE: Final = 30
RANKED: Final = 300  # of how many newest ones the closest come first
COUNTED: Final = 10_000
SAMPLED: Final = 5_000
MOST: Final = 12  # choices of one kind
DEFAULT_CURRENCY: Final = "EUR"
VALUE_BANDS: Final[tuple[tuple[int | None, int | None], ...]] = (
    (None, 10_000),
    (10_000, 50_000),
    (50_000, 250_000),
    (250_000, 1_000_000),
    (1_000_000, None),
)
"""From and below, in the currency in which values are compared."""

Row = TypeVar("Row", ListedAward, ListedItem)


class Order(StrEnum):
    """In what order a list stands."""

    NEWEST = "newest"
    VALUE = "value"  # the largest first, of those whose value is stated in one currency
    RELEVANCE = "relevance"  # of those that say some words
    DEADLINE = "deadline"  # of items that are asked for now


class Only(StrEnum):
    """Which items."""

    OPEN = "open"  # asked for now
    AWARDED = "awarded"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is narrowed to. `cpv` and `region` mean everything under them; `until` is the last day.

    Values are compared in one currency alone: with `value_min`, `value_max` or by value, `currency` or else the euro.
    """

    text: str = ""
    cpv: str = ""
    region: str = ""
    origin: str = ""
    buyer: UUID | None = None
    winner: UUID | None = None
    only: Only | None = None
    currency: str = ""
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    since: date | None = None
    until: date | None = None
    order: Order | None = None

    @property
    def sorted_by(self) -> Order:
        """The order that is meant: what can't be had here gives way to the newest first."""
        order = self.order
        if order is Order.RELEVANCE and not words.lemmas(self.text):
            order = None
        if order is Order.DEADLINE and self.only is not Only.OPEN:
            order = None
        return order or Order.NEWEST

    @property
    def counted_in(self) -> str:
        """The currency in which values are compared; empty where none are."""
        compares = self.value_min is not None or self.value_max is not None or self.sorted_by is Order.VALUE
        return self.currency or (DEFAULT_CURRENCY if compares else "")


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """A page of a list; `next` continues it, empty at its end. `is_part`: more fit than are ranked by relevance."""

    rows: Sequence[ListedAward] | Sequence[ListedItem]
    next: str
    is_part: bool = False


def awards(wanted: Wanted) -> QuerySet[ListedAward]:
    """The awards that fit, without an order."""
    return _narrowed(ListedAward.objects.all(), wanted)


def items(wanted: Wanted, *, moment: datetime) -> QuerySet[ListedItem]:
    """The items that fit, without an order."""
    found = _narrowed(ListedItem.objects.all(), wanted)
    if wanted.only is Only.OPEN:
        return found.filter(is_open=True, closes_at__gt=moment)
    return found.filter(terms__contains=["a1"]) if wanted.only is Only.AWARDED else found


def list_page(found: QuerySet[Row], wanted: Wanted, *, cursor: str = "", limit: int = PAGE) -> ListPage:
    """A page of `awards` or `items` in the order wanted, each with its procedure. Raises CursorBroken."""
    if wanted.sorted_by is Order.RELEVANCE:
        return _closest(found, wanted, cursor=cursor, limit=limit)
    keyed = keyset(_with_procedure(found), order_of(wanted), cursor, limit, filled=True)
    return ListPage(rows=keyed.rows, next=keyed.cursor)


def _with_procedure(found: QuerySet[Row]) -> QuerySet[Row]:
    return found.select_related("procedure", "procedure__buyer").defer(
        "terms", "procedure__description", "procedure__requirements", "procedure__buyer_lemmas"
    )


def order_of(wanted: Wanted) -> list[str]:
    """The fields of a list's order, for its index."""
    match wanted.sorted_by:
        case Order.VALUE:
            return ["-amount", "-id"]
        case Order.DEADLINE:
            return ["closes_at", "id"]
        case _:
            return ["-listed_on", "-id"]


AT_ONCE: Final = 500


def whole_list(found: QuerySet[Row], wanted: Wanted) -> Iterator[Row]:
    """Every row of a list in its order, from a server-side cursor; by relevance its closest alone."""
    if wanted.sorted_by is Order.RELEVANCE:
        yield from _closest(found, wanted, cursor="", limit=RANKED).rows  # type: ignore[misc]
        return
    places = _with_procedure(found).order_by(*order_of(wanted)).iterator(chunk_size=AT_ONCE)
    while some := list(islice(places, AT_ONCE)):
        yield from some


def _closest(found: QuerySet[Row], wanted: Wanted, *, cursor: str, limit: int) -> ListPage:
    """The newest that fit, by how much of what was asked for stands in their titles, or their procedures'."""
    begins = _read_rank(cursor)
    rows = list(_with_procedure(found).order_by(*order_of(replace(wanted, order=None)))[: RANKED + 1])
    is_part = len(rows) > RANKED
    rows = rows[:RANKED]
    asked = frozenset(words.lemmas(wanted.text))
    # What is said of the thing itself counts before what is said of the whole; the newest stay first among equals.
    rows.sort(
        key=lambda row: (
            -question.title_share(asked, frozenset(words.lemmas(row.title))),
            -question.title_share(asked, frozenset(words.lemmas(row.procedure.title))),
        )
    )
    following = f"r{begins + limit}" if begins + limit < len(rows) else ""
    return ListPage(rows=rows[begins : begins + limit], next=following, is_part=is_part)


def _read_rank(cursor: str) -> int:
    if not cursor:
        return 0
    number = cursor.removeprefix("r")
    if cursor[0] != "r" or not (number.isascii() and number.isdigit() and len(number) <= len(str(RANKED))):
        raise CursorBroken
    return int(number)


def _narrowed(found: QuerySet[Row], wanted: Wanted) -> QuerySet[Row]:
    terms = [
        *([f"o{wanted.origin}"] if wanted.origin else ()),
        *([f"c{categories.prefix(wanted.cpv)}"] if wanted.cpv else ()),
        *([f"r{wanted.region}"] if wanted.region else ()),
        *([f"b{wanted.buyer}"] if wanted.buyer else ()),
        *([f"s{wanted.winner}"] if wanted.winner else ()),
    ]
    if terms:
        found = found.filter(terms__contains=terms)
    if wanted.counted_in:
        found = found.filter(currency=wanted.counted_in)
    if wanted.sorted_by is Order.VALUE:
        found = found.filter(amount__isnull=False)
    if wanted.value_min is not None:
        found = found.filter(amount__gte=wanted.value_min)
    if wanted.value_max is not None:
        found = found.filter(amount__lte=wanted.value_max)
    if wanted.since is not None:
        found = found.filter(listed_on__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(listed_on__lte=wanted.until)
    return found.filter(_said(wanted.text)) if wanted.text.strip() else found


_CPV: Final = re.compile(r"(\d{8})(?:-\d)?", re.ASCII)


def _said(text: str) -> Q:
    """A reference, a category, or words that all are said of it; phrases as they are written in its titles."""
    code = _CPV.fullmatch(text.strip())
    if code:
        return Q(terms__contains=[f"c{categories.prefix(code[1])}"])
    lemmas = words.lemmas(text)
    reference = f"n{' '.join(text.split()).lower()}"
    if not lemmas:
        return Q(terms__contains=[reference])
    said = Q(terms__contains=[f"w{lemma}" for lemma in lemmas])
    for phrase in question.phrases(text):
        said &= Q(title__icontains=phrase) | Q(procedure__title__icontains=phrase)
    # A reference has a digit. Asking for both at once would keep the planner from walking the list in its order.
    return said | Q(terms__contains=[reference]) if any(sign.isdigit() for sign in text) else said


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many there are; `more` where there are more than are counted."""

    number: int
    more: bool


def count(found: QuerySet[Row]) -> Counted:
    """How many fit, counted up to ten thousand: beyond that nobody reads the list to its end."""
    number = found.order_by()[: COUNTED + 1].count()
    return Counted(number=min(number, COUNTED), more=number > COUNTED)


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What a list could be narrowed to, with how many of it are such; `capped` where each may be more than that.

    `by_term` has origins (`o…`), divisions (`c` and two digits), countries (`r` and two letters), buyers (`b…`) and
    winners (`s…`), of those the most frequent.
    """

    by_term: Mapping[str, int]
    by_value: Sequence[int]  # of VALUE_BANDS
    by_year: Sequence[tuple[int, int]]  # the latest first
    of: int
    capped: bool


_FACETS: Final = """
    SELECT term, number FROM (
      SELECT term, count(*) AS number,
             row_number() OVER (PARTITION BY left(term, 1) ORDER BY count(*) DESC, term) AS place
        FROM ({inner}) AS found CROSS JOIN LATERAL unnest(found.terms) AS term
       WHERE term LIKE ANY (ARRAY['o%%', 'c__', 'r__', 'b%%', 's%%']) GROUP BY term
    ) AS ranked WHERE place <= {most}
"""


def facets(found: QuerySet[Row], wanted: Wanted) -> Facets:
    """How many of a list fall under each narrowing; of a list longer than five thousand at least how many."""
    places = found.order_by()[: SAMPLED + 1]
    inner, parameters = places.values("terms").query.sql_with_params()
    model = found.model
    in_currency = Q(currency=wanted.counted_in or DEFAULT_CURRENCY)
    within = [Q(amount__gte=low or 0) & (Q(amount__lt=high) if high else Q()) for low, high in VALUE_BANDS]
    sample = model._default_manager.filter(pk__in=Subquery(places.values("pk")))
    numbers: dict[str, int] = sample.aggregate(
        of=Count("pk"), **{f"value_{n}": Count("pk", filter=in_currency & band) for n, band in enumerate(within)}
    )
    years = sample.annotate(year=ExtractYear("listed_on")).values_list("year").annotate(number=Count("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_FACETS.format(inner=inner, most=MOST), parameters)
        by_term = {str(term): int(number) for term, number in cursor.fetchall()}
    return Facets(
        by_term=by_term,
        by_value=[numbers[f"value_{n}"] for n in range(len(VALUE_BANDS))],
        by_year=[(int(year), int(number)) for year, number in years.order_by("-year")[:MOST]],
        of=min(numbers["of"], SAMPLED),
        capped=numbers["of"] > SAMPLED,
    )
