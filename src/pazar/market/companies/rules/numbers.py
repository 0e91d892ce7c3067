"""An organisation's number as a person types it: which register's it is, whether it can be right, its one form (A2).

The sources of the forms: BULSTAT Register Act (Bulgaria), Federal Tax Service orders on INN and OGRN (Russia),
Companies House' list of prefixes (United Kingdom), the VIES pages of the Commission (VAT), ISO 17442 (LEI). Check
digits are computed by python-stdnum, but for LEI (speed), ОГРНИП and Swedish VAT, which it reads too narrowly.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from stdnum import exceptions, get_cc_module
from stdnum.ru import inn

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
    "AC", "BR", "CE", "CS", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP", "NA", "NC", "NF", "NI", "NL", "NO", "NP",
    "NR", "NV", "NZ", "OC", "OE", "PC", "R0", "RC", "RS", "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO", "SP", "SR",
    "SZ", "ZC",
))
# fmt: on
# How the EU writes them, Northern Ireland in VAT, letters of three, and Cyrillic.
_COUNTRIES: Final = {
    "EL": "GR",
    "UK": "GB",
    "XI": "GB",
    "БГ": "BG",
    "РФ": "RU",
    "BGR": "BG",
    "RUS": "RU",
    "GBR": "GB",
    "AUT": "AT",
    "BEL": "BE",
    "CYP": "CY",
    "CZE": "CZ",
    "DEU": "DE",
    "DNK": "DK",
    "EST": "EE",
    "ESP": "ES",
    "FIN": "FI",
    "FRA": "FR",
    "GRC": "GR",
    "HRV": "HR",
    "HUN": "HU",
    "IRL": "IE",
    "ITA": "IT",
    "LTU": "LT",
    "LUX": "LU",
    "LVA": "LV",
    "MLT": "MT",
    "NLD": "NL",
    "POL": "PL",
    "PRT": "PT",
    "ROU": "RO",
    "SWE": "SE",
    "SVN": "SI",
    "SVK": "SK",
}
_LENGTHS: Final = {
    "BG-EIK": (9, 13),
    "RU-INN": (10, 12),
    "RU-OGRN": (13, 15),
    "GB-COH": (8,),
    "LEI": (20,),
}
# Blanks and dashes of any kind, dots, commas, slashes, quotes around and the number sign are how people write.
_NOISE: Final = re.compile(r"[\s.,;_·•|=+\-‐-―−/\\№#'`´‘’‚‛\"“”„«»‹›():\[\]<>~]+")
# What people write before a number, in capitals and without blanks. None of them may begin a number of its country.
_LABELS: Final = re.compile(
    r"^(?:ЕИКПИК|ЕИКБУЛСТАТ|ЕИК|ПИК|БУЛСТАТ|ЗДДС|ДДС|ИДНОМЕР|ИН(?=BG|БГ)|ИННКПП|ИНН|ОГРНИП|ОГРН|НОМЕР|РЕГ(?=\d)|"
    r"EIKPIK|EIKBULSTAT|EIK|PIK|UIC|BULSTAT|INNKPP|INN|OGRNIP|OGRN|VATREGISTRATION|VATREG|VATNUMBER|VATNO|VATNR|VATID|VAT|"
    r"LEICODE|LEI|CRN|COMPANYNUMBER|COMPANYNO|COMPANYREGISTRATION|COMPANY|REGISTEREDNUMBER|REGISTEREDNO|"
    r"REGISTRATIONNUMBER|REGISTRATIONNO|REGNO|REGNR|NUMBER(?=[A-Z]{0,2}\d)|NO(?=[A-Z]{2}\d{6})|"
    r"USTIDNR|USTID|UIDNR|UID|TVA|PIVA|IVA|BTW|MOMS|AFM|ΑΦΜ|CVR|OIB|NIP|NIF|CIF|DIC|DIČ|ICO|IČO|KBO|BCE)",
)
# Letters of other scripts that look like Latin ones: numbers have Latin letters alone.
_LOOK_ALIKE: Final = str.maketrans("АВЕКМНОРСТУХІЈЅԚԜҮΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIJSQWYABEZHIKMNOPTYX")


def read_number(country: str, typed: str) -> Read:
    """Read `typed` as a number of an organisation in `country` (ISO 3166 alpha-2; EL and UK are understood).

    Never raises: what can't be right comes back with its fault.
    """
    code = _country(country)
    text = _compact(typed)
    asked = Read(country=code, typed=typed)
    if not text:
        return _faulty(asked, Fault.EMPTY)
    if len(text) == 20 and (lei := _lei(code, typed, text)).valid:
        return replace(lei, compact=text)  # it names one entity in the world, whatever country stands beside it
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


def _country(typed: str) -> str:
    text = unicodedata.normalize("NFKC", typed[:40]).upper()
    text = "".join(char for char in text if char.isalpha())
    if text in _COUNTRIES:
        return _COUNTRIES[text]
    text = text.translate(_LOOK_ALIKE)
    return _COUNTRIES.get(text, text)


def _compact(typed: str) -> str:
    text = typed
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("№", " "))  # it would become two letters
        text = "".join(_ascii_digit(char) for char in text if unicodedata.category(char) not in ("Cc", "Cf"))
    text = _NOISE.sub("", text.replace("\x00", "").upper())
    if len(text) == 20 and text.isascii() and text[:4].isalnum() and text[18:].isdigit() and _is_lei(text):
        return text  # its first letters may look like a label
    for _label in range(3):
        bare = _LABELS.sub("", text)
        if bare == text or not any(char.isdigit() for char in bare):
            break
        text = bare
    return text if text.isascii() else text.translate(_LOOK_ALIKE)


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char


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
    if len(text) == 20 and text[18:].isdigit():
        yield _lei(code, typed, text)
    if code == "BG":
        yield _bulgarian(typed, text)
    elif code == "RU":
        yield _russian(typed, text)
    elif code == "GB":
        yield _british(typed, text)
    else:
        known = canonical_number(code, typed) or canonical_number(code, text)
        if known and known.canonical.strip("0"):
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
    return _taken(read, text) if _is_lei(text) else _faulty(read, Fault.CHECK_DIGIT)


def _is_lei(text: str) -> bool:
    return text.isalnum() and int(text.translate(_BASE_36)) % 97 == 1


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
    digits = text.removeprefix("БГ").removeprefix("BГ").removeprefix("BG")
    if not digits.isascii() or not digits.isdigit():
        return _faulty(read, Fault.CHARACTERS)
    if len(digits) == 10:  # a person's number behind "BG": the VAT reading decides
        return _faulty(read, Fault.LENGTH)
    if len(digits) not in (9, 13):
        return _faulty(read, Fault.LENGTH)
    return _taken(read, digits) if is_eik(digits) else _faulty(read, Fault.CHECK_DIGIT)


def _russian(typed: str, text: str) -> Read:
    digits = text.removeprefix("RU")
    # "ИНН/КПП": the second number says for which tax office, not who.
    if pair := re.fullmatch(r"(\d{10})(?:КПП|KПП|KPP)?\d{4}[0-9A-Z]{2}\d{3}", digits, re.ASCII):
        digits = pair[1]
    scheme = "RU-OGRN" if len(digits) in (13, 14, 15) else "RU-INN"
    read = Read(country="RU", typed=typed, scheme=scheme, lengths=_LENGTHS[scheme])
    if not digits.isascii() or not digits.isdigit():
        return _faulty(read, Fault.CHARACTERS)
    if not int(digits[:9]):
        return _faulty(read, Fault.FORM)
    return _ogrn(read, digits) if scheme == "RU-OGRN" else _library(read, inn, digits)


def _ogrn(read: Read, digits: str) -> Read:
    """The last digit is the last one of what is left of the others modulo 11, of an entrepreneur's fifteen modulo 13.

    (The library compares with the whole rest, and so refuses every fifth good number of fifteen digits.)
    """
    if len(digits) not in (13, 15):
        return _faulty(read, Fault.LENGTH)
    if digits[0] == "0" or (len(digits) == 15 and digits[0] not in "34"):
        return _faulty(read, Fault.FORM)
    check = int(digits[:-1]) % (11 if len(digits) == 13 else 13) % 10
    return _taken(read, digits) if check == int(digits[-1]) else _faulty(read, Fault.CHECK_DIGIT)


def _british(typed: str, text: str) -> Read:
    """Eight characters: digits, or two letters of the list and digits (old societies end with a letter or two)."""
    read = Read(country="GB", typed=typed, scheme="GB-COH", lengths=_LENGTHS["GB-COH"])
    if not text.isascii() or not text.isalnum():
        return _faulty(read, Fault.CHARACTERS)
    if text.startswith(("GB", "UK")) and len(text) == 10:
        text = text[2:]
    parts = re.fullmatch(r"([A-Z][A-Z0])?(\d{1,8})([A-Z]{0,2})", text)
    if not parts:
        return _faulty(read, Fault.FORM)
    prefix, digits, suffix = parts[1] or "", parts[2], parts[3]
    width = 8 - len(prefix) - len(suffix)
    if suffix and (prefix not in ("IP", "SP", "NP", "RS") or (len(suffix) == 2 and suffix != "RS")):
        return _faulty(read, Fault.FORM)
    if len(digits) > width:
        return _faulty(read, Fault.LENGTH)
    if prefix and prefix not in _UK_PREFIXES:
        return _faulty(read, Fault.FORM)
    if not int(digits):
        return _faulty(read, Fault.FORM)
    return _taken(read, prefix + digits.zfill(width) + suffix)


def _vat(code: str, typed: str, text: str) -> Read:
    read = Read(country=code, typed=typed, scheme=f"{code}-VAT")
    own = ("EL", "GR") if code == "GR" else (code,)
    prefix = text[:2]
    if prefix in (VAT_COUNTRIES | {"EL", "XI", "GB"}) and prefix not in own and text[2:3].isdigit():
        return _faulty(read, Fault.OTHER_COUNTRY)
    bare = text[2:] if prefix in own else text
    if code == "SE" and re.fullmatch(r"\d{10}(?:0[1-9]|[1-8]\d|9[0-4])", bare, re.ASCII):
        # Ten digits of the organisation and two that count its registrations, not 01 alone (VIES).
        made = _library(read, get_cc_module("se", "orgnr"), bare[:10])
        return replace(made, canonical=bare) if made.valid else made
    return _library(read, get_cc_module(code.lower(), "vat"), bare)


def _library(read: Read, module: Any, text: str) -> Read:
    try:
        canonical = module.validate(text)
    except exceptions.InvalidChecksum:
        return _faulty(read, Fault.CHECK_DIGIT)
    except exceptions.InvalidLength:
        return _faulty(read, Fault.LENGTH)
    except exceptions.InvalidComponent:
        return _faulty(read, Fault.FORM)
    except exceptions.InvalidFormat:
        return _faulty(read, Fault.FORM if text.isdecimal() else Fault.CHARACTERS)
    except (exceptions.ValidationError, ValueError):  # some of the library's checks let int() speak for them
        return _faulty(read, Fault.CHARACTERS)
    # Noughts alone satisfy most sums, and are what people fill a field with.
    return _taken(read, canonical) if canonical.strip("0") else _faulty(read, Fault.FORM)


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
