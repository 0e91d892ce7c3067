"""Whether certificates of a chain were revoked, from answers that were fetched before (A5, RFC 5280, RFC 6960)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    CRLNoMatchesError,
    CRLValidationError,
    CRLValidationIndeterminateError,
    OCSPNoMatchesError,
    OCSPValidationError,
    OCSPValidationIndeterminateError,
    PathValidationError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import AcceptAllAlgorithms
from pyhanko_certvalidator.registry import CertificateRegistry
from pyhanko_certvalidator.revinfo.validate_crl import verify_crl
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response

from pazar.market.signatures.rules import certificates
from pazar.market.signatures.rules.chain import Chain, anchor_of
from pazar.market.signatures.rules.trust import Purpose, TrustStore
from pazar.market.signatures.rules.verdicts import Check, State, Verdict, bad, good, note, unknown
from pazar.market.signatures.rules.waiting import finished

TOLERANCE: Final = timedelta(minutes=5)


class Mode(StrEnum):
    """What a silent responder means; the regime says which."""

    SOFT = "soft"  # it is said, and forgiven
    HARD = "hard"  # no answer, no signature
    OFF = "off"  # nobody is asked


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What responders said about one certificate: DER, as it came. `silent` names whom nobody answered at."""

    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    silent: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    """Whom nobody asked, because the address leads into a network of one's own."""
    is_named: bool = True
    """Whether the certificate names anybody to ask."""


