"""Where a person is logged in: begun, seen, ended by him from any of them."""

import time
from collections import OrderedDict
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from pazar.ground import journal
from pazar.ground.errors import NotFound
from pazar.ground.identity import proofs, queries, sessions
from pazar.ground.identity.commands import tries
from pazar.ground.identity.models import Person, Sitting
from pazar.ground.identity.rules.actor import Actor

SEEN_EVERY_SECONDS = 300
_REMEMBERED = 10_000
# When this process last wrote that a sitting was seen. Only to write less; another node writes it once more.
_seen: OrderedDict[str, float] = OrderedDict()
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
_COMPUTERS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def begin(*, request: HttpRequest, person: Person, how: str) -> Sitting:
    """Note the session that was just begun by `login`; those that ended by themselves are forgotten."""
    moment = timezone.now()  # as sessions end: by the true time, also where a demo's clock is moved
    key = request.session.session_key
    assert key is not None, "a log-in has made a session"
    Sitting.objects.filter(person=person, begun_at__lte=moment - queries.LONGEST_SITTING).delete()
    agent = request.META.get("HTTP_USER_AGENT", "")
    sitting = Sitting.objects.create(
        person=person,
        digest=sessions.digest(key),
        begun_at=moment,
        seen_at=moment,
        about={
            "browser": _named(agent, _BROWSERS),
            "computer": _named(agent, _COMPUTERS),
            "place": tries.place(request.META.get("REMOTE_ADDR", "")),
            "how": how,
        },
    )
    request.session[proofs.SITTING_KEY] = str(sitting.pk)
    return sitting


def note_seen(request: HttpRequest) -> None:
    """The person used this browser now; written once in some minutes."""
    if not getattr(request.session, "accessed", False):
        return  # a static file: nobody looked at the session, so neither do we
    sitting_id = str(request.session.get(proofs.SITTING_KEY, ""))
    if not sitting_id or time.monotonic() - _seen.get(sitting_id, -SEEN_EVERY_SECONDS) < SEEN_EVERY_SECONDS:
        return
    _seen[sitting_id] = time.monotonic()
    _seen.move_to_end(sitting_id)
    if len(_seen) > _REMEMBERED:
        _seen.popitem(last=False)
    Sitting.objects.filter(pk=sitting_id).update(seen_at=timezone.now())


def current(request: HttpRequest) -> UUID | None:
    found = request.session.get(proofs.SITTING_KEY)
    return UUID(found) if found else None


def end(*, actor: Actor, sitting_id: UUID) -> None:
    """Log this browser out. Raises NotFound for another's."""
    with transaction.atomic():
        if actor.person_id is None:
            raise NotFound
        sitting = Sitting.objects.select_for_update().filter(pk=sitting_id, person_id=actor.person_id).first()
        if sitting is None:
            raise NotFound
        _close([sitting])
        journal.append("session.ended", actor=actor, subject=sitting)


def end_others(*, request: HttpRequest, person_id: UUID) -> int:
    """Log all other browsers out; this one's note follows its session, whose key may have been changed."""
    with transaction.atomic():
        mine = current(request)
        found = Sitting.objects.select_for_update().filter(person_id=person_id)
        others = [sitting for sitting in found if sitting.pk != mine]
        _close(others)
        if mine and request.session.session_key:
            Sitting.objects.filter(pk=mine).update(digest=sessions.digest(request.session.session_key))
    return len(others)


def end_all(*, person_id: UUID) -> int:
    """Log the person out everywhere."""
    with transaction.atomic():
        found = list(Sitting.objects.select_for_update().filter(person_id=person_id))
        _close(found)
    return len(found)


def forget(request: HttpRequest) -> None:
    """Before a log-out."""
    if (mine := current(request)) is not None:
        Sitting.objects.filter(pk=mine).delete()


def _close(found: list[Sitting]) -> None:
    Session.objects.filter(session_key__in=[sitting.digest for sitting in found]).delete()
    Sitting.objects.filter(pk__in=[sitting.pk for sitting in found]).delete()


def _named(agent: str, known: tuple[tuple[str, str], ...]) -> str:
    """A word that the person recognises, and no more of what the browser tells."""
    return next((name for mark, name in known if mark in agent), "")
