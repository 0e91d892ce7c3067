"""Opening an envelope: shares out, key together, key checked, text out (B8).

Whoever holds the published content key can do the last step himself: `read_with_key` needs nothing
else. A share that isn't what its commitment says names its holder.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import canonical, fields, sharing, xwing
from . import envelope as envelopes
from .envelope import Breach, Envelope, EnvelopeRefused, Reason, Sharing
from .xwing import PrivateKey

REQUEST_FORMAT = "pazar-share-request-1"
RELEASE_FORMAT = "pazar-release-1"

_RELEASE = frozenset({"format", "holder", "header_digest", "salt", "share"})


@dataclass(frozen=True)
class Release:
    """A share that its holder gives out for one envelope; after it the share is no secret."""

    holder: str
    header_digest: bytes
    salt: bytes = field(repr=False)
    share: bytes = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """An envelope's content and the key anybody can check it by.

    `false_shares` are breaches by holders that didn't stop the opening: they belong in its record.
    """

    content: bytes = field(repr=False)
    content_key: bytes = field(repr=False)
    holders: tuple[str, ...]
    false_shares: tuple[Breach, ...]


def release(envelope: Envelope, *, holder: str, key: PrivateKey) -> Release:
    """The holder's share, taken out with his private key and checked against its commitment.

    Raises EnvelopeRefused: SHARE_UNOPENABLE where it isn't sealed to this key for this envelope,
    SHARE_FALSE where the bidder sealed another share than he committed to.
    """
    sealed = envelope.share_of(holder)
    info = envelopes.share_info(header_digest=envelope.header_digest, holder=holder)
    try:
        plain = key.unseal(sealed.sealed, info=info)
    except xwing.CannotOpen as error:
        raise EnvelopeRefused(Breach(Reason.SHARE_UNOPENABLE, holder)) from error
    salt, share = plain[: envelopes.SALT_SIZE], plain[envelopes.SALT_SIZE :]
    released = Release(holder, envelope.header_digest, salt, share)
    check_release(envelope, released)
    return released


def ask_share(envelope: Envelope, *, holder: str) -> bytes:
    """What a person's browser needs to release his share: `releaseShare` in `personal-key.js`.

    The header goes along because it's what the share is bound to: it tells the person what he opens.
    """
    return canonical.encode(
        {
            "format": REQUEST_FORMAT,
            "holder": holder,
            "header": envelope.header.decode(),
            "sealed": envelope.share_of(holder).sealed.hex(),
        }
    )


def sealed_share_digest(envelope: Envelope, *, holder: str) -> str:
    """SHA-256 (hexadecimal) of what was sealed to the holder: by it he who can't open it says what he means."""
    return hashlib.sha256(envelope.share_of(holder).sealed).hexdigest()


def write_release(released: Release) -> bytes:
    """The document in which a released share travels and stands in the opening's record."""
    return canonical.encode(
        {
            "format": RELEASE_FORMAT,
            "holder": released.holder,
            "header_digest": released.header_digest.hex(),
            "salt": released.salt.hex(),
            "share": released.share.hex(),
        }
    )


def read_release(envelope: Envelope, document: bytes) -> Release:
    """The share that a person's browser released, checked. Raises EnvelopeRefused."""
    try:
        found = fields.members(canonical.decode(document), _RELEASE)
        fields.exactly(found["format"], "format", RELEASE_FORMAT)
        released = Release(
            holder=fields.name(found["holder"], "holder"),
            header_digest=fields.octets(found["header_digest"], "header_digest", 32),
            salt=fields.octets(found["salt"], "salt", envelopes.SALT_SIZE),
            share=fields.octets(found["share"], "share", envelopes.share_size(len(envelope.shares))),
        )
    except canonical.NotCanonical as error:
        raise EnvelopeRefused(Breach(Reason.RELEASE_NOT_CANONICAL)) from error
    except fields.FieldWrong as error:
        raise EnvelopeRefused(Breach(Reason.FIELD, f"release.{error.field}")) from error
    check_release(envelope, released)
    return released


