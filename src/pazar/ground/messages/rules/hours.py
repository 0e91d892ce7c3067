"""When a person is told by mail: at once, once a day, once a week, in his own zone and never in his quiet hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Pace(StrEnum):
    """How soon a mail comes; *never* leaves the message on the centre alone."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


_ORDER = tuple(Pace)
PAUSE = timedelta(minutes=10)
"""*At once* is one mail in so many minutes: what comes meanwhile goes together."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Full hours of the person's own clock. `weekday` 0 is Monday. Quiet from one hour until another; None: never."""

    hour: int = 8
    weekday: int = 0
    quiet_from: int | None = None
    quiet_until: int | None = None

    @property
    def has_quiet(self) -> bool:
        return self.quiet_from is not None and self.quiet_until is not None and self.quiet_from != self.quiet_until


def soonest(paces: Iterable[Pace]) -> Pace:
    """Of several reasons to tell one thing, the one that tells it first. At least one is given."""
    return min(paces, key=_ORDER.index)


def due_at(pace: Pace, *, moment: datetime, hours: Hours, zone: ZoneInfo, last_at: datetime | None) -> datetime | None:
    """When what came at `moment` goes out; None for never.

    `last_at` is when the person last got a mail. An hour that a change to summer time leaves out is the one after it.
    """
    if pace is Pace.NEVER:
        return None
    if pace is Pace.AT_ONCE:
        due = moment if last_at is None else max(moment, min(last_at, moment) + PAUSE)
    else:
        due = _next(pace, moment, hours, zone)
    return _after_quiet(due, hours, zone)


def _next(pace: Pace, moment: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
    day = moment.astimezone(zone).date()
    for ahead in range(9):
        on = day + timedelta(days=ahead)
        due = _at(on, hours.hour, zone)
        if due > moment and (pace is Pace.DAILY or on.weekday() == hours.weekday):
            return due
    raise AssertionError("a week has every day")


def _after_quiet(due: datetime, hours: Hours, zone: ZoneInfo) -> datetime:
    if hours.quiet_from is None or hours.quiet_until is None or not hours.has_quiet:
        return due
    local = due.astimezone(zone)
    over_midnight = hours.quiet_from > hours.quiet_until
    if over_midnight:
        is_quiet = local.hour >= hours.quiet_from or local.hour < hours.quiet_until
    else:
        is_quiet = hours.quiet_from <= local.hour < hours.quiet_until
    if not is_quiet:
        return due
    ends_tomorrow = over_midnight and local.hour >= hours.quiet_from
    end = _at(local.date() + timedelta(days=int(ends_tomorrow)), hours.quiet_until, zone)
    return max(due, end)


def _at(on: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(hour), tzinfo=zone).astimezone(UTC)
