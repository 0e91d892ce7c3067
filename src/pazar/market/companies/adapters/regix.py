"""Answers of RegiX, the exchange through which Bulgarian registers are asked (A2).

Read by local names, since the three versions of the trade register's actual state and its two namespaces differ in
little else. `DeedStatus` after the adapter's description: N new, E re-registered, C new and closed, L re-registered
and closed.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from pazar.market.companies.adapters import safe_xml
from pazar.market.companies.rules.particulars import Particulars, Status

_CLOSED: Final = {"C", "L"}
_FORMS: Final = {
    "AD": "АД", "EAD": "ЕАД", "OOD": "ООД", "EOOD": "ЕООД", "ET": "ЕТ", "KD": "КД", "KDA": "КДА", "SD": "СД",
    "K": "Кооперация", "TPP": "ТПП",
}  # fmt: skip
_REPRESENTING: Final = ("7", "7а", "10", "10а")
# BULSTAT's nomenclature "Състояние", as its own service lists it.
_BULSTAT: Final = {
    "571": (Status.ACTIVE, "развиващ дейност"),
    "572": (Status.INSOLVENCY, "в производство по несъстоятелност"),
    "573": (Status.INSOLVENCY, "в несъстоятелност"),
    "574": (Status.LIQUIDATION, "в ликвидация"),
    "575": (Status.UNKNOWN, "неактивен"),
    "1": (Status.UNKNOWN, "пререгистриран в ТР"),
    "2": (Status.DISSOLVED, "архивиран"),
}


class NotAnAnswer(Exception):
    """These bytes are no answer of RegiX that can be read; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(raw: bytes) -> Particulars | None:
    """The organisation an answer names, None where the register has found nothing. Raises NotAnAnswer."""
    try:
        return read(safe_xml.parse(raw))
    except safe_xml.NotXml as error:
        raise NotAnAnswer(error.code) from error


def read(root: "etree._Element") -> Particulars | None:
    """As `parse`, of what is XML already. Raises NotAnAnswer."""
    answers = [root, *(e for e in root.iter() if isinstance(e.tag, str))]
    for element in answers:  # an answer may stand inside an envelope
        name = _local(element)
        if name == "ActualStateResponse":
            return _first_version(element)
        if name in ("ActualStateResponseV2", "ActualStateResponseV3", "GetBranchOfficeResponse"):
            return _deed(element)
        if name == "StateOfPlay" and _child(element, "Subject") is not None:
            return _state_of_play(element)
        if name == "ValidUICResponse":
            return _valid_uic(element)
    raise NotAnAnswer("unknown-answer")


def _local(element: "etree._Element") -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _child(element: "etree._Element | None", *path: str) -> "etree._Element | None":
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if _local(child) == name), None)
    return element


def _said(element: "etree._Element | None", *path: str) -> str:
    found = _child(element, *path)
    return " ".join((found.text or "").split()) if found is not None else ""


def _everywhere(element: "etree._Element", name: str) -> Iterator["etree._Element"]:
    return (found for found in element.iter() if _local(found) == name)


def _first_version(root: "etree._Element") -> Particulars | None:
    number = _said(root, "UIC")
    if not number:
        return None
    words = _said(root, "Status")
    ending = _said(root, "LiquidationOrInsolvency")
    seat = _child(root, "Seat", "Address")
    return Particulars(
        country="BG",
        scheme="BG-EIK",
        number=number,
        name=_said(root, "Company"),
        name_latin=_said(root, "Transliteration"),
        legal_form=_said(root, "LegalForm", "LegalFormAbbr") or _said(root, "LegalForm", "LegalFormName"),
        status=_status("закрита" in words.lower(), ending),
        status_words=", ".join(filter(None, (words, ending))),
        representatives=tuple(dict.fromkeys(_representatives(root))),
        address=_street(seat),
        town=_town(seat),
        postal_code=_said(seat, "PostCode"),
        region=_said(seat, "District"),
        email=_said(root, "Seat", "Contacts", "EMail"),
        website=_said(root, "Seat", "Contacts", "URL"),
    )


