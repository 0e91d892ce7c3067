from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground import money
from pazar.ground.money import Money


def read(text: str, locale: str = "bg", currency: str = "EUR", decimals: int | None = None) -> Decimal:
    return money.parse(text, currency=currency, locale=locale, decimals=decimals).amount


@pytest.mark.parametrize("locale", ["bg", "en"])
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 240 000,50", "1240000.50"),
        ("1\xa0240\u202f000,50", "1240000.50"),
        ("1,240,000.50", "1240000.50"),
        ("1.240.000,50", "1240000.50"),
        ("1'240'000.50", "1240000.50"),
        ("1240000,5", "1240000.5"),
        ("1240000.5", "1240000.5"),
        ("1.240.000", "1240000"),
        ("1,240,000", "1240000"),
        ("1 240", "1240"),
        (" 1240 ", "1240"),
        ("0,5", "0.5"),
        ("−12,50", "-12.50"),
        ("1 240,50 €", "1240.50"),
        ("EUR 12", "12"),
        ("€12", "12"),
    ],
)
def test_what_has_one_meaning_is_read_in_both_languages(text: str, amount: str, locale: str) -> None:
    assert read(text, locale) == Decimal(amount)


def test_three_digits_after_one_mark_are_a_thousand_only_where_the_language_groups_by_it() -> None:
    assert read("1,234", "en") == 1234
    for text, locale in [("1,234", "bg"), ("1.234", "bg"), ("1.234", "en")]:
        with pytest.raises(money.AmountUnreadable) as refusal:
            read(text, locale)
        assert refusal.value.reason == "ambiguous"


@pytest.mark.parametrize("locale", ["bg", "en"])
@pytest.mark.parametrize("text", ["1,234", "1.234", "12,000", "999.999", "-1,234", "€1,234", "1,234 EUR"])
def test_where_three_decimals_are_allowed_three_digits_after_one_mark_are_never_guessed(text: str, locale: str) -> None:
    for said in ({"decimals": 4}, {"currency": "KWD"} if "€" not in text and "EUR" not in text else {"decimals": 3}):
        with pytest.raises(money.AmountUnreadable) as refusal:
            read(text, locale, **said)
        assert refusal.value.reason == "ambiguous"


@pytest.mark.parametrize("locale", ["bg", "en"])
@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,2340", "1.234"), ("1.2340", "1.234"), ("0,345", "0.345"), ("1234,567", "1234.567"), ("1 234,567", "1234.567")],
)
def test_three_digits_that_can_be_decimals_only_are_decimals(text: str, amount: str, locale: str) -> None:
    assert read(text, locale, decimals=4) == Decimal(amount)


def meaning(text: str, locale: str) -> Decimal | str:
    try:
        return read(text, locale, decimals=4)
    except money.AmountUnreadable as refusal:
        return refusal.reason


@given(st.text("0123456789 .,", max_size=14))
def test_a_unit_price_means_the_same_in_every_language(text: str) -> None:
    assert meaning(text, "bg") == meaning(text, "en")


@given(st.from_regex(r"[1-9][0-9]{0,2}[.,][0-9]{3}", fullmatch=True), st.sampled_from(["bg", "en"]))
def test_one_mark_and_three_digits_are_asked_about(text: str, locale: str) -> None:
    assert meaning(text, locale) == "ambiguous"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("€", "empty"),
        ("двадесет", "not_a_number"),
        ("1e5", "not_a_number"),
        ("٣", "not_a_number"),
        ("12 USD", "not_a_number"),
        ("1..2", "not_a_number"),
        ("12 34", "wrong_groups"),
        ("1,24,000.50", "wrong_groups"),
        ("1.240,000,50", "wrong_groups"),
        ("1 240,000.50", "wrong_groups"),
        ("12,3456", "too_precise"),
        ("0,345", "too_precise"),
        ("1234567890123456789", "too_long"),
    ],
)
def test_what_is_no_amount_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(money.AmountUnreadable) as refusal:
        read(text)
    assert refusal.value.reason == reason


@given(
    st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, places=2),
    st.sampled_from(["bg", "en"]),
)
def test_what_we_write_we_can_read(amount: Decimal, locale: str) -> None:
    shown = Money(amount, "EUR")
    assert money.parse(shown.text(locale), currency="EUR", locale=locale) == shown


@given(st.text(max_size=20), st.sampled_from(["bg", "en"]))
def test_any_text_is_read_or_refused(text: str, locale: str) -> None:
    try:
        found = money.parse(text, currency="EUR", locale=locale)
    except money.AmountUnreadable:
        return
    assert found == found.rounded()
