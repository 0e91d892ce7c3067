"""Who calls the API: by a token, or from a page of ours by its session."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from pazar.ground import clock
from pazar.ground.api.models import Token
from pazar.ground.api.problems import Unauthenticated
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import NotAllowed, NotFound, Refusal
from pazar.ground.identity import proofs, queries
from pazar.ground.identity.models import Person
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole

PREFIX = "pzt_"
SAFE = ("GET", "HEAD", "OPTIONS")
USED_EVERY = timedelta(minutes=1)


class TokenUnknown(Unauthenticated):
    code = "token_unknown"
    what = _("We don't know this token.")
    why = _("It was mistyped, or it was made on another centre.")
    remedy = _("Make a new one under Settings, Tokens.")


class TokenRevoked(Unauthenticated):
    code = "token_revoked"
    what = _("This token was revoked.")
    why = _("Somebody has taken back what it allowed.")
    remedy = _("Make a new one under Settings, Tokens.")


class TokenExpired(Unauthenticated):
    code = "token_expired"
    what = _("This token has expired.")
    why = _("The day until which it was good is over.")
    remedy = _("Make a new one under Settings, Tokens.")


class TokenWithoutCompany(Unauthenticated):
    """The person doesn't act for the token's company any more."""

    code = "token_without_company"
    what = _("This token acts for nobody any more.")
    why = _("Its person is no longer one of the company's people, or can't log in.")
    remedy = _("Ask an owner of the company, or make a token for another company.")


class ScopeMissing(Refusal):
    code = "scope_missing"
    status = 403
    what = _("This token may not do this.")
    why = _("It lacks the scope “{scope}”.")
    remedy = _("Make a token with this scope under Settings, Tokens.")


class CsrfFailed(Refusal):
    """A page's own call without its safety mark."""

    code = "csrf_failed"
    status = 403
    what = _("The page's safety mark is missing.")
    why = _("A call with a session's cookie must show that one of our pages made it.")
    remedy = _("Send the header “X-CSRFToken”, or use a token instead of the session.")


class FactorMissing(Refusal):
    """A session of somebody who must set a second factor before anything else."""

    code = "second_factor_missing"
    status = 403
    what = _("You can't do this yet.")
    why = _("Your role demands a second factor at the log-in, and you have none.")
    remedy = _("Set one under Settings, How I log in.")


class ProofMissing(Refusal):
    """A page's own call for what can't be undone, long after its person showed who he is."""

    code = "proof_missing"
    status = 403
    what = _("Show once more that it is you; nothing was done.")
    why = _("What can't be undone is asked for within ten minutes of a log-in.")
    remedy = _("Open the page “Is it you?” (/prove/), then send this again.")


def digest(secret: str) -> bytes:
    """What is kept of a token's secret. It has 256 bits of chance: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).digest()


def identify(request: HttpRequest) -> None:
    """Set `request.actor` from the token, if one is shown; without one the session's stays.

    Raises Unauthenticated and its kin: a token that isn't good is refused even where none is needed.
    """
    shown = request.headers.get("Authorization", "")
    if not shown:
        return
    kind, _space, secret = shown.partition(" ")
    if kind.lower() != "bearer":
        raise Unauthenticated
    token = Token.objects.select_related("person").filter(digest=digest(secret.strip())).first()
    if token is None:
        raise TokenUnknown
    moment = clock.db_now()
    if token.revoked_at is not None:
        raise TokenRevoked
    if token.expires_at is not None and token.expires_at <= moment:
        raise TokenExpired
    asked = cast(ActorRequest, request)
    asked.actor = _actor(token)
    request.user = token.person
    request.by_token = token.pk  # type: ignore[attr-defined]
    if token.last_used_at is None or token.last_used_at <= moment - USED_EVERY:
        unused = Q(last_used_at=None) | Q(last_used_at__lte=moment - USED_EVERY)
        Token.objects.filter(unused, pk=token.pk).update(last_used_at=moment)


def _actor(token: Token) -> Actor:
    """Never more than the person is at this moment; the centre's own roles are for its pages alone."""
    if not token.person.is_active:
        raise TokenWithoutCompany
    actor = queries.actor_for(token.person, company_id=token.company_id, scopes=token.scopes)
    if token.company_id is None:
        return replace(actor, company_id=None, company_name="", roles=frozenset(), staff_roles=frozenset())
    if actor.company_id != token.company_id:
        raise TokenWithoutCompany
    return replace(actor, staff_roles=frozenset())


class _Csrf(CsrfViewMiddleware):
    """Django's check without its page: the API refuses in its own form."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponseForbidden:
        return HttpResponseForbidden()


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _csrf_holds(request: HttpRequest) -> bool:
    # The middleware left the check to us: to it all endpoints are exempt, since a token needs none.
    request.csrf_processing_done = False  # type: ignore[attr-defined]
    check = _Csrf(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {}) is None


class TokenAuth(HttpBearer):
    """Says of an endpoint, in one place, which scope a token needs and which roles may call it at all.

    `auth=TokenAuth(Scope.BIDS_WRITE, roles=BIDDING)`. What he may do to the very thing is asked by the command.
    A person on a page (session) has every scope; his unsafe calls must carry the CSRF header, and what is `dangerous`
    comes soon after he showed that it is he. With `staff` only the centre's own people in that role; for anybody else
    there is nothing.
    """

    def __init__(
        self,
        scope: Scope | str,
        *,
        roles: Collection[Role] | None = None,
        staff: StaffRole | None = None,
        dangerous: bool = False,
    ) -> None:
        super().__init__()
        self.staff = staff
        self.scope = Scope(scope)
        self.is_dangerous = dangerous
        self.roles = None if roles is None else frozenset(roles)

    def __call__(self, request: HttpRequest) -> Actor:
        actor = cast(ActorRequest, request).actor
        if not actor.is_somebody:
            raise Unauthenticated
        if actor.is_held:
            raise FactorMissing
        if not hasattr(request, "by_token") and request.method not in SAFE and not _csrf_holds(request):
            raise CsrfFailed
        if actor.scopes is not None and self.scope not in actor.scopes:
            raise ScopeMissing(scope=self.scope)
        if self.roles is not None and not actor.has(self.roles):
            raise NotAllowed
        # A token was made by somebody who had just shown it; a session may be an open desk.
        if self.is_dangerous and not hasattr(request, "by_token") and not proofs.is_fresh(request):
            raise ProofMissing
        return actor if self.staff is None else self._as_staff(request, self.staff)

    def _as_staff(self, request: HttpRequest, role: StaffRole) -> Actor:
        """A token carries none of the centre's roles but the one its operation is for, and only while he has it."""
        asked = cast(ActorRequest, request)
        person = request.user
        if not isinstance(person, Person) or str(role) not in person.staff_roles:
            raise NotFound
        asked.actor = replace(asked.actor, staff_roles=frozenset({role}))
        return asked.actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Asked for by the base; the gate has read the token already."""
        return self(request)
