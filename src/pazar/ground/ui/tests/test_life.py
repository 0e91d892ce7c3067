"""A life line's step says how much of its time is over, and nothing where nobody knows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pazar.ground.ui import life
from pazar.ground.ui.tests.test_components import show

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOURS = st.integers(-1000, 1000)


@given(st.integers(1, 1000), HOURS, HOURS)
def test_it_grows_with_time_from_nothing_to_all(length, one, other):
    since, until = NOON, NOON + timedelta(hours=length)
    earlier, later = (NOON + timedelta(hours=hours) for hours in sorted((one, other)))
    first, second = (life.tenths(since, until, moment) for moment in (earlier, later))
    assert 0 <= first <= second <= 10
    assert (first == 10) == (earlier >= until)
    assert life.tenths(since, until, since) == 0


def test_without_a_beginning_or_an_end_nobody_knows():
    assert life.tenths(None, NOON, NOON) is None
    assert life.tenths(NOON, None, NOON) is None


def test_only_the_step_we_are_in_is_drawn_as_full_as_it_is():
    assert 'class="tenths-3"' in show('<c-life-step state="now" :tenths="over" label="Bids" />', over=3)
    assert 'class="tenths-0"' in show('<c-life-step state="now" :tenths="over" label="Bids" />', over=0)
    assert "tenths" not in show('<c-life-step state="now" :tenths="over" label="Evaluation" />', over=None)
    assert "tenths" not in show('<c-life-step state="past" :tenths="over" label="Questions" />', over=10)
