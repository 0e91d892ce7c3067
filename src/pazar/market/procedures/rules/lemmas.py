"""The words a lot is found by."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from pazar.ground import words
from pazar.market.procedures.rules import outside
from pazar.market.procedures.rules.facts import Facts, LotFacts
from pazar.market.procedures.rules.notice import Notice

MOST: Final = 400
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


LOOKED_AT: Final = 8_000
"""Letters of a published text that are looked at: far more than the lemmas kept."""


class Said(NamedTuple):
    """The lemmas of an outside notice: of its buyer's name, and of each lot as `outside.numbered_lots` has them."""

    buyer: list[str]
    lots: list[list[str]]


def of_notice(notice: Notice) -> Said:
    """The words of an outside notice."""
    of_whole = _of((notice.title, notice.description))
    lots = [
        _merged(_of((lot.title, lot.description, *(item.description for item in lot.items))), of_whole)
        for _, lot in outside.numbered_lots(notice)
    ]
    return Said(_of([notice.buyer.name]) if notice.buyer else [], lots)


def of_published_lot(own: Iterable[str], of_whole: Iterable[str]) -> list[str]:
    """The same for one stored lot of an outside procedure, by its own texts and the whole's."""
    return _merged(_of(own), _of(of_whole))


def _merged(own: list[str], of_whole: list[str]) -> list[str]:
    return (list(dict.fromkeys(own + of_whole)) if own else of_whole)[:MOST]


def _of(texts: Iterable[str]) -> list[str]:
    return words.lemmas("\n".join(text[:LOOKED_AT] for text in texts if text))
