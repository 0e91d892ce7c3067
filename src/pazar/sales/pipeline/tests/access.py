"""Who may do what with deals: the company's sellers, each with his own and with nobody's."""

from tests.access.matrix import OK, Call, Case, Stage

from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import SELLING
from pazar.ground.identity.scope import acting
from pazar.sales.channels.tests.access import free_lead
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.models import Deal


def free_deal(stage: Stage) -> Deal:
    """A deal that nobody has yet."""
    deal = commands.make_deal(actor=stage.actor(), lead_id=free_lead(stage).pk)
    with acting(CENTRE):
        Deal.objects.filter(pk=deal.pk).update(manager=None)
    return deal


def _deal(stage: Stage, **sent: object) -> Call:
    return Call(kwargs={"deal_id": free_deal(stage).pk}, **sent)  # type: ignore[arg-type]


def _lead(stage: Stage, **sent: object) -> Call:
    return Call(kwargs={"lead_id": free_lead(stage).pk}, **sent)  # type: ignore[arg-type]


def _posted(name: str, sent: dict[str, object]) -> Case:
    return Case(route=f"pipeline:{name}", method="POST", make=lambda s: _deal(s, form=sent), allowed=SELLING)


def _called(name: str, sent: dict[str, object]) -> Case:
    return Case(route=f"api:{name}", method="POST", make=lambda s: _deal(s, json=sent), allowed=SELLING)


CASES = [
    Case(route="pipeline:today", allowed=SELLING, foreign=OK),
    Case(route="pipeline:deals", allowed=SELLING, foreign=OK),
    Case(route="pipeline:export", make=lambda s: Call(kwargs={"form": "csv"}), allowed=SELLING, foreign=OK),
    Case(route="pipeline:deal", make=_deal, allowed=SELLING),
    _posted("move", {"stage": "qualified"}),
    _posted("lose", {"reason": "price", "note": ""}),
    _posted("step", {"step": "Обаждане"}),
    _posted("amount", {"amount": "1000", "currency": "EUR"}),
    Case(route="pipeline:make", method="POST", make=lambda s: _lead(s, form={}), allowed=SELLING),
    Case(
        route="pipeline:account",
        make=lambda s: Call(kwargs={"account_id": free_deal(s).account_id}),
        allowed=SELLING,
    ),
    Case(route="api:deals", allowed=SELLING, foreign=OK),
    Case(route="api:read_deal", make=_deal, allowed=SELLING),
    Case(route="api:make_deal", method="POST", make=lambda s: _lead(s, json={}), allowed=SELLING),
    _called("move_deal", {"stage": "qualified"}),
    _called("close_deal_lost", {"reason": "price"}),
    _called("set_next_step", {"step": "Обаждане"}),
    _called("set_amount", {"amount": "1000"}),
]