def _representatives(root: "etree._Element") -> Iterator[str]:
    for detail in _everywhere(root, "Detail"):
        name = _said(detail, "Subject", "Name")
        if name and _said(detail, "FieldCode") in _REPRESENTING:
            yield name


def _deed(root: "etree._Element") -> Particulars | None:
    deed = next(_everywhere(root, "Deed"), None)
    number = _said(deed, "UIC")
    if deed is None or not number or _said(root, "DataFound").lower() == "false":
        return None
    closed = _said(deed, "DeedStatus").upper() in _CLOSED
    ending = _said(deed, "LiquidationOrInsolvency")
    seat = next(_everywhere(deed, "Seat"), None)
    latin = next((" ".join((e.text or "").split()) for e in _everywhere(deed, "Transliteration")), "")
    form = _said(deed, "LegalForm")
    words = ["закрита партида" if closed else "", _words_of(ending)]
    return Particulars(
        country="BG",
        scheme="BG-EIK",
        number=number,
        name=_said(deed, "CompanyName"),
        name_latin=latin,
        legal_form=_FORMS.get(form.upper(), form),
        status=_status(closed, ending, _said(deed, "CompanyName")),
        status_words=", ".join(filter(None, words)),
        representatives=tuple(dict.fromkeys(_managers(deed))),
        address=_street(_child(seat, "Address")),
        town=_town(_child(seat, "Address")),
        postal_code=_said(seat, "Address", "PostCode"),
        region=_said(seat, "Address", "District"),
        email=_said(seat, "Contacts", "EMail"),
        website=_said(seat, "Contacts", "URL"),
    )


def _managers(deed: "etree._Element") -> Iterator[str]:
    for name in ("Manager", "Representative", "Representative101", "Procurator"):
        for element in _everywhere(deed, name):
            person = next((_said(part, "Name") for part in (element, *element) if _said(part, "Name")), "")
            if person:
                yield person


def _words_of(ending: str) -> str:
    if ending == "Liquidation":
        return "в ликвидация"
    return "в несъстоятелност" if ending.startswith("Insolvency") else ending


def _status(closed: bool, ending: str, name: str = "") -> Status:
    if closed:
        return Status.DISSOLVED
    words = f"{ending} {name}".lower()
    if "insolvency" in words or "несъстоятелност" in words:
        return Status.INSOLVENCY
    if "liquidation" in words or "ликвидация" in words:
        return Status.LIQUIDATION
    return Status.ACTIVE


def _street(address: "etree._Element | None") -> str:
    estate = (_said(address, "HousingEstate"), _said(address, "Block"))
    street = (_said(address, "Street"), _said(address, "StreetNumber"))
    return ", ".join(filter(None, (" ".join(filter(None, part)) for part in (estate, street))))


def _town(address: "etree._Element | None") -> str:
    """The settlement without its kind: „гр. София“ is София."""
    return _said(address, "Settlement").removeprefix("гр.").removeprefix("с.").strip()


def _state_of_play(root: "etree._Element") -> Particulars | None:
    subject = _child(root, "Subject")
    number = _said(subject, "UIC", "UIC")
    if not number:
        return None
    entity = _child(subject, "LegalEntitySubject")
    state = _said(_child(root, "State"), "State", "Code")
    status, words = _BULSTAT.get(state, (Status.UNKNOWN, ""))
    address = next(_everywhere(subject, "Addresses"), None) if subject is not None else None
    return Particulars(
        country="BG",
        scheme="BG-EIK",
        number=number,
        name=_said(entity, "CyrillicFullName"),
        name_latin=_said(entity, "LatinFullName"),
        status=status,
        status_words=words,
        address=" ".join(filter(None, (_said(address, "Street"), _said(address, "StreetNumber")))),
        postal_code=_said(address, "PostalCode"),
    )


def _valid_uic(root: "etree._Element") -> Particulars | None:
    number = _said(root, "UIC")
    if not number:
        return None
    return Particulars(
        country="BG",
        scheme="BG-EIK",
        number=number,
        name=_said(root, "Company"),
        legal_form=_said(root, "LegalForm", "LegalFormAbbr"),
        status=_status("закрита" in _said(root, "Status").lower(), _said(root, "LiquidationOrInsolvency")),
        status_words=_said(root, "Status"),
    )
