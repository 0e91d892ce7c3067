"""Who may do what with customers: those who sell for the company whose desk it is."""

from tests.access.matrix import OK, Call, Case, Stage

from pazar.ground.identity.rules.roles import SELLING, Role
from pazar.sales.customers import commands
from pazar.sales.customers.rules.touches import ByHand


def account(stage: Stage) -> Call:
    made = commands.add_account(actor=stage.actor(Role.SALES_MANAGER), name="Община Речна")
    return Call(kwargs={"account_id": made.pk})


def touch(stage: Stage, **sent: object) -> Call:
    """A free customer's entry, by nobody of the desk's managers: each of them corrects his own alone."""
    actor = stage.actor(Role.OWNER)
    made = commands.add_account(actor=actor, name="Община Речна")
    note = commands.add_touch(actor=actor, account_id=made.pk, kind=ByHand.CALL, text="5 km")
    return Call(kwargs={"touch_id": note.pk}, **sent)  # type: ignore[arg-type]


def _noted(stage: Stage, **sent: object) -> Call:
    return Call(kwargs=account(stage).kwargs, **sent)  # type: ignore[arg-type]


LEADING = frozenset({Role.OWNER, Role.SALES_DIRECTOR})
NOTE = {"kind": "call", "text": "Обадиха се."}
NEW = {"name": "Алумет АД"}

CASES = [
    # A desk is one's own: whoever sells elsewhere sees his own company's.
    Case(route="customers:list", allowed=SELLING, foreign=OK),
    Case(route="customers:new", allowed=SELLING, foreign=OK),
    Case(route="customers:new", method="POST", make=lambda s: Call(form=NEW), allowed=SELLING, foreign=OK),
    Case(route="customers:touch", make=account, allowed=SELLING),
    Case(route="customers:touch", method="POST", make=lambda s: _noted(s, form=NOTE), allowed=SELLING),
    Case(route="customers:correct", make=touch, allowed=SELLING),
    Case(
        route="customers:correct",
        method="POST",
        make=lambda s: touch(s, form={"text": "50 km"}),
        allowed=LEADING,
    ),
    Case(route="api:accounts", allowed=SELLING, foreign=OK),
    Case(route="api:add_account", method="POST", make=lambda s: Call(json=NEW), allowed=SELLING, foreign=OK),
    Case(route="api:read_account", make=account, allowed=SELLING),
    Case(route="api:touches", make=account, allowed=SELLING),
    Case(route="api:add_touch", method="POST", make=lambda s: _noted(s, json=NOTE), allowed=SELLING),
    Case(
        route="api:correct_touch",
        method="POST",
        make=lambda s: touch(s, json={"text": "50 km"}),
        allowed=LEADING,
    ),
]
