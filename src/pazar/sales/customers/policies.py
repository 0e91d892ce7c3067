"""Who may see a desk and act in it. Managers see the whole desk of their company and act on what is theirs."""

from uuid import UUID

from django.db.models import QuerySet

from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import LEADING_SALES, SELLING
from pazar.sales.customers.models import Account


def require_desk(actor: Actor) -> None:
    """One who sells for his company. Raises NotAllowed."""
    policies.require(actor, SELLING)


def require_leading(actor: Actor) -> None:
    """One who decides for the whole desk. Raises NotAllowed."""
    policies.require(actor, LEADING_SALES)


def sees_desk(actor: Actor) -> bool:
    return actor.has(SELLING)


def leads_desk(actor: Actor) -> bool:
    """Who decides for the whole desk: its rules, and what others work on."""
    return actor.has(LEADING_SALES)


def may_work(actor: Actor, manager_id: UUID | None) -> bool:
    """Whether `actor` acts on what `manager_id` works on: his own, nobody's, or anybody's for who leads the desk."""
    return actor.has(SELLING) and (leads_desk(actor) or manager_id in (None, actor.person_id))


def visible_to(actor: Actor) -> QuerySet[Account]:
    if actor.company_id is None or not sees_desk(actor):
        return Account.objects.none()
    return Account.objects.filter(company_id=actor.company_id)
