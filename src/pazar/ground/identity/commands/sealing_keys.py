"""A person's sealing key: which public half is his now."""

from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.errors import NotAllowed
from pazar.ground.identity.models import Person, SealingKey
from pazar.ground.identity.rules.actor import Actor


class KeyTaken(Exception):
    """The key was enrolled before, by this person or another."""


def replace_sealing_key(*, actor: Actor, public_key: bytes, fingerprint: str) -> SealingKey:
    """Make `public_key` the person's living one and revoke the one before; whether it is a key the caller has checked.

    The living key again changes nothing. Raises NotAllowed for nobody, KeyTaken.
    """
    with transaction.atomic():
        if actor.person_id is None:
            raise NotAllowed
        person = Person.objects.select_for_update().get(pk=actor.person_id)
        living = SealingKey.objects.filter(person=person, revoked_at=None).first()
        if living is not None and living.fingerprint == fingerprint:
            return living
        if SealingKey.objects.filter(fingerprint=fingerprint).exists():
            raise KeyTaken
        moment = clock.db_now()

        if living is not None:
            living.revoked_at = moment
            living.save(update_fields=["revoked_at"])
        key = SealingKey.objects.create(person=person, public_key=public_key, fingerprint=fingerprint, made_at=moment)
        journal.append("sealing-key.enrolled", actor=actor, subject=key, fingerprint=fingerprint)
        return key