class Responders(Protocol):
    """Whoever asks (or remembers): an adapter. Never raises."""

    def ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Answers: ...

    def issuers(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        """Certificates of its issuer from where the certificate says they lie."""
        ...


class Nobody:
    """Asks nobody: for machines without a network."""

    def ask(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Answers:
        return Answers(is_named=bool(certificate.ocsp_urls or certificate.crl_distribution_points))

    def issuers(self, certificate: x509.Certificate) -> Sequence[x509.Certificate]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Carried:
    """Answers and certificates that came inside the signed file itself."""

    ocsps: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    certificates: tuple[x509.Certificate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judged:
    verdict: Verdict
    usable_until: datetime | None = None
    """Until when these answers say the same; None: don't keep it."""
    ocsps: tuple[bytes, ...] = field(default=(), compare=False)
    crls: tuple[bytes, ...] = field(default=(), compare=False)


def judge(
    chain: Chain,
    *,
    trust: TrustStore,
    purpose: Purpose,
    responders: Responders,
    carried: Carried,
    moment: datetime,
    asked_at: datetime,
    mode: Mode,
) -> Judged:
    """The worst of all links: the signer's certificate and the authorities between it and the anchor.

    `moment` is when the signature counts as made, `asked_at` when the answers are from: a signature stamped before
    the revocation stays good.
    """
    if mode is Mode.OFF:
        return Judged(verdict=note(Check.REVOCATION, "revocation-not-asked"))
    if chain.path is None:
        return Judged(verdict=unknown(Check.REVOCATION, "revocation-no-chain"))
    links = list(chain.links)
    if not links:
        return Judged(verdict=note(Check.REVOCATION, "revocation-of-anchor"))
    verdicts: list[Verdict] = []
    until: list[datetime] = []
    kept_ocsps: list[bytes] = []
    kept_crls: list[bytes] = []
    # From the signer upwards, so that of equals the nearest one is told.
    for place in range(len(links) - 1, -1, -1):
        link = links[place]
        issuer = links[place - 1] if place else anchor_of(chain.path)
        if link.ocsp_no_check_value is not None:
            continue
        answers = responders.ask(link, issuer)
        kept_ocsps += answers.ocsps
        kept_crls += answers.crls
        verdict, usable = _of_one(
            link,
            is_signer=place == len(links) - 1,
            path=chain.path,
            trust=trust,
            purpose=purpose,
            answers=answers,
            carried=carried,
            moment=moment,
            asked_at=asked_at,
        )
        verdicts.append(verdict)
        until += usable
    worst = max(verdicts, key=lambda one: _RANK[one.state]) if verdicts else good(Check.REVOCATION, "revocation-good")
    if mode is Mode.HARD and worst.state is State.UNKNOWN:
        worst = bad(Check.REVOCATION, worst.code, **worst.facts)
    return Judged(
        verdict=worst,
        usable_until=min(until) if until and worst.state in (State.GOOD, State.BAD) else None,
        ocsps=tuple(kept_ocsps),
        crls=tuple(kept_crls),
    )


_RANK: Final = {State.GOOD: 0, State.NOTE: 1, State.UNKNOWN: 2, State.BAD: 3}


def _of_one(
    link: x509.Certificate,
    *,
    is_signer: bool,
    path: ValidationPath,
    trust: TrustStore,
    purpose: Purpose,
    answers: Answers,
    carried: Carried,
    moment: datetime,
    asked_at: datetime,
) -> tuple[Verdict, list[datetime]]:
    whose = certificates.short(link.subject)
    ocsps = _read_ocsps((*answers.ocsps, *carried.ocsps))
    crls = _read_crls((*answers.crls, *carried.crls))
    context = ValidationContext(
        trust_manager=trust.manager(purpose),
        certificate_registry=CertificateRegistry.build(path.iter_certs(include_root=True)),
        moment=min(moment, asked_at),
        crls=crls,
        ocsps=ocsps,
        revocation_mode="soft-fail",
        algorithm_usage_policy=AcceptAllAlgorithms(),
        time_tolerance=TOLERANCE,
        # An answer of today about a signature of last year is from after that moment, and tells more for it.
        retroactive_revinfo=moment < asked_at - TOLERANCE,
    )
    stale = doubtful = False
    try:
        if ocsps:
            try:
                finished(verify_ocsp_response(link, path, context))
                return good(Check.REVOCATION, "revocation-good", by="OCSP"), _ocsps_until(ocsps)
            except OCSPNoMatchesError:
                doubtful = True
            except OCSPValidationIndeterminateError as error:
                revoked = _revoked_since(ocsps, link)
                if revoked is not None and revoked > moment:
                    return (
                        note(Check.REVOCATION, "revocation-later", whose=whose, at=revoked.isoformat()),
                        _ocsps_until(ocsps),
                    )
                stale = error.suspect_stale is not None
                doubtful = not stale
            except OCSPValidationError:
                doubtful = True
        if crls:
            try:
                finished(verify_crl(link, path, context))
                return good(Check.REVOCATION, "revocation-good", by="CRL"), _crls_until(crls)
            except CRLNoMatchesError:
                doubtful = True
            except CRLValidationIndeterminateError as error:
                stale = stale or error.suspect_stale is not None
                doubtful = doubtful or not stale
            except CRLValidationError:
                doubtful = True
    except RevokedError as error:
        code = "revocation-revoked" if is_signer else "revocation-authority-revoked"
        reason = str(error.reason.native)
        if reason == "certificate_hold":
            code = "revocation-on-hold"
        return (
            bad(
                Check.REVOCATION,
                code,
                whose=whose,
                at=error.revocation_dt.isoformat(),
                reason=reason,
            ),
            [*_ocsps_until(ocsps), *_crls_until(crls)],
        )
    except PathValidationError:
        doubtful = True
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError, RecursionError):
        # Answers come from the network too: whatever in them can't be read is no answer.
        doubtful = True
    if answers.inside and not doubtful and not stale:
        return unknown(
            Check.REVOCATION, "revocation-inside", whose=whose, where=certificates.shown(answers.inside[0])
        ), []
    if answers.silent and not doubtful and not stale:
        return unknown(
            Check.REVOCATION, "revocation-silent", whose=whose, where=certificates.shown(answers.silent[0])
        ), []
    if stale:
        return unknown(Check.REVOCATION, "revocation-stale", whose=whose), []
    if doubtful:
        return unknown(Check.REVOCATION, "revocation-answer-wrong", whose=whose), []
    if not answers.is_named:
        return unknown(Check.REVOCATION, "revocation-nobody-named", whose=whose), []
    return unknown(Check.REVOCATION, "revocation-unknown", whose=whose), []


def _read_ocsps(raw: Sequence[bytes]) -> list[ocsp.OCSPResponse]:
    found = []
    for one in raw:
        try:
            response = ocsp.OCSPResponse.load(one)
            if response["response_status"].native == "successful":
                _ = response.response_data["responses"].native
                found.append(response)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return found


def _read_crls(raw: Sequence[bytes]) -> list[crl.CertificateList]:
    found = []
    for one in raw:
        try:
            listed = crl.CertificateList.load(one)
            _ = listed["tbs_cert_list"]["this_update"].native, listed.issuer.native
            found.append(listed)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue
    return found


def _revoked_since(ocsps: Sequence[ocsp.OCSPResponse], link: x509.Certificate) -> datetime | None:
    for response in ocsps:
        for single in response.response_data["responses"]:
            if single["cert_id"]["serial_number"].native == link.serial_number and (
                single["cert_status"].name == "revoked"
            ):
                found = single["cert_status"].chosen["revocation_time"].native
                return found if isinstance(found, datetime) else None
    return None


def _ocsps_until(ocsps: Sequence[ocsp.OCSPResponse]) -> list[datetime]:
    return [
        until
        for response in ocsps
        for single in response.response_data["responses"]
        if isinstance(until := single["next_update"].native, datetime)
    ]


def _crls_until(crls: Sequence[crl.CertificateList]) -> list[datetime]:
    return [until for one in crls if isinstance(until := one["tbs_cert_list"]["next_update"].native, datetime)]
