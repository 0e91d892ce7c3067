"""What a person does with his messages."""

from uuid import UUID

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import live, policies
from pazar.ground.messages.models import Message


def mark_read(*, actor: Actor, message_id: UUID) -> Message:
    """Remember that the person has seen a message; the first time counts. Raises NotFound."""
    message = policies.visible_to(actor).filter(pk=message_id).first()
    if message is None:
        raise NotFound
    if message.read_at is None:
        message.read_at = clock.db_now()
        Message.objects.filter(pk=message.pk, read_at=None).update(read_at=message.read_at)
        live.announce([message.person_id])
    return message


def mark_all_read(*, actor: Actor) -> int:
    """Mark everything read that had come by now; how many it were."""
    moment = clock.db_now()
    count = policies.visible_to(actor).filter(read_at=None, made_at__lte=moment).update(read_at=moment)
    if count and actor.person_id is not None:
        live.announce([actor.person_id])
    return count
