"""Who sees which certificates and rehearsals: a company's own people all of theirs, nobody anybody else's."""

from uuid import UUID

from django.db.models import QuerySet

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.market.signatures.models import Certificate, Challenge, Rehearsal


def certificates(actor: Actor) -> QuerySet[Certificate]:
    """Those of the actor's company that weren't removed."""
    if actor.company_id is None:
        return Certificate.objects.none()
    return Certificate.objects.filter(company_id=actor.company_id, removed_at=None)


def rehearsals(actor: Actor) -> QuerySet[Rehearsal]:
    if actor.company_id is None:
        return Rehearsal.objects.none()
    return Rehearsal.objects.filter(company_id=actor.company_id)


def challenges(actor: Actor) -> QuerySet[Challenge]:
    """His own: nobody signs for a colleague."""
    if actor.company_id is None or actor.person_id is None:
        return Challenge.objects.none()
    return Challenge.objects.filter(company_id=actor.company_id, person_id=actor.person_id)


def require_member(actor: Actor) -> tuple[UUID, UUID]:
    """Company and person. Raises NotFound for somebody without a company."""
    if actor.company_id is None or actor.person_id is None:
        raise NotFound
    return actor.company_id, actor.person_id


def require_own(actor: Actor, certificate: Certificate) -> None:
    """Its person, or an owner of the company. Raises NotAllowed."""
    if certificate.person_id != actor.person_id and not actor.has({Role.OWNER}):
        raise NotAllowed
