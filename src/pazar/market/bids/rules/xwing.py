"""HPKE to one holder: RFC 9180 base mode, X-Wing, HKDF-SHA256, AES-256-GCM (B8).

X-Wing (draft-connolly-cfrg-xwing-kem) joins ML-KEM-768 and X25519: a share recorded today stays
shut unless both are broken. A private key is its seed of 32 bytes. The encapsulation takes its
randomness from the library: the one place of these rules that isn't a function of its arguments.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

SEED_SIZE = 32
PUBLIC_SIZE = 1184 + 32
ENC_SIZE = 1088 + 32
TAG_SIZE = 16

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class KeyWrong(ValueError):
    """These bytes aren't a public key that anything can be sealed to."""


class CannotOpen(Exception):
    """The ciphertext isn't sealed to this key, or not with this binding, or was changed."""


@dataclass(frozen=True)
class PrivateKey:
    """A holder's private key. Its seed is left out of what is printed."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise ValueError(f"a seed has {SEED_SIZE} bytes")

    @cached_property
    def _halves(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        stretched = hashlib.shake_256(self.seed).digest(96)
        return (
            MLKEM768PrivateKey.from_seed_bytes(stretched[:64]),
            X25519PrivateKey.from_private_bytes(stretched[64:]),
        )

    @cached_property
    def public_bytes(self) -> bytes:
        """The public key, 1,216 bytes: ML-KEM-768's, then X25519's."""
        lattice, curve = self._halves
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return lattice.public_key().public_bytes(*raw) + curve.public_key().public_bytes(*raw)

    def unseal(self, sealed: bytes, *, info: bytes) -> bytes:
        """What was sealed to this key with this `info`. Raises CannotOpen."""
        try:
            return _SUITE.decrypt(sealed, hpke.MLKEM768X25519PrivateKey(*self._halves), info)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen from error


def seal(plaintext: bytes, *, public_bytes: bytes, info: bytes) -> bytes:
    """`plaintext` sealed to a holder: enc ‖ ciphertext ‖ tag. Raises KeyWrong."""
    try:
        return _SUITE.encrypt(plaintext, _public(public_bytes), info)
    except ValueError as error:
        raise KeyWrong from error


def check_public(public_bytes: bytes) -> None:
    """Raises KeyWrong unless these bytes can be sealed to."""
    seal(b"", public_bytes=public_bytes, info=b"")  # a point of low order shows only here


def _public(public_bytes: bytes) -> hpke.MLKEM768X25519PublicKey:
    if len(public_bytes) != PUBLIC_SIZE:
        raise KeyWrong
    return hpke.MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public_bytes[:1184]),
        X25519PublicKey.from_public_bytes(public_bytes[1184:]),
    )
