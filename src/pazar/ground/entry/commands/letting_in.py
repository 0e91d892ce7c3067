"""The two steps of getting in: who he is, and by what else he shows it (A4)."""

import time
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth import login
from django.http import HttpRequest

from pazar.ground.entry.commands import factors
from pazar.ground.identity import proofs
from pazar.ground.identity.commands import sittings
from pazar.ground.identity.models import Person

HALF_KEY = "half_in"
HALF_SECONDS = 600
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, kw_only=True)
class Half:
    """Somebody who has shown his password and not yet his second factor."""

    person: Person
    onward: str


def knows_password(*, request: HttpRequest, person: Person, onward: str) -> bool:
    """He is in, or, if he has a second factor, half in; whether he is in."""
    if not factors.has_factor(person.pk):
        let_in(request=request, person=person, how="password")
        return True
    # Another key: who had given this browser its session doesn't come along half the way.
    request.session.cycle_key()
    request.session[HALF_KEY] = {"person": str(person.pk), "at": time.time(), "next": onward}
    return False


def half(request: HttpRequest) -> Half | None:
    found = request.session.get(HALF_KEY)
    if not isinstance(found, dict) or not 0 <= time.time() - found["at"] < HALF_SECONDS:
        return None
    person = Person.objects.filter(pk=UUID(found["person"]), is_active=True).first()
    return Half(person=person, onward=found["next"]) if person else None


def let_in(*, request: HttpRequest, person: Person, how: str, factor: str = "") -> None:
    """He is in, by a session with a key that nobody had before."""
    request.session.pop(HALF_KEY, None)
    login(request, person, backend=BACKEND)
    proofs.note(request, factor=factor)
    sittings.begin(request=request, person=person, how=how)
