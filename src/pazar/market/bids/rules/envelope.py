"""One sealed envelope: its bytes, what they're bound to, and every way it can be refused (B8).

The format is laid out in `docs/decisions/0003-seal-envelope.md`. Nothing here needs a key: this is
what the centre checks when a bid is handed in. Opening stands in `opening.py`.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from . import canonical, fields, xwing
from .canonical import Json
from .holders import MOST_HOLDERS, HoldersList

FORMAT = "pazar-envelope-1"
MAGIC = b"PAZAR-ENVELOPE-1\n"
CHUNK_SIZE = 65_536
TAG_SIZE = 16
KEY_SIZE = 32
SALT_SIZE = 32
NONCE_SIZE = 32
LEAST_STEP = 4_096
LENGTH_SIZE = 8
LARGEST_HEADER = 8_192
LARGEST_PADDED = 64 * 1024 * 1024  # one envelope is sealed and opened in memory

_HEADER = frozenset(
    {
        *("format", "procedure", "version", "lot", "kind", "bidder", "bid"),
        *("nonce", "chunk_size", "padded_size", "holders_digest"),
        *("sharing", "threshold", "shares", "commitment"),
    }
)
_SHARE = frozenset({"holder", "commitment"})


class Kind(StrEnum):
    """What an envelope holds; envelopes of a bid are opened in this order."""

    QUALIFICATION = "qualification"
    TECHNICAL = "technical"
    PRICE = "price"


class Sharing(StrEnum):
    UNDIVIDED = "undivided"
    SHAMIR = "shamir-gf256"


class Reason(StrEnum):
    """Why an envelope or a bid isn't taken in, or doesn't open."""

    # the bytes
    NOT_AN_ENVELOPE = "not_an_envelope"
    SIZE = "size"
    HEADER_NOT_CANONICAL = "header_not_canonical"
    FIELD = "field"
    PADDED_SIZE = "padded_size"
    SHARING = "sharing"
    CHANGED = "changed"
    # what they're bound to
    OTHER_PROCEDURE = "other_procedure"
    OTHER_VERSION = "other_version"
    OTHER_LOT = "other_lot"
    OTHER_KIND = "other_kind"
    OTHER_BIDDER = "other_bidder"
    OTHER_BID = "other_bid"
    OTHER_HOLDERS = "other_holders"
    # the bid's manifest
    MANIFEST_NOT_CANONICAL = "manifest_not_canonical"
    ENVELOPE_MISSING = "envelope_missing"
    ENVELOPE_NOT_ASKED = "envelope_not_asked"
    ENVELOPE_TWICE = "envelope_twice"
    SIGNATURE_NOT_ASKED = "signature_not_asked"
    # the opening
    HOLDER_UNKNOWN = "holder_unknown"
    RELEASE_NOT_CANONICAL = "release_not_canonical"
    SHARE_FALSE = "share_false"
    SHARE_UNOPENABLE = "share_unopenable"
    TOO_FEW_SHARES = "too_few_shares"
    SHARES_DISAGREE = "shares_disagree"
    KEY_FALSE = "key_false"
    CHUNK = "chunk"
    PADDING = "padding"


@dataclass(frozen=True)
class Breach:
    """One thing the matter. `subject` names a field, a holder, a chunk or an envelope; never content."""

    reason: Reason
    subject: str = ""


class EnvelopeRefused(Exception):
    """An envelope, or a bid made of envelopes, can't be taken in or opened; all that's known is named."""

    def __init__(self, *breaches: Breach) -> None:
        super().__init__("; ".join(f"{breach.reason} {breach.subject}".strip() for breach in breaches))
        self.breaches = breaches

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(breach.reason for breach in self.breaches)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What an envelope is for, and for nothing else. `lot` is None where it's for the whole procedure."""

    procedure: UUID
    version: int
    lot: str | None
    kind: Kind
    bidder: UUID
    bid: UUID


@dataclass(frozen=True)
class SealedShare:
    """A holder's share as it stands in an envelope."""

    holder: str
    commitment: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An envelope whose form is right. Whether it opens only its key can tell."""

    header: bytes = field(repr=False)
    binding: Binding
    nonce: bytes
    padded_size: int
    holders_digest: bytes
    threshold: int
    shares: tuple[SealedShare, ...]
    commitment: bytes
    ciphertext: bytes = field(repr=False)
    digest: bytes

    @property
    def sharing(self) -> Sharing:
        return sharing_of(len(self.shares))

    @cached_property
    def header_digest(self) -> bytes:
        return hashlib.sha256(self.header).digest()

    def share_of(self, holder: str) -> SealedShare:
        """Raises EnvelopeRefused for a holder the envelope doesn't know."""
        for share in self.shares:
            if share.holder == holder:
                return share
        raise EnvelopeRefused(Breach(Reason.HOLDER_UNKNOWN, holder))


