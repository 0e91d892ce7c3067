"""One working day: later than what came, on a working day, and never longer for who came later."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.companies.rules import working_days

SOFIA = ZoneInfo("Europe/Sofia")
DAYS_OFF = {date(2026, 12, 24), date(2026, 12, 25)}
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is the third


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF


def due(moment: datetime) -> datetime:
    return working_days.due_at(moment, zone=SOFIA, works=works)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SOFIA)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ("2026-11-23T15:30", "2026-11-24T15:30"),  # Monday
        ("2026-11-27T09:00", "2026-11-30T09:00"),  # Friday
        ("2026-11-28T11:00", "2026-12-01T00:00"),  # Saturday: the whole of Monday
        ("2026-12-23T16:00", "2026-12-28T16:00"),  # before the holidays and a weekend
        ("2026-12-24T10:00", "2026-12-29T00:00"),  # on a holiday
        ("2026-10-23T10:00", "2026-10-26T10:00"),  # clocks go back on the Sunday between
    ],
)
def test_by_the_wall(came: str, expected: str):
    assert due(at(came)) == at(expected)


@given(moments)
def test_is_later_and_ends_in_working_time(moment: datetime):
    end = due(moment)
    assert end > moment
    last = (end - timedelta(microseconds=1)).astimezone(SOFIA)
    local = end.astimezone(SOFIA)
    assert works(last.date()) if local.time() == time(0) else works(local.date())


@given(moments, moments)
def test_who_comes_first_is_due_first(one: datetime, other: datetime):
    first, second = sorted((one, other))
    # In the hour that comes twice a year the wall says the same of two moments.
    assert due(first) <= due(second) + timedelta(hours=1)


def test_a_calendar_without_working_days_is_a_mistake():
    with pytest.raises(working_days.NoWorkingDay):
        working_days.due_at(at("2026-11-23T15:30"), zone=SOFIA, works=lambda day: False)
