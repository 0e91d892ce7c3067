"""An organisation's number as a person types it: which register's it is, whether it can be right, its one form (A2).

The sources of the forms: BULSTAT Register Act (Bulgaria), Federal Tax Service orders on INN and OGRN (Russia),
Companies House' list of prefixes (United Kingdom), the VIES pages of the Commission (VAT), ISO 17442 (LEI). Check
digits are computed by python-stdnum.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from stdnum import exceptions, get_cc_module
from stdnum.ru import inn, ogrn

from pazar.ground.codes.numbers import canonical_number, is_eik


class Fault(StrEnum):
    """Why a number can't be right; the first that applies."""

    EMPTY = "empty"
    COUNTRY = "unknown-country"
    CHARACTERS = "wrong-characters"
    LENGTH = "wrong-length"
    CHECK_DIGIT = "wrong-check-digit"
    FORM = "wrong-form"
    OTHER_COUNTRY = "other-country"
    NO_RULE = "no-rule"  # nothing is known of this country's numbers: neither right nor wrong


@dataclass(frozen=True, kw_only=True)
class Read:
    """A number as read. `canonical` is filled where the number can be right, or where no rule is known.

    `scheme` is the register's list as org-id.guide names it, `LEI`, or a VAT list; of a faulty number the one it
    came nearest to. `lengths` says how many characters that scheme wants; `compact` is what was typed without blanks
    and signs, by which a register that itself keeps a faulty number can be asked.
    """

    country: str
    typed: str
    scheme: str = ""
    canonical: str = ""
    fault: Fault | None = None
    lengths: tuple[int, ...] = ()
    compact: str = ""

    @property
    def valid(self) -> bool:
        return self.fault is None


# fmt: off
VAT_COUNTRIES: Final = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
_UK_PREFIXES: Final = frozenset((
    "AC", "CE", "CS", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP", "NA", "NC", "NF", "NI", "NL", "NO", "NP", "NR",
    "NV", "NZ", "OC", "OE", "PC", "R0", "RC", "RS", "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO", "SP", "SR", "SZ",
    "ZC",
))
# fmt: on
_COUNTRIES: Final = {"EL": "GR", "UK": "GB"}
_LENGTHS: Final = {
    "BG-EIK": (9, 13),
    "RU-INN": (10, 12),
    "RU-OGRN": (13, 15),
    "GB-COH": (8,),
    "LEI": (20,),
}
# A dash of any kind, blanks of any kind, dots, slashes, quotes around and the number sign are how people write.
_NOISE: Final = re.compile(r"[\s.\-‐-―−/\\№#'\"“”„«»():]+")
_LABELS: Final = re.compile(
    r"^(?:ЕИК/?ПИК|ЕИК|БУЛСТАТ|ДДС|ИНН|ОГРНИП|ОГРН|EIK|UIC|BULSTAT|INN|OGRN|VATNO|VATID|VAT|LEI|CRN|COMPANYNO)",
)


def read_number(country: str, typed: str) -> Read:
    """Read `typed` as a number of an organisation in `country` (ISO 3166 alpha-2; EL and UK are understood).

    Never raises: what can't be right comes back with its fault.
    """
    code = _COUNTRIES.get(country.strip().upper(), country.strip().upper())
    text = _compact(typed)
    asked = Read(country=code, typed=typed)
    if not text:
        return _faulty(asked, Fault.EMPTY)
    if not re.fullmatch(r"[A-Z]{2}", code):
        return _faulty(asked, Fault.COUNTRY)
    if len(text) > 40:
        return _faulty(asked, Fault.LENGTH)
    nearest: Read | None = None
    for read in _readings(code, typed, text):
        if read.valid:
            return replace(read, compact=text)
        if nearest is None or _NEARNESS.index(read.fault) < _NEARNESS.index(nearest.fault):
            nearest = read
    return replace(nearest or Read(country=code, typed=typed, canonical=text, fault=Fault.NO_RULE), compact=text)


