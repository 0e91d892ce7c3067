"""A person's messages and how he is told, over the API: the messages' own place lies under this one."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from pazar.ground import clock
from pazar.ground.api import paging
from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotFound
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import commands, delivery, kinds, policies
from pazar.ground.messages.commands import wishes
from pazar.ground.messages.models import Message
from pazar.ground.messages.rules.hours import Hours, Pace

router = Router(tags=["messages"])
READ = TokenAuth(Scope.MESSAGES_READ)
WRITE = TokenAuth(Scope.MESSAGES_WRITE)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class MessageOut(Schema):
    id: UUID
    kind: str
    title: str
    text: str
    path: str = Field(description="The page on the centre it is about.")
    made_at: datetime
    read_at: datetime | None


class Narrowed(Schema):
    unread: bool = Field(False, description="Only what wasn't read yet.")


@router.get("/messages", response=Page[MessageOut], auth=READ)
def list_messages(request: HttpRequest, narrowed: Query[Narrowed], place: Query[Place]) -> dict[str, Any]:
    """The person's messages, newest first."""
    found = policies.visible_to(_actor(request))
    if narrowed.unread:
        found = found.filter(read_at=None)
    return paging.page(request, found, ["-made_at", "-id"], place, _message_out)


@router.post("/messages/{uuid:message_id}/read", response=MessageOut, auth=WRITE)
def read_message(request: HttpRequest, message_id: UUID) -> MessageOut:
    """Mark a message read; the first time counts."""
    return _message_out(commands.mark_read(actor=_actor(request), message_id=message_id))


def _message_out(message: Message) -> MessageOut:
    return MessageOut(
        id=message.pk,
        kind=message.kind,
        title=message.title,
        text=message.text,
        path=message.path,
        made_at=message.made_at,
        read_at=message.read_at,
    )


class PaceOut(Schema):
    kind: str = Field(max_length=100)
    topic: str = Field("", max_length=100, description="Empty for the kind itself, or an interest's id.")
    pace: Pace | None = Field(description="Null on a topic: as its kind.")


class DeliveryOut(Schema):
    """How a person gets mail; hours are full hours of his own clock."""

    hour: int = Field(8, ge=0, le=23, description="When digests come.")
    weekday: int = Field(0, ge=0, le=6, description="When the weekly one comes; 0 is Monday.")
    quiet_from: int | None = Field(None, ge=0, le=23)
    quiet_until: int | None = Field(None, ge=0, le=23)
    paces: list[PaceOut] = Field([], max_length=500, description="On PUT: those not named stay as they are.")


@router.get("/messages/delivery", response=DeliveryOut, auth=READ)
def read_delivery(request: HttpRequest) -> DeliveryOut:
    """How the person is told."""
    return _delivery_out(_actor(request))


@router.put("/messages/delivery", response=DeliveryOut, auth=WRITE)
def change_delivery(request: HttpRequest, body: DeliveryOut) -> DeliveryOut:
    """Change how the person is told."""
    actor = _actor(request)
    choices = wishes.Choices(
        hours=Hours(hour=body.hour, weekday=body.weekday, quiet_from=body.quiet_from, quiet_until=body.quiet_until),
        paces={(given.kind, given.topic): given.pace for given in body.paces},
    )
    wishes.save_choices(actor=actor, choices=choices)
    return _delivery_out(actor)


def _delivery_out(actor: Actor) -> DeliveryOut:
    if actor.person_id is None:
        raise NotFound
    wanted = delivery.of([actor.person_id], clock.db_now())[actor.person_id]
    paces = []
    for kind in kinds.muteable():
        paces.append(PaceOut(kind=kind.key, topic="", pace=wanted.pace(kind)))
        paces += [
            PaceOut(kind=kind.key, topic=topic.key, pace=wanted.paces.get((kind.key, topic.key)))
            for topic in kind.topics(actor)
        ]
    hours = wanted.hours
    return DeliveryOut(
        hour=hours.hour,
        weekday=hours.weekday,
        quiet_from=hours.quiet_from,
        quiet_until=hours.quiet_until,
        paces=paces,
    )
