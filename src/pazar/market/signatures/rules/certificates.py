"""What a certificate says: whose it is, of which organisation, what it may be used for (A5)."""

import re
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509

from pazar.market.signatures.rules.verdicts import Holder

_SHOWN: Final = 300
# ETSI EN 319 412-1, 5.1.4: VATBG-123456789, NTRBG-123456789, LEIXG-…; and XX:… after EN 319 412-1, 5.1.3 (4).
_SEMANTIC: Final = re.compile(r"(?P<kind>VAT|NTR|PSD|LEI|GOV)(?P<country>[A-Z]{2})-(?P<number>.+)\Z", re.IGNORECASE)
_NATIONAL: Final = re.compile(r"(?P<scheme>[A-Z]{2}):(?P<country>[A-Z]{2})-(?P<number>.+)\Z", re.IGNORECASE)
# What Bulgarian providers wrote before, in OU, serialNumber or unstructuredName: "EIK:…", "BULSTAT 123456789".
_BULGARIAN: Final = re.compile(
    r"\b(?:EIK|ЕИК(?:/ПИК)?|BULSTAT|БУЛСТАТ|UIC|VAT|ДДС)\s*[:=№#-]?\s*(?:BG)?\s*(\d{13}|\d{9})\b",
    re.IGNORECASE,
)
_ORGANISATION_ID: Final = "2.5.4.97"
_RUSSIAN: Final = {"1.2.643.3.131.1.1": 12, "1.2.643.100.1": 13, "1.2.643.100.4": 10, "1.2.643.100.5": 15}


def shown(text: str) -> str:
    """Text from a stranger's certificate as it may stand in a sentence: printable, of bounded length."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())[:_SHOWN]


def name_of(name: x509.Name) -> str:
    """A distinguished name for people; what can't be read is said so by being left out."""
    try:
        return shown(name.human_friendly)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def short(name: x509.Name) -> str:
    """Whom a name is of: its common name, or what else is nearest to one."""
    try:
        parts = _parts(name)
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""
    found = _first(parts, "common_name") or _first(parts, "organization_name")
    return shown(found) or name_of(name)


def holder(certificate: x509.Certificate) -> Holder:
    """Raises ValueError for a certificate whose very dates can't be read."""
    validity = certificate["tbs_certificate"]["validity"]
    parts = _parts(certificate.subject)
    person = " ".join(found for found in (_first(parts, "given_name"), _first(parts, "surname")) if found) or _first(
        parts, "common_name"
    )
    return Holder(
        subject=name_of(certificate.subject),
        issuer=name_of(certificate.issuer),
        serial=format(certificate.serial_number, "x"),
        fingerprint=certificate.sha256.hex(),
        not_before=_moment(validity["not_before"].native),
        not_after=_moment(validity["not_after"].native),
        name=shown(person),
        organisation=shown(_first(parts, "organization_name")),
        organisation_numbers=organisation_numbers(certificate),
        der=certificate.dump(),
    )


def organisation_numbers(certificate: x509.Certificate) -> tuple[tuple[str, str], ...]:
    """The numbers of organisations that the subject names, each with its country (empty where it isn't said)."""
    found: list[tuple[str, str]] = []
    country = ""
    parts = _parts(certificate.subject)
    for kind, text in parts:
        if kind == "country_name":
            country = text.upper()
    for kind, text in parts:
        compact = text.strip()
        if kind in ("organization_identifier", _ORGANISATION_ID, "serial_number"):
            match = _SEMANTIC.match(compact)
            if match is not None:
                lei = match["kind"].upper() == "LEI"
                found.append(("" if lei else match["country"].upper(), match["number"].strip()))
                continue
            match = _NATIONAL.match(compact)
            # Natural persons' identifiers stand in serialNumber in the same form (PNOBG-…): never an organisation's.
            if match is not None and kind != "serial_number":
                found.append((match["country"].upper(), match["number"].strip()))
                continue
        if kind in _RUSSIAN and compact.isdigit():
            # The INN of a legal person is padded with two noughts.
            found.append(("RU", compact[2:] if len(compact) == 12 and compact.startswith("00") else compact))
            continue
        if kind in ("organization_identifier", _ORGANISATION_ID) and compact:
            found.append((country, compact))
        found += [("BG", number) for number in _BULGARIAN.findall(text)]
    return tuple(dict.fromkeys(found))


def is_self_issued(certificate: x509.Certificate) -> bool:
    return bool(certificate.subject == certificate.issuer)


def _moment(value: Any) -> datetime:  # Any: asn1crypto answers a class of its own for year 0
    if not isinstance(value, datetime):
        raise ValueError("a date that no calendar knows")
    return value


def _parts(name: x509.Name) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for rdn in name.chosen:
        for pair in rdn:
            try:
                value = pair["value"].native
                found.append((str(pair["type"].native), value if isinstance(value, str) else ""))
            except (ValueError, TypeError, KeyError):
                continue
    return found


def _first(parts: list[tuple[str, str]], kind: str) -> str:
    return next((text for found, text in parts if found == kind and text), "")
