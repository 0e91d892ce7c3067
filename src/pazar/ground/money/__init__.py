"""Money: an amount and its ISO 4217 currency, never a float.

Pure: no Django, no database. `Money` computes, `parse` reads what a person typed, `to_eur` and `to_bgn`
know the one exchange rate that never changes.
"""

from pazar.ground.money.amounts import CurrencyMismatch, Money, UnknownCurrency, digits, total
from pazar.ground.money.lev import BGN_PER_EUR, to_bgn, to_eur
from pazar.ground.money.reading import AmountUnreadable, parse

__all__ = [
    "BGN_PER_EUR",
    "AmountUnreadable",
    "CurrencyMismatch",
    "Money",
    "UnknownCurrency",
    "digits",
    "parse",
    "to_bgn",
    "to_eur",
    "total",
]
