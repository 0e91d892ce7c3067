"""Secret addresses of feeds: made and revoked by the person whose they are."""

from uuid import UUID

from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import feeds
from pazar.ground.messages.models import FeedAddress


def make_address(*, actor: Actor, feed: str) -> FeedAddress:
    """A new address of a feed for the company he acts for; the one before is revoked. Raises NotFound, NotAllowed."""
    if feeds.find(feed) is None:
        raise NotFound
    if actor.person_id is None or actor.company_id is None:
        raise NotAllowed
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)
        moment = clock.db_now()

        living = FeedAddress.objects.filter(person_id=actor.person_id, company_id=actor.company_id, feed=feed)
        living.filter(revoked_at=None).update(revoked_at=moment)
        row = FeedAddress.objects.create(
            person_id=actor.person_id, company_id=actor.company_id, feed=feed, made_at=moment
        )
        journal.append("feed_address.made", actor=actor, subject=row, feed=feed)
        return row


def revoke_address(*, actor: Actor, address_id: UUID) -> None:
    """From then on nothing is found there. Raises NotFound for another's."""
    if actor.person_id is None:
        raise NotFound
    with transaction.atomic():
        found = FeedAddress.objects.select_for_update().filter(pk=address_id, person_id=actor.person_id)
        row = found.filter(revoked_at=None).first()
        if row is None:
            raise NotFound

        row.revoked_at = clock.db_now()
        row.save(update_fields=["revoked_at"])
        journal.append("feed_address.revoked", actor=actor, subject=row, feed=row.feed)
