"""Whose opportunities and leads one sees: the desk's, all of them; acting on a lead asks `customers.policies`."""

from django.db.models import QuerySet

from pazar.ground.identity.rules.actor import Actor
from pazar.sales.channels.models import IntakeRule, Lead, Opportunity
from pazar.sales.customers.policies import leads_desk, may_work, require_desk, sees_desk

__all__ = ["leads_desk", "may_work", "require_desk", "sees_desk"]


def visible_opportunities(actor: Actor) -> QuerySet[Opportunity]:
    if actor.company_id is None or not sees_desk(actor):
        return Opportunity.objects.none()
    return Opportunity.objects.filter(company_id=actor.company_id)


def visible_leads(actor: Actor) -> QuerySet[Lead]:
    if actor.company_id is None or not sees_desk(actor):
        return Lead.objects.none()
    return Lead.objects.filter(company_id=actor.company_id)


def visible_rule(actor: Actor) -> QuerySet[IntakeRule]:
    if actor.company_id is None or not sees_desk(actor):
        return IntakeRule.objects.none()
    return IntakeRule.objects.filter(company_id=actor.company_id)
