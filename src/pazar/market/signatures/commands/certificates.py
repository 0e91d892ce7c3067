"""Enrol a certificate, take it off the list, tell before it ends (A5)."""

from datetime import timedelta

from asn1crypto import x509
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from pazar.ground import clock, journal
from pazar.ground.identity import queries as identity
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.messages.commands import Told, tell
from pazar.ground.ui import formats
from pazar.market.signatures import policies, queries
from pazar.market.signatures.models import Certificate, Challenge, Rehearsal, ResponderAnswer
from pazar.market.signatures.refusals import CertificateKnown, CertificateUnreadable, PrivateKeyGiven
from pazar.market.signatures.rules import certificates as facts
from pazar.market.signatures.rules import readiness
from pazar.market.signatures.rules.trust import read_certificates

KIND = "signatures"
MOST_BYTES = 200_000
_PER_ROUND = 500


def enrol(*, actor: Actor, raw: bytes, source: Certificate.Source) -> Certificate:
    """Put a certificate (PEM or DER; of a chain the person's own) into the company's list (A5).

    Raises CertificateUnreadable, PrivateKeyGiven, CertificateKnown, NotFound.
    """
    company_id, person_id = policies.require_member(actor)
    found = _own_of(raw)
    held = facts.holder(found)
    with transaction.atomic():
        moment = clock.db_now()
        known = Certificate.objects.filter(
            company_id=company_id, person_id=person_id, fingerprint=held.fingerprint, removed_at=None
        )
        if known.exists():
            raise CertificateKnown

        made = Certificate.objects.create(
            company_id=company_id,
            person_id=person_id,
            der=found.dump(),
            fingerprint=held.fingerprint,
            subject=held.subject,
            issuer=held.issuer,
            name=held.name,
            organisation=held.organisation,
            organisation_numbers=[list(pair) for pair in held.organisation_numbers],
            not_before=held.not_before,
            not_after=held.not_after,
            source=source,
            enrolled_at=moment,
        )
        journal.append("certificate.enrolled", actor=actor, subject=made, fingerprint=held.fingerprint)
        return made


def remove(*, actor: Actor, certificate: Certificate) -> None:
    """Take it off the list; rehearsals with it count no more. Raises NotAllowed."""
    policies.require_own(actor, certificate)
    with transaction.atomic():
        Certificate.objects.filter(pk=certificate.pk, removed_at=None).update(removed_at=clock.db_now())
        journal.append("certificate.removed", actor=actor, subject=certificate, fingerprint=certificate.fingerprint)


def _own_of(raw: bytes) -> x509.Certificate:
    if b"PRIVATE KEY-----" in raw:
        raise PrivateKeyGiven
    if len(raw) > MOST_BYTES:
        raise CertificateUnreadable
    try:
        found = read_certificates(raw)
        facts.holder(found[0])
        people = [one for one in found if not one.ca]
    except (ValueError, TypeError, KeyError) as error:
        raise CertificateUnreadable from error
    return (people or found)[0]


def forget_old() -> int:
    """Delete texts that nobody signed, and answers that said their last; how many."""
    moment = clock.db_now()
    texts, _kinds = Challenge.objects.filter(used_at=None, made_at__lt=moment - timedelta(days=2)).delete()
    answers, _kinds = ResponderAnswer.objects.filter(until__lt=moment).delete()
    return texts + answers


def one_round() -> int:
    """What is done at the desk every hour: tell of ends, forget what is old."""
    told = tell_of_ends()
    forget_old()
    return told


def tell_of_ends() -> int:
    """Tell people whose certificate ends in 60, 30 or 7 days, and companies whose readiness ends in 7; how many."""
    with transaction.atomic():
        return _tell_of_certificates() + _tell_of_readiness()


def _tell_of_certificates() -> int:
    moment = clock.db_now()
    horizon = moment + timedelta(days=max(readiness.WARNINGS))
    ending = Certificate.objects.filter(removed_at=None, not_after__gt=moment, not_after__lte=horizon)
    told = 0
    for one in ending.order_by("not_after", "id")[:_PER_ROUND]:
        days = readiness.due_warning(not_after=one.not_after, moment=moment)
        if days is None:
            continue
        owners = identity.staff(company_id=one.company_id, roles={Role.OWNER})

        def render(_language: str, one: Certificate = one) -> Told:
            return Told(
                title=gettext("The certificate of {name} ends on {day}").format(
                    name=one.name or one.subject, day=formats.day(one.not_after, year=True)
                ),
                text=gettext(
                    "What is signed with it afterwards doesn't hold. Renew it with its provider, enrol the new one, "
                    "and rehearse once with it: a new certificate often means new software, too."
                ),
            )

        told += tell(
            person_ids={one.person_id, *(person.pk for person in owners)},
            kind=KIND,
            once=f"certificate-ends:{one.pk}:{days}",
            path=reverse("signatures:desk"),
            render=render,
            company_id=one.company_id,
        )
    return told


def _tell_of_readiness() -> int:
    moment = clock.db_now()
    ending = Rehearsal.objects.filter(is_good=True, good_until__gt=moment, good_until__lte=moment + readiness.SOON)
    told = 0
    for company_id in ending.order_by("company_id").values_list("company_id", flat=True).distinct()[:_PER_ROUND]:
        found = queries.readiness_of(company_id, moment=moment)
        if not found.is_good or found.until is None or found.until - moment > readiness.SOON:
            continue
        until = found.until

        def render(_language: str, until: object = until) -> Told:
            return Told(
                title=gettext("Your readiness to sign ends on {day}").format(
                    day=formats.day(until, year=True)  # type: ignore[arg-type]  # bound above
                ),
                text=gettext("Rehearse your signature once more: it takes two minutes."),
            )

        people = identity.staff(company_id=company_id, roles={Role.OWNER, Role.TENDER_MANAGER, Role.BUYER})
        told += tell(
            person_ids={person.pk for person in people},
            kind=KIND,
            once=f"readiness-ends:{company_id}:{until.isoformat()}",
            path=reverse("signatures:desk"),
            render=render,
            company_id=company_id,
        )
    return told
