"""A person's messages are his alone, in whichever company he acts."""

from django.db.models import QuerySet

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages.models import Message


def visible_to(actor: Actor) -> QuerySet[Message]:
    if actor.person_id is None:
        return Message.objects.none()
    return Message.objects.filter(person_id=actor.person_id)
