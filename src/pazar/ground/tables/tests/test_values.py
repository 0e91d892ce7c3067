"""Numbers and days by the habit of their column; what can't be told is asked about."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.tables.values import Days, Numbers, Unsure


def numbers(*column):
    found = Numbers()
    for text in column:
        found.learn(text)
    return found


def days(*column):
    found = Days()
    for text in column:
        found.learn(text)
    return found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", "12"), ("-3", "-3"), ("−3", "-3"), ("(12.50)", "-12.50"), ("+4", "4"),
        ("12.5", "12.5"), ("12,5", "12.5"),
        ("1 240 000,50", "1240000.50"), ("1,240,000.50", "1240000.50"), ("1.240.000,5", "1240000.5"),
        ("1.240.000", "1240000"),
        ("1'240.00", "1240.00"), ("€ 5", "5"), ("5 лв.", "5"), ("-5 EUR", "-5"),
        ("0.125", "0.125"), ("1234.567", "1234.567"),
        ("12345678901234.57", "12345678901234.57"), ("1\u00a0240,00", "1240.00"),
    ],
)  # fmt: skip
def test_what_has_one_meaning_is_read(text, number):
    assert numbers().read(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["See ASN-93", "", "-", "1,2,3", "1.2.3,4", "NaN", "1e400", "Infinity", "12,34,567", "٣", "1..2", "0x10", "12 34"],
)
def test_what_is_no_number_is_said(text):
    with pytest.raises(Unsure) as unsure:
        numbers().read(text)
    assert unsure.value.code == "not_a_number"


def test_a_number_with_two_meanings_is_asked_about():
    column = numbers("1,234", "12")
    assert column.asks
    with pytest.raises(Unsure, match="ambiguous_number"):
        column.read("1,234")


@pytest.mark.parametrize(
    ("other", "number"), [("2,50", "1.234"), ("1.5", "1234"), ("1,234,567", "1234"), ("5.000,1", "1.234")]
)
def test_another_cell_of_the_column_takes_the_doubt_away(other, number):
    column = numbers("1,234", other)
    assert not column.asks
    assert column.read("1,234") == Decimal(number)


def test_a_column_that_contradicts_itself_settles_nothing():
    column = numbers("2,50", "2.50", "1,234")
    assert column.asks
    assert column.read("2,50") == column.read("2.50") == Decimal("2.50")
    with pytest.raises(Unsure):
        column.read("1,234")


def test_a_mark_that_somebody_named_settles_it():
    assert Numbers(mark="comma").read("1,234") == Decimal("1.234")
    assert Numbers(mark="point").read("1,234") == Decimal("1234")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_what_python_prints_is_read_back(number):
    assert numbers().read(format(number, "f")) == number
    assert numbers().read(format(number, "f").replace(".", ",")) == number
    assert numbers().read(format(number, ",f")) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-02-01", date(2024, 2, 1)), ("2024-02-01 19:58:54", date(2024, 2, 1)),
        ("2024-02-01T10:00:00Z", date(2024, 2, 1)),
        ("1.2.2024", date(2024, 2, 1)), ("01.02.2024 г.", date(2024, 2, 1)), ("25/02/2024", date(2024, 2, 25)),
        ("02/25/2024", date(2024, 2, 25)), ("2-Jun-06", date(2006, 6, 2)), ("28-Sep-96", date(1996, 9, 28)),
        ("2 юни 2006 г.", date(2006, 6, 2)), ("June 2, 2006", date(2006, 6, 2)), ("05/05/2024", date(2024, 5, 5)),
    ],
)  # fmt: skip
def test_days_that_have_one_meaning_are_read(text, day):
    assert days().read(text) == day


@pytest.mark.parametrize(
    "text", ["", "Pre-PQ Process", "31.02.2024", "2024-13-01", "45321", "0/0/2024", "32/01/2024", "13/13/2024"]
)
def test_what_is_no_day_is_said(text):
    with pytest.raises(Unsure) as unsure:
        days().read(text)
    assert unsure.value.code == "not_a_day"


def test_a_day_with_two_meanings_is_asked_about():
    column = days("01/02/2024", "03/04/2024")
    assert column.asks
    with pytest.raises(Unsure, match="ambiguous_day"):
        column.read("01/02/2024")


@pytest.mark.parametrize(("other", "day"), [("25/12/2024", date(2024, 2, 1)), ("12/25/2024", date(2024, 1, 2))])
def test_another_day_of_the_column_takes_the_doubt_away(other, day):
    column = days("01/02/2024", other)
    assert not column.asks
    assert column.read("01/02/2024") == day


def test_days_that_contradict_each_other_settle_nothing():
    assert days("25/12/2024", "12/25/2024", "01/02/2024").asks
