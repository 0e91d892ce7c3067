"""`request.actor`: who acts in this request, and for which of his companies."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from pazar.ground.identity import proofs, queries
from pazar.ground.identity.commands import sittings
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import NOBODY, Actor

COMPANY_KEY = "company_id"


def _actor(request: HttpRequest) -> Actor:
    person = request.user
    if not isinstance(person, Person):
        return NOBODY
    wanted = request.session.get(COMPANY_KEY)
    actor = queries.actor_for(person, company_id=UUID(wanted) if wanted else None)
    if wanted and str(actor.company_id) != wanted:
        if request.method not in ("GET", "HEAD"):
            # What he typed for a company that he was removed from isn't done for the next of his.
            actor = replace(actor, company_id=None, company_name="", roles=frozenset())
        else:
            request.session.pop(COMPANY_KEY)
    if actor.wants_factor and not proofs.has_factor(request):
        # He is somebody, and nothing more: no page and no endpoint finds a role in him that it could serve.
        return replace(
            actor, company_id=None, company_name="", roles=frozenset(), staff_roles=frozenset(), is_held=True
        )
    return actor


class Actors:
    """Sets `request.user` and `request.actor`, both lazily: a static file costs no query.

    Unlike Django's own middleware, `request.user` is a real Person once asked for, not a proxy with an async twin.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            sittings.note_seen(request)
            # Else "back" after a log-out shows a draft's prices, and a browser keeps them on its disk.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
