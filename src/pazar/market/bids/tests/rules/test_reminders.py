from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pazar.market.bids.rules import reminders

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
spans = st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=30))


@given(spans)
def test_what_has_passed_is_not_planned_and_the_rest_is(left):
    planned = reminders.plan(closes_at=NOW + left, moment=NOW, done_at={})
    for name, ahead in reminders.AHEAD.items():
        assert planned[name] == (NOW + left - ahead if left > ahead else None)


@given(spans, spans)
def test_a_moved_deadline_reminds_nobody_twice_within_half_the_distance(left, moved):
    done = dict.fromkeys(reminders.AHEAD, NOW)
    planned = reminders.plan(closes_at=NOW + left + moved, moment=NOW, done_at=done)
    for name, due in planned.items():
        assert due is None or due - NOW >= reminders.AHEAD[name] / 2


@given(spans, spans.filter(lambda span: span >= timedelta(0)))
def test_of_those_passed_by_a_jump_exactly_the_last_is_sent(left, jump):
    closes_at = NOW + left
    horizon = NOW + jump
    passed = [name for name, ahead in reminders.AHEAD.items() if closes_at - ahead <= horizon]
    sent = [
        name
        for name in passed
        if reminders.is_latest(name, closes_at=closes_at, moment=closes_at - reminders.AHEAD[name], horizon=horizon)
    ]
    assert sent == (passed[-1:] if horizon < closes_at else [])


def test_it_is_never_early():
    closes_at = NOW + timedelta(days=3, seconds=1)
    assert not reminders.is_latest("remind_3d", closes_at=closes_at, moment=NOW, horizon=NOW)
