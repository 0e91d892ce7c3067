"""The company's intake rule: which opportunities become leads by themselves (D3).

Every condition that the rule names must hold; what holds and what doesn't is shown, all of it at once. What can't be
told (no value stated, a currency without a fixed rate) never passes: then a person looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pazar.ground.codes.rules import cpv
from pazar.ground.money import CurrencyMismatch, Money, UnknownCurrency, to_eur


class Kind(StrEnum):
    """What a ground speaks of."""

    OFF = "off"
    QUIET = "quiet"
    CLOSED = "closed"
    VALUE = "value"
    VALUE_UNKNOWN = "value_unknown"
    VALUE_ELSEWHERE = "value_elsewhere"
    CATEGORY = "category"
    BUYER = "buyer"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One condition looked at: `holds`, and what it was about (an amount, a code, a word)."""

    kind: Kind
    holds: bool
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`value_min` in euro; `cpv` codes with all under them; `buyer_words` are looked for in the buyer's name."""

    is_on: bool = False
    value_min: Decimal | None = None
    cpv: tuple[str, ...] = ()
    buyer_words: tuple[str, ...] = ()

    @property
    def takes_everything(self) -> bool:
        """On without a condition: it would flood the desk, so nobody may save it so."""
        return self.is_on and self.value_min is None and not self.cpv and not self.buyer_words


@dataclass(frozen=True, kw_only=True)
class Opportunity:
    """What the rule looks at. `closes_at` aware; `is_quiet`: it came in with a first bulk import."""

    value_amount: Decimal | None
    currency: str
    cpv: tuple[str, ...]
    buyer_name: str
    closes_at: datetime | None = None
    is_quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The rule takes it; each of its conditions holds."""

    why: tuple[Ground, ...]


@dataclass(frozen=True, kw_only=True)
class Waits:
    """It waits for a person; `why` has what doesn't hold beside what does."""

    why: tuple[Ground, ...]


def decide(rule: Rule, opportunity: Opportunity, *, moment: datetime | None = None) -> Taken | Waits:
    """What becomes of `opportunity` under `rule`. With a `moment` one whose deadline has passed is left alone."""
    if not rule.is_on or rule.takes_everything:
        return Waits(why=(Ground(kind=Kind.OFF, holds=False),))
    grounds: list[Ground] = []
    if opportunity.is_quiet:
        grounds.append(Ground(kind=Kind.QUIET, holds=False))
    if moment is not None and opportunity.closes_at is not None and opportunity.closes_at <= moment:
        grounds.append(Ground(kind=Kind.CLOSED, holds=False))
    if rule.value_min is not None:
        grounds.append(_value(rule.value_min, opportunity))
    if rule.cpv:
        grounds.append(_category(rule.cpv, opportunity.cpv))
    if rule.buyer_words:
        grounds.append(_buyer(rule.buyer_words, opportunity.buyer_name))
    return (Taken if all(ground.holds for ground in grounds) else Waits)(why=tuple(grounds))


def _value(least: Decimal, opportunity: Opportunity) -> Ground:
    if opportunity.value_amount is None:
        return Ground(kind=Kind.VALUE_UNKNOWN, holds=False)
    try:
        euro = to_eur(Money(opportunity.value_amount, opportunity.currency))
    except (CurrencyMismatch, UnknownCurrency):
        return Ground(kind=Kind.VALUE_ELSEWHERE, holds=False, about=opportunity.currency)
    return Ground(kind=Kind.VALUE, holds=euro.amount >= least, about=format(least.normalize(), "f"))


def _category(wanted: Sequence[str], given: Sequence[str]) -> Ground:
    for code in wanted:
        if any(one.startswith(cpv.prefix(code)) for one in given):
            return Ground(kind=Kind.CATEGORY, holds=True, about=code)
    return Ground(kind=Kind.CATEGORY, holds=False)


def _buyer(words: Sequence[str], name: str) -> Ground:
    said = name.casefold()
    for word in words:
        if word.casefold() in said:
            return Ground(kind=Kind.BUYER, holds=True, about=word)
    return Ground(kind=Kind.BUYER, holds=False)
