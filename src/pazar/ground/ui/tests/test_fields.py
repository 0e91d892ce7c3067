"""Figures as people type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.ui.fields import FigureField, FigureInput, MoneyField


@pytest.mark.parametrize("typed", ["1240000.50", "1 240 000,50", "1\u00a0240\u00a0000.5", "1240000,5 EUR"])
@pytest.mark.parametrize("language", ["en", "bg"])
def test_both_habits_are_read(typed: str, language: str) -> None:
    with translation.override(language):
        assert MoneyField().clean(typed) == Decimal("1240000.5")


@pytest.mark.parametrize("typed", ["much", "1 24", "1.2.3", "1.239", "-5", "9" * 40])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with translation.override("bg"), pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_nothing_is_nothing() -> None:
    assert MoneyField(required=False).clean("") is None


@given(
    value=st.decimals(min_value=0, max_value=10**12, places=4, allow_nan=False),
    language=st.sampled_from(["en", "bg"]),
)
def test_what_is_shown_is_read_back(value: Decimal, language: str) -> None:
    with translation.override(language):
        shown = FigureInput().format_value(value)
        assert FigureField(decimal_places=4).clean(shown) == value
