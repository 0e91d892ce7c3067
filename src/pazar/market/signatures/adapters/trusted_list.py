"""Trusted lists of the European Union (ETSI TS 119 612, XML): authorities and stamps that a state vouches for (A5)."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import x509
from lxml import etree
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.qualified.eutl_parse import trust_list_to_registry
from pyhanko.sign.validation.qualified.tsp import QualifiedServiceInformation, TSPRegistry
from pyhanko_certvalidator.authority import Authority, AuthorityWithCert

from pazar.market.signatures.rules.trust import Anchor, Purpose, read_certificates

MOST_BYTES: Final = 40_000_000
_GRANTED: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted"
_PURPOSES: Final = {
    "http://uri.etsi.org/TrstSvc/Svctype/CA/QC": Purpose.SIGNING,
    "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST": Purpose.STAMPING,
}
_TSL: Final = "{http://uri.etsi.org/02231/v2#}"


class ListRefused(ValueError):
    """`fault` is one stable word: too_large, not_a_list, signature, empty, old."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class TrustedList:
    """A list whose own signature was checked. `unread` counts services that couldn't be understood."""

    territory: str
    number: int
    issued_at: datetime
    next_update: datetime | None
    anchors: tuple[Anchor, ...]
    unread: int


def read(raw: bytes, *, signers: Sequence[x509.Certificate]) -> TrustedList:
    """The anchors of a list that one of `signers` signed. Raises ListRefused."""
    if len(raw) > MOST_BYTES:
        raise ListRefused("too_large")
    root = _root(raw)
    if root.tag != f"{_TSL}TrustServiceStatusList":
        raise ListRefused("not_a_list")
    if next(root.iterdescendants(f"{_TSL}TrustServiceStatusList"), None) is not None:
        # A signed list inside an unsigned one would lend it its signature.
        raise ListRefused("not_a_list")
    scheme = root.find(f"{_TSL}SchemeInformation")
    if scheme is None:
        raise ListRefused("not_a_list")
    try:
        registry, unread = trust_list_to_registry(raw.decode("utf-8-sig"), list(signers))
    except SignatureValidationError as error:
        raise ListRefused("signature") from error
    # Whatever else the library meets in a stranger's XML, it is no list that could be believed.
    except Exception as error:
        raise ListRefused("not_a_list") from error
    territory = (scheme.findtext(f"{_TSL}SchemeTerritory") or "").strip()[:10]
    anchors = (*_anchors(registry, territory), *_former(root, territory))
    if not anchors:
        raise ListRefused("empty")
    issued = _moment(scheme.findtext(f"{_TSL}ListIssueDateTime"))
    number = (scheme.findtext(f"{_TSL}TSLSequenceNumber") or "").strip()
    if issued is None or not number.isdigit() or len(number) > 9:
        raise ListRefused("not_a_list")
    return TrustedList(
        territory=territory,
        number=int(number),
        issued_at=issued,
        next_update=_moment(scheme.findtext(f"{_TSL}NextUpdate/{_TSL}dateTime")),
        anchors=anchors,
        unread=len(unread),
    )


def _root(raw: bytes) -> "etree._Element":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        found = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ListRefused("not_a_list") from error
    if found.getroottree().docinfo.internalDTD is not None:
        raise ListRefused("not_a_list")
    return found


def _anchors(registry: TSPRegistry, territory: str) -> list[Anchor]:
    found: dict[tuple[bytes, Purpose, datetime, datetime | None], Anchor] = {}
    authorities: list[tuple[Authority, Purpose]] = [
        *((one, Purpose.SIGNING) for one in registry.known_certificate_authorities),
        *((one, Purpose.STAMPING) for one in registry.known_timestamp_authorities),
    ]
    for authority, purpose in authorities:
        if not isinstance(authority, AuthorityWithCert):
            continue
        for service in registry.applicable_service_definitions(authority, None):
            anchor = _anchor(authority.certificate, purpose, service, territory)
            found[(anchor.certificate.sha256, purpose, service.base_info.valid_from, anchor.until)] = anchor
    return list(found.values())


def _anchor(
    certificate: x509.Certificate, purpose: Purpose, service: QualifiedServiceInformation, territory: str
) -> Anchor:
    return Anchor(
        certificate=certificate,
        purpose=purpose,
        since=service.base_info.valid_from,
        until=service.base_info.valid_until,
        source=f"{territory}: {service.base_info.service_name}"[:300],
    )


def _former(root: "etree._Element", territory: str) -> Iterator[Anchor]:
    """What a list vouched for and no longer does. Its history names services by key alone, which the library skips;
    the certificates stand in the service's present entry."""
    for service in root.iterfind(f".//{_TSL}TSPService"):
        now = service.find(f"{_TSL}ServiceInformation")
        if now is None:
            continue
        purpose = _PURPOSES.get((now.findtext(f"{_TSL}ServiceTypeIdentifier") or "").strip())
        if purpose is None:
            continue
        until = _moment(now.findtext(f"{_TSL}StatusStartingTime"))
        past = [
            (started, (one.findtext(f"{_TSL}ServiceStatus") or "").strip())
            for one in service.iterfind(f"{_TSL}ServiceHistory/{_TSL}ServiceHistoryInstance")
            if (started := _moment(one.findtext(f"{_TSL}StatusStartingTime"))) is not None
        ]
        for started, status in sorted(past, reverse=True):
            if status == _GRANTED and until is not None:
                for certificate in _certificates(now):
                    yield Anchor(certificate=certificate, purpose=purpose, since=started, until=until, source=territory)
            until = started


def _certificates(service: "etree._Element") -> Iterator[x509.Certificate]:
    for one in service.iterfind(f"{_TSL}ServiceDigitalIdentity/{_TSL}DigitalId/{_TSL}X509Certificate"):
        try:
            yield from read_certificates(base64.b64decode(one.text or ""))
        except ValueError:
            continue


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
