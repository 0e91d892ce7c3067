"""Until when a case is to be decided: one working day over the centre's calendar (A3)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_LONGEST = 60  # no calendar has so many days off in a row; one that says so is a mistake


class NoWorkingDay(ValueError):
    """The calendar has no working day within two months."""


def due_at(came_at: datetime, *, zone: ZoneInfo, works: Callable[[date], bool]) -> datetime:
    """The end of one working day that begins with `came_at` (aware; the answer is UTC).

    What comes on a working day is due at the same hour of the next one. What comes on a day off counts as come when
    the next working day begins, and is due when that day ends. Hours are those on the wall, also when clocks change.
    Raises NoWorkingDay.
    """
    local = came_at.astimezone(zone)
    day = local.date()
    if works(day):
        return _at(_next(day, works), local.time(), zone)
    return _at(_next(day, works) + timedelta(days=1), time(0), zone)


def _next(day: date, works: Callable[[date], bool]) -> date:
    for _n in range(_LONGEST):
        day += timedelta(days=1)
        if works(day):
            return day
    raise NoWorkingDay(day.isoformat())


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour.replace(fold=0), tzinfo=zone).astimezone(UTC)
