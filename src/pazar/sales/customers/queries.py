"""Reads of customers and their time lines; all inside `acting(actor)`."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from pazar.ground.api.paging import Keyed, keyset
from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.queries import staff
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import SELLING
from pazar.sales.customers import policies
from pazar.sales.customers.models import Account, Touch
from pazar.sales.customers.rules.touches import ACCOUNT_NOTED

PAGE = 30
LINE = 20


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


def search(actor: Actor, text: str) -> QuerySet[Account]:
    """Customers of the desk whose name holds `text`, or whose number it is; to be paged by "name" and "id"."""
    return policies.visible_to(actor).filter(Q(name__icontains=text) | Q(number=text))


def account_count(company_id: UUID) -> int:
    return Account.objects.filter(company_id=company_id).count()


def first_touch(account: Account) -> Touch | None:
    """Who or what found this customer."""
    return account.touches.filter(kind=ACCOUNT_NOTED).select_related("person").order_by("happened_at", "id").first()


def accounts(actor: Actor, *, text: str = "", cursor: str = "") -> Keyed[Account]:
    """A page of the desk's customers by name; `text` is looked for in name and number. Raises CursorBroken."""
    found = policies.visible_to(actor).select_related("manager")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(number=text))
    return keyset(found, ["name", "id"], cursor, PAGE)


def time_line(account: Account, *, cursor: str = "", limit: int = LINE) -> Keyed[Touch]:
    """A page of a customer's time line, the newest first. Raises CursorBroken."""
    found = account.touches.select_related("person", "corrects").prefetch_related("corrections")
    return keyset(found, ["-happened_at", "-id"], cursor, limit)


def touch(actor: Actor, touch_id: UUID) -> Touch:
    """Raises NotFound."""
    found = Touch.objects.filter(account__in=policies.visible_to(actor)).select_related("account", "person")
    row = found.filter(pk=touch_id).first()
    if row is None:
        raise NotFound
    return row
