"""Somebody is asked to become one of a company's people, by a link of one use in a mail (A4)."""

import hashlib
import secrets
from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.commands import companies, persons, tries
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages.commands import writing
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.people.commands import members
from pazar.ground.people.models import Invitation

LASTS = timedelta(days=7)
MOST_OPEN = 200
MAILS_A_DAY = 5
GUESSES_FROM_PLACE = 30


class InvitationDead(Refusal):
    """One answer for a link that was used, revoked, replaced, is too old, or never existed."""

    code = "invitation_dead"
    status = 410
    what = _("This invitation doesn't open any more.")
    why = _("It is good for one use and seven days; it may have been taken back, or sent anew.")
    remedy = _("Ask whoever invited you to send it once more.")


class NotYours(Refusal):
    """Somebody else's address: the mail was passed on, or he is logged in as another."""

    code = "invitation_not_yours"
    status = 403
    what = _("This invitation is for another address.")
    why = _("It was sent to {invited}, and you are logged in as {own}.")
    remedy = _("Log out and open the link again, or ask to be invited by your own address.")


class TooManyInvitations(Refusal):
    code = "too_many_invitations"
    status = 429
    what = _("Nothing was sent.")
    why = _("Too many invitations are open, or this address was written to too often today.")
    remedy = _("Take back those that nobody answers, or wait until tomorrow.")


def invite(*, actor: Actor, email: str, roles: Collection[str], language: str) -> Invitation:
    """Ask somebody in, in these roles. Raises NotAllowed, Invalid, TooManyInvitations."""
    company_id = members.require_manager(actor)
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(fields={"email": _("This is no e-mail address.")}) from error
    wanted = members._roles(roles)
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=company_id)
        if Membership.objects.filter(company_id=company_id, is_active=True, person__email__iexact=email).exists():
            raise Invalid(fields={"email": _("Somebody with this address is one of your people already.")})
        living = Invitation.objects.filter(company_id=company_id, accepted_at=None, revoked_at=None)
        moment = clock.db_now()
        living.filter(email__iexact=email).update(revoked_at=moment)
        if living.count() >= MOST_OPEN:
            raise TooManyInvitations
        assert actor.person_id is not None

        token, digest = _secret()
        invitation = Invitation.objects.create(
            company=company,
            email=email,
            roles=[str(role) for role in wanted],
            language=language,
            digest=digest,
            made_by_id=actor.person_id,
            made_at=moment,
            expires_at=moment + LASTS,
        )
        journal.append("invitation.made", actor=actor, subject=invitation, roles=invitation.roles)
        _send(actor, invitation, token)
    return invitation


