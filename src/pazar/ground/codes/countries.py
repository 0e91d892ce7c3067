"""The country that a notice's words name: a code, or its name in one of the languages notices come in."""

from functools import lru_cache
from typing import Final

from babel import Locale

_LANGUAGES: Final = "bg en ru uk es fr de ro pl pt it hy cs el hu tr sr mk hr sl sk nl"
_EUROPEAN_UNION: Final = {"EL": "GR", "UK": "GB"}  # its own codes for these two


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    codes = {str(code) for code in Locale("en").territories}
    codes = {code for code in codes if len(code) == 2 and code.isalpha()}
    codes -= {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    for language in _LANGUAGES.split():
        for code, name in ((str(code), str(name)) for code, name in Locale(language).territories.items()):
            if code in codes:
                # a name that two languages give to two countries names neither
                names[_key(name)] = code if names.get(_key(name), code) == code else ""
    return names | {_key(code): code for code in codes}


@lru_cache(maxsize=1)
def _three_letters() -> dict[str, str]:
    import pycountry  # reads its files when asked first

    return {country.alpha_3: country.alpha_2 for country in pycountry.countries}


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


@lru_cache(maxsize=4096)
def alpha2(words: str) -> str:
    """The ISO 3166 alpha-2 code these words certainly name, else ""."""
    text = words.strip()
    if len(text) == 2 and text.upper() in _EUROPEAN_UNION:
        return _EUROPEAN_UNION[text.upper()]
    if len(text) == 3 and text.isupper():
        return _three_letters().get(text, "")
    return _names().get(_key(text), "")


def label(code: str, *, language: str) -> str:
    """The country's name in `language`, from its ISO 3166 alpha-2 code; a code of no country is its own label."""
    return str(Locale(language).territories.get(_EUROPEAN_UNION.get(code, code), code))


@lru_cache
def choices(language: str) -> tuple[tuple[str, str], ...]:
    """All countries with their names in `language`, Bulgaria first and the rest by name."""
    codes = set(_three_letters().values()) | {"XK"}
    named = ((code, label(code, language=language)) for code in codes)
    return tuple(sorted(named, key=lambda pair: (pair[0] != "BG", pair[1].casefold())))


def options(language: str) -> list[tuple[str, str]]:
    """Every country's code and its name in `language`, by name: what a form offers."""
    codes = set(_names().values())
    found = [(str(code), str(name)) for code, name in Locale(language).territories.items() if str(code) in codes]
    return sorted(found, key=lambda one: one[1].casefold())