def parse(data: bytes) -> Envelope:
    """The envelope in `data`, each size and field checked. Raises EnvelopeRefused."""
    start = len(MAGIC) + 4
    if len(data) > LARGEST_PADDED + LARGEST_HEADER + 2 * CHUNK_SIZE:
        raise EnvelopeRefused(Breach(Reason.SIZE, "envelope"))
    if not data.startswith(MAGIC):
        raise EnvelopeRefused(Breach(Reason.NOT_AN_ENVELOPE))
    header_size = int.from_bytes(data[len(MAGIC) : start], "big")
    if len(data) < start or header_size > LARGEST_HEADER or start + header_size > len(data):
        raise EnvelopeRefused(Breach(Reason.SIZE, "header"))
    header = data[start : start + header_size]
    try:
        return _read(header, data, start + header_size)
    except canonical.NotCanonical as error:
        raise EnvelopeRefused(Breach(Reason.HEADER_NOT_CANONICAL)) from error
    except fields.FieldWrong as error:
        raise EnvelopeRefused(Breach(Reason.FIELD, error.field)) from error


def check(envelope: Envelope, *, binding: Binding, holders: HoldersList) -> None:
    """Raises EnvelopeRefused, all differences named, unless it's sealed for this and to these."""
    found = envelope.binding
    pairs = (
        (Reason.OTHER_PROCEDURE, found.procedure, binding.procedure),
        (Reason.OTHER_VERSION, found.version, binding.version),
        (Reason.OTHER_LOT, found.lot, binding.lot),
        (Reason.OTHER_KIND, found.kind, binding.kind),
        (Reason.OTHER_BIDDER, found.bidder, binding.bidder),
        (Reason.OTHER_BID, found.bid, binding.bid),
        (Reason.OTHER_HOLDERS, _holders_of(envelope), _holders_in(holders)),
    )
    breaches = [Breach(reason) for reason, is_there, wanted in pairs if is_there != wanted]
    if breaches:
        raise EnvelopeRefused(*breaches)


def header_document(
    *,
    binding: Binding,
    nonce: bytes,
    padded: int,
    holders: HoldersList,
    shares: tuple[bytes, ...],
    commitment: bytes,
) -> bytes:
    """The header's bytes; `shares` are the commitments in the order of the holders."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "procedure": str(binding.procedure),
        "version": binding.version,
        "lot": binding.lot,
        "kind": binding.kind.value,
        "bidder": str(binding.bidder),
        "bid": str(binding.bid),
        "nonce": nonce.hex(),
        "chunk_size": CHUNK_SIZE,
        "padded_size": padded,
        "holders_digest": holders.digest.hex(),
        "sharing": sharing_of(len(holders.holders)).value,
        "threshold": holders.threshold,
        "shares": [
            {"holder": holder.id, "commitment": share.hex()}
            for holder, share in zip(holders.holders, shares, strict=True)
        ],
        "commitment": commitment.hex(),
    }
    return canonical.encode(document)


@dataclass(frozen=True)
class DerivedKeys:
    """What comes of a content key: the cipher's key, its nonce prefix, the commitment."""

    cipher_key: bytes = field(repr=False)
    prefix: bytes
    commitment: bytes


def derive(content_key: bytes, *, nonce: bytes) -> DerivedKeys:
    """The three values that a content key stands for in the envelope with this nonce.

    The commitment binds because HMAC-SHA256 with keys of one size can't be made to collide, and
    hides because the key is 32 random bytes. AES-GCM alone commits to nothing: one ciphertext can
    be made that opens, to different texts, under two keys.
    """

    def expand(purpose: str, size: int) -> bytes:
        info = f"{FORMAT} {purpose}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=size, salt=nonce, info=info).derive(content_key)

    return DerivedKeys(expand("cipher key", 32), expand("chunk nonce", 7), expand("commitment", 32))


def share_commitment(*, nonce: bytes, holder: str, salt: bytes, share: bytes) -> bytes:
    """What the header says of a share: binding, and by its salt hiding."""
    return hashlib.sha256(b"pazar-share-1\0" + nonce + salt + share + holder.encode()).digest()


