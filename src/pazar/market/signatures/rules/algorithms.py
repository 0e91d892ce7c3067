"""Algorithms too weak to be believed, by name (ETSI TS 119 312; NIST SP 800-131A)."""

from collections.abc import Iterator, Sequence
from typing import Final

from asn1crypto import cms, x509

_BROKEN_DIGESTS: Final = frozenset(("md2", "md4", "md5", "sha1"))
_LEAST_BITS: Final = {"rsa": 2048, "rsassa_pss": 2048, "rsaes_oaep": 2048, "dsa": 2048, "ec": 224}
_WRITTEN: Final = {"md2": "MD2", "md4": "MD4", "md5": "MD5", "sha1": "SHA-1"}
_KEYS: Final = {"rsa": "RSA", "rsassa_pss": "RSA", "rsaes_oaep": "RSA", "dsa": "DSA", "ec": "EC"}


def weak_in_signature(signer: cms.SignerInfo) -> Iterator[str]:
    """Names of what is weak in the signature itself."""
    yield from _digest(str(signer["digest_algorithm"]["algorithm"].native))
    yield from _signed_with(signer["signature_algorithm"])


def weak_in_certificates(certificates: Sequence[x509.Certificate]) -> Iterator[str]:
    """Names of what is weak in keys and signatures of certificates below the anchor."""
    for certificate in certificates:
        yield from weak_key(certificate)
        yield from _signed_with(certificate["signature_algorithm"])


def weak_key(certificate: x509.Certificate) -> Iterator[str]:
    key = certificate.public_key
    kind = str(key["algorithm"]["algorithm"].native)
    least = _LEAST_BITS.get(kind)
    if least is None:
        return
    try:
        bits = key.bit_size
    except (ValueError, TypeError, KeyError):
        return
    if bits < least:
        yield f"{_KEYS[kind]}-{bits}"


def _signed_with(algorithm: x509.SignedDigestAlgorithm) -> Iterator[str]:
    try:
        digest = str(algorithm.hash_algo)
    except ValueError:
        return  # Ed25519 and its like have none of their own; what the library doesn't know is said elsewhere
    yield from _digest(digest)


def _digest(name: str) -> Iterator[str]:
    if name in _BROKEN_DIGESTS:
        yield _WRITTEN[name]
