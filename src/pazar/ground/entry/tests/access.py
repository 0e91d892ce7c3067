"""Who may call the routes of getting in: everybody; the secret of the link is the right."""

from tests.access.matrix import LOGIN, Call, Case, Stage, public

from pazar.ground.entry.commands import links
from pazar.ground.identity.rules.actor import NOBODY
from pazar.ground.identity.rules.roles import Role


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


CASES = [
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
