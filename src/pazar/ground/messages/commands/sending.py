"""Hand waiting mails to the mail server: many over one connection, none too fast for its domain."""

import base64
import logging
import re
import secrets
import smtplib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.header import Header
from email.utils import parseaddr
from functools import lru_cache
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.db import connection, transaction

from pazar.ground import clock
from pazar.ground.messages.commands import bounces
from pazar.ground.messages.models import Mail, Suppression
from pazar.ground.messages.rules import reports, retries

BATCH = 100
PER_CONNECTION = 1_000
"""Servers close a connection that brings too much; better by us, between two mails."""
NOTE_EVERY = 20
"""A crash between the server's yes and our note sends at most so many mails twice, each under its own Message-ID."""
LEASE_SECONDS = 600
_LOCK = 0x6D61696C  # who takes mails counts them against their domains: one after the other

_LINE_END = re.compile(rb"\r?\n")
_LONGEST_LINE = 900  # RFC 5322 allows 998
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one mail now. `state` WAITING is another try later."""

    mail: Mail
    state: Mail.State
    fault: str = ""
    kind: reports.Kind | None = None
    counts: bool = True


@dataclass
class Courier:
    """One connection to the mail server, kept over batches. Not for two threads at once."""

    _server: EmailBackend | None = None
    _carried: int = 0
    _closed_until: float = 0.0
    _refusals: int = field(default=0)

    def is_resting(self) -> bool:
        """A server that didn't answer is left alone for a while, longer each time."""
        return time.monotonic() < self._closed_until

    def carry(self, mails: Sequence[Mail]) -> Iterable[Outcome]:
        """Each mail's outcome, as it is known; all of the rest when the server can't be reached."""
        for at, mail in enumerate(mails):
            try:
                self._connect()
            except (smtplib.SMTPException, OSError) as error:
                self._rest()
                log.warning("mail server can't be reached", extra={"fault": _said(error)})
                for left in mails[at:]:
                    yield Outcome(mail=left, state=Mail.State.WAITING, fault=_said(error), counts=left is mails[at])
                return
            yield self._hand(mail)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server, self._carried = None, 0

    def _connect(self) -> None:
        if self._server is not None and (self._carried >= PER_CONNECTION or self._server.connection is None):
            self.close()
        if self._server is None:
            server = cast(EmailBackend, django_mail.get_connection())
            server.open()
            self._server, self._refusals = server, 0

    def _rest(self) -> None:
        self.close()
        self._refusals += 1
        self._closed_until = time.monotonic() + min(600, 5 * 2 ** min(self._refusals, 10))

    def _hand(self, mail: Mail) -> Outcome:
        try:
            sender, recipient = envelope_from(mail), _ascii(mail.to)
            content = _content(mail, recipient)
        except ValueError as error:  # a line break in a header, an address that is none
            return Outcome(mail=mail, state=Mail.State.FAILED, fault=type(error).__name__)
        assert self._server is not None
        smtp = cast(smtplib.SMTP, self._server.connection)
        try:
            smtp.sendmail(sender, [recipient], content)
        except (smtplib.SMTPException, OSError) as error:
            if not isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused):
                self._drop()  # the line is gone, or in a state nobody knows
            return _failed(mail, error)
        self._carried += 1
        return Outcome(mail=mail, state=Mail.State.SENT)

    def _drop(self) -> None:
        """Without the QUIT that would wait for a server that is silent."""
        if self._server is not None and self._server.connection is not None:
            self._server.connection.close()
            self._server.connection = None
        self._server, self._carried = None, 0


_courier = Courier()


def send_waiting(*, most: int = BATCH, courier: Courier | None = None) -> int:
    """Send a batch of what waits; how many mails were taken in hand. 0: nothing waits, or nobody takes it.

    Nothing is locked while the network is spoken to: whoever takes a mail holds a lease on it, and a mail whose taker
    died is taken again when that is over. Several workers may do this at once.
    """
    if not settings.MAIL_SERVER:
        return 0
    courier = courier or _courier
    if courier.is_resting():
        return 0
    taken = _take(most)
    if not taken:
        return 0
    refused = _suppressed(taken)
    done = [Outcome(mail=mail, state=Mail.State.SUPPRESSED) for mail in taken if mail.pk in refused]
    for outcome in courier.carry([mail for mail in taken if mail.pk not in refused]):
        done.append(outcome)
        if len(done) >= NOTE_EVERY:
            _note(done)
            done = []
    _note(done)
    return len(taken)


