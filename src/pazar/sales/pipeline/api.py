"""Deals over the API (J2)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, keyset, next_address
from pazar.ground.api.scopes import Scope
from pazar.ground.codes.schemas import ReasonOut
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.identity.scope import acting
from pazar.ground.ui import now
from pazar.sales.channels import sentences as leads
from pazar.sales.pipeline import commands, queries
from pazar.sales.pipeline.commands.deals import LONGEST_STEP
from pazar.sales.pipeline.models import Deal
from pazar.sales.pipeline.rules import stages
from pazar.sales.pipeline.rules.stages import LostReason, Stage

router = Router(tags=["sales"])
READS = TokenAuth(Scope.SALES_READ, roles=SELLING)
WRITES = TokenAuth(Scope.SALES_WRITE, roles=SELLING)


class DealLotOut(Schema):
    number: str
    title: str
    won: bool
    amount: str | None = Field(description="The company's own price; exact, as text. Null if it couldn't be read.")


class DealOut(Schema):
    id: UUID
    title: str
    stage: Stage
    account_id: UUID
    account_name: str
    lead_id: UUID | None
    manager_id: UUID | None
    reason: str = Field(description="Why its procedure fitted, in the language asked for; empty if it came otherwise.")
    why: ReasonOut | None
    amount: str | None = Field(description="The company's own figure, or the award's price; exact, as text.")
    currency: str
    next_step: str
    next_step_on: date | None
    procedure_id: UUID | None
    reference: str
    closes_at: datetime | None
    has_bid: bool
    made_at: datetime
    moved_at: datetime
    ended_at: datetime | None
    lost_reason: str
    lost_note: str
    vat_included: bool | None = Field(description="Whether the award's prices include VAT; null before it.")
    lots: list[DealLotOut] = Field(description="The lots of the bid, as the award ended them; none before it.")
    moves: list[Stage] = Field(description="The stages a person may move it to at this moment.")


class DealIn(Schema):
    customer: str = Field("", max_length=300, description="Who the customer is, where the notice names no buyer.")


class MoveIn(Schema):
    stage: Stage
    seen: Stage | None = Field(None, description="The stage you saw it in; if it has another by now, 409.")


class LostIn(Schema):
    reason: LostReason = Field(description="price, competitor, no_need or other (which asks for a note)")
    note: str = Field("", max_length=500)


class StepIn(Schema):
    step: str = Field(max_length=LONGEST_STEP, description="Empty takes it away.")
    on: date | None = None


class AmountIn(Schema):
    amount: Decimal | None = Field(ge=0, max_digits=18, decimal_places=2)
    currency: str = Field("EUR", pattern="^[A-Z]{3}$")


class Asked(Schema):
    stage: Stage | None = Field(None, description="Open ones if not said.")


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _deal(row: Deal) -> DealOut:
    return _shown(row, _fits([row]).get(row.pk, leads.NOTHING))


def _done(request: HttpRequest, row: Deal) -> DealOut:
    """The deal after a command, whose own reach into the desk's rows is over."""
    with acting(_actor(request)):
        return _deal(queries.deal(_actor(request), row.pk))


def _fits(rows: Sequence[Deal]) -> dict[UUID, leads.Fits]:
    found = leads.fits_of_leads(row.lead for row in rows)
    return {row.pk: found[row.lead_id] for row in rows if row.lead_id in found}


def _shown(row: Deal, fits: leads.Fits) -> DealOut:
    return DealOut(
        id=row.pk,
        title=row.title,
        stage=Stage(row.stage),
        account_id=row.account_id,
        account_name=row.account.name,
        lead_id=row.lead_id,
        manager_id=row.manager_id,
        reason=fits.text,
        why=fits.as_computed(),
        amount=None if row.amount is None else format(row.amount, "f"),
        currency=row.currency,
        next_step=row.next_step,
        next_step_on=row.next_step_on,
        procedure_id=row.procedure_id,
        reference=row.reference,
        closes_at=row.closes_at,
        has_bid=row.bid_id is not None,
        made_at=row.made_at,
        moved_at=row.moved_at,
        ended_at=row.ended_at,
        lost_reason=row.lost_reason,
        lost_note=row.lost_note,
        vat_included=row.vat_included,
        lots=[
            DealLotOut(
                number=lot.number,
                title=lot.title,
                won=lot.won,
                amount=None if lot.amount is None else format(lot.amount, "f"),
            )
            for lot in queries.lots_of(row)
        ],
        moves=list(stages.moves(queries.standing(row), moment=now.now())),
    )


@router.get("/deals", response=Page[DealOut], auth=READS)
def deals(
    request: HttpRequest,
    place: Query[Place],
    asked: Query[Asked],
) -> dict[str, Any]:
    """Deals of the desk, the newest first (D5)."""
    found = queries.listed(_actor(request), stage=asked.stage).select_related("lead__opportunity")
    keyed = keyset(found, ["-made_at", "-id"], place.cursor, place.limit)
    fits = _fits(keyed.rows)
    return {
        "items": [_shown(row, fits.get(row.pk, leads.NOTHING)) for row in keyed.rows],
        "next": next_address(request, keyed.cursor),
    }


@router.get("/deals/{uuid:deal_id}", response=DealOut, auth=READS)
def read_deal(request: HttpRequest, deal_id: UUID) -> DealOut:
    """One deal."""
    return _deal(queries.deal(_actor(request), deal_id))


@router.post("/leads/{uuid:lead_id}/deal", response={201: DealOut}, auth=WRITES)
def make_deal(request: HttpRequest, lead_id: UUID, said: DealIn) -> Status[DealOut]:
    """Make a deal of a lead; the one that was made before, if there is one."""
    return Status(
        201, _done(request, commands.make_deal(actor=_actor(request), lead_id=lead_id, customer=said.customer))
    )


@router.post("/deals/{uuid:deal_id}/move", response=DealOut, auth=WRITES)
def move_deal(request: HttpRequest, deal_id: UUID, said: MoveIn) -> DealOut:
    """Move it to another stage. A deal whose bid is with the buyer follows its bid."""
    return _done(request, commands.move_deal(actor=_actor(request), deal_id=deal_id, stage=said.stage, seen=said.seen))


@router.post("/deals/{uuid:deal_id}/lost", response=DealOut, auth=WRITES)
def close_deal_lost(request: HttpRequest, deal_id: UUID, said: LostIn) -> DealOut:
    """Close it as lost, with the reason."""
    return _done(
        request, commands.close_lost(actor=_actor(request), deal_id=deal_id, reason=said.reason, note=said.note)
    )


@router.post("/deals/{uuid:deal_id}/next-step", response=DealOut, auth=WRITES)
def set_next_step(request: HttpRequest, deal_id: UUID, said: StepIn) -> DealOut:
    """Say what comes next, and by which day."""
    return _done(request, commands.set_next_step(actor=_actor(request), deal_id=deal_id, step=said.step, on=said.on))


@router.post("/deals/{uuid:deal_id}/amount", response=DealOut, auth=WRITES)
def set_amount(request: HttpRequest, deal_id: UUID, said: AmountIn) -> DealOut:
    """Enter the company's own figure; nobody else sees it."""
    return _done(
        request, commands.set_amount(actor=_actor(request), deal_id=deal_id, amount=said.amount, currency=said.currency)
    )
