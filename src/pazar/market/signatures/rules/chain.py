"""From a signer's certificate to an anchor: which path there is, or where it breaks (A5, RFC 5280 section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms
from pyhanko_certvalidator.registry import CertificateRegistry, PathBuilder
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext
from pyhanko_certvalidator.validate import async_validate_path

from pazar.market.signatures.rules import certificates
from pazar.market.signatures.rules.trust import Purpose, TrustStore
from pazar.market.signatures.rules.verdicts import Check, Verdict, bad, good
from pazar.market.signatures.rules.waiting import finished

_MOST_PATHS: Final = 8
_MOST_STEPS: Final = 12
_TOLERANCE: Final = timedelta(minutes=5)  # between the clock of an authority and ours


@dataclass(frozen=True, kw_only=True)
class Chain:
    """`path` is there where the signer's certificate leads to an anchor; `links` are its certificates below it."""

    verdict: Verdict
    path: ValidationPath | None = None
    links: tuple[x509.Certificate, ...] = ()


def build(
    certificate: x509.Certificate,
    *,
    others: Sequence[x509.Certificate],
    trust: TrustStore,
    purpose: Purpose,
    moment: datetime,
) -> Chain:
    """The way to an anchor. Dates, revocation and weak algorithms are other verdicts' business."""
    if not trust.anchors:
        return Chain(verdict=bad(Check.CHAIN, "chain-nobody-trusted"))
    registry = CertificateRegistry.build(others)
    manager = trust.manager(purpose)
    faults: list[str] = []
    for path in _paths(certificate, PathBuilder(trust_manager=manager, registry=registry)):
        links = tuple(path.iter_certs(include_root=False))
        anchor = anchor_of(path)
        try:
            finished(
                async_validate_path(
                    ValidationContext(
                        trust_manager=manager,
                        certificate_registry=registry,
                        moment=_day_of(links, moment),
                        revocation_mode="soft-fail",
                        algorithm_usage_policy=AcceptAllAlgorithms(),
                        time_tolerance=_TOLERANCE,
                    ),
                    path,
                )
            )
        except (PathValidationError, ValidationError) as error:
            faults.append(str(error))
            continue
        if not trust.vouched(anchor, purpose, moment):
            faults.append("")
            continue
        return Chain(
            verdict=good(Check.CHAIN, "chain-trusted", anchor=certificates.short(anchor.subject)),
            path=path,
            links=links,
        )
    if "" in faults:
        return Chain(verdict=bad(Check.CHAIN, "chain-withdrawn", issuer=certificates.short(certificate.issuer)))
    if faults:
        return Chain(verdict=bad(Check.CHAIN, "chain-broken", detail=certificates.shown(faults[0])))
    return Chain(verdict=_why_none(certificate, others))


def anchor_of(path: ValidationPath) -> x509.Certificate:
    """The trusted certificate that a path starts from; our stores know no anchors without one."""
    authority = path.trust_anchor.authority
    assert isinstance(authority, AuthorityWithCert)
    return authority.certificate


def _paths(certificate: x509.Certificate, builder: PathBuilder) -> list[ValidationPath]:
    found: list[ValidationPath] = []

    async def collect() -> None:
        async for path in builder.async_build_paths_lazy(certificate):
            found.append(path)
            if len(found) == _MOST_PATHS:  # cross-signed authorities can make more paths than anybody needs
                return

    try:
        finished(collect())
    except PathBuildingError:
        return []
    return found


def _day_of(links: Sequence[x509.Certificate], moment: datetime) -> datetime:
    """A moment at which all links were in date, as near to `moment` as can be; `moment` itself if there is none."""
    since = [link.not_valid_before for link in links]
    until = [link.not_valid_after for link in links]
    if not links or max(since) > min(until):
        return moment
    return min(max(moment, *since), *until) if links else moment


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        DefaultSignatureValidator().validate_signature(
            certificate["signature_value"].native,
            certificate["tbs_certificate"].dump(),
            issuer.public_key,
            certificate["signature_algorithm"],
            context=SignatureValidationContext(),
        )
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError, NotImplementedError):
        return False
    return True


def _why_none(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> Verdict:
    """Nothing led to an anchor: the chain ends at a stranger, breaks, or goes on where nobody showed it."""
    top = certificate
    for _step in range(_MOST_STEPS):
        if certificates.is_self_issued(top) and is_signed_by(top, top):
            code = "chain-self-signed" if top is certificate else "chain-unknown-authority"
            return bad(Check.CHAIN, code, authority=certificates.short(top.subject))
        named = [one for one in others if one.subject == top.issuer and one.sha256 != top.sha256]
        upper = next((one for one in named if is_signed_by(top, one)), None)
        if upper is None:
            issuer, subject = certificates.short(top.issuer), certificates.short(top.subject)
            if named:
                return bad(Check.CHAIN, "chain-forged", issuer=issuer, subject=subject)
            return bad(Check.CHAIN, "chain-incomplete", issuer=issuer, subject=subject)
        top = upper
    return bad(Check.CHAIN, "chain-broken", detail="")
