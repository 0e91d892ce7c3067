"""What every change of a deal leaves behind."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pazar.ground import journal
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.sales.customers import commands as customers
from pazar.sales.customers.queries import secret_of
from pazar.sales.customers.refusals import AnothersWork
from pazar.sales.pipeline import policies
from pazar.sales.pipeline.models import Deal


def record(actor: Actor, deal: Deal, kind: str, *, moment: datetime, **facts: Any) -> None:
    """An entry in the customer's time line and one, never disclosed, in the journal.

    `facts` are JSON-able. Who bid, and for how much, must not show before the opening: the time line is the
    company's own, the journal keeps the leaf alone.
    """
    told = {"deal": str(deal.pk), "title": deal.title, **facts}
    customers.note_touch(actor=actor, account=deal.account, kind=kind, facts=told, moment=moment)
    journal.append(kind.replace("_", ".", 1), actor=actor, subject=deal, secret_key=secret_of(deal.company_id), **facts)


def require_may_work(actor: Actor, manager_id: UUID | None) -> None:
    """Raises AnothersWork."""
    if not policies.may_work(actor, manager_id):
        known = Person.objects.filter(pk__in=[manager_id] if manager_id else [])
        raise AnothersWork(manager=known.values_list("name", flat=True).first() or "")
