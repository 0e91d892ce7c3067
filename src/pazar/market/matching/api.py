"""Matches and interests over the API (J2)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api import paging
from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place
from pazar.ground.api.scopes import Scope
from pazar.ground.codes import queries as codes
from pazar.ground.codes import wording
from pazar.ground.codes.schemas import UnderOut
from pazar.ground.errors import NotAllowed
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.ui import now
from pazar.market.matching import policies
from pazar.market.matching.commands import interests, match, narrow
from pazar.market.matching.models import Interest, Match
from pazar.market.matching.queries import interests as interest_queries
from pazar.market.matching.queries import matches, narrowings, reasons
from pazar.market.matching.rules.narrowing import Because
from pazar.market.matching.rules.reasons import Reason
from pazar.market.procedures import queries as procedures

router = Router(tags=["matching"])
READ = TokenAuth(Scope.MATCHES_READ, roles=frozenset(Role))
WRITE = TokenAuth(Scope.MATCHES_WRITE, roles=policies.MAY_CHANGE)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class MatchOut(Schema):
    """A lot that fits one of the company's interests."""

    id: UUID
    procedure: UUID
    lot: UUID
    interest: UUID
    interest_version: int
    title: str
    closes_at: datetime | None
    value_amount: Decimal | None = Field(description="The procedure's: stated, or the sum of its lots'.")
    currency: str
    is_outside: bool
    found_at: datetime
    dismissed_at: datetime | None
    reason: str = Field(description="In the language asked for by Accept-Language.")
    categories: list[UnderOut]
    regions: list[UnderOut]
    words: list[str]
    value: str = Field(description="not_asked, inside, not_stated, not_comparable")


class Narrowed(Schema):
    only_open: bool = Field(True, description="Only what may still be bid for.")
    dismissed: bool = Field(False, description="What was put away instead of what wasn't.")


@router.get("/matches", response=Page[MatchOut], auth=READ, url_name="matches_list")
def list_matches(request: HttpRequest, narrowed: Query[Narrowed], place: Query[Place]) -> dict[str, Any]:
    """What fits the company's interests, newest first, each with its reason."""
    actor = _actor(request)
    found = (
        matches.open_matches(actor, moment=now.now()) if narrowed.only_open else policies.matches_visible_to(actor)
    ).filter(dismissed_at__isnull=not narrowed.dismissed)
    found = found.select_related("procedure").annotate(estimate=procedures.estimated("procedure"))
    keyed = paging.keyset(found, ["-found_at", "-id"], place.cursor, place.limit)
    why = reasons.of_matches(keyed.rows)
    return {
        "items": [_match_out(row, why[row.pk], row.estimate) for row in keyed.rows if row.pk in why],
        "next": paging.next_address(request, keyed.cursor),
    }


def _match_out(row: Match, why: Reason, estimate: Decimal | None) -> MatchOut:
    return MatchOut(
        id=row.pk,
        procedure=row.procedure_id,
        lot=row.lot_id,
        interest=row.interest_id,
        interest_version=row.interest_version,
        title=row.procedure.title,
        closes_at=row.procedure.closes_at,
        value_amount=estimate,
        currency=row.procedure.currency,
        is_outside=not row.procedure.is_own,
        found_at=row.found_at,
        dismissed_at=row.dismissed_at,
        reason=wording.sentence(why, get_language() or "en"),
        categories=UnderOut.all_of(why.categories),
        regions=UnderOut.all_of(why.regions),
        words=list(why.words),
        value=str(why.value),
    )


class DismissIn(Schema):
    why: str = Field("", max_length=500)


@router.post("/matches/{uuid:procedure_id}/dismiss", response={204: None}, auth=WRITE, url_name="matches_dismiss")
def dismiss(request: HttpRequest, procedure_id: UUID, body: DismissIn) -> Status[None]:
    """Put a procedure out of the company's matches."""
    match.dismiss_match(actor=_actor(request), procedure_id=procedure_id, why=body.why)
    return Status(204, None)


@router.post("/matches/{uuid:procedure_id}/restore", response={204: None}, auth=WRITE, url_name="matches_restore")
def restore(request: HttpRequest, procedure_id: UUID) -> Status[None]:
    """Take a dismissal back."""
    match.restore_match(actor=_actor(request), procedure_id=procedure_id)
    return Status(204, None)


class InterestIn(Schema):
    """All that is set must hold on one lot; what is empty asks nothing. Values are in EUR."""

    name: str = Field(max_length=120)
    cpv: list[str] = Field(default=[], max_length=100, description="CPV codes, each with its subtree.")
    regions: list[str] = Field(default=[], max_length=100, description="NUTS codes, each with its subtree.")
    words_any: list[str] = Field(default=[], max_length=50)
    words_none: list[str] = Field(default=[], max_length=50)
    value_min: Decimal | None = Field(None, max_digits=18, decimal_places=2)
    value_max: Decimal | None = Field(None, max_digits=18, decimal_places=2)
    kinds: list[str] = Field(default=[], max_length=20)
    regimes: list[Annotated[str, Field(max_length=50)]] | None = Field(
        None, max_length=20, description="Codes of regime packs; left out, on a change what stands stays."
    )
    buyers_none: list[Annotated[str, Field(min_length=1, max_length=300)]] | None = Field(
        None,
        max_length=100,
        description="Buyers not wanted: companies' ids, or names in small letters where a source only names them. Left "
        "out, on a change what stands stays.",
    )
    with_outside: bool = True
    mail_outside: bool = False
    is_active: bool = True


