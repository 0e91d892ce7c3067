"""When a customer that is noted is one the desk already has (D3): by its number, else by its name."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Known:
    """A customer the desk has, as far as it matters here."""

    id: UUID
    name: str
    country: str = ""
    number: str = ""


def tidy(name: str) -> str:
    """A name as it is kept: NFC, one space between words, none around."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def key(name: str) -> str:
    """What two spellings of one name share: letters' case and spaces don't count."""
    return tidy(name).casefold()


def choose(known: Iterable[Known], *, name: str, country: str, number: str) -> UUID | None:
    """The customer among `known` that `name`, `country`, `number` mean; None for a new one.

    The same number in the same country decides. A name decides only while nothing contradicts it: two customers
    with two numbers, or in two countries, are two, whatever they are called. Among equals the first one given.
    """
    candidates = list(known)
    if number:
        for one in candidates:
            if (one.country, one.number) == (country, number):
                return one.id
    for one in candidates:
        if key(one.name) == key(name) and not (one.number and number) and _agree(one.country, country):
            return one.id
    return None


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other
