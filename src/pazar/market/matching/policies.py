"""A company's interests and matches are its own: its people see them, its owners and tender managers change them."""

from django.db.models import QuerySet

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, SELLING
from pazar.market.matching.models import Interest, Match

MAY_CHANGE = BIDDING | SELLING


def interests_visible_to(actor: Actor) -> QuerySet[Interest]:
    if actor.company_id is None:
        return Interest.objects.none()
    return Interest.objects.filter(company_id=actor.company_id)


def matches_visible_to(actor: Actor) -> QuerySet[Match]:
    if actor.company_id is None:
        return Match.objects.none()
    return Match.objects.filter(company_id=actor.company_id)


def may_change(actor: Actor) -> bool:
    """Whether he may say what the company is interested in."""
    return actor.has(MAY_CHANGE)
