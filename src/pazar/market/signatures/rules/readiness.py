"""Whether a company can sign when it must: from its rehearsals and certificates (A5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LONGEST: Final = timedelta(days=180)
"""Programs, drivers and browsers change: what worked half a year ago is tried again."""
SOON: Final = timedelta(days=7)
WARNINGS: Final = (60, 30, 7)
"""Days before a certificate's end at which its people are told."""


class State(StrEnum):
    NEVER = "never"
    FAILED = "failed"
    OLD = "old"  # a good one is there, but it ended, or the certificate was replaced since
    GOOD = "good"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One rehearsal, as far as this question goes."""

    made_at: datetime
    is_good: bool
    good_until: datetime | None
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """`until` is the end of a good one, or when an old one ended; `at` the moment of the newest try."""

    state: State
    at: datetime | None = None
    until: datetime | None = None

    @property
    def is_good(self) -> bool:
        return self.state is State.GOOD

    def holds_until(self, moment: datetime) -> bool:
        """Whether it will still be good at `moment`: a procedure's end, say."""
        return self.is_good and self.until is not None and moment <= self.until


def good_until(*, made_at: datetime, not_after: datetime) -> datetime:
    """How long a good rehearsal certifies readiness."""
    return min(made_at + LONGEST, not_after)


def of_company(tried: Sequence[Tried], *, living: frozenset[str], moment: datetime) -> Readiness:
    """The best of what its people can do. `living` are the fingerprints of certificates enrolled and not removed.

    A later failure doesn't undo a good rehearsal with another certificate; with the same one it does.
    """
    newest = max(tried, key=lambda one: one.made_at, default=None)
    if newest is None:
        return Readiness(state=State.NEVER)
    last_by_key: dict[str, Tried] = {}
    for one in sorted(tried, key=lambda one: one.made_at):
        last_by_key[one.fingerprint] = one
    good = [one for one in last_by_key.values() if one.is_good and one.good_until is not None]
    holding = [one for one in good if one.good_until and moment < one.good_until and one.fingerprint in living]
    if holding:
        best = max(holding, key=lambda one: one.good_until or one.made_at)
        return Readiness(state=State.GOOD, at=best.made_at, until=best.good_until)
    if newest.is_good or good:
        last = max(good, key=lambda one: one.made_at)
        return Readiness(state=State.OLD, at=last.made_at, until=last.good_until)
    return Readiness(state=State.FAILED, at=newest.made_at)


def due_warning(*, not_after: datetime, moment: datetime) -> int | None:
    """The warning that is due now: of 60, 30, 7 days the smallest that was reached; None if none, or it ended."""
    left = not_after - moment
    if left <= timedelta(0):
        return None
    return min((days for days in WARNINGS if left <= timedelta(days=days)), default=None)
