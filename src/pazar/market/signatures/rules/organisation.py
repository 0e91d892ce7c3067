"""Whether a certificate belongs to a company: its organisation's number against the company's (A5)."""

from collections.abc import Sequence

from pazar.market.companies.rules.numbers import read_number

_BRANCHED = 13
_EIK = 9


def same(country: str, number: str, named: tuple[str, str]) -> bool:
    """Whether a number that a certificate names is the company's. A branch (EIK of 13) belongs to its company (9)."""
    theirs = named[0] or country
    if theirs != country:
        return False
    ours, found = _plain(country, number), _plain(country, named[1])
    if ours == found:
        return True
    return (
        country == "BG"
        and _EIK in (len(ours), len(found))
        and ours[:_EIK] == found[:_EIK]
        and {
            len(ours),
            len(found),
        }
        == {_EIK, _BRANCHED}
    )


def any_same(country: str, number: str, named: Sequence[tuple[str, str]]) -> bool:
    return any(same(country, number, one) for one in named)


def _plain(country: str, typed: str) -> str:
    read = read_number(country, typed)
    text = (read.canonical or read.compact or typed).upper()
    # A VAT number is the register's number with the country before it.
    return text[2:] if text.startswith(country) and text[2:].isdigit() else text
