"""A company's interests, and what one would bring."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Count

from pazar.ground.codes import wording
from pazar.ground.codes.wording import Piece
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.market.matching import policies
from pazar.market.matching.models import Interest
from pazar.market.matching.queries import oracle
from pazar.market.matching.rules import interests
from pazar.market.matching.rules import reasons as why
from pazar.market.matching.rules.interests import Breadth, InterestFacts

DAYS = 90
EXAMPLES = 10


def own_interests(actor: Actor) -> list[Interest]:
    """The company's interests by name."""
    return list(policies.interests_visible_to(actor).order_by("name", "id"))


def open_counts(actor: Actor, *, moment: datetime) -> dict[UUID, int]:
    """How many open procedures each interest of the company brought; one query."""
    found = (
        policies.matches_visible_to(actor)
        .filter(dismissed_at=None, procedure__state="published", procedure__closes_at__gt=moment)
        .values("interest_id")
        .annotate(count=Count("procedure_id", distinct=True))
    )
    return {row["interest_id"]: row["count"] for row in found}


def own_interest(actor: Actor, interest_id: UUID) -> Interest:
    """Raises NotFound, for a foreign one too."""
    found = policies.interests_visible_to(actor).filter(pk=interest_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, kw_only=True)
class Example:
    """A procedure that would have come, and why."""

    procedure_id: UUID
    title: str
    language: str
    buyer_name: str
    published_at: datetime | None
    why: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an interest would have brought in the last 90 days (B1)."""

    count: int
    a_week: Decimal  # to one decimal
    open_now: int
    breadth: Breadth
    examples: Sequence[Example]


def preview(interest: InterestFacts, *, moment: datetime) -> Preview:
    """Counts and the newest examples for an interest, saved or not, asleep or awake."""
    brought = oracle.brought(interest, since=moment - timedelta(days=DAYS), moment=moment, limit=EXAMPLES)
    a_week = (Decimal(brought.count) * 7 / DAYS).quantize(Decimal("0.1"))
    because = {example.procedure_id: why.reason(interest, example.lot) for example in brought.examples}
    wording.know_labels(because.values())
    return Preview(
        count=brought.count,
        a_week=a_week,
        open_now=brought.open_now,
        breadth=interests.breadth(a_week=Decimal(brought.count) * 7 / DAYS),
        examples=[
            Example(
                procedure_id=example.procedure_id,
                title=example.title,
                language=example.language,
                buyer_name=example.buyer_name,
                published_at=example.published_at,
                why=wording.pieces(because[example.procedure_id]),
            )
            for example in brought.examples
        ],
    )
