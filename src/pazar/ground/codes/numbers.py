"""One canonical form of an organisation's register number (A1, B12), however it was typed.

Buyers type numbers with blanks, dots, words ("REGON 871528212") and tax prefixes. A number counts only
where its country has a check digit and it holds, or where the register gives its numbers one form that nothing
else there has (Companies House, KvK, RCS Luxembourg); everything else stays as typed, since a number that merely
looks right would make two firms one. Schemes are named as org-id.guide names its lists where it has one.
"""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final, NamedTuple

from stdnum.exceptions import ValidationError


class Number(NamedTuple):
    scheme: str
    canonical: str


class _Register(NamedTuple):
    scheme: str
    module: str
    form: str = ""  # what the compact number looks like; keeps persons' numbers out
    digits: int = 0  # leading digits that name the company (the rest is an establishment)


# The first register that accepts a number wins. A VAT number may contain another register's number.
_REGISTERS: Final[dict[str, tuple[_Register, ...]]] = {
    "AT": (
        _Register("AT-FB", "at.businessid"),
        _Register("AT-UID", "at.uid"),
        _Register("AT-KUR", "ean", r"9110\d{9}"),
    ),
    "BE": (_Register("BE-BCE_KBO", "be.vat"),),
    "CH": (_Register("CH-FDJP", "ch.uid"),),
    "CZ": (_Register("CZ-ICO", "cz.dic", r"\d{8}"),),
    "DE": (_Register("DE-VAT", "de.vat"),),
    "DK": (_Register("DK-CVR", "dk.cvr"),),
    "EE": (_Register("EE-KMKR", "ee.registrikood"),),
    "ES": (_Register("ES-NIF", "es.cif"),),
    "FI": (_Register("FI-PRO", "fi.ytunnus"),),
    "FR": (
        _Register("FR-SIREN", "fr.siret", digits=9),
        _Register("FR-SIREN", "fr.siren"),
    ),
    "GB": (_Register("GB-VAT", "gb.vat", r"\d{9}"),),
    "GR": (_Register("GR-AFM", "gr.vat"),),
    "HR": (_Register("HR-OIB", "hr.oib"),),
    "HU": (_Register("HU-TAX", "hu.anum"),),
    "IE": (_Register("IE-VAT", "ie.vat"),),
    "IS": (_Register("IS-RSK", "is_.kennitala", r"[4-7]\d{9}"),),
    "IT": (_Register("IT-PIVA", "it.iva"),),
    "LV": (_Register("LV-RE", "lv.pvn", r"[49]\d{10}"),),
    "MD": (_Register("MD-IDNO", "md.idno"),),
    "MT": (_Register("MT-VAT", "mt.vat"),),
    "NL": (_Register("NL-RSIN", "nl.btw", r"\d{9}B\d\d", digits=9), _Register("NL-RSIN", "nl.bsn", r"\d{9}")),
    "NO": (_Register("NO-BRC", "no.orgnr"), _Register("NO-BRC", "no.mva", digits=9)),
    "PL": (
        _Register("PL-NIP", "pl.nip"),
        _Register("PL-REGON", "pl.regon", digits=9),
    ),
    "PT": (_Register("PT-NIF", "pt.nif", r"[5679]\d{8}"),),
    "RO": (_Register("RO-CUI", "ro.cui", r"\d{4,10}"),),
    "RS": (_Register("RS-PIB", "rs.pib"),),
    "RU": (_Register("RU-INN", "ru.inn", r"\d{10}"),),
    "SE": (_Register("SE-BLV", "se.orgnr", r"[25-9]\d{9}"),),
    "SI": (_Register("SI-PRS", "si.maticna"), _Register("SI-TIN", "si.ddv")),
    "SK": (_Register("SK-ORSR", "cz.dic", r"\d{8}"),),
    "UA": (_Register("UA-EDR", "ua.edrpou"),),
}
_WORDS: Final = re.compile(
    r"^\s*(?:REGON|NIP|KvK|(?:C\.?F\.? e )?P\.? ?IVA|CVR|VAT|ЕИК|БУЛСТАТ|ИНН|ЄДРПОУ|CUI|CIF|NIF|SIRE[TN]|I[ČC]O)"
    r"(?:[ .]*(?:nr|no|№))?[ .:]*",
    re.IGNORECASE,
)
# Numbers of one form that need no check digit to be told from others; blanks and signs are left out first.
_FORMS: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "GB": (
        "GB-COH",
        re.compile(r"\d{8}|(?:SC|NI|OC|SO|NC|RC|IP|SP|RS|NP|FC|SF|NF|BR|CE|CS|LP|SL)\d{6}|R0\d{6}", re.ASCII),
    ),
    "LU": ("LU-RCSL", re.compile(r"[A-K]\d{2,6}", re.ASCII)),
    "MT": ("MT-MBR", re.compile(r"C\d{1,6}", re.ASCII)),
    "NL": ("NL-KVK", re.compile(r"\d{8}", re.ASCII)),
}
_BELGIAN_BUYER: Final = re.compile(r"_\d+\Z", re.ASCII)  # the Belgian platform's own mark of a department
_PREFIXES: Final = {"GR": ("EL", "GR"), "CH": ("CHE",)}


