"""No more mails of a kind, or again."""

from uuid import UUID

from django.db import transaction

from pazar.ground import clock
from pazar.ground.identity.models import Person
from pazar.ground.messages.models import Mute


def mute(*, person_id: UUID, kind: str) -> None:
    """Send `person_id` no more mail of `kind` (RFC 8058); repeating changes nothing. Messages on the centre go on."""
    with transaction.atomic():
        if Person.objects.filter(pk=person_id).exists():
            Mute.objects.get_or_create(person_id=person_id, kind=kind, defaults={"since": clock.db_now()})


def unmute(*, person_id: UUID, kind: str) -> None:
    """Send mail of `kind` again; repeating changes nothing."""
    Mute.objects.filter(person_id=person_id, kind=kind).delete()
