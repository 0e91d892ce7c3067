"""One's tokens, and what a problem's code means."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pazar.ground import clock
from pazar.ground.api import tokens
from pazar.ground.api.forms import TokenForm
from pazar.ground.entry.pages.proving import dangerous
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import queries
from pazar.ground.identity.models import Person
from pazar.ground.identity.pages.guards import person_required
from pazar.ground.identity.requests import ActorRequest

SHOWN = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@person_required
@dangerous
def token_list(request: ActorRequest) -> HttpResponse:
    """GET and POST /settings/tokens/: the list, and a new one, whose secret stands in this one answer only."""
    assert isinstance(request.user, Person)
    person = request.user
    memberships = queries.memberships(person)
    first = {"days": 90, "company": str(request.actor.company_id or "")}
    offered: dict[str, Any] = {"memberships": memberships, "staff": request.actor.staff_roles, "initial": first}
    form = TokenForm(request.POST if request.method == "POST" else None, **offered)
    moment = clock.db_now()
    secret, refusal = "", None
    if form.is_valid():
        said = form.cleaned_data
        try:
            _token, secret = tokens.create_token(
                actor=request.actor,
                person=person,
                name=said["name"],
                scopes=said["scopes"],
                company_id=UUID(said["company"]) if said["company"] else None,
                expires_at=moment + timedelta(days=said["days"]) if said["days"] else None,
            )
        except Invalid as error:
            for name, sentence in error.fields.items():
                form.add_error(name if name in form.fields else None, str(sentence))
        except tokens.TooManyTokens as error:
            refusal = error
        else:
            form = TokenForm(**offered)
    status = refusal.status if refusal else 422 if form.errors else 200
    found = {"form": form, "secret": secret, "refusal": refusal, "moment": clock.db_now()}
    rows = list(tokens.tokens_of(request.actor)[:SHOWN])
    return render(request, "api/tokens.html", {**found, "tokens": rows}, status=status)


@require_POST
@person_required
def revoke(request: ActorRequest, token_id: UUID) -> HttpResponse:
    """POST /settings/tokens/<id>/revoke/. Raises NotFound for another's."""
    token = tokens.revoke_token(actor=request.actor, token_id=token_id)
    messages.success(request, _("“{name}” opens nothing any more.").format(name=token.name))
    return redirect("tokens:list")


def _kinds(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for sub in kind.__subclasses__():
        if sub.__module__.startswith("pazar."):
            yield sub
        yield from _kinds(sub)


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """GET /problems/<code>: what `type` of a problem names. Raises NotFound for a code we don't have."""
    kind = next((found for found in _kinds() if found.code == code and str(found.what)), None)
    if kind is None:
        raise NotFound
    parts = []
    for language, name in settings.LANGUAGES:
        with translation.override(language):
            said = {"what": str(kind.what), "why": str(kind.why), "remedy": str(kind.remedy)}
        parts.append({"language": language, "name": name, **said})
    return render(request, "api/problem.html", {"code": code, "status": kind.status, "parts": parts})
