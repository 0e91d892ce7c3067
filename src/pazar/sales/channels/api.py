"""Opportunities, leads and the intake rule over the API (J2)."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, keyset, next_address
from pazar.ground.api.scopes import Scope
from pazar.ground.codes import queries as codes
from pazar.ground.codes.schemas import ReasonOut
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import LEADING_SALES, SELLING
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands, policies, queries, sentences
from pazar.sales.channels.models import IntakeRule, Lead, Opportunity
from pazar.sales.channels.rules.intake import Rule

router = Router(tags=["sales"])
READS = TokenAuth(Scope.SALES_READ, roles=SELLING)
WRITES = TokenAuth(Scope.SALES_WRITE, roles=SELLING)
LEADS = TokenAuth(Scope.SALES_WRITE, roles=LEADING_SALES)


class GroundOut(Schema):
    """One condition of the company's rule, as it turned out."""

    kind: str
    holds: bool
    about: str


class OpportunityOut(Schema):
    id: UUID
    procedure_id: UUID
    reference: str
    title: str
    buyer_name: str
    reason: str = Field(description="Why it fits the company's interests, in the language asked for.")
    why: ReasonOut | None = Field(description="The same to be computed with; null for what came before it was kept.")
    closes_at: datetime | None
    value: str | None = Field(description="Exact, as text.")
    currency: str
    is_outside: bool
    state: str = Field(description="waiting, taken, dismissed, ended")
    came_at: datetime
    settled_at: datetime | None
    settled_why: str
    grounds: list[GroundOut] = Field(description="What the company's rule said of it.")


class LeadOut(Schema):
    id: UUID
    channel: str
    title: str
    opportunity_id: UUID | None
    procedure_id: UUID | None
    account_id: UUID | None
    manager_id: UUID | None
    reason: str = Field(description="Why its procedure fitted, in the language asked for.")
    why: ReasonOut | None
    given_why: str = Field(description="Why this manager: chosen, rule, taker, bidder, nobody")
    state: str = Field(description="open, became_deal, dropped")
    taken_at: datetime
    ended_at: datetime | None
    ended_why: str


class TakeIn(Schema):
    manager_id: UUID | None = Field(None, description="Null: the rule's manager, else you.")


class DismissOpportunityIn(Schema):
    reason: str = Field("", max_length=500)


class GiveIn(Schema):
    manager_id: UUID


class DropIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


class RuleOut(Schema):
    is_on: bool
    value_min: str | None = Field(description="In euro, exact, as text.")
    cpv: list[str]
    buyer_words: list[str]
    manager_id: UUID | None


class RuleIn(Schema):
    is_on: bool
    value_min: Decimal | None = Field(None, ge=0, max_digits=18, decimal_places=2)
    cpv: list[str] = Field([], max_length=200)
    buyer_words: list[str] = Field([], max_length=50)
    manager_id: UUID | None = None


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _opportunity(row: Opportunity) -> OpportunityOut:
    return _shown(row, sentences.fits([row])[row.pk])


def _shown(row: Opportunity, fits: sentences.Fits) -> OpportunityOut:
    return OpportunityOut(
        id=row.pk,
        procedure_id=row.procedure_id,
        reference=row.reference,
        title=row.title,
        buyer_name=row.buyer_name,
        reason=fits.text,
        why=fits.as_computed(),
        closes_at=row.closes_at,
        value=_amount(row.value_amount),
        currency=row.currency,
        is_outside=row.is_outside,
        state=row.state,
        came_at=row.came_at,
        settled_at=row.settled_at,
        settled_why=row.settled_why,
        grounds=[GroundOut(**ground) for ground in row.grounds],
    )


def _lead(row: Lead) -> LeadOut:
    return _lead_shown(row, sentences.fits_of_leads([row]).get(row.pk, sentences.NOTHING))


def _done(request: HttpRequest, row: Lead) -> LeadOut:
    """The lead after a command, whose own reach into the desk's rows is over."""
    with acting(_actor(request)):
        return _lead(queries.lead(_actor(request), row.pk))


def _lead_shown(row: Lead, fits: sentences.Fits) -> LeadOut:
    return LeadOut(
        id=row.pk,
        channel=row.channel,
        title=row.title,
        opportunity_id=row.opportunity_id,
        procedure_id=row.procedure_id,
        account_id=row.account_id,
        manager_id=row.manager_id,
        reason=fits.text,
        why=fits.as_computed(),
        given_why=row.given_why,
        state=row.state,
        taken_at=row.taken_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )


