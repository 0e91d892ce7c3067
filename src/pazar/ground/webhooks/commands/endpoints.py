"""Make, change and remove endpoints; send what failed again."""

import base64
import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.commands import tries
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.ids import new_id
from pazar.ground.webhooks import calling, kinds, policies
from pazar.ground.webhooks.models import Delivery, Endpoint
from pazar.ground.webhooks.refusals import AddressRefused, SentTooOften, TooManyEndpoints

MOST = 20
BY_HAND = 30
"""Tests and repetitions of one company in an hour: more would make the centre somebody's tool against a third."""
HOUR = timedelta(hours=1)
OVERLAP = timedelta(hours=24)
TEST = "webhook.test"


def make_endpoint(*, actor: Actor, url: str, events: Collection[str]) -> tuple[Endpoint, str]:
    """A new endpoint and its secret. Raises NotAllowed, AddressRefused, Invalid, TooManyEndpoints."""
    roles.require(actor, policies.MAY)
    _check(url, events)  # looks the name up: before any lock
    if actor.company_id is None or actor.person_id is None:
        raise NotAllowed
    with acting(actor):
        if policies.endpoints(actor).count() >= MOST:
            raise TooManyEndpoints(most=MOST)

        secret = new_secret()
        endpoint = Endpoint.objects.create(
            company_id=actor.company_id,
            url=url,
            events=sorted(set(events)),
            secret=secret,
            made_by_id=actor.person_id,
            made_at=clock.db_now(),
        )
        journal.append("webhook.made", actor=actor, subject=endpoint, events=endpoint.events)
        return endpoint, secret


def change_endpoint(*, actor: Actor, endpoint_id: UUID, url: str, events: Collection[str], is_active: bool) -> Endpoint:
    """Raises NotFound, NotAllowed, AddressRefused, Invalid."""
    roles.require(actor, policies.MAY)
    with acting(actor):
        before = _own(actor, endpoint_id)
    _check(url, events)
    with acting(actor):
        endpoint = _lock(actor, endpoint_id)
        endpoint.url, endpoint.events, endpoint.is_active = url, sorted(set(events)), is_active
        endpoint.why_off = "" if is_active else before.why_off
        endpoint.save(update_fields=["url", "events", "is_active", "why_off"])
        journal.append("webhook.changed", actor=actor, subject=endpoint, events=endpoint.events, is_active=is_active)
        return endpoint


def rotate_secret(*, actor: Actor, endpoint_id: UUID) -> tuple[Endpoint, str]:
    """A new secret; for a day the old one signs too, so that the receiver can change over. Raises NotFound."""
    roles.require(actor, policies.MAY)
    with acting(actor):
        endpoint = _lock(actor, endpoint_id)
        secret = new_secret()
        endpoint.old_secret, endpoint.secret = endpoint.secret, secret
        endpoint.old_until = clock.db_now() + OVERLAP
        endpoint.save(update_fields=["secret", "old_secret", "old_until"])
        journal.append("webhook.secret_rotated", actor=actor, subject=endpoint)
        return endpoint, secret


def remove_endpoint(*, actor: Actor, endpoint_id: UUID) -> None:
    """Remove it with what waits for it. Raises NotFound, NotAllowed."""
    roles.require(actor, policies.MAY)
    with acting(actor):
        endpoint = _lock(actor, endpoint_id)
        journal.append("webhook.removed", actor=actor, subject=endpoint)
        endpoint.delete()


def send_test(*, actor: Actor, endpoint_id: UUID) -> Delivery:
    """A delivery that says nothing, to see whether it arrives. Raises NotFound, NotAllowed, SentTooOften."""
    roles.require(actor, policies.MAY)
    with acting(actor):
        endpoint = _lock(actor, endpoint_id)
        _count_by_hand(actor)

        moment = clock.db_now()
        return Delivery.objects.create(
            endpoint=endpoint,
            company_id=endpoint.company_id,
            source=f"test:{new_id()}",
            type=TEST,
            content={"type": TEST, "timestamp": moment.isoformat(), "data": {}},
            made_at=moment,
        )


def replay(*, actor: Actor, endpoint_id: UUID, delivery_id: UUID | None = None) -> int:
    """Send a dead or delivered one again, or every dead one of the endpoint; how many.

    Raises NotFound, NotAllowed, SentTooOften.
    """
    roles.require(actor, policies.MAY)
    with acting(actor):
        endpoint = _lock(actor, endpoint_id)
        found = policies.deliveries(actor).filter(endpoint=endpoint)
        if delivery_id is None:
            found = found.filter(state=Delivery.State.DEAD)
        else:
            found = found.filter(pk=delivery_id, state__in=[Delivery.State.DEAD, Delivery.State.DELIVERED])
            if not found.exists():
                raise NotFound
        _count_by_hand(actor)

        return found.update(state=Delivery.State.WAITING, tries=0, fault="", status=None, next_at=Now())


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _check(url: str, events: Collection[str]) -> None:
    if not events or not set(events) <= set(kinds.types()):
        raise Invalid(fields={"events": _("Choose at least one of the events that there are.")})
    found = calling.target(url)
    if found is None:
        raise AddressRefused(fields={"url": AddressRefused.why})
    try:
        calling.resolve(found)
    except calling.NotCalled as error:
        raise AddressRefused(fields={"url": AddressRefused.why}) from error


def _count_by_hand(actor: Actor) -> None:
    # What is refused isn't counted: the transaction takes it back, and the hour isn't begun anew.
    if tries.count("webhook by hand", str(actor.company_id), window=HOUR) > BY_HAND:
        raise SentTooOften(most=BY_HAND)


def _own(actor: Actor, endpoint_id: UUID) -> Endpoint:
    found = policies.endpoints(actor).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound
    return found


def _lock(actor: Actor, endpoint_id: UUID) -> Endpoint:
    found = policies.endpoints(actor).select_for_update().filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound
    return found