class InterestOut(InterestIn):
    id: UUID
    version: int
    changed_at: datetime


class NarrowingOut(Schema):
    """How an interest would be narrowed: codes, words, a buyer or amounts in EUR that go out of it and come in."""

    interest_id: UUID
    interest_name: str
    version: int
    because: str
    gone: list[str]
    added: list[str]


class NarrowingAsked(Schema):
    because: Because
    word: str = Field("", max_length=100, description="With `word`: the word of the procedure that isn't wanted.")


class NarrowingIn(NarrowingAsked):
    interest_id: UUID
    version: int = Field(ge=0, le=2_147_483_647, description="The interest's version that the proposal was made for.")


@router.get(
    "/matches/{uuid:procedure_id}/narrowings", response=list[NarrowingOut], auth=READ, url_name="matches_narrowings"
)
def list_narrowings(request: HttpRequest, procedure_id: UUID, asked: Query[NarrowingAsked]) -> list[NarrowingOut]:
    """What each interest that brought the procedure would become, if it isn't for the company for this reason."""
    found = narrowings.narrowings(_actor(request), procedure_id, asked.because, word=asked.word)
    return [
        NarrowingOut(
            interest_id=one.interest_id,
            interest_name=one.interest_name,
            version=one.version,
            because=one.proposal.because.value,
            gone=list(one.proposal.gone),
            added=list(one.proposal.added),
        )
        for one in found
    ]


@router.post("/matches/{uuid:procedure_id}/narrowings", response=InterestOut, auth=WRITE, url_name="matches_narrowings")
def accept_narrowing(request: HttpRequest, procedure_id: UUID, body: NarrowingIn) -> InterestOut:
    """Narrow an interest as proposed, and put the procedure away with the reason."""
    changed = narrow.narrow_interest(
        actor=_actor(request),
        procedure_id=procedure_id,
        interest_id=body.interest_id,
        version=body.version,
        because=body.because,
        word=body.word,
    )
    return _interest_out(changed)


class PreviewOut(Schema):
    count: int = Field(description="Procedures of the last 90 days that would have come.")
    a_week: Decimal
    open_now: int
    breadth: str = Field(description="nothing, narrow, fitting, too_broad")


@router.get("/interests", response=Page[InterestOut], auth=READ, url_name="interests_list")
def list_interests(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """The company's interests by name."""
    return paging.page(request, policies.interests_visible_to(_actor(request)), ["name", "id"], place, _interest_out)


@router.post("/interests", response={201: InterestOut}, auth=WRITE, url_name="interests_list")
def make_interest(request: HttpRequest, body: InterestIn) -> Status[InterestOut]:
    """Make an interest; everything open is matched against it in the background."""
    return Status(201, _interest_out(interests.save_interest(actor=_actor(request), wanted=_wanted(body))))


@router.post("/interests/preview", response=PreviewOut, auth=READ, url_name="interests_preview")
def preview(request: HttpRequest, body: InterestIn) -> PreviewOut:
    """What an interest would bring, without saving it."""
    actor = _actor(request)
    if actor.company_id is None:
        raise NotAllowed
    found = interest_queries.preview(interests.facts_of(_wanted(body), company_id=actor.company_id), moment=now.now())
    return PreviewOut(count=found.count, a_week=found.a_week, open_now=found.open_now, breadth=found.breadth.value)


@router.get("/interests/{uuid:interest_id}", response=InterestOut, auth=READ, url_name="interests_one")
def read_interest(request: HttpRequest, interest_id: UUID) -> InterestOut:
    """One of the company's interests as it stands."""
    return _interest_out(interest_queries.own_interest(_actor(request), interest_id))


@router.put("/interests/{uuid:interest_id}", response=InterestOut, auth=WRITE, url_name="interests_one")
def change_interest(request: HttpRequest, interest_id: UUID, body: InterestIn) -> InterestOut:
    """Change an interest: a new version, matched anew in the background."""
    return _interest_out(interests.save_interest(actor=_actor(request), wanted=_wanted(body), interest_id=interest_id))


@router.delete("/interests/{uuid:interest_id}", response={204: None}, auth=WRITE, url_name="interests_one")
def remove_interest(request: HttpRequest, interest_id: UUID) -> Status[None]:
    """Remove an interest with the matches it brought."""
    interests.remove_interest(actor=_actor(request), interest_id=interest_id)
    return Status(204, None)


def _wanted(body: InterestIn) -> interests.Wanted:
    """Raises UnknownCodes for codes of no list."""
    return interests.Wanted(
        name=body.name,
        cpv=codes.read_codes("cpv", ",".join(body.cpv)),
        regions=codes.read_codes("nuts", ",".join(body.regions)),
        words_any=" ".join(body.words_any),
        words_none=" ".join(body.words_none),
        value_min=body.value_min,
        value_max=body.value_max,
        kinds=body.kinds,
        regimes=body.regimes,
        buyers_none=body.buyers_none,
        with_outside=body.with_outside,
        mail_outside=body.mail_outside,
        is_active=body.is_active,
    )


def _interest_out(row: Interest) -> InterestOut:
    return InterestOut(
        id=row.pk,
        version=row.version,
        changed_at=row.changed_at,
        name=row.name,
        cpv=row.cpv,
        regions=row.regions,
        words_any=row.words_any,
        words_none=row.words_none,
        value_min=row.value_min,
        value_max=row.value_max,
        kinds=row.kinds,
        regimes=row.regimes,
        buyers_none=row.buyers_none,
        with_outside=row.with_outside,
        mail_outside=row.mail_outside,
        is_active=row.is_active,
    )
