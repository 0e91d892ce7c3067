"""The centre's calendar: weekends and holidays of its country, and its own days off."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings

from pazar.market.companies.rules import working_days


@lru_cache(maxsize=4)
def _holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)


def works(day: date) -> bool:
    """Whether the centre works on `day`; the library also knows which weekend days a country works."""
    return day.isoformat() not in settings.CENTRE_DAYS_OFF and _holidays(settings.CENTRE_COUNTRY).is_working_day(day)


def due_at(came_at: datetime) -> datetime:
    """One working day after `came_at`, over the centre's calendar (A3)."""
    return working_days.due_at(came_at, zone=ZoneInfo(settings.CENTRE_ZONE), works=works)