def share_info(*, header_digest: bytes, holder: str) -> bytes:
    """What HPKE binds a share to."""
    return b"pazar-share-1\0" + header_digest + holder.encode()


def share_size(holders: int) -> int:
    """Bytes of a share: the key itself, or its polynomials' values and their place."""
    return KEY_SIZE if holders == 1 else KEY_SIZE + 1


def sharing_of(holders: int) -> Sharing:
    return Sharing.UNDIVIDED if holders == 1 else Sharing.SHAMIR


def padded_size(content_size: int) -> int:
    """How long content is made before it's encrypted, its own length of 8 bytes included.

    Steps of 4 KiB, from 64 KiB on of a sixteenth to an eighth of the size: a length tells the
    order of magnitude of the files and nothing of the prices.
    """
    least = content_size + LENGTH_SIZE
    step = max(LEAST_STEP, 1 << max(0, least.bit_length() - 4))
    return -(-least // step) * step


def chunk_nonces(*, prefix: bytes, padded: int) -> Iterator[bytes]:
    """The nonce of each chunk: prefix, number, and whether it's the last (STREAM)."""
    count = chunks(padded)
    for number in range(count):
        yield prefix + number.to_bytes(4, "big") + bytes([number == count - 1])


def chunks(padded: int) -> int:
    return -(-padded // CHUNK_SIZE)


def _read(header: bytes, data: bytes, at: int) -> Envelope:
    found = fields.members(canonical.decode(header), _HEADER)
    fields.exactly(found["format"], "format", FORMAT)
    fields.exactly(found["chunk_size"], "chunk_size", CHUNK_SIZE)
    padded = fields.whole(found["padded_size"], "padded_size", least=LEAST_STEP, most=LARGEST_PADDED)
    if padded_size(padded - LENGTH_SIZE) != padded:
        raise EnvelopeRefused(Breach(Reason.PADDED_SIZE))
    listed = [fields.members(item, _SHARE, "shares.") for item in fields.items(found["shares"], "shares")]
    count = len(listed)
    threshold = fields.whole(found["threshold"], "threshold", least=1, most=MOST_HOLDERS)
    if not 1 <= count <= MOST_HOLDERS or not min(2, count) <= threshold <= count:
        raise EnvelopeRefused(Breach(Reason.SHARING))
    if fields.choice(found["sharing"], "sharing", Sharing) is not sharing_of(count):
        raise EnvelopeRefused(Breach(Reason.SHARING))

    sealed_size = xwing.ENC_SIZE + SALT_SIZE + share_size(count) + xwing.TAG_SIZE
    body = at + count * sealed_size
    if len(data) != body + padded + chunks(padded) * TAG_SIZE:
        raise EnvelopeRefused(Breach(Reason.SIZE, "envelope"))
    shares = tuple(
        SealedShare(
            holder=fields.name(item["holder"], "shares.holder"),
            commitment=fields.octets(item["commitment"], "shares.commitment", 32),
            sealed=data[at + number * sealed_size : at + (number + 1) * sealed_size],
        )
        for number, item in enumerate(listed)
    )
    if len({share.holder for share in shares}) != count:
        raise EnvelopeRefused(Breach(Reason.FIELD, "shares.holder"))
    lot = found["lot"]
    return Envelope(
        header=header,
        binding=Binding(
            procedure=fields.uuid(found["procedure"], "procedure"),
            version=fields.whole(found["version"], "version", least=1, most=2**31 - 1),
            lot=None if lot is None else fields.label(lot, "lot"),
            kind=fields.choice(found["kind"], "kind", Kind),
            bidder=fields.uuid(found["bidder"], "bidder"),
            bid=fields.uuid(found["bid"], "bid"),
        ),
        nonce=fields.octets(found["nonce"], "nonce", NONCE_SIZE),
        padded_size=padded,
        holders_digest=fields.octets(found["holders_digest"], "holders_digest", 32),
        threshold=threshold,
        shares=shares,
        commitment=fields.octets(found["commitment"], "commitment", 32),
        ciphertext=data[body:],
        digest=hashlib.sha256(data).digest(),
    )


def _holders_of(envelope: Envelope) -> tuple[bytes, int, list[str]]:
    return envelope.holders_digest, envelope.threshold, [share.holder for share in envelope.shares]


def _holders_in(holders: HoldersList) -> tuple[bytes, int, list[str]]:
    return holders.digest, holders.threshold, [holder.id for holder in holders.holders]
