"""The rehearsal: a fresh text, signed, judged check by check, once (A5)."""

import secrets
from datetime import UTC, timedelta
from uuid import UUID

from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.market.signatures import policies, queries
from pazar.market.signatures.adapters import desk
from pazar.market.signatures.commands import certificates
from pazar.market.signatures.models import Certificate, Challenge, Rehearsal
from pazar.market.signatures.refusals import CertificateKnown, ChallengeOver, ChallengeUsed, SignatureTooLarge
from pazar.market.signatures.rules import readiness, reading, stored, verify
from pazar.market.signatures.rules.verdicts import Check, Report, Signer, bad
from pazar.market.signatures.rules.verify import Ask

LASTS = timedelta(days=1)
MOST_BYTES = 5_000_000


def begin(*, actor: Actor) -> Challenge:
    """A text that was never there before, for this person and company. Raises NotFound."""
    company_id, person_id = policies.require_member(actor)
    moment = clock.db_now()
    # Plain words: what he signs here mustn't be of use to anybody elsewhere.
    text = "\r\n".join(
        (
            "Pazar: rehearsal of a signature. This text binds nobody to anything.",
            "Pazar: проба на подпис. Този текст не обвързва никого с нищо.",
            f"Company / Дружество: {actor.company_name}",
            f"Person / Лице: {actor.person_name}",
            f"Moment / Момент: {moment.astimezone(UTC).isoformat(timespec='seconds')}",
            f"Number / Номер: {secrets.token_hex(16)}",
            "",
        )
    )
    return Challenge.objects.create(
        company_id=company_id, person_id=person_id, text=text, made_at=moment, expires_at=moment + LASTS
    )


def hand_in(*, actor: Actor, challenge_id: UUID, signature: bytes, way: Rehearsal.Way, pdf: bytes = b"") -> Rehearsal:
    """Judge what was signed, and keep it with its report (A5). `pdf` is the text as the page offered it, if it did.

    A good rehearsal enrols its certificate, and certifies readiness for half a year or until that ends.
    Raises NotFound, ChallengeUsed, ChallengeOver, SignatureTooLarge.
    """
    challenge = queries.challenge(actor, challenge_id)
    if challenge.used_at is not None:
        raise ChallengeUsed
    if len(signature) > MOST_BYTES:
        raise SignatureTooLarge(most=MOST_BYTES // 1_000_000)
    # Slow, and asks on the network: before any lock.
    report = judge(challenge, signature, pdf, desk.ask(company=queries.company_number(challenge.company_id)))
    with transaction.atomic():
        challenge = policies.challenges(actor).select_for_update().get(pk=challenge_id)
        moment = clock.db_now()
        if challenge.used_at is not None:
            raise ChallengeUsed
        if moment >= challenge.expires_at:
            raise ChallengeOver

        challenge.used_at = moment
        challenge.save(update_fields=["used_at"])
        signer = _signer(report)
        held = signer.holder if signer else None
        made = Rehearsal.objects.create(
            company_id=challenge.company_id,
            person_id=challenge.person_id,
            challenge=challenge,
            way=way,
            made_at=moment,
            is_good=report.is_good,
            good_until=readiness.good_until(made_at=moment, not_after=held.not_after)
            if report.is_good and held
            else None,
            fingerprint=held.fingerprint if held else "",
            report=stored.to_json(report),
            signature=signature,
        )
        if held is not None and report.is_good:
            _enrol(actor, held.der)
        journal.append(
            "rehearsal.made",
            actor=actor,
            subject=made,
            outcome=report.outcome.value,
            faults=sorted(one.code for one in report.all_verdicts() if one.state == "bad"),
        )
        return made


def judge(challenge: Challenge, signature: bytes, pdf: bytes, ask: Ask) -> Report:
    """The report on a signature over a challenge: detached, with the text inside, or in the PDF that was offered."""
    if reading.form_of(signature) is reading.Form.PDF:
        report = verify.verify(signature, None, ask)
        # Signing adds to a PDF; whoever signed ours has it at the beginning, byte for byte.
        if report.signers and not (pdf and signature.startswith(pdf)):
            return _with_fault(report)
        return report
    return verify.verify(challenge.text.encode(), signature, ask)


def _with_fault(report: Report) -> Report:
    return Report(
        form=report.form,
        verdicts=(*report.verdicts, bad(Check.DOCUMENT, "document-not-offered")),
        signers=report.signers,
        moment=report.moment,
        digest=report.digest,
    )


def _signer(report: Report) -> Signer | None:
    return next((one for one in report.signers if one.holder is not None), None)


def _enrol(actor: Actor, der: bytes) -> None:
    try:
        with transaction.atomic():
            certificates.enrol(actor=actor, raw=der, source=Certificate.Source.REHEARSED)
    except CertificateKnown:
        return
