"""When a mail comes: properties over every choice, moment and zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.messages.rules import hours as rules
from pazar.ground.messages.rules.hours import Hours, Pace

ZONES = ["Europe/Sofia", "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
hour = st.integers(0, 23)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
choices = st.builds(
    Hours, hour=hour, weekday=st.integers(0, 6), quiet_from=st.none() | hour, quiet_until=st.none() | hour
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
paces = st.sampled_from([Pace.AT_ONCE, Pace.DAILY, Pace.WEEKLY])


def due(pace, moment, hours, zone, last_at=None):
    return rules.due_at(pace, moment=moment, hours=hours, zone=zone, last_at=last_at)


@given(paces, moments, choices, zones)
def test_it_comes_after_the_moment_within_its_time_and_never_in_quiet_hours(pace, moment, hours, zone):
    at = due(pace, moment, hours, zone)
    assert at >= moment
    # A day has up to 25 hours, and quiet hours may put it off by almost another.
    most = {Pace.AT_ONCE: 1, Pace.DAILY: 2, Pace.WEEKLY: 8}[pace]
    assert at - moment <= timedelta(days=most, hours=2)
    if hours.has_quiet:
        local = at.astimezone(zone).hour
        into_quiet = (local - hours.quiet_from) % 24
        assert into_quiet >= (hours.quiet_until - hours.quiet_from) % 24


@given(st.sampled_from([Pace.DAILY, Pace.WEEKLY]), moments, hour, st.integers(0, 6), zones)
def test_without_quiet_hours_a_digest_comes_at_its_hour_of_its_day(pace, moment, at_hour, weekday, zone):
    at = due(pace, moment, Hours(hour=at_hour, weekday=weekday), zone).astimezone(zone)
    # Clocks that go forward leave an hour out: then it is the one after it.
    assert at.hour in (at_hour, (at_hour + 1) % 24)
    if pace is Pace.WEEKLY:
        assert at.weekday() == weekday or at_hour == 23


@given(moments, moments, zones)
def test_at_once_is_one_mail_in_ten_minutes(moment, last_at, zone):
    last_at = min(moment, last_at)
    at = due(Pace.AT_ONCE, moment, Hours(), zone, last_at)
    assert at >= moment
    assert at - moment <= rules.PAUSE
    assert at == moment or at - last_at == rules.PAUSE


@given(st.lists(st.sampled_from(list(Pace)), min_size=1), moments, choices, zones)
def test_of_several_paces_the_soonest_counts(several, moment, hours, zone):
    chosen = rules.soonest(several)
    assert chosen in several
    dues = [at for pace in several if (at := due(pace, moment, hours, zone)) is not None]
    assert (due(chosen, moment, hours, zone) is None) == (not dues)


def test_sofia_on_the_nights_of_the_change():
    sofia = ZoneInfo("Europe/Sofia")
    hours = Hours(hour=8)
    # 25 October 2026: 4:00 becomes 3:00; 28 March 2027: 3:00 becomes 4:00.
    autumn = due(Pace.DAILY, datetime(2026, 10, 24, 12, tzinfo=UTC), hours, sofia)
    spring = due(Pace.DAILY, datetime(2027, 3, 27, 12, tzinfo=UTC), hours, sofia)
    assert (autumn, spring) == (datetime(2026, 10, 25, 6, tzinfo=UTC), datetime(2027, 3, 28, 5, tzinfo=UTC))
    left_out = due(Pace.DAILY, datetime(2027, 3, 27, 12, tzinfo=UTC), Hours(hour=3), sofia)
    assert left_out.astimezone(sofia).hour == 4
