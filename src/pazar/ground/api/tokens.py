"""Tokens are made, shown once, and taken back."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.api.auth import PREFIX, digest
from pazar.ground.api.models import Token
from pazar.ground.api.scopes import Scope
from pazar.ground.errors import Invalid, NotAllowed, NotFound, Refusal, Sentence
from pazar.ground.identity import queries
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor

MOST = 50
SECRET_BYTES = 32


class TooManyTokens(Refusal):
    code = "too_many_tokens"
    status = 409
    what = _("The token was not made: you have {most} already.")
    why = _("Tokens that nobody needs any more are doors left open.")
    remedy = _("Revoke those you don't use.")


def tokens_of(actor: Actor) -> QuerySet[Token]:
    """A person's tokens, the living and the dead, newest first."""
    own: Any = Token.objects.filter(person_id=actor.person_id) if actor.person_id else Token.objects.none()
    found: QuerySet[Token] = own.select_related("company").order_by("-created_at", "-id")
    return found


def create_token(
    *,
    actor: Actor,
    person: Person,
    name: str,
    scopes: Collection[str],
    company_id: UUID | None,
    expires_at: datetime | None,
) -> tuple[Token, str]:
    """A token of `person` and its secret, which is shown now and never again.

    A person makes his own, on a page; the centre's operator on the command line anybody's. Not by a token: one that
    leaked could outlive its revocation. Raises NotAllowed, Invalid, NotFound for a company not his, TooManyTokens.
    """
    if not actor.is_centre and (actor.person_id != person.pk or actor.scopes is not None):
        raise NotAllowed
    faults: dict[str, Sentence] = {}
    if not name.strip():
        faults["name"] = _("Say what the token is for.")
    if not scopes:
        faults["scopes"] = _("Choose what the token may do.")
    elif unknown := sorted(set(scopes) - {str(scope) for scope in Scope}):
        faults["scopes"] = _("There is no scope of this name: {names}. There are: {known}.").format(
            names=", ".join(unknown), known=", ".join(sorted(str(scope) for scope in Scope))
        )
    moment = clock.db_now()
    if expires_at is not None and expires_at <= moment:
        faults["expires_at"] = _("This moment is past.")
    if faults:
        raise Invalid(fields=faults)
    if company_id is not None and company_id not in {m.company_id for m in queries.memberships(person)}:
        raise NotFound
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        if Token.objects.filter(person=person, revoked_at=None).count() >= MOST:
            raise TooManyTokens(most=MOST)
        token = Token.objects.create(
            person=person,
            company_id=company_id,
            name=name.strip()[:200],
            digest=digest(secret),
            scopes=sorted(set(scopes)),
            created_at=moment,
            expires_at=expires_at,
        )
        journal.append("token.created", actor=actor, subject=token, person=str(person.pk), scopes=token.scopes)
    return token, secret


def revoke_token(*, actor: Actor, token_id: UUID) -> Token:
    """From now on the token opens nothing. Repeating changes nothing. Raises NotFound for another's."""
    with transaction.atomic():
        found = Token.objects.select_for_update().filter(pk=token_id)
        if not actor.is_centre:
            found = found.filter(person_id=actor.person_id) if actor.person_id else found.none()
        token = found.first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = clock.db_now()
            token.save(update_fields=["revoked_at"])
            journal.append("token.revoked", actor=actor, subject=token, person=str(token.person_id))
    return token
