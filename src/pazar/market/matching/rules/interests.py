"""What a supplier wants to hear of (B1)."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

MOST_CODES = 100
MOST_WORDS = 50
LONGEST_NAME = 120
BROAD_A_WEEK = 60  # more than a dozen a working day is no list anybody reads
NARROW_A_WEEK = Decimal("0.2")  # less than about one a month


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word as somebody typed it, and the lemma that is compared."""

    typed: str
    lemma: str


@dataclass(frozen=True, kw_only=True)
class InterestFacts:
    """An interest as it is compared. Whatever is empty asks nothing; all that is set must hold on one lot.

    `cpv` are codes of eight digits and `regions` NUTS codes, each standing for its whole subtree; values are in EUR;
    `buyers_none` are buyers as lots name them (`LotFacts.buyer`).
    """

    company_id: UUID
    cpv: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    words_any: tuple[Word, ...] = ()
    words_none: tuple[Word, ...] = ()
    value_min: Decimal | None = None
    value_max: Decimal | None = None
    kinds: frozenset[str] = field(default_factory=frozenset)
    regimes: frozenset[str] = field(default_factory=frozenset)
    buyers_none: tuple[str, ...] = ()
    with_outside: bool = True
    is_active: bool = True


class Fault(StrEnum):
    """What is the matter with an interest that was typed in."""

    NO_NAME = "no_name"
    NAME_TOO_LONG = "name_too_long"
    ASKS_NOTHING = "asks_nothing"
    TOO_MANY_CODES = "too_many_codes"
    TOO_MANY_WORDS = "too_many_words"
    WORD_WANTED_AND_NOT = "word_wanted_and_not"
    NEGATIVE_VALUE = "negative_value"
    VALUE_RANGE_TURNED = "value_range_turned"


class Breadth(StrEnum):
    """How much an interest brings."""

    NOTHING = "nothing"
    NARROW = "narrow"
    FITTING = "fitting"
    TOO_BROAD = "too_broad"


def faults(interest: InterestFacts, *, name: str) -> dict[str, Fault]:
    """Everything that is the matter, by field; empty when nothing is.

    An interest needs a category, a region or a word: a value or a kind alone would bring half the market.
    """
    found: dict[str, Fault] = {}
    if not name.strip():
        found["name"] = Fault.NO_NAME
    elif len(name) > LONGEST_NAME:
        found["name"] = Fault.NAME_TOO_LONG
    if not (interest.cpv or interest.regions or interest.words_any):
        found["cpv"] = Fault.ASKS_NOTHING
    if len(interest.cpv) > MOST_CODES:
        found["cpv"] = Fault.TOO_MANY_CODES
    if len(interest.regions) > MOST_CODES:
        found["regions"] = Fault.TOO_MANY_CODES
    if len(interest.words_any) > MOST_WORDS:
        found["words_any"] = Fault.TOO_MANY_WORDS
    if len(interest.words_none) > MOST_WORDS:
        found["words_none"] = Fault.TOO_MANY_WORDS
    elif {word.lemma for word in interest.words_any} & {word.lemma for word in interest.words_none}:
        found["words_none"] = Fault.WORD_WANTED_AND_NOT
    for name_of, value in (("value_min", interest.value_min), ("value_max", interest.value_max)):
        if value is not None and value < 0:
            found[name_of] = Fault.NEGATIVE_VALUE
    if interest.value_min is not None and interest.value_max is not None and interest.value_min > interest.value_max:
        found.setdefault("value_max", Fault.VALUE_RANGE_TURNED)
    return found


def breadth(*, a_week: Decimal) -> Breadth:
    """Whether an interest that brings `a_week` procedures is worth reading."""
    if a_week == 0:
        return Breadth.NOTHING
    if a_week > BROAD_A_WEEK:
        return Breadth.TOO_BROAD
    return Breadth.NARROW if a_week < NARROW_A_WEEK else Breadth.FITTING
