"""Reads of customers and their time lines; all inside `acting(actor)`."""

from collections.abc import Sequence
from uuid import UUID

from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.queries import staff
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import SELLING
from pazar.sales.customers import policies
from pazar.sales.customers.models import Account, Touch
from pazar.sales.customers.rules.touches import ACCOUNT_NOTED

PAGE = 30


def secret_of(company_id: UUID) -> str:
    """The key under which a desk's journal entries stand: their leaves are public, their content never is."""
    return f"desk:{company_id}"


def managers(actor: Actor) -> Sequence[Person]:
    """Those who may be given something to work on, by name."""
    return staff(company_id=actor.company_id, roles=SELLING) if actor.company_id else []


def account(actor: Actor, account_id: UUID) -> Account:
    """Raises NotFound."""
    found = policies.visible_to(actor).select_related("manager").filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def account_count(company_id: UUID) -> int:
    return Account.objects.filter(company_id=company_id).count()


def first_touch(account: Account) -> Touch | None:
    """Who or what found this customer."""
    return account.touches.filter(kind=ACCOUNT_NOTED).select_related("person").order_by("happened_at", "id").first()
