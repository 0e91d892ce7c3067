"""A link of one use: made, used, made void."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.entry.models import PasswordLink
from pazar.ground.errors import Refusal
from pazar.ground.identity.commands import persons, sittings
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor

FIRST = timedelta(hours=72)
FORGOTTEN = timedelta(hours=2)
_KEPT = timedelta(days=30)


class LinkDead(Refusal):
    """One answer for a link that was used, is too old, was replaced, or never existed."""

    code = "link_dead"
    status = 410
    what = _("This link doesn't work any more.")
    why = _("It is good for one use and a limited time, and setting a password makes all others void.")
    remedy = _("Ask for a new one: the page of log-in leads there.")


@dataclass(frozen=True, kw_only=True)
class Link:
    """`path` holds the secret: it goes into a mail and nowhere else."""

    path: str
    expires_at: datetime


def make_link(*, actor: Actor, person_id: UUID, lasts: timedelta) -> Link:
    """A new link. Older ones live on: else a stranger who asks in this person's name would take his from him.

    All go to the person's own mailbox, and the first that is used makes the others void.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person_id)
        moment = clock.db_now()
        PasswordLink.objects.filter(expires_at__lt=moment - _KEPT).delete()
        link = PasswordLink.objects.create(
            person=person, digest=_digest(token), made_at=moment, expires_at=moment + lasts
        )
        journal.append("password-link.made", actor=actor, subject=link, person_id=str(person_id))
    return Link(path=reverse("entry:password", args=[token]), expires_at=link.expires_at)


def void_links(*, person_id: UUID) -> None:
    """None of this person's links works any more."""
    _void(person_id, clock.db_now())


def check(token: str) -> PasswordLink:
    """The living link of this secret. Raises LinkDead."""
    found = PasswordLink.objects.select_related("person").filter(digest=_digest(token)).first()
    return _living(found)


def set_password(*, token: str, new: str) -> Person:
    """Set the password by a link, once. Raises LinkDead, Invalid; after Invalid the link still lives."""
    with transaction.atomic():
        found = PasswordLink.objects.select_for_update(of=["self"]).filter(digest=_digest(token)).first()
        link = _living(found)
        actor = Actor(person_id=link.person_id, person_name=link.person.name)

        person = persons.set_password(actor=actor, person_id=link.person_id, new=new)
        _void(link.person_id, clock.db_now())
        sittings.end_all(person_id=link.person_id)
        journal.append("password-link.used", actor=actor, subject=link)
    return person


def _living(link: PasswordLink | None) -> PasswordLink:
    if link is None or link.used_at is not None or link.expires_at <= clock.db_now() or not link.person.is_active:
        raise LinkDead
    return link


def _void(person_id: UUID, moment: datetime) -> None:
    PasswordLink.objects.filter(person_id=person_id, used_at=None).update(used_at=moment)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
