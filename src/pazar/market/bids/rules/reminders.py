"""When whoever drafts a bid is reminded of its deadline (B3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

AHEAD: Mapping[str, timedelta] = {
    "remind_7d": timedelta(days=7),
    "remind_3d": timedelta(days=3),
    "remind_1d": timedelta(days=1),
    "remind_3h": timedelta(hours=3),
}
"""The acts of the clockwork, the earliest first."""


def plan(
    *, closes_at: datetime, moment: datetime, done_at: Mapping[str, datetime | None]
) -> dict[str, datetime | None]:
    """Each act's moment, None for one that isn't to be done, now that the procedure closes at `closes_at`.

    What has passed isn't made up for. `done_at` is when an act was done before the deadline moved: it is done again
    only if at least half its distance lies between, so that a deadline moved by an hour reminds nobody twice.
    """
    found: dict[str, datetime | None] = {}
    for name, ahead in AHEAD.items():
        due = closes_at - ahead
        before = done_at.get(name)
        again_too_soon = before is not None and due - before < ahead / 2
        found[name] = None if due <= moment or again_too_soon else due
    return found


def is_latest(name: str, *, closes_at: datetime, moment: datetime, horizon: datetime) -> bool:
    """Whether this reminder is the one to send at `moment`: not early, and no later one is due by `horizon`.

    The horizon is the moment itself, or where a demo's clock is being moved to: of four passed at once one is sent.
    """
    if moment < closes_at - AHEAD[name]:
        return False
    later = [ahead for ahead in AHEAD.values() if ahead < AHEAD[name]]
    return horizon < closes_at - max(later, default=timedelta(0))
