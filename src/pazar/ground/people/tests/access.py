"""Who may call the routes of a company's people: each of them looks, owners change."""

import re
from dataclasses import replace
from decimal import Decimal

from tests.access.matrix import EVERY_ROLE, OK, Call, Case, Stage, persons, public, staff_only
from tests.factories import actor_of, make_person

from pazar.ground.identity.rules.roles import BUYING, Role, StaffRole
from pazar.ground.messages.models import Mail
from pazar.ground.people.commands import approvals, invitations, personal, staff
from pazar.ground.people.models import Approval, ChainStep, Invitation
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_draft

OWNERS = frozenset({Role.OWNER})
EMAIL = "asked.in@example.org"
INVITATION = {"email": EMAIL, "roles": ["reader"], "language": "bg"}


def person(stage: Stage) -> Call:
    return Call(kwargs={"person_id": stage.people[Role.READER].pk}, form={"roles": ["analyst"]})


def leaver(stage: Stage) -> Call:
    return Call(kwargs={"person_id": stage.people[Role.READER].pk}, form={"heir": str(stage.people[Role.BUYER].pk)})


def invited(stage: Stage) -> Invitation:
    return invitations.invite(actor=stage.actor(), **INVITATION)  # type: ignore[arg-type]


def of_invitation(stage: Stage) -> Call:
    return Call(kwargs={"invitation_id": invited(stage).pk})


def by_its_link(stage: Stage) -> Call:
    invited(stage)
    mail = Mail.objects.filter(to=EMAIL).latest("made_at")
    found = re.search(r"/invitations/([\w-]+)/", mail.text)
    assert found is not None
    return Call(kwargs={"token": found[1]}, form={"name": "Ваня", "password": "quiet-harbour-81"})


def step(stage: Stage) -> ChainStep:
    return approvals.add_step(
        actor=stage.actor(), kind="publication", above=Decimal(0), currency="EUR", role=str(Role.OWNER)
    )


def of_step(stage: Stage) -> Call:
    return Call(kwargs={"step_id": step(stage).pk})


def draft(stage: Stage) -> Procedure:
    step(stage)
    return make_draft(stage.actor(Role.BUYER))


def to_ask(stage: Stage) -> Call:
    return Call(kwargs={"kind": "publication", "subject_id": draft(stage).pk}, form={"note": ""})


def asked(stage: Stage) -> Approval:
    return approvals.ask(actor=stage.actor(Role.BUYER), kind="publication", subject_id=draft(stage).pk)


def of_approval(stage: Stage) -> Call:
    return Call(kwargs={"approval_id": asked(stage).pk}, form={"reason": "Не сега."})


def handing_on(stage: Stage) -> Call:
    return replace(of_approval(stage), form={"person": str(stage.people[Role.ACCOUNTANT].pk)})


def lookable(stage: Stage) -> Call:
    return Call(form={"company": str(stage.company.pk), "reason": "The owner asked for help by telephone."})


def look(stage: Stage) -> Call:
    """Of the very operator who calls."""
    operator = next(caller.person for caller in stage.callers if caller.staff is StaffRole.OPERATOR)
    assert operator is not None
    made = staff.look_in(
        actor=actor_of(operator), company_id=stage.company.pk, reason="The owner asked for help by telephone."
    )
    return Call(kwargs={"look_id": made.pk})


def new_moderator(stage: Stage) -> Call:
    person = make_person(name="Борис")
    return Call(form={"email": person.email, "roles": ["moderator"]})


def own_export(stage: Stage) -> Call:
    owner = stage.people[Role.OWNER]
    export = personal.ask_export(actor=stage.actor())
    personal.make_export(export.pk)
    assert owner.pk == export.person_id
    return Call(kwargs={"export_id": export.pk})


