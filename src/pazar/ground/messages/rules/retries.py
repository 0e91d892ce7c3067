"""How long to wait before a mail is tried again."""

from datetime import timedelta

WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=10),
    timedelta(hours=24),
)
"""RFC 5321 4.5.4.1 asks for at least half an hour between most tries and for days in all; the first are quicker,
since greylisting wants a second try after minutes."""


def wait(tries: int) -> timedelta | None:
    """The wait after the try number `tries` (1, 2, …) failed for now; None: it was the last."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None