def finish() -> None:
    """Close the connection this process keeps."""
    _courier.close()


def envelope_from(mail: Mail) -> str:
    """Where a report on this mail comes: an address that names it (VERP), if the centre has one for bounces."""
    bounces_to = settings.MAIL_BOUNCES or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    local, _at, domain = bounces_to.rpartition("@")
    return f"{local}+{mail.pk.hex}@{domain}" if settings.MAIL_BOUNCES else bounces_to


def _take(most: int) -> list[Mail]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        left = _left()
        full = [domain for domain, number in left.items() if number <= 0]
        cursor.execute(
            """
            SELECT id, domain FROM pazar_messages_mail
            WHERE state IN ('waiting', 'sending') AND next_at <= clock_timestamp() AND domain <> ALL(%s)
            ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [full, most],
        )
        chosen: list[UUID] = []
        counted: Counter[str] = Counter()
        for mail_id, domain in cursor.fetchall():
            limit = _limit(domain)
            if limit and counted[domain] >= left.get(domain, limit):
                continue
            counted[domain] += 1
            chosen.append(mail_id)
        if not chosen:
            return []
        cursor.execute(
            "UPDATE pazar_messages_mail SET state = 'sending', next_at = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = ANY(%s)",
            [LEASE_SECONDS, chosen],
        )
        _count({domain: number for domain, number in counted.items() if _limit(domain)})
        return list(Mail.objects.filter(pk__in=chosen).order_by("made_at", "id"))


def _limit(domain: str) -> int:
    """Mails a minute; 0 for as many as come."""
    limits: dict[str, int] = settings.MAIL_PER_DOMAIN
    return limits.get(domain, limits.get("*", 0))


def _left() -> dict[str, int]:
    """What the domains written to in this minute may still get."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT domain, sent FROM pazar_messages_domainminute"
            " WHERE minute = date_trunc('minute', clock_timestamp())"
        )
        return {domain: _limit(domain) - sent for domain, sent in cursor.fetchall() if _limit(domain)}


