"""Webhooks over the API (J2)."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from pazar.ground.api import paging
from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.webhooks import policies
from pazar.ground.webhooks.commands import endpoints
from pazar.ground.webhooks.models import Delivery, Endpoint

router = Router(tags=["webhooks"])
READ = TokenAuth(Scope.WEBHOOKS_READ, roles=policies.MAY)
WRITE = TokenAuth(Scope.WEBHOOKS_WRITE, roles=policies.MAY)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class WebhookIn(Schema):
    url: str = Field(max_length=500)
    events: list[str] = Field(min_length=1, max_length=50)


class WebhookChange(WebhookIn):
    is_active: bool = True


class WebhookOut(Schema):
    id: UUID
    url: str
    events: list[str]
    is_active: bool
    made_at: datetime
    old_secret_until: datetime | None = Field(description="Until then the secret before signs too.")


class WebhookMade(WebhookOut):
    secret: str = Field(description="Shown this once.")


class WebhookDeliveryOut(Schema):
    id: UUID
    type: str
    state: str = Field(description="waiting, sending, delivered, dead")
    tries: int
    status: int | None = Field(description="The HTTP status it last answered.")
    fault: str
    made_at: datetime
    done_at: datetime | None


class Narrowed(Schema):
    dead: bool = Field(False, description="Only what reached nobody.")


@router.get("/webhooks", response=Page[WebhookOut], auth=READ)
def list_webhooks(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """The company's webhooks."""
    return paging.page(request, policies.endpoints(_actor(request)), ["made_at", "id"], place, _out)


@router.post("/webhooks", response={201: WebhookMade}, auth=WRITE)
def make_webhook(request: HttpRequest, body: WebhookIn) -> Status[WebhookMade]:
    """Make a webhook; its secret stands in this answer only."""
    endpoint, secret = endpoints.make_endpoint(actor=_actor(request), url=body.url, events=body.events)
    return Status(201, WebhookMade(**_out(endpoint).dict(), secret=secret))


@router.put("/webhooks/{uuid:endpoint_id}", response=WebhookOut, auth=WRITE)
def change_webhook(request: HttpRequest, endpoint_id: UUID, body: WebhookChange) -> WebhookOut:
    """Change where it leads, what it is told, and whether it is on."""
    return _out(
        endpoints.change_endpoint(
            actor=_actor(request), endpoint_id=endpoint_id, url=body.url, events=body.events, is_active=body.is_active
        )
    )


@router.delete("/webhooks/{uuid:endpoint_id}", response={204: None}, auth=WRITE)
def remove_webhook(request: HttpRequest, endpoint_id: UUID) -> Status[None]:
    """Remove it with what waits for it."""
    endpoints.remove_endpoint(actor=_actor(request), endpoint_id=endpoint_id)
    return Status(204, None)


@router.post("/webhooks/{uuid:endpoint_id}/rotate", response=WebhookMade, auth=WRITE)
def rotate_webhook(request: HttpRequest, endpoint_id: UUID) -> WebhookMade:
    """A new secret; for 24 hours both sign."""
    endpoint, secret = endpoints.rotate_secret(actor=_actor(request), endpoint_id=endpoint_id)
    return WebhookMade(**_out(endpoint).dict(), secret=secret)


@router.post("/webhooks/{uuid:endpoint_id}/test", response={202: WebhookDeliveryOut}, auth=WRITE)
def test_webhook(request: HttpRequest, endpoint_id: UUID) -> Status[WebhookDeliveryOut]:
    """Send a delivery that says nothing."""
    return Status(202, _delivery_out(endpoints.send_test(actor=_actor(request), endpoint_id=endpoint_id)))


@router.get("/webhooks/{uuid:endpoint_id}/deliveries", response=Page[WebhookDeliveryOut], auth=READ)
def list_webhook_deliveries(
    request: HttpRequest, endpoint_id: UUID, narrowed: Query[Narrowed], place: Query[Place]
) -> dict[str, Any]:
    """What was sent to it, newest first."""
    actor = _actor(request)
    if not policies.endpoints(actor).filter(pk=endpoint_id).exists():
        raise NotFound
    found = policies.deliveries(actor).filter(endpoint_id=endpoint_id)
    if narrowed.dead:
        found = found.filter(state=Delivery.State.DEAD)
    return paging.page(request, found, ["-made_at", "-id"], place, _delivery_out)


class Replayed(Schema):
    count: int


@router.post("/webhooks/{uuid:endpoint_id}/replay", response={202: Replayed}, auth=WRITE)
def replay_webhook(request: HttpRequest, endpoint_id: UUID) -> Status[Replayed]:
    """Send again everything of it that reached nobody."""
    return Status(202, Replayed(count=endpoints.replay(actor=_actor(request), endpoint_id=endpoint_id)))


def _out(endpoint: Endpoint) -> WebhookOut:
    return WebhookOut(
        id=endpoint.pk,
        url=endpoint.url,
        events=endpoint.events,
        is_active=endpoint.is_active,
        made_at=endpoint.made_at,
        old_secret_until=endpoint.old_until,
    )


def _delivery_out(row: Delivery) -> WebhookDeliveryOut:
    return WebhookDeliveryOut(
        id=row.pk,
        type=row.type,
        state=row.state,
        tries=row.tries,
        status=row.status,
        fault=row.fault,
        made_at=row.made_at,
        done_at=row.done_at,
    )