def _rule(row: IntakeRule | None) -> RuleOut:
    if row is None:
        return RuleOut(is_on=False, value_min=None, cpv=[], buyer_words=[], manager_id=None)
    return RuleOut(
        is_on=row.is_on,
        value_min=_amount(row.value_min),
        cpv=row.cpv,
        buyer_words=row.buyer_words,
        manager_id=row.manager_id,
    )


@router.get("/opportunities", response=Page[OpportunityOut], auth=READS)
def opportunities(
    request: HttpRequest,
    place: Query[Place],
    state: Literal["waiting", "taken", "dismissed", "ended"] = "waiting",
) -> dict[str, Any]:
    """Procedures that fit the company's interests, the newest first (D3)."""
    found = policies.visible_opportunities(_actor(request)).filter(state=state)
    keyed = keyset(found, ["-came_at", "-id"], place.cursor, place.limit)
    fits = sentences.fits(keyed.rows)
    return {"items": [_shown(row, fits[row.pk]) for row in keyed.rows], "next": next_address(request, keyed.cursor)}


@router.post("/opportunities/{uuid:opportunity_id}/take-up", response=LeadOut, auth=WRITES)
def take_opportunity_up(request: HttpRequest, opportunity_id: UUID, said: TakeIn) -> LeadOut:
    """Make a lead of the internet channel of it, and its buyer a customer (D3)."""
    return _done(
        request, commands.take_up(actor=_actor(request), opportunity_id=opportunity_id, manager_id=said.manager_id)
    )


@router.post("/opportunities/{uuid:opportunity_id}/dismiss", response=OpportunityOut, auth=WRITES)
def dismiss_opportunity(request: HttpRequest, opportunity_id: UUID, said: DismissOpportunityIn) -> OpportunityOut:
    """Set it aside, with the reason."""
    return _opportunity(commands.dismiss(actor=_actor(request), opportunity_id=opportunity_id, reason=said.reason))


@router.get("/leads", response=Page[LeadOut], auth=READS)
def leads(
    request: HttpRequest, place: Query[Place], state: Literal["open", "became_deal", "dropped"] = "open"
) -> dict[str, Any]:
    """Leads of the desk, the newest first (D3)."""
    found = policies.visible_leads(_actor(request)).filter(state=state).select_related("opportunity")
    keyed = keyset(found, ["-taken_at", "-id"], place.cursor, place.limit)
    fits = sentences.fits_of_leads(keyed.rows)
    return {
        "items": [_lead_shown(row, fits.get(row.pk, sentences.NOTHING)) for row in keyed.rows],
        "next": next_address(request, keyed.cursor),
    }


@router.get("/leads/{uuid:lead_id}", response=LeadOut, auth=READS)
def read_lead(request: HttpRequest, lead_id: UUID) -> LeadOut:
    """One lead."""
    return _lead(queries.lead(_actor(request), lead_id))


@router.post("/leads/{uuid:lead_id}/give", response=LeadOut, auth=WRITES)
def give_lead(request: HttpRequest, lead_id: UUID, said: GiveIn) -> LeadOut:
    """Give it to a manager of the desk: to others only by who leads it."""
    return _done(request, commands.give_lead(actor=_actor(request), lead_id=lead_id, manager_id=said.manager_id))


@router.post("/leads/{uuid:lead_id}/drop", response=LeadOut, auth=WRITES)
def drop_lead(request: HttpRequest, lead_id: UUID, said: DropIn) -> LeadOut:
    """Give it up, with the reason."""
    return _done(request, commands.drop_lead(actor=_actor(request), lead_id=lead_id, reason=said.reason))


@router.get("/intake-rule", response=RuleOut, auth=READS)
def read_intake_rule(request: HttpRequest) -> RuleOut:
    """The company's rule: which opportunities become leads by themselves (D3)."""
    return _rule(queries.rule_row(_actor(request)))


@router.put("/intake-rule", response=RuleOut, auth=LEADS)
def save_intake_rule(request: HttpRequest, said: RuleIn) -> RuleOut:
    """Set the rule. It works on what comes in from now on."""
    rule = Rule(
        is_on=said.is_on,
        value_min=said.value_min,
        cpv=tuple(codes.read_codes("cpv", ", ".join(said.cpv))),
        buyer_words=tuple(word.strip() for word in said.buyer_words if word.strip()),
    )
    return _rule(commands.save_rule(actor=_actor(request), rule=rule, manager_id=said.manager_id))
