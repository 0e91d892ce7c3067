"""Whose deals one sees: the desk's, all of them; acting on one asks `customers.policies.may_work`."""

from django.db.models import QuerySet

from pazar.ground.identity.rules.actor import Actor
from pazar.sales.customers.policies import leads_desk, may_work, require_desk, require_leading, sees_desk
from pazar.sales.pipeline.models import Deal

__all__ = ["leads_desk", "may_work", "require_desk", "require_leading", "sees_desk", "visible_to"]


def visible_to(actor: Actor) -> QuerySet[Deal]:
    if actor.company_id is None or not sees_desk(actor):
        return Deal.objects.none()
    return Deal.objects.filter(company_id=actor.company_id)
