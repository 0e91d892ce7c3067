"""The words a lot is found by."""

from collections.abc import Iterable

from pazar.ground import words
from pazar.market.procedures.rules.facts import Facts, LotFacts

MOST = 400
"""A lot's own words come first, so that a long description of the whole can't push them out."""


def of_lot(facts: Facts, lot: LotFacts) -> list[str]:
    """Lemmas of the lot and its items, then of the procedure's title and description, each once."""
    parts = (
        lot.title,
        lot.description,
        *(item.description for item in lot.items),
        facts.title,
        facts.description,
    )
    return words.lemmas("\n".join(part for part in parts if part))[:MOST]


LOOKED_AT = 8_000
"""Letters of a published text that are looked at: far more than the lemmas kept."""


def of_published_lot(own: Iterable[str], of_whole: Iterable[str]) -> list[str]:
    """The same for a lot of an outside procedure, by its own texts and the whole's."""
    said, whole = _of(own), _of(of_whole)
    return list(dict.fromkeys(said + whole))[:MOST]


def _of(texts: Iterable[str]) -> list[str]:
    return words.lemmas("\n".join(text[:LOOKED_AT] for text in texts if text))
