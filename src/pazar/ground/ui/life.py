"""How much of a step of a life line is over."""

from datetime import datetime


def tenths(since: datetime | None, until: datetime | None, moment: datetime) -> int | None:
    """The tenths of a stretch of time that are over at `moment`, 0 to 10; None where it has no beginning or end."""
    if since is None or until is None:
        return None
    if moment >= until:
        return 10
    if moment <= since:
        return 0
    return int((moment - since) * 10 / (until - since))