def canonical_number(country: str, raw: str) -> Number | None:
    """The register and canonical number, or None where that isn't certain.

    `country` is an ISO 3166 alpha-2 code ("EL" and "UK", as the EU writes them, are understood). A Bulgarian
    number is a unified identification code (ЕИК): 9 digits, 13 for a branch, with or without the prefix "BG".
    """
    code = {"EL": "GR", "UK": "GB"}.get(country.strip().upper(), country.strip().upper())
    text = _WORDS.sub("", raw).strip().upper()
    if not text or len(text) > 40:
        return None
    if code == "BG":
        eik = re.sub(r"[\s.\-]", "", text).removeprefix("BG")
        return Number("BG-EIK", eik) if is_eik(eik) else None
    if code == "BE":
        text = _BELGIAN_BUYER.sub("", text)
    if code == "HU":
        # eight digits name the taxpayer; one for his kind of tax and two for his county may follow
        text = re.sub(r"\A(\d{8})[\s.-]?[1-5][\s.-]?\d\d\Z", r"\1", text, flags=re.ASCII)
    if code == "LT":
        digits = re.sub(r"[\s.\-]", "", text)
        return Number("LT-RC", digits) if is_lithuanian_code(digits) else None
    if code in _FORMS:
        scheme, form = _FORMS[code]
        compact = re.sub(r"[\s.\-]", "", text)
        if code == "GB" and re.fullmatch(r"\d{6,7}", compact, re.ASCII):
            compact = compact.zfill(8)  # written without its leading zeros
        if form.fullmatch(compact):
            return Number(scheme, compact)
    for register in _REGISTERS.get(code, ()):
        number = _accepted(register, text, _PREFIXES.get(code, (code,)))
        if number:
            return Number(register.scheme, number)
    return None


def is_eik(number: str) -> bool:
    """Whether these are 9 or 13 digits whose check digits hold (BULSTAT Register Act)."""
    if not re.fullmatch(r"\d{9}|\d{13}", number, re.ASCII) or not int(number[:9]):
        return False
    digits = [int(digit) for digit in number]
    if digits[8] != _check(digits[:8], range(1, 9), range(3, 11)):
        return False
    return len(digits) == 9 or digits[12] == _check(digits[8:12], (2, 7, 3, 5), (4, 9, 5, 7))


def is_lithuanian_code(number: str) -> bool:
    """Whether these are the 9 digits of a legal entity's code, the check digit holding."""
    if not re.fullmatch(r"[1-9]\d{8}", number, re.ASCII):
        return False
    digits = [int(digit) for digit in number]
    return digits[8] == _check(digits[:8], range(1, 9), (3, 4, 5, 6, 7, 8, 9, 1))


def _check(digits: list[int], first: Sequence[int], second: Sequence[int]) -> int:
    rest = sum(weight * digit for weight, digit in zip(first, digits, strict=True)) % 11
    if rest == 10:
        rest = sum(weight * digit for weight, digit in zip(second, digits, strict=True)) % 11 % 10
    return rest


def _accepted(register: _Register, text: str, prefixes: tuple[str, ...]) -> str:
    for candidate in (text, *(text[len(prefix) :] for prefix in prefixes if text.startswith(prefix))):
        try:
            number = _validate(register.module)(candidate)
        except (ValidationError, ValueError):  # some of the library's checks let int() speak for them
            continue
        if register.form and not re.fullmatch(register.form, number, re.ASCII):
            continue
        return number[: register.digits] if register.digits else number
    return ""


_LOADED: Final[dict[str, Callable[[str], str]]] = {}


def _validate(module: str) -> Callable[[str], str]:
    if module not in _LOADED:
        _LOADED[module] = import_module(f"stdnum.{module}").validate
    return _LOADED[module]
