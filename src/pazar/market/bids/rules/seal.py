"""The reference client: seals a bid without a browser, byte for byte as `seal.js` does (B8).

For bidders' own software, and for tests. Nothing here opens anything.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import envelope as envelopes
from . import manifest, sharing, xwing
from .envelope import Binding, Breach, EnvelopeRefused, Reason
from .holders import HoldersList
from .manifest import Entry, Place, SealedBid

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Content:
    """What goes into one envelope of a bid."""

    place: Place
    content: bytes = field(repr=False)


def seal_bid(
    *,
    procedure: UUID,
    version: int,
    bidder: UUID,
    bid: UUID,
    holders: HoldersList,
    contents: Sequence[Content],
    random: Random,
) -> SealedBid:
    """A whole bid, sealed. `random(n)` gives n bytes fit for keys: `os.urandom`."""
    ordered = sorted(contents, key=lambda one: one.place)
    sealed = tuple(
        seal_envelope(
            binding=Binding(
                procedure=procedure,
                version=version,
                lot=one.place.lot_or_none,
                kind=one.place.kind,
                bidder=bidder,
                bid=bid,
            ),
            holders=holders,
            content=one.content,
            random=random,
        )
        for one in ordered
    )
    entries = tuple(
        Entry(one.place, len(data), envelopes.parse(data).digest) for one, data in zip(ordered, sealed, strict=True)
    )
    written = manifest.write(
        procedure=procedure,
        version=version,
        bidder=bidder,
        bid=bid,
        holders_digest=holders.digest,
        entries=entries,
    )
    return SealedBid(manifest=written, envelopes=sealed)


def seal_envelope(*, binding: Binding, holders: HoldersList, content: bytes, random: Random) -> bytes:
    """One envelope, sealed to these holders.

    Raises EnvelopeRefused for content that's too long and for another procedure's holders.
    """
    if holders.procedure != binding.procedure:
        raise EnvelopeRefused(Breach(Reason.OTHER_HOLDERS))
    padded = envelopes.padded_size(len(content))
    if padded > envelopes.LARGEST_PADDED:
        raise EnvelopeRefused(Breach(Reason.SIZE, "content"))
    nonce = random(envelopes.NONCE_SIZE)
    content_key = random(envelopes.KEY_SIZE)
    keys = envelopes.derive(content_key, nonce=nonce)
    shares = _shares(content_key, holders, random)
    salts = [random(envelopes.SALT_SIZE) for _ in shares]
    header = envelopes.header_document(
        binding=binding,
        nonce=nonce,
        padded=padded,
        holders=holders,
        shares=tuple(
            envelopes.share_commitment(nonce=nonce, holder=holder.id, salt=salt, share=share)
            for holder, salt, share in zip(holders.holders, salts, shares, strict=True)
        ),
        commitment=keys.commitment,
    )
    header_digest = hashlib.sha256(header).digest()
    sealed = b"".join(
        xwing.seal(
            salt + share,
            public_bytes=holder.public_key,
            info=envelopes.share_info(header_digest=header_digest, holder=holder.id),
        )
        for holder, salt, share in zip(holders.holders, salts, shares, strict=True)
    )
    plain = len(content).to_bytes(envelopes.LENGTH_SIZE, "big") + content
    plain = plain.ljust(padded, b"\0")
    cipher = AESGCM(keys.cipher_key)
    ciphertext = b"".join(
        cipher.encrypt(
            nonce_, plain[number * envelopes.CHUNK_SIZE : (number + 1) * envelopes.CHUNK_SIZE], header_digest
        )
        for number, nonce_ in enumerate(envelopes.chunk_nonces(prefix=keys.prefix, padded=padded))
    )
    return envelopes.MAGIC + len(header).to_bytes(4, "big") + header + sealed + ciphertext


def _shares(content_key: bytes, holders: HoldersList, random: Random) -> tuple[bytes, ...]:
    if holders.undivided:
        return (content_key,)
    return sharing.split(content_key, shares=len(holders.holders), threshold=holders.threshold, random=random)
