"""What money is and how it is computed with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, list_currencies

# Enough for any sum times any rate: the default 28 digits would round silently, once a volume is large.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


class UnknownCurrency(ValueError):
    """This is no ISO 4217 currency code."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency!r} is no ISO 4217 currency code")
        self.currency = currency


class CurrencyMismatch(ValueError):
    """Amounts in two currencies were to be added or compared."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other} can't be added or compared")
        self.currencies = (one, other)


@lru_cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


def digits(currency: str) -> int:
    """How many decimals amounts in `currency` have: 2 for EUR, 0 for JPY, 3 for KWD."""
    if currency not in _currencies():
        raise UnknownCurrency(currency)
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency; it may have more decimals than the currency until `rounded`."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        # bool and int would compare and hash as wanted, but a float has already lost what it stood for.
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"an amount is a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError("an amount is a finite number")
        if self.currency not in _currencies():
            raise UnknownCurrency(self.currency)

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(_EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            return NotImplemented
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def __str__(self) -> str:
        """For logs and exports, the same in every language: `1240.50 EUR`."""
        return f"{self.amount:f} {self.currency}"

    def rounded(self) -> Money:
        """To the decimals of its currency, half away from zero, as Regulation (EC) 1103/97 has it."""
        step = Decimal(1).scaleb(-digits(self.currency))
        return Money(self.amount.quantize(step, context=_EXACT), self.currency)

    def text(self, locale: str) -> str:
        """As a person reads it: `1 240,50 €` in Bulgarian, `€1,240.50` in English.

        Decimals beyond those of the currency (unit prices) are shown, not rounded away.
        """
        shown = self.rounded()
        exact = shown.amount == self.amount
        return format_currency(
            shown.amount if exact else self.amount, self.currency, locale=locale, decimal_quantization=exact
        )

    def _same(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """The sum of `amounts`, zero of `currency` when there are none."""
    result = Money(Decimal(0), currency)
    for money in amounts:
        result += money
    return result
