"""Who may call the routes of registration, moderation and admission."""

from tests.access.matrix import OK, Call, Case, Stage, public, staff_only

from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.market.companies.adapters import desk
from pazar.market.companies.commands import applying, deciding
from pazar.market.companies.models import Application, Decision, RegisterChange
from pazar.market.companies.tests.factories import (
    LONG_AGO,
    FakeRegister,
    known,
    make_case,
    make_moderator,
    token,
    wish,
)

MODERATORS = (StaffRole.MODERATOR, StaffRole.HEAD_OF_MODERATORS)


def registered(stage: Stage) -> Call:
    desk.provide([FakeRegister(known())])
    return Call(form={"country": "BG", "number": "999021770"})


def a_person(stage: Stage) -> Call:
    return Call(form={"person_name": "Ана", "email": "ana@example.org", "country": "BG", "telephone": "0888123456"})


def unconfirmed(stage: Stage) -> Call:
    registered(stage)
    asked = wish()
    applying.apply(wish=asked)
    return Call(kwargs={"token": token(asked.email)}, form={})


def case(stage: Stage) -> Application:
    registered(stage)
    return make_case()


def one(stage: Stage) -> Call:
    return Call(kwargs={"application_id": case(stage).pk})


def approval(stage: Stage) -> Call:
    return Call(kwargs={"application_id": case(stage).pk}, form={"act": "approve"})


def refused(stage: Stage) -> Decision:
    return deciding.refuse(actor=make_moderator(), application_id=case(stage).pk, reason="twice", words="")


def taken_back(stage: Stage) -> Call:
    return Call(kwargs={"decision_id": refused(stage).pk}, form={})


def admission(stage: Stage) -> Call:
    asked = case(stage)
    asked.state, asked.company = "with_owners", stage.company
    asked.save()
    return Call(kwargs={"application_id": asked.pk}, form={"act": "admit"})


def renamed(stage: Stage) -> Call:
    change = RegisterChange.objects.create(
        company=stage.company,
        field="name",
        before=stage.company.name,
        after="Друго име ООД",
        register="fake",
        as_of=LONG_AGO.date(),
        found_at=LONG_AGO,
    )
    return Call(kwargs={"change_id": change.pk}, form={})


CASES = [
    Case(route="companies:register", allowed=frozenset(Role), foreign=OK),
    Case(route="companies:confirm_name", method="POST", make=renamed, allowed=frozenset({Role.OWNER})),
    staff_only("companies:changes", *MODERATORS),
    staff_only("companies:sanctions", *MODERATORS),
    public("companies:join"),
    # A form that a program could have sent: everybody is asked to send it once more.
    Case(
        route="companies:join",
        method="POST",
        make=registered,
        allowed=frozenset(),
        refused=422,
        foreign=422,
        nobody=422,
        visitor=422,
    ),
    public("companies:check", registered, method="POST"),
    public("companies:join_person"),
    Case(
        route="companies:join_person",
        method="POST",
        make=a_person,
        allowed=frozenset(),
        refused=422,
        foreign=422,
        nobody=422,
        visitor=422,
    ),
    public("companies:case_of_applicant", unconfirmed),
    public("companies:case_of_applicant", unconfirmed, method="POST"),
    staff_only("companies:queue", *MODERATORS),
    staff_only("companies:head", StaffRole.HEAD_OF_MODERATORS),
    staff_only("companies:case", *MODERATORS, make=one),
    staff_only("companies:case", *MODERATORS, make=approval, method="POST"),
    staff_only("companies:undo", *MODERATORS, make=taken_back, method="POST"),
    Case(route="companies:admissions", allowed=frozenset({Role.OWNER}), foreign=OK),
    Case(route="companies:admit", method="POST", make=admission, allowed=frozenset({Role.OWNER})),
]
