"""A company's matches, as its pages and its rail show them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Min, Q, QuerySet, Subquery

from pazar.ground.codes import wording
from pazar.ground.codes.wording import Piece
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching import policies
from pazar.market.matching.models import Look, Match
from pazar.market.matching.queries import reasons
from pazar.market.procedures import queries as procedures

PAGE = 20
SOON = timedelta(days=7)
_WEEKS = 4


class Chip(StrEnum):
    """What the list is narrowed to."""

    ALL = "all"
    NEW = "new"
    CLOSING = "closing"
    STARTED = "started"
    OUTSIDE = "outside"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many procedures stand under each chip; `started` is None where nobody can say.

    `a_week`: about how many the interests bring, the mean of the last four weeks, rounded up.
    """

    all: int
    closing: int
    outside: int
    new: int
    dismissed: int
    started: int | None
    a_week: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One matched procedure, with the reason of its first lot that fits."""

    procedure_id: UUID
    title: str
    language: str
    buyer_name: str
    town: str
    closes_at: datetime | None
    value_amount: Decimal | None
    currency: str
    is_outside: bool
    is_new: bool
    is_started: bool
    why: Sequence[Piece]
    dismissed_why: str


@dataclass(frozen=True)
class Place:
    """Where a page of the list begins: after the procedure with this deadline and id."""

    closes_at: datetime
    id: UUID

    def text(self) -> str:
        return f"{self.closes_at.isoformat()}~{self.id}"


def place(text: str) -> Place | None:
    """The place in an address; None for none, or for one that somebody made up."""
    at, _, row = text.partition("~")
    try:
        found = Place(closes_at=datetime.fromisoformat(at), id=UUID(row))
    except ValueError:
        return None
    return found if found.closes_at.tzinfo is not None else None


_started: Callable[[Actor], Collection[UUID]] | None = None


def provide_started(started: Callable[[Actor], Collection[UUID]]) -> None:
    """Name who knows which procedures the actor's company began a bid for: `bids`, which stands above this domain."""
    global _started
    _started = started


def started(actor: Actor) -> frozenset[UUID]:
    return frozenset(_started(actor)) if _started is not None else frozenset()


def open_matches(actor: Actor, *, moment: datetime) -> QuerySet[Match]:
    """Matches of the actor's company whose procedures may still be bid for, the dismissed ones too."""
    return policies.matches_visible_to(actor).filter(procedure__state="published", procedure__closes_at__gt=moment)


def open_procedures(actor: Actor, *, moment: datetime) -> QuerySet[Match, Any]:
    """What the hall counts: the procedures behind the matches, each once."""
    found = open_matches(actor, moment=moment).filter(dismissed_at=None)
    return found.values("procedure_id").distinct()


def open_and_new(actor: Actor, *, moment: datetime) -> tuple[int, int]:
    """Open procedures among the matches; and those of them that came since the person last looked: all, if never."""
    if actor.person_id is None or actor.company_id is None:
        return 0, 0
    looked = Look.objects.filter(person_id=actor.person_id, company_id=actor.company_id).values("looked_at")[:1]
    found = open_matches(actor, moment=moment).filter(dismissed_at=None)
    counted = found.annotate(looked=Subquery(looked)).aggregate(
        all=Count("procedure_id", distinct=True),
        new=Count("procedure_id", distinct=True, filter=Q(looked=None) | Q(found_at__gt=F("looked"))),
    )
    return counted["all"], counted["new"]


def _is_new(since: datetime | None) -> Q:
    return Q() if since is None else Q(found_at__gt=since)


