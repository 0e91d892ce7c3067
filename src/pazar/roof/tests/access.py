"""Who may see what stands over both wings."""

from tests.access.matrix import Call, Case, Stage, public

from pazar.ground.identity.rules.roles import Role
from pazar.market.procedures.tests.factories import make_draft, make_procedure


def draft(stage: Stage) -> Call:
    """A draft is its company's own; what is published is everybody's (tests of its panels)."""
    return Call(kwargs={"procedure_id": make_draft(stage.actor(Role.BUYER)).pk})


def published(stage: Stage) -> Call:
    return Call(kwargs={"named": make_procedure(stage.actor(Role.BUYER)).reference})


CASES = [
    public("roof:home"),
    public("roof:ocds"),
    public("roof:ocds_release", published),
    Case(route="roof:procedure", make=draft, visitor=404),
]
