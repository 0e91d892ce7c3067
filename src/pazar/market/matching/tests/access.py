"""Who may see and change a company's interests and matches: its people see them, bidders and sellers change them."""

from collections.abc import Callable

from tests.access.matrix import OK, Call, Case, Stage, public

from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages import feeds
from pazar.ground.messages.commands.feeds import make_address
from pazar.market.matching.commands import match
from pazar.market.matching.models import Interest
from pazar.market.matching.policies import MAY_CHANGE
from pazar.market.matching.tests.factories import make_interest
from pazar.market.procedures.tests.factories import make_procedure

FORM = {"name": "Кабели", "cpv": "31300000", "with_outside": "on", "is_active": "on"}
SENT = {"name": "Кабели", "cpv": ["31300000"]}


def interest(stage: Stage) -> Interest:
    return make_interest(stage.actor(Role.TENDER_MANAGER))


def matched(stage: Stage) -> Call:
    """The other company's procedure fits our interest; they have none of their own."""
    interest(stage)
    found = make_procedure(stage.other_actor)
    match.match_procedure(procedure_id=found.pk)
    return Call(kwargs={"procedure_id": found.pk}, form={"why": "too_small"})


def dismissed(stage: Stage) -> Call:
    made = matched(stage)
    match.dismiss_match(
        actor=stage.actor(Role.TENDER_MANAGER), procedure_id=made.kwargs["procedure_id"], why="too_small"
    )
    return Call(kwargs=made.kwargs)


def because(stage: Stage) -> Call:
    """Put away with its interest narrowed: nothing more of this buyer."""
    made = matched(stage)
    own = Interest.objects.get(company_id=stage.company.pk)
    said = {"because": "buyer", "interest": str(own.pk), "version": str(own.version)}
    return Call(kwargs=made.kwargs, form=said)


def narrowing(stage: Stage) -> Call:
    made = because(stage)
    said = made.form
    return Call(
        kwargs=made.kwargs,
        json={"because": "buyer", "interest_id": said["interest"], "version": int(said["version"]), "word": ""},
    )


def feed_address(feed: str) -> Callable[[Stage], Call]:
    """Whoever has the address reads it: the token in it is the proof."""

    def make(stage: Stage) -> Call:
        row = make_address(actor=stage.actor(Role.OWNER), feed=feed)
        return Call(kwargs={"token": feeds.address(row).split("/")[-2]})

    return make


CASES = [
    Case(route="matching:export", make=lambda stage: Call(kwargs={"form": "csv"}), foreign=OK),
    Case(route="matching:because", make=matched, allowed=MAY_CHANGE),
    Case(route="matching:because", method="POST", make=because, allowed=MAY_CHANGE),
    Case(
        route="api:matches_narrowings",
        make=lambda stage: Call(kwargs=matched(stage).kwargs, query={"because": "buyer"}),
    ),
    Case(route="api:matches_narrowings", method="POST", make=narrowing, allowed=MAY_CHANGE),
    # Lists show each company its own.
    Case(route="matching:matches", foreign=OK),
    Case(route="matching:interests", foreign=OK),
    Case(route="matching:dismiss", method="POST", make=matched, allowed=MAY_CHANGE),
    Case(route="matching:restore", method="POST", make=dismissed, allowed=MAY_CHANGE),
    Case(route="matching:new_interest", allowed=MAY_CHANGE, foreign=OK),
    Case(
        route="matching:new_interest",
        method="POST",
        make=lambda stage: Call(form=FORM),
        allowed=MAY_CHANGE,
        foreign=OK,
    ),
    Case(route="matching:preview", method="POST", make=lambda stage: Call(form=FORM), foreign=OK),
    Case(
        route="matching:interest",
        make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk}),
        allowed=MAY_CHANGE,
    ),
    Case(
        route="matching:interest",
        method="POST",
        make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk}, form=FORM),
        allowed=MAY_CHANGE,
    ),
    Case(
        route="matching:remove_interest",
        method="POST",
        make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk}),
        allowed=MAY_CHANGE,
    ),
    Case(route="api:matches_list", foreign=OK),
    Case(
        route="api:matches_dismiss",
        method="POST",
        make=lambda stage: Call(kwargs=matched(stage).kwargs, json={"why": "Too small"}),
        allowed=MAY_CHANGE,
    ),
    Case(route="api:matches_restore", method="POST", make=dismissed, allowed=MAY_CHANGE),
    Case(route="api:interests_list", foreign=OK),
    Case(
        route="api:interests_list",
        method="POST",
        make=lambda stage: Call(json=SENT),
        allowed=MAY_CHANGE,
        foreign=OK,
    ),
    Case(route="api:interests_preview", method="POST", make=lambda stage: Call(json=SENT), foreign=OK),
    Case(route="api:interests_one", make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk})),
    Case(
        route="api:interests_one",
        method="PUT",
        make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk}, json=SENT),
        allowed=MAY_CHANGE,
    ),
    Case(
        route="api:interests_one",
        method="DELETE",
        make=lambda stage: Call(kwargs={"interest_id": interest(stage).pk}),
        allowed=MAY_CHANGE,
    ),
    public("matching:feed", feed_address("matches")),
    public("matching:feed_calendar", feed_address("matches_deadlines")),
]
