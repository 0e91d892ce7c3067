"""Reads of the signature desk: a company's readiness, its certificates, its rehearsals."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import Actor
from pazar.market.signatures import policies
from pazar.market.signatures.models import Certificate, Challenge, Rehearsal
from pazar.market.signatures.rules import readiness
from pazar.market.signatures.rules.readiness import Readiness, Tried

RECENT = 200
"""Rehearsals that are looked at: a program that rehearses all day long doesn't make the page slow."""


def readiness_of(company_id: UUID, *, moment: datetime | None = None) -> Readiness:
    """Whether the company can sign (index signatures_rehearsals)."""
    now = moment or clock.db_now()
    rows = Rehearsal.objects.filter(company_id=company_id).order_by("-made_at")[:RECENT]
    tried = [
        Tried(made_at=at, is_good=good, good_until=until, fingerprint=fingerprint)
        for at, good, until, fingerprint in rows.values_list("made_at", "is_good", "good_until", "fingerprint")
    ]
    living = Certificate.objects.filter(company_id=company_id, removed_at=None, not_after__gt=now)
    return readiness.of_company(tried, living=frozenset(living.values_list("fingerprint", flat=True)), moment=now)


def company_number(company_id: UUID) -> tuple[str, str]:
    """Country and number, as certificates are compared with."""
    company = identity.company(company_id)
    return company.country, company.number


def certificates(actor: Actor) -> QuerySet[Certificate]:
    """To be shown newest first."""
    return policies.certificates(actor).select_related("person").order_by("-enrolled_at", "-id")


def certificate(actor: Actor, certificate_id: UUID) -> Certificate:
    """Raises NotFound."""
    found = policies.certificates(actor).filter(pk=certificate_id).first()
    if found is None:
        raise NotFound
    return found


def rehearsals(actor: Actor) -> QuerySet[Rehearsal]:
    """To be paged by "-made_at" and "-id"."""
    return policies.rehearsals(actor).select_related("person").defer("signature", "report")


def rehearsal(actor: Actor, rehearsal_id: UUID) -> Rehearsal:
    """Raises NotFound."""
    found = policies.rehearsals(actor).select_related("person", "challenge").filter(pk=rehearsal_id).first()
    if found is None:
        raise NotFound
    return found


def challenge(actor: Actor, challenge_id: UUID) -> Challenge:
    """Raises NotFound."""
    found = policies.challenges(actor).filter(pk=challenge_id).first()
    if found is None:
        raise NotFound
    return found
