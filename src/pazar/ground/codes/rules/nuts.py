"""Regions: codes of the Nomenclature of Territorial Units for Statistics (Regulation (EC) No 1059/2003).

Two letters name the country (EL for Greece and UK for the United Kingdom, unlike ISO 3166), each further
sign one level: BG, BG3, BG32, BG323.
"""

import re

_CODE = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")

_ISO = {"EL": "GR", "UK": "GB"}
_OWN = {iso: own for own, iso in _ISO.items()}


class NutsMalformed(ValueError):
    """This is not the form of a region's code."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no NUTS code")
        self.text = text


def parse(text: str) -> str:
    """The code in what somebody typed: " bg323" is BG323. Raises NutsMalformed."""
    code = re.sub(r"\s+", "", text).upper()
    if not _CODE.fullmatch(code):
        raise NutsMalformed(text)
    return code


def level(code: str) -> int:
    """0 for a country, 3 for the smallest regions."""
    return len(code) - 2


def ancestors(code: str) -> tuple[str, ...]:
    """The regions that hold `code`, nearest first: BG32, BG3, BG for BG323."""
    return tuple(code[:length] for length in range(len(code) - 1, 1, -1))


def covers(interest: str, code: str) -> bool:
    """Is `code` the region of interest or one inside it (B1)?"""
    return code.startswith(interest)


def country(code: str) -> str:
    """The ISO 3166 alpha-2 code of the region's country."""
    return _ISO.get(code[:2], code[:2])


def of_country(alpha2: str) -> str:
    """The region that is a whole country, from its ISO 3166 alpha-2 code."""
    return _OWN.get(alpha2, alpha2)
