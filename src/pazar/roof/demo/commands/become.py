"""Become one of the demo's people."""

from uuid import UUID

from django.db import transaction

from pazar.ground import journal
from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.roof.demo import queries


def become(*, actor: Actor, person_id: UUID) -> Person:
    """The person to log in as, without a password: in a demo only, and never unseen.

    Raises NotFound outside a demo and for somebody who may not log in.
    """
    if not queries.is_demo():
        raise NotFound
    with transaction.atomic():
        person = queries.playable(person_id)
        if person is None:
            raise NotFound
        journal.append("demo.became", actor=actor, subject=person)
        return person
