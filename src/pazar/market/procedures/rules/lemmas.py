"""The words a lot is found by."""

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