# Of several readings that fail, the one that tells most: all but the last digit was right.
_NEARNESS: Final[tuple[Fault | None, ...]] = (
    Fault.CHECK_DIGIT,
    Fault.FORM,
    Fault.OTHER_COUNTRY,
    Fault.LENGTH,
    Fault.CHARACTERS,
)


def _compact(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed).upper()
    text = _NOISE.sub("", text)
    if not (text.isascii() and text.isprintable()):
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf"))
    return _LABELS.sub("", text)


def read_as(scheme: str, country: str, typed: str) -> Read:
    """Read `typed` as a number of one scheme: what a register's own file holds. Never raises."""
    text = _compact(typed)
    if not text:
        return Read(country=country, typed=typed, scheme=scheme, fault=Fault.EMPTY)
    match scheme:
        case "LEI":
            read = _lei(country, typed, text)
        case "BG-EIK":
            read = _bulgarian(typed, text)
        case "GB-COH":
            read = _british(typed, text)
        case "RU-INN" | "RU-OGRN":
            read = _russian(typed, text)
        case _:
            raise ValueError(scheme)
    if read.scheme != scheme:
        read = _faulty(replace(read, scheme=scheme), Fault.LENGTH)
    return replace(read, compact=text)


def _readings(code: str, typed: str, text: str) -> Iterator[Read]:
    if len(text) == 20:
        yield _lei(code, typed, text)
    if code == "BG":
        yield _bulgarian(typed, text)
    elif code == "RU":
        yield _russian(typed, text)
    elif code == "GB":
        yield _british(typed, text)
    else:
        known = canonical_number(code, typed) or canonical_number(code, text)
        if known:
            yield Read(country=code, typed=typed, scheme=known.scheme, canonical=known.canonical)
        yield from _national(code, typed, text)
    if code in VAT_COUNTRIES:
        yield _vat(code, typed, text)
    elif code == "GB":
        yield _library(Read(country=code, typed=typed, scheme="GB-VAT"), get_cc_module("gb", "vat"), text)


_BASE_36: Final = str.maketrans({chr(55 + number): str(number) for number in range(10, 36)})


def _lei(code: str, typed: str, text: str) -> Read:
    """ISO 17442: twenty letters and digits, the last two of them check digits after ISO 7064 mod 97-10.

    Computed here, as files bring millions of them and the library takes fifteen times as long; a test compares.
    """
    read = Read(country=code, typed=typed, scheme="LEI", lengths=_LENGTHS["LEI"])
    if not (text.isascii() and text.isalnum()):
        return _faulty(read, Fault.CHARACTERS)
    if len(text) != 20:
        return _faulty(read, Fault.LENGTH)
    return _taken(read, text) if int(text.translate(_BASE_36)) % 97 == 1 else _faulty(read, Fault.CHECK_DIGIT)


def _national(code: str, typed: str, text: str) -> Iterator[Read]:
    """Registers that python-stdnum doesn't know, or reads in one spelling only."""
    if code == "AT" and re.fullmatch(r"(?:FN)?\d{4,6}[A-Z]", text):
        yield _library(Read(country=code, typed=typed, scheme="AT-FB"), get_cc_module("at", "businessid"), text.lower())
    elif code == "LT" and re.fullmatch(r"\d{9}", text, re.ASCII):
        # Nine digits of the Register of Legal Entities carry the check digit Bulgaria's nine carry.
        read = Read(country=code, typed=typed, scheme="LT-RC", lengths=(9,))
        yield _taken(read, text) if is_eik(text) else _faulty(read, Fault.CHECK_DIGIT)
    elif code == "NL" and re.fullmatch(r"(?:KVK)?\d{8}", text, re.ASCII):
        # The Chamber of Commerce's numbers have a form and no check digit.
        yield _taken(Read(country=code, typed=typed, scheme="NL-KVK"), text.removeprefix("KVK"))


