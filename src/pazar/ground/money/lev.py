"""The lev and the euro.

1 EUR = 1.95583 BGN: Council Regulation (EU) 2025/1409 of 8 July 2025 amending Regulation (EC) No 2866/98 as
regards the conversion rate to the euro for Bulgaria. Before that the same rate held by Bulgaria's currency
board. How to use such a rate is laid down by Council Regulation (EC) No 1103/97: it is neither rounded nor
inverted (art. 4), and the result is rounded to the cent, half upwards (art. 5).
"""

from decimal import ROUND_HALF_UP, Context, Decimal

from pazar.ground.money.amounts import CurrencyMismatch, Money

BGN_PER_EUR = Decimal("1.95583")

_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def to_eur(money: Money) -> Money:
    """`money`, in BGN or EUR, in euro and to the cent. Raises CurrencyMismatch for any other currency."""
    if money.currency == "EUR":
        return money.rounded()
    if money.currency != "BGN":
        raise CurrencyMismatch(money.currency, "EUR")
    return Money(_WIDE.divide(money.amount, BGN_PER_EUR), "EUR").rounded()


def to_bgn(money: Money) -> Money:
    """`money`, in EUR or BGN, in lev and to the stotinka. Raises CurrencyMismatch for any other currency."""
    if money.currency == "BGN":
        return money.rounded()
    if money.currency != "EUR":
        raise CurrencyMismatch(money.currency, "BGN")
    return Money(_WIDE.multiply(money.amount, BGN_PER_EUR), "BGN").rounded()
