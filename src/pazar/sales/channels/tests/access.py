"""Who may do what with opportunities, leads and the rule: the company's sellers; the rule is its leaders'."""

from tests.access.matrix import OK, Call, Case, Stage
from tests.sales import matched

from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import LEADING_SALES, SELLING, Role
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands
from pazar.sales.channels.models import Lead, Opportunity


def waiting(stage: Stage) -> Opportunity:
    event = matched(stage.company)
    commands.note_opportunities(event)
    with acting(CENTRE):
        return Opportunity.objects.get(procedure_id=event.procedure_id)


def free_lead(stage: Stage) -> Lead:
    """A lead that nobody has yet: every manager may work on it."""
    found = waiting(stage)
    lead = commands.take_up(actor=stage.actor(), opportunity_id=found.pk)
    with acting(CENTRE):
        Lead.objects.filter(pk=lead.pk).update(manager=None)
    return lead


def _opportunity(stage: Stage, **sent: object) -> Call:
    return Call(kwargs={"opportunity_id": waiting(stage).pk}, **sent)  # type: ignore[arg-type]


def _lead(stage: Stage, **sent: object) -> Call:
    return Call(kwargs={"lead_id": free_lead(stage).pk}, **sent)  # type: ignore[arg-type]


def _colleague(stage: Stage) -> dict[str, str]:
    return {"manager_id": str(stage.people[Role.CHANNEL_HEAD].pk)}


def _given_by_page(stage: Stage) -> Call:
    return _lead(stage, form={"manager": _colleague(stage)["manager_id"]})


RULE = {"is_on": True, "value_min": "1000", "cpv": ["31300000"], "buyer_words": []}
# Whoever leads the desk gives to others; the colleague takes it himself.
GIVING = LEADING_SALES | {Role.CHANNEL_HEAD}

CASES = [
    Case(route="channels:inbox", allowed=SELLING, foreign=OK),
    Case(route="channels:export", make=lambda s: Call(kwargs={"form": "csv"}), allowed=SELLING, foreign=OK),
    Case(
        route="channels:act",
        method="POST",
        make=lambda s: Call(form={"take": str(waiting(s).pk)}),
        allowed=SELLING,
    ),
    Case(route="channels:lead", make=_lead, allowed=SELLING),
    Case(route="channels:give", method="POST", make=_given_by_page, allowed=GIVING),
    Case(route="channels:drop", method="POST", make=lambda s: _lead(s, form={"reason": "Далече е."}), allowed=SELLING),
    Case(route="channels:intake", allowed=SELLING, foreign=OK),
    Case(
        route="channels:intake",
        method="POST",
        make=lambda s: Call(form={"is_on": "on", "value_min": "1000", "do": "save"}),
        allowed=LEADING_SALES,
        foreign=OK,
    ),
    Case(route="api:opportunities", allowed=SELLING, foreign=OK),
    Case(route="api:take_opportunity_up", method="POST", make=lambda s: _opportunity(s, json={}), allowed=SELLING),
    Case(route="api:dismiss_opportunity", method="POST", make=lambda s: _opportunity(s, json={}), allowed=SELLING),
    Case(route="api:leads", allowed=SELLING, foreign=OK),
    Case(route="api:read_lead", make=_lead, allowed=SELLING),
    Case(route="api:give_lead", method="POST", make=lambda s: _lead(s, json=_colleague(s)), allowed=GIVING),
    Case(route="api:drop_lead", method="POST", make=lambda s: _lead(s, json={"reason": "Далече."}), allowed=SELLING),
    Case(route="api:read_intake_rule", allowed=SELLING, foreign=OK),
    Case(
        route="api:save_intake_rule",
        method="PUT",
        make=lambda s: Call(json=RULE),
        allowed=LEADING_SALES,
        foreign=OK,
    ),
]