def resend(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """The same once more, by a new link; the one before is void. Raises NotAllowed, NotFound, TooManyInvitations."""
    with transaction.atomic():
        invitation = _lock_own(actor, invitation_id)
        moment = clock.db_now()

        token, invitation.digest = _secret()
        invitation.expires_at = moment + LASTS
        invitation.save(update_fields=["digest", "expires_at"])
        journal.append("invitation.sent_again", actor=actor, subject=invitation)
        _send(actor, invitation, token)
    return invitation


def revoke(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Its link opens nothing any more. Raises NotAllowed, NotFound."""
    with transaction.atomic():
        invitation = _lock_own(actor, invitation_id)

        invitation.revoked_at = clock.db_now()
        invitation.save(update_fields=["revoked_at"])
        journal.append("invitation.revoked", actor=actor, subject=invitation)
    return invitation


def check(*, token: str, place: str) -> Invitation:
    """The living invitation of this secret. Raises InvitationDead; who tries many from one place gets that as well."""
    if tries.so_far("invitation", place) > GUESSES_FROM_PLACE:
        raise InvitationDead
    found = Invitation.objects.select_related("company").filter(digest=_digest(token)).first()
    try:
        return _living(found)
    except InvitationDead:
        tries.count("invitation", place)
        raise


def accept(*, actor: Actor, token: str, place: str) -> Membership:
    """Somebody who is here and logged in becomes one of the company's people.

    Raises InvitationDead, NotYours, WorksForCentre.
    """
    check(token=token, place=place)
    with transaction.atomic():
        invitation = _lock(token)
        person = Person.objects.filter(pk=actor.person_id, is_active=True).first() if actor.person_id else None
        if person is None:
            raise NotFound
        if person.email.lower() != invitation.email.lower():
            raise NotYours(invited=invitation.email, own=person.email)
        members.check_free(person)

        return _take_in(actor, invitation, person)


def accept_new(*, token: str, place: str, name: str, password: str) -> Person:
    """Somebody new comes in by an invitation; the mail that brought it has shown that the address is his.

    Raises InvitationDead, Invalid; NotYours where the address belongs to somebody who is here: he logs in instead.
    """
    check(token=token, place=place)
    with transaction.atomic():
        invitation = _lock(token)
        if identity.person_by_email(invitation.email) is not None:
            raise NotYours(invited=invitation.email, own="")

        person = persons.create_person(
            actor=Actor(), email=invitation.email, name=name, password=password, language=invitation.language
        )
        _take_in(Actor(person_id=person.pk, person_name=person.name), invitation, person)
    return person


def _take_in(actor: Actor, invitation: Invitation, person: Person) -> Membership:
    found = Membership.objects.filter(person=person, company_id=invitation.company_id, is_active=True).first()
    # Who came in meanwhile by another way keeps the roles that he has.
    roles = [Role(role) for role in Role if str(role) in {*invitation.roles, *(found.roles if found else ())}]
    membership = companies.give_roles(actor=actor, person=person, company_id=invitation.company_id, roles=roles)
    invitation.accepted_at, invitation.accepted_by = clock.db_now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    journal.append("invitation.accepted", actor=actor, subject=invitation)
    tell(
        person_ids=[invitation.made_by_id],
        kind=members.KIND,
        once=f"accepted:{invitation.pk}",
        path=reverse("people:list"),
        render=said_accepted(person, invitation),
        company_id=invitation.company_id,
    )
    return membership


def _send(actor: Actor, invitation: Invitation, token: str) -> None:
    if tries.count("invited", invitation.email.lower(), window=timedelta(days=1)) > MAILS_A_DAY:
        raise TooManyInvitations
    writing.write(
        address=invitation.email,
        language=invitation.language,
        path=reverse("people:accept", args=[token]),
        render=said_invited(actor, invitation),
    )


def said_invited(actor: Actor, invitation: Invitation) -> Callable[[str], Told]:
    def render(_language: str) -> Told:
        return Told(
            title=said("{company} invites you").format(company=invitation.company.name),
            text=said(
                "{person} asks you to act for {company} on the centre.\n\nThe link below works once, for seven days. "
                "If you don't know them, do nothing: without you nothing happens."
            ).format(person=actor.person_name, company=invitation.company.name),
        )

    return render


def said_accepted(person: Person, invitation: Invitation) -> Callable[[str], Told]:
    def render(_language: str) -> Told:
        return Told(title=said("{person} accepted your invitation").format(person=person.name))

    return render


def _secret() -> tuple[str, bytes]:
    token = secrets.token_urlsafe(32)
    return token, _digest(token)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _living(invitation: Invitation | None) -> Invitation:
    is_dead = (
        invitation is None
        or invitation.accepted_at is not None
        or invitation.revoked_at is not None
        or invitation.expires_at <= clock.db_now()
        or invitation.company.standing != Company.Standing.MEMBER
    )
    if invitation is None or is_dead:
        raise InvitationDead
    return invitation


def _lock(token: str) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).select_related("company")
    return _living(found.filter(digest=_digest(token)).first())


def _lock_own(actor: Actor, invitation_id: UUID) -> Invitation:
    company_id = members.require_manager(actor)
    found = Invitation.objects.select_for_update(of=("self",)).select_related("company")
    invitation = found.filter(pk=invitation_id, company_id=company_id, accepted_at=None, revoked_at=None).first()
    if invitation is None:
        raise NotFound
    return invitation