def _bulgarian(typed: str, text: str) -> Read:
    read = Read(country="BG", typed=typed, scheme="BG-EIK", lengths=_LENGTHS["BG-EIK"])
    digits = text.removeprefix("BG")
    if not digits.isascii() or not digits.isdigit():
        return _faulty(read, Fault.CHARACTERS)
    if len(digits) == 10:  # a person's number behind "BG": the VAT reading decides
        return _faulty(read, Fault.LENGTH)
    if len(digits) not in (9, 13):
        return _faulty(read, Fault.LENGTH)
    return _taken(read, digits) if is_eik(digits) else _faulty(read, Fault.CHECK_DIGIT)


def _russian(typed: str, text: str) -> Read:
    digits = text.removeprefix("RU")
    scheme = "RU-OGRN" if len(digits) in (13, 14, 15) else "RU-INN"
    read = Read(country="RU", typed=typed, scheme=scheme, lengths=_LENGTHS[scheme])
    if not digits.isascii() or not digits.isdigit():
        return _faulty(read, Fault.CHARACTERS)
    return _library(read, ogrn if scheme == "RU-OGRN" else inn, digits)


def _british(typed: str, text: str) -> Read:
    """Eight characters: digits, or two letters of the list and digits (a few old societies end with a letter)."""
    read = Read(country="GB", typed=typed, scheme="GB-COH", lengths=_LENGTHS["GB-COH"])
    if not text.isascii() or not text.isalnum():
        return _faulty(read, Fault.CHARACTERS)
    parts = re.fullmatch(r"([A-Z][A-Z0])?(\d{1,8})([A-Z]?)", text)
    if not parts:
        return _faulty(read, Fault.FORM)
    prefix, digits, suffix = parts[1] or "", parts[2], parts[3]
    width = 8 - len(prefix) - len(suffix)
    if len(digits) > width or (suffix and prefix not in ("IP", "SP", "NP", "RS")):
        return _faulty(read, Fault.LENGTH if not suffix else Fault.FORM)
    if prefix and prefix not in _UK_PREFIXES:
        return _faulty(read, Fault.FORM)
    if not int(digits):
        return _faulty(read, Fault.FORM)
    return _taken(read, prefix + digits.zfill(width) + suffix)


def _vat(code: str, typed: str, text: str) -> Read:
    read = Read(country=code, typed=typed, scheme=f"{code}-VAT")
    own = ("EL", "GR") if code == "GR" else (code,)
    prefix = text[:2]
    if prefix in (VAT_COUNTRIES | {"EL"}) and prefix not in own and text[2:3].isdigit():
        return _faulty(read, Fault.OTHER_COUNTRY)
    bare = text[2:] if prefix in own else text
    return _library(read, get_cc_module(code.lower(), "vat"), bare)


def _library(read: Read, module: Any, text: str) -> Read:
    try:
        return _taken(read, module.validate(text))
    except exceptions.InvalidChecksum:
        return _faulty(read, Fault.CHECK_DIGIT)
    except exceptions.InvalidLength:
        return _faulty(read, Fault.LENGTH)
    except exceptions.InvalidComponent:
        return _faulty(read, Fault.FORM)
    except exceptions.InvalidFormat:
        return _faulty(read, Fault.CHARACTERS)
    except (exceptions.ValidationError, ValueError):  # some of the library's checks let int() speak for them
        return _faulty(read, Fault.CHARACTERS)


def _taken(read: Read, canonical: str) -> Read:
    return Read(country=read.country, typed=read.typed, scheme=read.scheme, canonical=canonical)


def _faulty(read: Read, fault: Fault) -> Read:
    return Read(
        country=read.country,
        typed=read.typed,
        scheme=read.scheme,
        fault=fault,
        lengths=read.lengths or _LENGTHS.get(read.scheme, ()),
    )