CASES = [
    staff_only("people:staff", StaffRole.OPERATOR),
    staff_only("people:staff", StaffRole.OPERATOR, make=new_moderator, method="POST"),
    staff_only("people:looking", StaffRole.OPERATOR),
    staff_only("people:looking", StaffRole.OPERATOR, make=lookable, method="POST"),
    staff_only("people:look", StaffRole.OPERATOR, make=look),
    staff_only("people:end_look", StaffRole.OPERATOR, make=look, method="POST"),
    persons("people:my_data"),
    persons("people:ask_export", method="POST"),
    Case(route="people:download", make=own_export, allowed=OWNERS, refused=404),
    # Nobody types his own address here: whoever acts for somebody isn't erased, and nobody by mistake.
    Case(
        route="people:erase",
        method="POST",
        make=lambda stage: Call(form={"email": "another@example.org"}),
        allowed=frozenset(),
        refused=422,
        foreign=422,
        nobody=422,
    ),
    public("people:erased"),
    Case(route="people:list", foreign=OK),
    Case(route="people:rights", foreign=OK),
    Case(route="people:invite", method="POST", make=lambda stage: Call(form=INVITATION), allowed=OWNERS, foreign=OK),
    Case(
        route="people:factors",
        method="POST",
        make=lambda stage: Call(form={"roles": ["owner"]}),
        allowed=OWNERS,
        foreign=OK,
    ),
    Case(route="people:resend", method="POST", make=of_invitation, allowed=OWNERS),
    Case(route="people:revoke", method="POST", make=of_invitation, allowed=OWNERS),
    Case(route="people:person", make=person, allowed=OWNERS),
    Case(route="people:person", method="POST", make=person, allowed=OWNERS),
    # The reader is the one who leaves: he may go himself.
    Case(route="people:leave", make=leaver, allowed=frozenset({Role.OWNER, Role.READER})),
    Case(route="people:leave", method="POST", make=leaver, allowed=frozenset({Role.OWNER, Role.READER})),
    public("people:accept", by_its_link),
    # The secret is the visitor's right; whoever is logged in has another address.
    Case(
        route="people:accept",
        method="POST",
        make=by_its_link,
        allowed=frozenset(),
        foreign=403,
        nobody=403,
        visitor=OK,
    ),
    Case(route="people:approvals", foreign=OK),
    Case(
        route="people:add_step",
        method="POST",
        make=lambda stage: Call(form={"kind": "bid", "above": "1000", "currency": "EUR", "role": "owner"}),
        allowed=OWNERS,
        foreign=OK,
    ),
    Case(route="people:remove_step", method="POST", make=of_step, allowed=OWNERS),
    Case(route="people:ask", make=to_ask, allowed=BUYING),
    Case(route="people:ask", method="POST", make=to_ask, allowed=BUYING),
    Case(route="people:approval", make=of_approval, allowed=EVERY_ROLE),
    Case(route="people:approve", method="POST", make=of_approval, allowed=OWNERS),
    Case(route="people:refuse", method="POST", make=of_approval, allowed=OWNERS),
    Case(route="people:hand_on", method="POST", make=handing_on, allowed=OWNERS),
    Case(route="people:withdraw", method="POST", make=of_approval, allowed=frozenset({Role.BUYER})),
    Case(route="api:list_people", foreign=OK),
    Case(
        route="api:change_roles",
        method="PUT",
        make=lambda stage: Call(kwargs={"person_id": stage.people[Role.READER].pk}, json={"roles": ["analyst"]}),
        allowed=OWNERS,
    ),
    Case(route="api:list_approvals", foreign=OK),
    Case(route="api:list_invitations", allowed=OWNERS, foreign=OK),
    Case(
        route="api:make_invitation",
        method="POST",
        make=lambda stage: Call(json=INVITATION),
        allowed=OWNERS,
        foreign=OK,
    ),
    Case(route="api:revoke_invitation", method="DELETE", make=of_invitation, allowed=OWNERS),
    Case(route="api:approve_approval", method="POST", make=of_approval, allowed=OWNERS, nobody=404),
    Case(
        route="api:refuse_approval",
        method="POST",
        make=lambda stage: replace(of_approval(stage), form=None, json={"reason": "Не сега."}),
        allowed=OWNERS,
        nobody=404,
    ),
]
