"""Who may call the routes of getting in: everybody; the secret of the link is the right."""

from collections.abc import Callable
from dataclasses import replace

from django.utils import timezone
from tests.access.matrix import LOGIN, OK, Call, Case, Stage, persons, public

from pazar.ground.entry.adapters import factors as kept
from pazar.ground.entry.commands import links
from pazar.ground.entry.tests.factors import app_of
from pazar.ground.identity.models import Sitting
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role, StaffRole


def living_link(stage: Stage) -> Call:
    person_id = stage.actor(Role.OWNER).person_id
    assert person_id is not None
    link = links.make_link(actor=NOBODY, person_id=person_id, lasts=links.FIRST)
    return Call(
        kwargs={"token": link.path.split("/")[-2]},
        form={"new": "open-market-2026", "again": "open-market-2026"},
    )


def some_address(stage: Stage) -> Call:
    return Call(form={"email": "nobody@example.org"})


def a_question(stage: Stage) -> Call:
    return Call(form={"proof-password": "guess"})


def own_factor(stage: Stage) -> Call:
    """Of the company's owner; whoever else calls finds nothing."""
    person = stage.people[Role.OWNER]
    app_of(person)
    return Call(kwargs={"factor_id": kept.of(person.pk).get().pk})


def own_sitting(stage: Stage) -> Call:
    moment = timezone.now()
    made = Sitting.objects.create(
        person=stage.people[Role.OWNER], digest="not a digest", begun_at=moment, seen_at=moment
    )
    return Call(kwargs={"sitting_id": made.pk})


def everybody_gets(status: int, route: str, make: Callable[[Stage], Call] = lambda stage: Call()) -> Case:
    return Case(
        route=route, method="POST", make=make, allowed=frozenset(), refused=status, foreign=status, nobody=status
    )


OWNERS = frozenset({Role.OWNER})
ALL_STAFF = frozenset(StaffRole)
CASES = [
    public("entry:login"),
    Case(
        route="entry:login",
        method="POST",
        make=lambda stage: Call(form={"email": "nobody@example.org", "password": "guess"}),
        foreign=OK,
        nobody=OK,
        visitor=422,
        staff=ALL_STAFF,
    ),
    # Nobody here is half in: who is in goes home, a visitor to the beginning.
    Case(route="entry:second", foreign=OK, nobody=OK, staff=ALL_STAFF),
    Case(route="entry:second", method="POST", foreign=OK, nobody=OK, staff=ALL_STAFF),
    public("entry:login_question", method="POST"),
    replace(everybody_gets(422, "entry:login_passkey", lambda stage: Call(form={"answer": "{}"})), visitor=422),
    public("entry:logout", method="POST"),
    persons("entry:prove"),
    everybody_gets(422, "entry:prove", a_question),
    persons("entry:prove_question", method="POST"),
    persons("entry:security"),
    persons("entry:app"),
    persons("entry:app", method="POST"),
    persons("entry:passkey"),
    persons("entry:passkey", method="POST"),
    persons("entry:passkey_question", method="POST"),
    everybody_gets(404, "entry:codes"),
    Case(route="entry:remove_factor", method="POST", make=own_factor, allowed=OWNERS, refused=404),
    Case(route="entry:end_sitting", method="POST", make=own_sitting, allowed=OWNERS, refused=404),
    persons("entry:end_others", method="POST"),
    public("entry:forgotten"),
    public("entry:forgotten", some_address, method="POST"),
    public("entry:password", living_link),
    # Done, it leads to the log-in, with the new password.
    Case(
        route="entry:password",
        method="POST",
        make=living_link,
        allowed=frozenset(),
        refused=LOGIN,
        foreign=LOGIN,
        nobody=LOGIN,
        visitor=LOGIN,
    ),
]
