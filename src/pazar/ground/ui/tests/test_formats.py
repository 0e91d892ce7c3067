"""Figures and moments by language."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.ui import formats, now

CLOSES = datetime(2026, 11, 24, 15, 45, tzinfo=UTC)
H = "\u00a0"


@pytest.fixture(autouse=True)
def _in_sofia():
    with now.one_moment(datetime(2026, 11, 24, 12, 33, tzinfo=UTC)), timezone.override("Europe/Sofia"):
        yield


def test_money_in_english() -> None:
    with translation.override("en"):
        assert formats.money(Decimal(1240000), "EUR") == f"1{H}240{H}000.00{H}EUR"
        assert formats.money(Decimal("3.1875"), "EUR") == f"3.1875{H}EUR"
        assert formats.money(Decimal("-5.5"), "EUR") == f"\u22125.50{H}EUR"
        assert formats.money(Decimal("12400"), "EUR", cents=False) == f"12{H}400{H}EUR"
        assert formats.money(Decimal("12400.5"), "EUR", cents=False) == f"12{H}400.50{H}EUR"
        assert formats.money(Decimal(1000), "JPY") == f"1{H}000{H}JPY"


def test_money_in_bulgarian() -> None:
    with translation.override("bg"):
        assert formats.money(Decimal(1240000), "EUR") == f"1{H}240{H}000,00{H}€"
        assert formats.money(Decimal(1000), "BGN") == f"1{H}000,00{H}лв."
        assert formats.euro_of_lev(Decimal(1000)) == f"511,29{H}€ по 1,95583"


@given(
    value=st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False),
    language=st.sampled_from(["en", "bg"]),
)
def test_no_digit_is_lost(value: Decimal, language: str) -> None:
    with translation.override(language):
        read = formats.amount(value, "EUR").replace(H, "").replace(",", ".").replace("\u2212", "-")
    assert Decimal(read) == value


def test_moments_in_the_persons_zone() -> None:
    with translation.override("en"):
        assert formats.moment(CLOSES).replace(H, " ") == "24 Nov 17:45 EET"
        assert formats.day(date(2025, 3, 1)).replace(H, " ") == "1 Mar 2025"
    with translation.override("bg"):
        assert formats.moment(CLOSES).replace(H, " ") == "24 ное 17:45 ч. EET"
    with translation.override("en"), timezone.override("Asia/Almaty"):
        assert formats.moment(CLOSES).replace(H, " ") == "24 Nov 20:45 UTC+05:00"


def test_period_names_a_year_once() -> None:
    with translation.override("en"):
        assert formats.period(date(2026, 10, 28), CLOSES).replace(H, " ") == "28 Oct to 24 Nov"
        assert formats.period(date(2025, 12, 28), CLOSES).replace(H, " ") == "28 Dec 2025 to 24 Nov"


@pytest.mark.parametrize(
    ("rest", "english", "bulgarian", "kind"),
    [
        (timedelta(days=6, hours=5), "6 days left", "остават 6 дни", "open"),
        (timedelta(hours=3, minutes=12), "3 h 12 min left", "остават 3 ч 12 мин", "soon"),
        (timedelta(minutes=1, seconds=5), "1 min left", "остават 1 мин", "soon"),
        (timedelta(seconds=9), "9 s left", "остават 9 сек", "soon"),
        (timedelta(0), "closed", "приключи", "done"),
    ],
)
def test_what_is_left(rest: timedelta, english: str, bulgarian: str, kind: str) -> None:
    at = CLOSES - rest
    with translation.override("en"):
        assert formats.left(CLOSES, at=at) == english
    with translation.override("bg"):
        assert formats.left(CLOSES, at=at) == bulgarian
    assert formats.urgency(CLOSES, at=at) == kind
