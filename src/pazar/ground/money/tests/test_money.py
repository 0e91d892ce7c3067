from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground import money
from pazar.ground.money import Money

amounts = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, places=2)


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def test_only_decimals_in_known_currencies_are_money() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "EUR")
    with pytest.raises(money.UnknownCurrency):
        Money(Decimal(1), "eur")
    with pytest.raises(TypeError):
        eur("1") * 1.5  # type: ignore[operator]


def test_two_currencies_are_neither_added_nor_compared() -> None:
    lev = Money(Decimal(1), "BGN")
    with pytest.raises(money.CurrencyMismatch):
        eur("1") + lev
    with pytest.raises(money.CurrencyMismatch):
        eur("1") < lev  # noqa: B015
    assert eur("1") != lev


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(one: Decimal, other: Decimal) -> None:
    assert Money(one, "EUR") + Money(other, "EUR") - Money(other, "EUR") == Money(one, "EUR")


@given(amounts, amounts)
def test_order_is_that_of_the_amounts(one: Decimal, other: Decimal) -> None:
    assert (Money(one, "EUR") < Money(other, "EUR")) == (one < other)


@given(st.lists(amounts))
def test_a_total_is_exact_in_any_order(values: list[Decimal]) -> None:
    there = money.total((Money(value, "EUR") for value in values), currency="EUR")
    back = money.total((Money(value, "EUR") for value in reversed(values)), currency="EUR")
    assert there == back
    assert there.amount * 100 == sum(int(value * 100) for value in values)


def test_large_products_lose_no_digit() -> None:
    price = eur("123456789012345.67") * Decimal("98765432109876.543")
    assert str(price.amount).replace(".", "") == str(12345678901234567 * 98765432109876543)


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("1.004", "EUR", "1.00"),
        ("1.5", "JPY", "2"),
        ("1.0005", "KWD", "1.001"),
    ],
)
def test_rounding_goes_half_away_from_zero_to_the_decimals_of_the_currency(
    amount: str, currency: str, wanted: str
) -> None:
    assert str(Money(Decimal(amount), currency).rounded().amount) == wanted


def test_money_reads_as_its_language_wants() -> None:
    assert eur("1240000").text("bg") == "1\xa0240\xa0000,00\xa0€"
    assert eur("1240000.5").text("en") == "€1,240,000.50"
    assert eur("0.0345").text("en") == "€0.0345"


def test_the_lev_is_divided_by_its_rate_and_rounded_to_the_cent() -> None:
    assert money.to_eur(Money(Decimal("1.95583"), "BGN")) == eur("1.00")
    assert money.to_eur(Money(Decimal("100"), "BGN")) == eur("51.13")
    assert money.to_bgn(eur("100")) == Money(Decimal("195.58"), "BGN")
    with pytest.raises(money.CurrencyMismatch):
        money.to_eur(Money(Decimal(1), "USD"))


@given(st.decimals(min_value=0, max_value=10**12, allow_nan=False, places=2))
def test_euro_survive_the_way_to_lev_and_back(amount: Decimal) -> None:
    assert money.to_eur(money.to_bgn(Money(amount, "EUR"))) == Money(amount, "EUR")
