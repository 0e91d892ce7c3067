"""What mail servers report back, and the addresses that are written to no more."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from pazar.ground import clock, journal
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages.models import Bounce, Mail, Suppression
from pazar.ground.messages.rules import reports, standing
from pazar.ground.messages.rules.reports import Kind, Report, Said


@dataclass(frozen=True, kw_only=True)
class Taken:
    """`reports` were read, `strange` no reports at all; `ended` addresses are written to no more since then."""

    reports: int = 0
    strange: int = 0
    unknown: int = 0
    ended: int = 0


def take_report(raw: bytes) -> Taken:
    """Take in one mail that came to the address for bounces. The same one again changes nothing.

    Only what names a mail of ours, by the address it came to or by its Message-ID, ends anything: a report that
    anybody could have written is kept for the operator to see.
    """
    report = reports.read(raw)
    if report is None:
        return Taken(strange=1)
    digest = hashlib.sha256(raw).digest()
    with transaction.atomic():
        mail = _mail_of(report)
        moment = clock.db_now()
        ended = 0
        for number, said in enumerate(report.said):
            address = (mail.to if mail is not None else said.address).lower()
            _bounce, made = Bounce.objects.get_or_create(
                digest=digest + number.to_bytes(4),
                defaults={
                    "mail": mail,
                    "address": address.replace("\x00", ""),
                    "kind": said.kind,
                    "status": said.status,
                    "words": said.words,
                    "came_at": moment,
                },
            )
            if made and mail is not None and _is_about(mail, said, report.said):
                ended += _weigh(mail, said.kind, said.words, moment)
        return Taken(reports=1, unknown=int(mail is None), ended=ended)


def note_refusal(*, mail: Mail, kind: Kind, words: str, moment: datetime) -> None:
    """A server refused the mail's address while it was handed over."""
    digest = hashlib.sha256(f"{mail.pk}:{mail.tries}".encode()).digest()
    Bounce.objects.get_or_create(
        digest=digest,
        defaults={"mail": mail, "address": mail.to.lower(), "kind": kind, "words": words[:500], "came_at": moment},
    )
    _end_if_over(mail.to.lower(), kind, words, moment)


def lift(*, actor: Actor, suppression_id: UUID) -> Suppression:
    """Write to an address again. Raises NotFound, also for who isn't operator."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        found = Suppression.objects.select_for_update().filter(pk=suppression_id).first()
        if found is None:
            raise NotFound

        # What came before must not end it again with the next soft one.
        Bounce.objects.filter(address=found.address, kind=Kind.SOFT).update(kind=Kind.OTHER)
        journal.append("mail_address.lifted", actor=actor, subject=found, why=found.why)
        Suppression.objects.filter(pk=found.pk).delete()
        return found


def send_again(*, actor: Actor, mail_id: UUID) -> None:
    """Give a mail that failed, or wasn't sent for its address's sake, one more round. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        mail = Mail.objects.select_for_update().filter(pk=mail_id, state__in=_UNDELIVERED).first()
        if mail is None:
            raise NotFound

        Mail.objects.filter(pk=mail.pk).update(state=Mail.State.WAITING, tries=0, fault="", next_at=Now())
        journal.append("mail.sent_again", actor=actor, subject=mail)


_UNDELIVERED = (Mail.State.FAILED, Mail.State.SUPPRESSED, Mail.State.RETURNED)


def _mail_of(report: Report) -> Mail | None:
    for token in report.tokens:
        if (found := Mail.objects.filter(pk=UUID(token)).first()) is not None:
            return found
    for message_id in report.message_ids:
        local = message_id.partition("@")[0]
        if len(local) == 32 and set(local) <= set("0123456789abcdef"):
            found = Mail.objects.filter(pk=UUID(local)).first()
            if found is not None and found.headers.get("Message-ID") == f"<{message_id}>":
                return found
    return None


def _is_about(mail: Mail, said: Said, all_said: Sequence[Said]) -> bool:
    """A mail has one recipient; of several named, and after a forwarding, only his own word counts."""
    return len(all_said) == 1 or said.address.lower() == mail.to.lower()


def _weigh(mail: Mail, kind: Kind, words: str, moment: datetime) -> int:
    if kind in (Kind.HARD, Kind.SOFT):
        Mail.objects.filter(pk=mail.pk, state=Mail.State.SENT).update(state=Mail.State.RETURNED, fault=words)
    return _end_if_over(mail.to.lower(), kind, words, moment)


def _end_if_over(address: str, kind: Kind, words: str, moment: datetime) -> int:
    soft_at = list(Bounce.objects.filter(address=address, kind=Kind.SOFT).values_list("came_at", flat=True))
    if not standing.is_over(kind, soft_at=soft_at, moment=moment):
        return 0
    _ended, made = Suppression.objects.get_or_create(
        address=address, defaults={"why": str(kind), "words": words[:500], "since": moment}
    )
    return int(made)
