"""A company's people and approvals for programs."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.identity.models import Membership
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.people import queries
from pazar.ground.people.commands import members
from pazar.ground.people.models import Approval

router = Router(tags=["people"])
READ = TokenAuth(Scope.PEOPLE_READ, roles=RIGHTS[Act.LOOK])


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class MemberOut(Schema):
    person_id: UUID
    name: str
    email: str
    roles: list[str]
    since: datetime

    @classmethod
    def of(cls, one: Membership) -> "MemberOut":
        return cls(
            person_id=one.person_id, name=one.person.name, email=one.person.email, roles=one.roles, since=one.since
        )


class RolesIn(Schema):
    roles: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=20)]


class ApprovalOut(Schema):
    id: UUID
    kind: str
    subject_id: UUID
    title: str
    amount: Decimal | None
    currency: str
    state: str
    asked_by: UUID
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, one: Approval) -> "ApprovalOut":
        amount = one.about.get("amount")
        return cls(
            id=one.pk,
            kind=one.kind,
            subject_id=one.subject_id,
            title=one.about["title"],
            amount=None if amount is None else Decimal(amount),
            currency=one.about["currency"],
            state=one.state,
            asked_by=one.asked_by_id,
            asked_at=one.asked_at,
            ended_at=one.ended_at,
        )


@router.get("/people", response=Page[MemberOut], auth=READ)
def list_people(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """The people of the company that the token is for, with their roles."""
    found = Membership.objects.filter(
        company_id=queries.company_of(_actor(request)), is_active=True, person__is_active=True
    )
    return page(request, found.select_related("person"), ["since", "id"], place, show=MemberOut.of)


@router.put(
    "/people/{uuid:person_id}/roles",
    response=MemberOut,
    auth=TokenAuth(Scope.PEOPLE_WRITE, roles=RIGHTS[Act.MANAGE_PEOPLE], dangerous=True),
)
def change_roles(request: HttpRequest, person_id: UUID, said: RolesIn) -> MemberOut:
    """Give one of them exactly these roles."""
    return MemberOut.of(members.change_roles(actor=_actor(request), person_id=person_id, roles=said.roles))


@router.get("/approvals", response=Page[ApprovalOut], auth=READ)
def list_approvals(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """What waits for a second person of the company, or was decided; the newest first."""
    found = Approval.objects.filter(company_id=queries.company_of(_actor(request)))
    return page(request, found, ["-asked_at", "-id"], place, show=ApprovalOut.of)
