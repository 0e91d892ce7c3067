"""When an address is written to no more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pazar.ground.messages.rules.reports import Kind

SOFT_MOST = 5
SOFT_DAYS = 3
SOFT_WITHIN = timedelta(days=30)


def is_over(kind: Kind, *, soft_at: Sequence[datetime], moment: datetime) -> bool:
    """Whether what came makes an end of mails to the address.

    A hard bounce or a complaint does at once. Soft ones (full, too busy, refused by a filter) do when SOFT_MOST came
    within SOFT_WITHIN, on SOFT_DAYS days at least: one bad night isn't the end. `soft_at` holds all soft ones so far.
    """
    if kind in (Kind.HARD, Kind.COMPLAINT):
        return True
    if kind is not Kind.SOFT:
        return False
    lately = [at for at in soft_at if moment - at <= SOFT_WITHIN]
    return len(lately) >= SOFT_MOST and len({at.date() for at in lately}) >= SOFT_DAYS