def _count(sent: dict[str, int]) -> None:
    if not sent:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pazar_messages_domainminute AS d (domain, minute, sent)
            SELECT n.domain, date_trunc('minute', clock_timestamp()), n.sent
            FROM unnest(%s::text[], %s::int[]) AS n (domain, sent)
            ON CONFLICT (domain) DO UPDATE SET minute = excluded.minute,
              sent = excluded.sent + CASE WHEN d.minute = excluded.minute THEN d.sent ELSE 0 END
            """,
            [list(sent), list(sent.values())],
        )


def _suppressed(mails: Sequence[Mail]) -> set[UUID]:
    addresses = {mail.pk: mail.to.lower() for mail in mails}
    ended = set(Suppression.objects.filter(address__in=set(addresses.values())).values_list("address", flat=True))
    return {pk for pk, address in addresses.items() if address in ended}


def _content(mail: Mail, to: str) -> bytes:
    """The mail as it goes over the line (RFC 5322, RFC 2046). Raises ValueError for a line break in a header.

    Written here, since all our mails are of one form, and the library's general way took longer than everything else
    about a mail together.
    """
    boundary = secrets.token_hex(16)  # in no text: it didn't exist when they were written
    headers = {
        "From": _from(settings.DEFAULT_FROM_EMAIL),
        "To": to,
        "Subject": mail.subject,
        **mail.headers,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    parts = [
        b"\r\n".join(_header(name, str(value)) for name, value in headers.items()),
        b"",
        _part(boundary, "text/plain", mail.text),
        _part(boundary, "text/html", mail.html),
        f"--{boundary}--".encode(),
        b"",
    ]
    return b"\r\n".join(parts)


def _header(name: str, value: str) -> bytes:
    if "\r" in value or "\n" in value or "\0" in value:
        raise ValueError(f"a line break in {name}")
    if value.isascii() and len(value) < _LONGEST_LINE:
        return f"{name}: {value}".encode()
    encoded = Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {encoded}".encode()


def _part(boundary: str, kind: str, text: str) -> bytes:
    """Base64 passes every server as it is, whatever stands in the text; plain ASCII goes as it stands."""
    plain = _LINE_END.sub(b"\r\n", text.encode())
    if text.isascii() and b"\r" not in plain.replace(b"\r\n", b"") and _longest(plain) < _LONGEST_LINE:
        way = "7bit"
    else:
        way, plain = "base64", base64.encodebytes(plain).replace(b"\n", b"\r\n")
    head = f'--{boundary}\r\nContent-Type: {kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {way}\r\n\r\n'
    return head.encode() + plain.removesuffix(b"\r\n")


def _longest(lines: bytes) -> int:
    return max((len(line) for line in lines.split(b"\r\n")), default=0)


@lru_cache(maxsize=8)
def _from(address: str) -> str:
    return sanitize_address(address, "utf-8")


def _ascii(address: str) -> str:
    """As the envelope takes it. Raises ValueError for what no server would."""
    if any(sign in address for sign in "\r\n<> "):
        raise ValueError
    local, _at, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def _failed(mail: Mail, error: Exception) -> Outcome:
    if _for_good(error):
        return Outcome(mail=mail, state=Mail.State.FAILED, fault=_said(error), kind=_kind(error))
    last = retries.wait(mail.tries + 1) is None
    return Outcome(mail=mail, state=Mail.State.FAILED if last else Mail.State.WAITING, fault=_said(error))


def _for_good(error: Exception) -> bool:
    """Whether the server's answer is one of RFC 5321's permanent ones (5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _kind(error: Exception) -> reports.Kind | None:
    """What a refusal says of the address; None where it spoke of the sender or the text."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return None
    code, words = next(iter(error.recipients.values()))
    return reports.weigh(status=reports.status_in(_words(words)), code=code)


def _said(error: Exception) -> str:
    """What went wrong, without the recipient or the text."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = {f"{code} {_words(words)}" for code, words in error.recipients.values()}
        return f"{type(error).__name__}: {'; '.join(sorted(answers))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code} {_words(error.smtp_error)}"
    return type(error).__name__


def _words(answer: bytes | str) -> str:
    return (answer.decode(errors="replace") if isinstance(answer, bytes) else answer)[:500].replace("\x00", "")


def _note(outcomes: Sequence[Outcome]) -> None:
    """Write down what became of these; a mail that somebody else took over meanwhile keeps his word."""
    if not outcomes:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        waits = [retries.wait(o.mail.tries + 1) if o.counts else None for o in outcomes]
        cursor.execute(
            """
            -- In one order: of two who note the same mails, since one's lease was over, each would hold half.
            WITH own AS (
              SELECT id FROM pazar_messages_mail WHERE id = ANY(%s) AND state = 'sending' ORDER BY id FOR UPDATE
            )
            UPDATE pazar_messages_mail m SET
              state = n.state, fault = n.fault, tries = m.tries + n.counts,
              sent_at = CASE WHEN n.state = 'sent' THEN pazar_now() END,
              next_at = clock_timestamp() + make_interval(secs => n.wait)
            FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[], %s::float8[])
              AS n (id, state, fault, counts, wait)
            JOIN own USING (id)
            WHERE m.id = n.id
            """,
            [
                [o.mail.pk for o in outcomes],
                [o.mail.pk for o in outcomes],
                [str(o.state) for o in outcomes],
                [o.fault for o in outcomes],
                [int(o.counts) for o in outcomes],
                [wait.total_seconds() if wait else 0.0 for wait in waits],
            ],
        )
        for outcome in outcomes:
            if outcome.kind is not None:
                bounces.note_refusal(mail=outcome.mail, kind=outcome.kind, words=outcome.fault, moment=clock.db_now())
