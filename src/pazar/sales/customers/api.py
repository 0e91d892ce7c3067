"""Customers and their time lines over the API (J2)."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import SELLING
from pazar.sales.customers import commands, policies, queries, timeline
from pazar.sales.customers.models import Account, Touch
from pazar.sales.customers.rules.touches import LONGEST, ByHand

router = Router(tags=["sales"])
READS = TokenAuth(Scope.SALES_READ, roles=SELLING)
WRITES = TokenAuth(Scope.SALES_WRITE, roles=SELLING)


class AccountOut(Schema):
    id: UUID
    name: str
    country: str
    number: str
    town: str
    manager_id: UUID | None
    created_at: datetime


class AccountIn(Schema):
    name: str = Field(min_length=1, max_length=300)
    country: str = Field("", pattern="^([A-Z]{2})?$", description="ISO 3166 alpha-2.")
    number: str = Field("", max_length=40)
    town: str = Field("", max_length=120)


class TouchOut(Schema):
    """An entry of the time line. `said` is its sentence in the caller's language; `text` what a person wrote."""

    id: UUID
    kind: str
    said: str
    text: str
    person_id: UUID | None
    happened_at: datetime
    corrects: UUID | None


class TouchIn(Schema):
    kind: ByHand
    text: str = Field(min_length=1, max_length=LONGEST)


class CorrectionIn(Schema):
    text: str = Field(min_length=1, max_length=LONGEST)


class Asked(Schema):
    q: str = Field("", max_length=200, description="In name or number.")


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


def _account(row: Account) -> AccountOut:
    return AccountOut(
        id=row.pk,
        name=row.name,
        country=row.country,
        number=row.number,
        town=row.town,
        manager_id=row.manager_id,
        created_at=row.created_at,
    )


def _touch(row: Touch) -> TouchOut:
    return TouchOut(
        id=row.pk,
        kind=row.kind,
        said=timeline.said(row.kind, row.facts),
        text=row.text,
        person_id=row.person_id,
        happened_at=row.happened_at,
        corrects=row.corrects_id,
    )


@router.get("/accounts", response=Page[AccountOut], auth=READS)
def accounts(request: HttpRequest, place: Query[Place], asked: Query[Asked]) -> dict[str, Any]:
    """The desk's customers, by name (D4)."""
    found = policies.visible_to(_actor(request))
    if asked.q:
        found = found.filter(Q(name__icontains=asked.q) | Q(number=asked.q))
    return page(request, found, ["name", "id"], place, _account)


@router.post("/accounts", response={201: AccountOut}, auth=WRITES)
def add_account(request: HttpRequest, said: AccountIn) -> Status[AccountOut]:
    """Enter a customer; the one the desk has, where number or name mean it."""
    return Status(201, _account(commands.add_account(actor=_actor(request), **said.dict())))


@router.get("/accounts/{uuid:account_id}", response=AccountOut, auth=READS)
def read_account(request: HttpRequest, account_id: UUID) -> AccountOut:
    """One customer."""
    return _account(queries.account(_actor(request), account_id))


@router.get("/accounts/{uuid:account_id}/touches", response=Page[TouchOut], auth=READS)
def touches(request: HttpRequest, account_id: UUID, place: Query[Place]) -> dict[str, Any]:
    """A customer's time line, the newest first. Nothing in it is ever rewritten."""
    found = queries.account(_actor(request), account_id).touches.all()
    return page(request, found, ["-happened_at", "-id"], place, _touch)


@router.post("/accounts/{uuid:account_id}/touches", response={201: TouchOut}, auth=WRITES)
def add_touch(request: HttpRequest, account_id: UUID, said: TouchIn) -> Status[TouchOut]:
    """Note a call, a meeting, a mail or a thought."""
    made = commands.add_touch(actor=_actor(request), account_id=account_id, kind=said.kind, text=said.text)
    return Status(201, _touch(made))


@router.post("/touches/{uuid:touch_id}/correct", response={201: TouchOut}, auth=WRITES)
def correct_touch(request: HttpRequest, touch_id: UUID, said: CorrectionIn) -> Status[TouchOut]:
    """Say anew what an entry said wrongly; the old one stays."""
    return Status(201, _touch(commands.correct_touch(actor=_actor(request), touch_id=touch_id, text=said.text)))