def counts(
    actor: Actor,
    *,
    moment: datetime,
    begun: frozenset[UUID],
    since: datetime | None = None,
    interest_id: UUID | None = None,
) -> Counts:
    """`since` is the end of the person's visit before; what was found after it is new to him."""

    def procedures(narrowed: Q) -> Count:
        return Count("procedure_id", distinct=True, filter=narrowed)

    is_open = Q(procedure__state="published", procedure__closes_at__gt=moment)
    is_recent = Q(procedure__published_at__gt=moment - timedelta(weeks=_WEEKS), procedure__published_at__lte=moment)
    kept = is_open & Q(dismissed_at=None)
    found = policies.matches_visible_to(actor).filter(is_open | is_recent)
    if interest_id is not None:
        found = found.filter(interest_id=interest_id)
    told = found.aggregate(
        all=procedures(kept),
        closing=procedures(kept & Q(procedure__closes_at__lte=moment + SOON)),
        outside=procedures(kept & Q(procedure__origin="outside")),
        new=procedures(kept & _is_new(since)),
        dismissed=procedures(is_open & Q(dismissed_at__isnull=False)),
        started=procedures(kept & Q(procedure_id__in=begun)),
        recent=procedures(is_recent),
    )
    weekly = -(-told.pop("recent") // _WEEKS)
    return Counts(**{**told, "a_week": weekly, "started": told["started"] if _started is not None else None})


def matched(
    actor: Actor,
    *,
    moment: datetime,
    chip: Chip,
    begun: frozenset[UUID],
    after: Place | None = None,
    since: datetime | None = None,
    interest_id: UUID | None = None,
) -> tuple[list[Row], Place | None]:
    """A page of matched procedures, what closes first on top, each with the reason of its first lot that fits.

    `interest_id` narrows it to what one interest brings, with that interest's reasons.
    """
    found = open_matches(actor, moment=moment)
    if interest_id is not None:
        found = found.filter(interest_id=interest_id)
    found = found.exclude(dismissed_at=None) if chip == Chip.DISMISSED else found.filter(dismissed_at=None)
    if chip == Chip.CLOSING:
        found = found.filter(procedure__closes_at__lte=moment + SOON)
    elif chip == Chip.NEW:
        found = found.filter(_is_new(since))
    elif chip == Chip.OUTSIDE:
        found = found.filter(procedure__origin="outside")
    elif chip == Chip.STARTED:
        found = found.filter(procedure_id__in=begun)
    if after is not None:
        found = found.filter(
            Q(procedure__closes_at__gt=after.closes_at)
            | Q(procedure__closes_at=after.closes_at, procedure_id__gt=after.id)
        )
    groups = list(
        found.values("procedure_id", closes_at=F("procedure__closes_at"))
        .annotate(
            ids=ArrayAgg("id", order_by=["lot__position", "id"]),
            lots=Count("lot_id", distinct=True),
            found=Min("found_at"),
        )
        .order_by("closes_at", "procedure_id")[: PAGE + 1]
    )
    more = None
    if len(groups) > PAGE:
        last = groups[PAGE - 1]
        more = Place(closes_at=last["closes_at"], id=last["procedure_id"])
    shown = {group["ids"][0]: group for group in groups[:PAGE]}
    first = Match.objects.filter(pk__in=list(shown)).select_related("procedure__buyer")
    first = first.annotate(estimate=procedures.estimated("procedure"))
    by_id = {match.pk: match for match in first}
    why = reasons.of_matches(by_id.values())
    rows = []
    for match_id, group in shown.items():
        match = by_id[match_id]
        procedure = match.procedure
        rows.append(
            Row(
                procedure_id=procedure.pk,
                title=procedure.title,
                language=procedure.language,
                buyer_name=procedure.buyer_name or (procedure.buyer.name if procedure.buyer else ""),
                town=procedure.buyer.town if procedure.buyer else "",
                closes_at=procedure.closes_at,
                value_amount=match.estimate,
                currency=procedure.currency,
                is_outside=not procedure.is_own,
                is_new=since is not None and group["found"] > since,
                is_started=procedure.pk in begun,
                why=wording.pieces(replace(why[match_id], more_lots=group["lots"] - 1)) if match_id in why else (),
                dismissed_why=match.dismissed_why,
            )
        )
    return rows, more


def all_matched(
    actor: Actor,
    *,
    moment: datetime,
    chip: Chip,
    begun: frozenset[UUID],
    since: datetime | None,
    interest_id: UUID | None,
) -> Iterator[Row]:
    """Every procedure of such a list, page after page."""
    after: Place | None = None
    while True:
        rows, after = matched(
            actor, moment=moment, chip=chip, begun=begun, after=after, since=since, interest_id=interest_id
        )
        yield from rows
        if after is None:
            return


@dataclass(frozen=True, kw_only=True)
class Why:
    """Why one lot of a procedure fits, by which interest."""

    interest_name: str
    why: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Every reason why a procedure fits a company, by lot; `is_dismissed` where it was put away."""

    why: Sequence[Why]
    is_dismissed: bool


def why_it_fits(actor: Actor, procedure_id: UUID) -> Fit:
    """Why a procedure fits the actor's company; no reason where it doesn't."""
    rows = list(
        policies.matches_visible_to(actor)
        .filter(procedure_id=procedure_id)
        .select_related("interest")
        .order_by("lot__position", "id")
    )
    why = reasons.of_matches(rows, {row.interest for row in rows}) if rows else {}
    return Fit(
        why=[Why(interest_name=row.interest.name, why=wording.pieces(why[row.pk])) for row in rows if row.pk in why],
        is_dismissed=any(row.dismissed_at is not None for row in rows),
    )


def companies_matched(procedure_id: UUID) -> frozenset[UUID]:
    """Whose interests it fits and who didn't put it away."""
    found = Match.objects.filter(procedure_id=procedure_id, dismissed_at=None)
    return frozenset(found.values_list("company_id", flat=True))


def told_of(procedure_ids: Collection[UUID]) -> set[UUID]:
    """Those of these procedures that a supplier was told of, or set aside with a reason: for the centre alone."""
    touched = Q(told_at__isnull=False) | Q(dismissed_at__isnull=False)
    return set(Match.objects.filter(touched, procedure_id__in=procedure_ids).values_list("procedure_id", flat=True))
