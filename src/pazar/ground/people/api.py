"""A company's people and approvals for programs."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.identity.models import Membership
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.rights import OWNING, RIGHTS, Act
from pazar.ground.people import queries
from pazar.ground.people.commands import approvals, invitations, members
from pazar.ground.people.models import Approval, Invitation

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


class InvitationIn(Schema):
    email: Annotated[str, Field(max_length=254)]
    roles: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=20)]
    language: Literal["en", "bg"] = "en"


class InvitationOut(Schema):
    id: UUID
    email: str
    roles: list[str]
    made_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, one: Invitation) -> "InvitationOut":
        return cls(id=one.pk, email=one.email, roles=one.roles, made_at=one.made_at, expires_at=one.expires_at)


class RefusalIn(Schema):
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/invitations", response=Page[InvitationOut], auth=TokenAuth(Scope.PEOPLE_READ, roles=OWNING))
def list_invitations(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """Those that wait for an answer; the newest first."""
    found = Invitation.objects.filter(company_id=queries.company_of(_actor(request)), accepted_at=None, revoked_at=None)
    return page(request, found, ["-made_at", "-id"], place, show=InvitationOut.of)


@router.post(
    "/invitations",
    response={201: InvitationOut},
    auth=TokenAuth(Scope.PEOPLE_WRITE, roles=OWNING, dangerous=True),
)
def make_invitation(request: HttpRequest, said: InvitationIn) -> Status[InvitationOut]:
    """Ask somebody in; the link goes by mail alone."""
    made = invitations.invite(actor=_actor(request), email=said.email, roles=said.roles, language=said.language)
    return Status(201, InvitationOut.of(made))


@router.delete(
    "/invitations/{uuid:invitation_id}", response={204: None}, auth=TokenAuth(Scope.PEOPLE_WRITE, roles=OWNING)
)
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> Status[None]:
    """Take it back: its link opens nothing any more."""
    invitations.revoke(actor=_actor(request), invitation_id=invitation_id)
    return Status(204, None)


@router.post(
    "/approvals/{uuid:approval_id}/approve", response=ApprovalOut, auth=TokenAuth(Scope.PEOPLE_WRITE, dangerous=True)
)
def approve_approval(request: HttpRequest, approval_id: UUID) -> ApprovalOut:
    """Say yes for the step whose turn it is."""
    return ApprovalOut.of(approvals.approve(actor=_actor(request), approval_id=approval_id))


@router.post("/approvals/{uuid:approval_id}/refuse", response=ApprovalOut, auth=TokenAuth(Scope.PEOPLE_WRITE))
def refuse_approval(request: HttpRequest, approval_id: UUID, said: RefusalIn) -> ApprovalOut:
    """Say no, with the reason that whoever asked reads."""
    return ApprovalOut.of(approvals.refuse(actor=_actor(request), approval_id=approval_id, reason=said.reason))
