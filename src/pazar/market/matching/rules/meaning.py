"""When a lot fits an interest (B2): the one meaning, which `index` and the SQL of `queries.oracle` must equal."""

from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from uuid import UUID

from pazar.ground.codes.rules import cpv, nuts
from pazar.ground.money import BGN_PER_EUR
from pazar.market.matching.rules.interests import InterestFacts

_WIDE = Context(prec=60)


@dataclass(frozen=True, kw_only=True)
class LotFacts:
    """A lot as it is compared, with what its procedure says for all lots.

    `lemmas` are those of its title and description and of the procedure's. An amount without a currency is none.
    `buyer` is the buying company's id or, where a source only names it, that name in small letters.
    """

    number: str = ""
    buyer_id: UUID | None = None
    cpv: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    lemmas: frozenset[str] = frozenset()
    value_amount: Decimal | None = None
    currency: str = ""
    kind: str = ""
    regime: str = ""
    buyer: str = ""
    is_outside: bool = False


class Value(StrEnum):
    """How a lot's value stands to the range an interest asks for."""

    NOT_ASKED = "not_asked"
    INSIDE = "inside"
    OUTSIDE = "outside"
    NOT_STATED = "not_stated"
    NOT_COMPARABLE = "not_comparable"  # a currency without a fixed rate to the euro


def fits(interest: InterestFacts, lot: LotFacts) -> bool:
    """Does this one lot fit the interest as a whole? Never one lot's category with another's region.

    * Only an active interest, and never of the company that buys.
    * Categories: one of the lot's codes is one of the interest's or stands under it.
    * Regions: one of the lot's is one of the interest's or lies in it; a lot that names none doesn't fit.
    * Words: at least one of the wanted, none of the unwanted, compared by lemma.
    * Value: inside the range, both ends included. A lot without a value, or in a currency without a fixed rate to
      the euro, passes: a supplier would rather see it; the reason says so. Lev count by the fixed rate, not rounded.
    * Kind and regime: one of those asked for. Outside procedures only where the interest takes them.
    * Buyer: none of those it wants nothing of.
    """
    return (
        interest.is_active
        and lot.buyer_id != interest.company_id
        and (interest.with_outside or not lot.is_outside)
        and (not interest.kinds or lot.kind in interest.kinds)
        and (not interest.regimes or lot.regime in interest.regimes)
        and lot.buyer not in interest.buyers_none
        and (not interest.cpv or any(cpv.covers(own, code) for own in interest.cpv for code in lot.cpv))
        and (not interest.regions or any(nuts.covers(own, code) for own in interest.regions for code in lot.regions))
        and (not interest.words_any or any(word.lemma in lot.lemmas for word in interest.words_any))
        and not any(word.lemma in lot.lemmas for word in interest.words_none)
        and value(interest, lot) != Value.OUTSIDE
    )


def value(interest: InterestFacts, lot: LotFacts) -> Value:
    """How the lot's value stands to the interest's range."""
    low, high = interest.value_min, interest.value_max
    if low is None and high is None:
        return Value.NOT_ASKED
    if lot.value_amount is None or not lot.currency:
        return Value.NOT_STATED
    if lot.currency not in ("EUR", "BGN"):
        return Value.NOT_COMPARABLE
    # The bounds are turned into lev, not the value into euro: a product is exact, a quotient would be rounded.
    rate = BGN_PER_EUR if lot.currency == "BGN" else Decimal(1)
    if low is not None and lot.value_amount < _WIDE.multiply(low, rate):
        return Value.OUTSIDE
    if high is not None and lot.value_amount > _WIDE.multiply(high, rate):
        return Value.OUTSIDE
    return Value.INSIDE
