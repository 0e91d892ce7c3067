"""A company's interests, and what one would bring."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from django.db.models import Count
from django.utils.translation import get_language

from pazar.ground.codes import queries as codes
from pazar.ground.codes import wording
from pazar.ground.codes.rules import cpv
from pazar.ground.codes.wording import Piece
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as companies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages.kinds import Topic
from pazar.market.matching import policies
from pazar.market.matching.models import Interest
from pazar.market.matching.queries import oracle
from pazar.market.matching.rules import interests
from pazar.market.matching.rules import reasons as why
from pazar.market.matching.rules.interests import Breadth, InterestFacts
from pazar.market.procedures import queries as procedures

DAYS = 90
EXAMPLES = 10
PROPOSALS = 3


def own_interests(actor: Actor) -> list[Interest]:
    """The company's interests by name."""
    return list(policies.interests_visible_to(actor).order_by("name", "id"))


def topics(actor: Actor) -> list[Topic]:
    """What a person may choose a pace of his own about: each interest of his company."""
    return [Topic(key=str(interest.pk), label=interest.name) for interest in own_interests(actor)]


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


def buyer_names(keys: Sequence[str]) -> dict[str, str]:
    """What buyers are called that interests name as lots do: by a company's id, or by a name in small letters."""
    ids = {key: UUID(key) for key in keys if _is_uuid(key)}
    known = companies.companies(list(ids.values())) if ids else {}
    return {key: known[ids[key]].name if key in ids and ids[key] in known else key for key in keys}


def buyer_key(typed: str) -> str:
    """The buyer that somebody named by his whole name or number, as lots name him; empty for none."""
    found = companies.exactly(typed)
    if found is not None:
        return str(found.pk)
    name = typed.strip().lower()
    return name if procedures.is_buyers_name(name) else ""


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class Example:
    """A procedure that would have come, and why."""

    procedure_id: UUID
    title: str
    language: str
    buyer_name: str
    published_at: datetime | None
    why: Sequence[Piece]


class Step(StrEnum):
    """What a proposal would change."""

    NARROWER = "narrower"
    WIDER = "wider"
    NO_REGIONS = "no_regions"
    NO_WORDS = "no_words"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that would bring less, or more: `code` in the place of `asked` (of none, where none was asked for)."""

    step: Step
    a_week: Decimal
    code: str = ""
    asked: str = ""
    label: str = ""

    @property
    def text(self) -> str:
        """As a form carries it back; `changed` reads it."""
        return f"{self.step}:{self.asked}:{self.code}"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What an interest would have brought in the last 90 days (B1)."""

    count: int
    a_week: Decimal  # to one decimal
    open_now: int
    breadth: Breadth
    examples: Sequence[Example]
    proposals: Sequence[Proposal] = ()
    leaves_outside_out: bool = False
    """It asks for procedures of elsewhere and for a kind, which those don't state."""


def preview(interest: InterestFacts, *, moment: datetime) -> Preview:
    """Counts and the newest examples for an interest, saved or not, asleep or awake."""
    brought = oracle.brought(interest, since=moment - timedelta(days=DAYS), moment=moment, limit=EXAMPLES)
    a_week = _a_week(brought.count)
    because = {example.procedure_id: why.reason(interest, example.lot) for example in brought.examples}
    wording.know_labels(because.values())
    size = interests.breadth(a_week=Decimal(brought.count) * 7 / DAYS)
    return Preview(
        count=brought.count,
        a_week=a_week,
        open_now=brought.open_now,
        breadth=size,
        proposals=_proposals(interest, size, brought.count, moment=moment),
        leaves_outside_out=interest.with_outside and bool(interest.kinds),
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


def _proposals(interest: InterestFacts, size: Breadth, count: int, *, moment: datetime) -> list[Proposal]:
    """For a too broad interest the codes under it that bring the most; for a narrow one, what would bring more."""
    since = moment - timedelta(days=DAYS)
    if size is Breadth.TOO_BROAD:
        found = [
            Proposal(step=Step.NARROWER, code=code, asked=asked, a_week=_a_week(brings))
            for code, asked, brings in oracle.narrower(interest, since=since, limit=PROPOSALS)
        ]
    elif size in (Breadth.NOTHING, Breadth.NARROW):
        found = [one for one in _wider(interest, since=since, moment=moment) if one.a_week > _a_week(count)]
        found.sort(key=lambda one: one.a_week, reverse=True)
    else:
        return []
    language = (get_language() or "en").split("-")[0]
    labels = codes.labels([one.code for one in found if one.code], language=language)
    return [replace(one, label=labels.get(one.code, "")) for one in found[:PROPOSALS]]


def _wider(interest: InterestFacts, *, since: datetime, moment: datetime) -> list[Proposal]:
    def brings(changed: InterestFacts) -> Decimal:
        return _a_week(oracle.brought(changed, since=since, moment=moment, limit=1).count)

    found = []
    for asked in interest.cpv[:PROPOSALS]:
        known = codes.labels(cpv.ancestors(asked), language="en")
        wider = next((code for code in cpv.ancestors(asked) if known[code] != code), "")
        if wider:
            changed = replace(interest, cpv=_in_place(interest.cpv, asked, wider))
            found.append(Proposal(step=Step.WIDER, code=wider, asked=asked, a_week=brings(changed)))
    # Without its last criterion an interest would bring everything: nobody is led there.
    if interest.regions and (interest.cpv or interest.words_any):
        found.append(Proposal(step=Step.NO_REGIONS, a_week=brings(replace(interest, regions=()))))
    if interest.words_any and (interest.cpv or interest.regions):
        found.append(Proposal(step=Step.NO_WORDS, a_week=brings(replace(interest, words_any=()))))
    return found


def changed(codes_asked: Sequence[str], proposal: str) -> tuple[Step, tuple[str, ...]] | None:
    """The step that a form carried back and the codes after it; None for what is no proposal."""
    step, _, rest = proposal.partition(":")
    asked, _, code = rest.partition(":")
    if step not in set(Step) or (code and cpv.begun(code) is None):
        return None
    return Step(step), _in_place(tuple(codes_asked), asked, code) if code else tuple(codes_asked)


def _in_place(codes_asked: tuple[str, ...], asked: str, code: str) -> tuple[str, ...]:
    """`code` where `asked` stood, or at the end; a code that another holds already falls away."""
    put = tuple(code if one == asked else one for one in codes_asked) if asked in codes_asked else (*codes_asked, code)
    return tuple(dict.fromkeys(one for one in put if not any(cpv.covers(o, one) for o in put if o != one)))


def _a_week(count: int) -> Decimal:
    return (Decimal(count) * 7 / DAYS).quantize(Decimal("0.1"))
