"""A company's endpoints are seen and changed by those who bid for it."""

from django.db.models import QuerySet

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING
from pazar.ground.webhooks.models import Delivery, Endpoint

MAY = BIDDING


def endpoints(actor: Actor) -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(company_id=actor.company_id) if actor.company_id else Endpoint.objects.none()


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    return Delivery.objects.filter(company_id=actor.company_id) if actor.company_id else Delivery.objects.none()
