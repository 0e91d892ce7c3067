"""A head of the journal, signed: a checkpoint as C2SP's tlog-checkpoint and signed-note describe it.

    origin                     the journal's name, without a scheme: centre.example/journal
    size                       how many entries it covers
    root                       of the Merkle tree over them, base64
    at 2026-11-23T20:40:00.123456Z
                               the centre's moment (an extension line)

    — origin base64            after an empty line: 4 bytes that name the key, 64 of Ed25519 over the lines above

Witnesses and tools that know checkpoints can read ours; others read them by eye.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile(r"— (\S+) (\S+)")
LONGEST = 16_384
"""Characters of a note; a longer one isn't read."""


class HeadUnreadable(ValueError):
    """This text isn't a head of a journal."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """`note` is the whole text with its signatures, as published; the rest is what it says."""

    origin: str
    size: int
    root: bytes
    at: datetime | None
    note: str

    @property
    def signed(self) -> bytes:
        """The bytes under the signature, and under an outside time stamp."""
        return _parts(self.note)[0].encode()


def sign(*, origin: str, size: int, root: bytes, at: datetime, key: Ed25519PrivateKey) -> Head:
    """The head as the centre publishes it. Raises ValueError for a name that a note can't carry."""
    if not origin or re.search(r"[\s+]", origin):
        raise ValueError("the name of a journal has no spaces and no plus sign")
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\nat {moment}\n"
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    signature = base64.b64encode(key_name(origin, public) + key.sign(text.encode())).decode()
    return Head(origin=origin, size=size, root=root, at=at, note=f"{text}\n— {origin} {signature}\n")


def read(note: str) -> Head:
    """What a head says; its signature isn't looked at. Raises HeadUnreadable."""
    note = note.replace("\r\n", "\n")  # saved by an editor, or carried by a mail
    text, _signatures = _parts(note)
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise HeadUnreadable
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, binascii.Error) as error:
        raise HeadUnreadable from error
    if len(root) != 32:
        raise HeadUnreadable
    at = next((_moment(line[3:]) for line in lines[3:] if line.startswith("at ")), None)
    return Head(origin=lines[0], size=int(lines[1]), root=root, at=at, note=note)


def is_signed_by(head: Head, public: bytes) -> bool:
    """Whether the centre with this Ed25519 key (32 bytes) signed the head under its own name."""
    text, signatures = _parts(head.note)
    name = key_name(head.origin, public)
    for line in signatures:
        found = _SIGNATURE.fullmatch(line)
        if found is None or found[1] != head.origin:
            continue
        try:
            blob = base64.b64decode(found[2], validate=True)
            if blob[:4] == name:
                Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], text.encode())
                return True
        except (ValueError, InvalidSignature):
            continue
    return False


def key_name(origin: str, public: bytes) -> bytes:
    """Four bytes by which a signature says whose it is."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public).digest()[:4]


def verifier_key(origin: str, public: bytes) -> str:
    """The public key as tools for signed notes want it."""
    return f"{origin}+{key_name(origin, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def _parts(note: str) -> tuple[str, list[str]]:
    if len(note) > LONGEST:
        raise HeadUnreadable
    text, between, signatures = note.rpartition("\n\n")
    if not between or not signatures:
        raise HeadUnreadable
    return text + "\n", signatures.rstrip("\n").split("\n")


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise HeadUnreadable from error
    if found.tzinfo is None:
        raise HeadUnreadable
    return found