def check_release(envelope: Envelope, released: Release) -> None:
    """Raises EnvelopeRefused naming the holder unless this is the share the bidder sealed to him."""
    sealed = envelope.share_of(released.holder)
    found = envelopes.share_commitment(
        nonce=envelope.nonce, holder=released.holder, salt=released.salt, share=released.share
    )
    sizes = (len(released.salt), len(released.share))
    if (
        released.header_digest != envelope.header_digest
        or sizes != (envelopes.SALT_SIZE, envelopes.share_size(len(envelope.shares)))
        or not hmac.compare_digest(found, sealed.commitment)
    ):
        raise EnvelopeRefused(Breach(Reason.SHARE_FALSE, released.holder))


def open_envelope(envelope: Envelope, *, releases: Sequence[Release]) -> Opened:
    """The content, from the shares of enough holders; it doesn't depend on their order.

    False shares are set aside and named; where enough true ones are left it opens all the same.
    Raises EnvelopeRefused.
    """
    true: dict[str, Release] = {}
    breaches: list[Breach] = []
    for released in sorted(releases, key=lambda released: (released.holder, released.salt, released.share)):
        try:
            check_release(envelope, released)
        except EnvelopeRefused as refusal:
            breaches += refusal.breaches
        else:
            true[released.holder] = released
    if len(true) < envelope.threshold:
        raise EnvelopeRefused(*breaches, Breach(Reason.TOO_FEW_SHARES))
    for chosen in combinations(true.values(), envelope.threshold):
        key = _together(envelope, chosen)
        if key is not None and _is_the_key(envelope, key):
            return Opened(
                content=read_with_key(envelope, content_key=key),
                content_key=key,
                holders=tuple(released.holder for released in chosen),
                false_shares=tuple(breaches),
            )
    # every holder gave what was sealed to him: whoever sealed it split another key
    raise EnvelopeRefused(*breaches, Breach(Reason.SHARES_DISAGREE))


def read_with_key(envelope: Envelope, *, content_key: bytes) -> bytes:
    """The content under a published key: the check that anybody can repeat.

    Raises EnvelopeRefused: KEY_FALSE, CHUNK (its number), PADDING.
    """
    keys = envelopes.derive(content_key, nonce=envelope.nonce)
    if not hmac.compare_digest(keys.commitment, envelope.commitment):
        raise EnvelopeRefused(Breach(Reason.KEY_FALSE))
    cipher = AESGCM(keys.cipher_key)
    step = envelopes.CHUNK_SIZE + envelopes.TAG_SIZE
    plain = bytearray()
    nonces = envelopes.chunk_nonces(prefix=keys.prefix, padded=envelope.padded_size)
    for number, nonce in enumerate(nonces):
        chunk = envelope.ciphertext[number * step : (number + 1) * step]
        try:
            plain += cipher.decrypt(nonce, chunk, envelope.header_digest)
        except InvalidTag as error:
            raise EnvelopeRefused(Breach(Reason.CHUNK, str(number))) from error
    return _unpadded(bytes(plain))


def _together(envelope: Envelope, chosen: Sequence[Release]) -> bytes | None:
    if envelope.sharing is Sharing.UNDIVIDED:
        return chosen[0].share
    try:
        return sharing.combine([released.share for released in chosen])
    except ValueError:  # the bidder gave two holders the same place, or place nought
        return None


def _is_the_key(envelope: Envelope, key: bytes) -> bool:
    found = envelopes.derive(key, nonce=envelope.nonce).commitment
    return hmac.compare_digest(found, envelope.commitment)


def _unpadded(plain: bytes) -> bytes:
    size = int.from_bytes(plain[: envelopes.LENGTH_SIZE], "big")
    end = envelopes.LENGTH_SIZE + size
    if envelopes.padded_size(size) != len(plain) or any(plain[end:]):
        raise EnvelopeRefused(Breach(Reason.PADDING))
    return plain[envelopes.LENGTH_SIZE : end]
