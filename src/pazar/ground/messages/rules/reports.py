"""Reports of mail servers read: that a mail wasn't delivered (RFC 3464), that its reader complained (RFC 5965).

Whoever knows an address can write to it, so nothing here may fail on what comes in, whatever it is.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum

MOST_BYTES = 1024 * 1024
_LONGEST = 500
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,200})>")
_TOKEN = re.compile(r"\+([0-9a-f]{32})$")
# Where the address that the report was sent to may stand: the envelope's is gone when a mail lies in a folder.
_ENVELOPE = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")


class Kind(StrEnum):
    """What a report says of one address."""

    HARD = "hard"
    SOFT = "soft"
    DELAYED = "delayed"
    COMPLAINT = "complaint"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Said:
    """`status` is the enhanced code (RFC 3463), `words` the server's own, shortened."""

    kind: Kind
    address: str = ""
    status: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """`tokens` are the mails' marks in the address it came to (VERP), `message_ids` those of the mail it tells of."""

    said: tuple[Said, ...]
    tokens: tuple[str, ...]
    message_ids: tuple[str, ...]


# RFC 3463: what says "this address will never do". Others that begin with 5 (full, too big, refused by a policy or
# by a filter) may pass another time and count as soft.
_NEVER = {"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.310"}


def weigh(*, status: str, code: int = 0) -> Kind:
    """What a refusal with this enhanced status, or with none but an SMTP code, means for the address."""
    if status.startswith("5"):
        return Kind.HARD if status in _NEVER else Kind.SOFT
    if status:
        return Kind.SOFT
    # Without an enhanced status 550, 551 and 553 speak of the mailbox, other 5yz of anything (RFC 5321 4.2.3).
    return Kind.HARD if code in {550, 551, 553} else Kind.SOFT


def status_in(text: str) -> str:
    """The enhanced status a server's words begin with or hold; empty for none."""
    found = _STATUS.search(text)
    return found.group() if found else ""


def read(raw: bytes) -> Report | None:
    """What `raw` (a whole mail) reports; None if it is too long or no report of either kind."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        return _read(email.message_from_bytes(raw, policy=email.policy.compat32))
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # The parser's own bounds: nested or broken beyond reading.
        return None


def _read(mail: Message) -> Report | None:
    parts = list(mail.walk())
    kinds = [part.get_content_type() for part in parts]
    said: tuple[Said, ...] = ()
    if "message/delivery-status" in kinds:
        said = tuple(_undelivered(parts[kinds.index("message/delivery-status")]))
    elif "message/feedback-report" in kinds:
        said = tuple(_complaint(parts[kinds.index("message/feedback-report")]))
    if not said:
        return None
    return Report(said=said, tokens=tuple(_tokens(mail)), message_ids=tuple(_message_ids(mail, parts)))


def _undelivered(part: Message) -> Iterator[Said]:
    """The groups after the first, one a recipient (RFC 3464 2.3)."""
    groups = part.get_payload()
    for group in groups[1:] if isinstance(groups, list) else []:
        if not isinstance(group, Message):
            continue
        action = _text(group, "Action").lower()
        final = _text(group, "Original-Recipient") or _text(group, "Final-Recipient")
        words = _text(group, "Diagnostic-Code").partition(";")[2].strip() or _text(group, "Diagnostic-Code")
        status = status_in(_text(group, "Status")) or status_in(words)
        if action == "failed":
            kind = weigh(status=status, code=_code(words))
        elif action == "delayed":
            kind = Kind.DELAYED
        else:  # delivered, relayed, expanded
            kind = Kind.OTHER
        yield Said(
            kind=kind,
            address=final.rpartition(";")[2].strip().strip("<>")[:254],
            status=status,
            words=_short(words),
        )


def _complaint(part: Message) -> Iterator[Said]:
    inner = part.get_payload()
    fields = inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], Message) else part
    if not isinstance(fields, Message):
        return
    if not fields.keys() and isinstance(inner, str):
        fields = email.message_from_string(inner)
    kind = _text(fields, "Feedback-Type").lower()
    if not kind:
        return
    address = _text(fields, "Original-Rcpt-To") or _text(fields, "Removal-Recipient")
    # "not-spam" praises; "virus" and "other" are no wish to be left alone.
    yield Said(
        kind=Kind.COMPLAINT if kind in {"abuse", "fraud", "opt-out"} else Kind.OTHER,
        address=address.strip("<>")[:254],
        words=_short(kind),
    )


def _tokens(mail: Message) -> Iterator[str]:
    for name in _ENVELOPE:
        for _name, address in getaddresses([str(value) for value in mail.get_all(name, [])]):
            found = _TOKEN.search(address.rpartition("@")[0])
            if found:
                yield found.group(1)


def _message_ids(mail: Message, parts: list[Message]) -> Iterator[str]:
    """Of the mail that came back: whole, or its headers alone, attached to the report."""
    for part in parts:
        if part is mail:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                part = email.message_from_bytes(content)
        for name in ("Message-ID", "Original-Message-ID"):
            yield from _MESSAGE_ID.findall(_text(part, name))


def _text(part: Message, name: str) -> str:
    return " ".join(str(part.get(name, "")).split())


def _code(words: str) -> int:
    found = re.search(r"\b5\d\d\b", words)
    return int(found.group()) if found else 0


def _short(words: str) -> str:
    return "".join(sign for sign in words if sign.isprintable())[:_LONGEST]
