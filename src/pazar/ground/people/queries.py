"""Reads of a company's people."""

from collections.abc import Sequence
from uuid import UUID

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Membership
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.people.models import Invitation


def company_of(actor: Actor) -> UUID:
    """Raises NotFound for one who acts for none."""
    if actor.company_id is None:
        raise NotFound
    return actor.company_id


def people_of(actor: Actor) -> Sequence[Membership]:
    """The people of the company he acts for, by name."""
    found = Membership.objects.filter(company_id=company_of(actor), is_active=True, person__is_active=True)
    return list(found.select_related("person").order_by("person__name", "person_id")[:1000])


def membership(actor: Actor, person_id: UUID) -> Membership:
    """One of them. Raises NotFound."""
    found = Membership.objects.filter(company_id=company_of(actor), person_id=person_id, is_active=True)
    one = found.select_related("person", "company").first()
    if one is None:
        raise NotFound
    return one


def invitations(actor: Actor) -> Sequence[Invitation]:
    """Those that wait for an answer, and whether they still can be answered is for the page to say; newest first."""
    found = Invitation.objects.filter(company_id=company_of(actor), accepted_at=None, revoked_at=None)
    return list(found.select_related("made_by").order_by("-made_at", "-id")[:200])


def is_expired(invitation: Invitation) -> bool:
    return invitation.expires_at <= clock.db_now()
