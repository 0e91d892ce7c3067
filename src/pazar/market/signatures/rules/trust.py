"""Whom the centre trusts: anchors from its own files and from trusted lists (A5)."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from asn1crypto import pem, x509
from pyhanko_certvalidator.authority import Authority, CertTrustAnchor, TrustAnchor
from pyhanko_certvalidator.registry import SimpleTrustManager, TrustManager


class Purpose(StrEnum):
    SIGNING = "signing"  # authorities that issue certificates
    STAMPING = "stamping"  # time stamp units
    ANY = "any"  # the operator's own: as he says


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """`since` and `until`: when a trusted list vouched for it; open on both sides for the operator's own."""

    certificate: x509.Certificate
    purpose: Purpose = Purpose.ANY
    since: datetime | None = None
    until: datetime | None = None
    source: str = ""

    def holds_at(self, moment: datetime) -> bool:
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


class _Quiet(TrustManager):
    """A trust manager that contexts don't copy root by root: a Union-wide list has thousands."""

    def __init__(self, inner: SimpleTrustManager) -> None:
        self._inner = inner

    def as_trust_anchor(self, authority: Authority) -> TrustAnchor | None:
        found: TrustAnchor | None = self._inner.as_trust_anchor(authority)
        return found

    def find_potential_issuers(self, cert: x509.Certificate) -> Iterator[TrustAnchor]:
        return self._inner.find_potential_issuers(cert)


@dataclass(frozen=True)
class TrustStore:
    """The anchors together; equal stores have equal digests, so that answers can be kept under them."""

    anchors: tuple[Anchor, ...] = ()

    @cached_property
    def digest(self) -> str:
        lines = sorted(
            f"{anchor.certificate.sha256.hex()} {anchor.purpose} {anchor.since} {anchor.until}"
            for anchor in self.anchors
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def _managers(self) -> dict[Purpose, _Quiet]:
        return {
            purpose: _Quiet(
                SimpleTrustManager.build(
                    trust_roots=[
                        CertTrustAnchor(anchor.certificate)
                        for anchor in self.anchors
                        if anchor.purpose in (purpose, Purpose.ANY)
                    ]
                )
            )
            for purpose in (Purpose.SIGNING, Purpose.STAMPING)
        }

    @cached_property
    def _by_fingerprint(self) -> dict[bytes, list[Anchor]]:
        found: dict[bytes, list[Anchor]] = {}
        for anchor in self.anchors:
            found.setdefault(anchor.certificate.sha256, []).append(anchor)
        return found

    def manager(self, purpose: Purpose) -> TrustManager:
        return self._managers[purpose]

    def vouched(self, certificate: x509.Certificate, purpose: Purpose, moment: datetime) -> bool:
        """Whether the anchor was trusted at `moment`: a list may have withdrawn it before."""
        known = self._by_fingerprint.get(certificate.sha256, [])
        return any(one.purpose in (purpose, Purpose.ANY) and one.holds_at(moment) for one in known)


_PEM_CERTIFICATE: Final = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")


def read_certificates(raw: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file (any number) or a DER file (one). Raises ValueError where there is none."""
    try:
        if _PEM_CERTIFICATE.search(raw):
            ders = [der for label, _, der in pem.unarmor(raw, multiple=True) if label.endswith("CERTIFICATE")]
        else:
            ders = [raw]
        found = [x509.Certificate.load(der) for der in ders]
        for one in found:
            # Read now what is needed later: the library reads lazily and would fail in the middle of a verdict.
            _ = one.serial_number, one.subject.native, one.public_key["algorithm"].native, one.not_valid_after
    except (TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise ValueError("no certificate that can be read") from error
    if not found:
        raise ValueError("no certificate in it")
    return found


def own(certificates: Sequence[x509.Certificate], source: str = "") -> TrustStore:
    """A store of the operator's own authorities."""
    return TrustStore(tuple(Anchor(certificate=one, source=source) for one in certificates))
