"""Readiness: what the newest good rehearsal is worth."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pazar.market.signatures.rules.readiness import LONGEST, State, Tried, due_warning, good_until, of_company

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = st.integers(0, 400).map(lambda days: timedelta(days=days))


def tried(ago: int, *, good: bool = True, key: str = "a", lasts: int = 100) -> Tried:
    made = NOW - timedelta(days=ago)
    return Tried(made_at=made, is_good=good, good_until=made + timedelta(days=lasts) if good else None, fingerprint=key)


def state(*rehearsals: Tried, living: str = "ab") -> State:
    return of_company(rehearsals, living=frozenset(living), moment=NOW).state


def test_the_four_states():
    assert state() is State.NEVER
    assert state(tried(3, good=False)) is State.FAILED
    assert state(tried(3)) is State.GOOD
    assert state(tried(101)) is State.OLD


def test_a_later_failure_counts_against_the_same_certificate_alone():
    assert state(tried(5), tried(3, good=False)) is State.FAILED
    assert state(tried(5), tried(3, good=False, key="b")) is State.GOOD
    assert state(tried(5), tried(3, good=False, key="")) is State.GOOD


def test_a_rehearsal_without_its_certificate_is_old():
    assert state(tried(5), living="") is State.OLD
    assert state(tried(5), living="b") is State.OLD


@given(DAYS, DAYS)
def test_nothing_is_certified_beyond_the_certificate_or_half_a_year(ago, left):
    made, end = NOW - ago, NOW + left
    found = good_until(made_at=made, not_after=end)
    assert found <= end
    assert found <= made + LONGEST
    assert found in (end, made + LONGEST)


@given(st.integers(-10, 100))
def test_of_the_warnings_the_smallest_that_was_reached_is_due(days):
    found = due_warning(not_after=NOW + timedelta(days=days), moment=NOW)
    expected = None if days <= 0 else next((one for one in (7, 30, 60) if days <= one), None)
    assert found == expected
