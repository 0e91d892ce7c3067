"""How long to wait before a delivery is tried again."""

from datetime import timedelta

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The schedule that Standard Webhooks recommends: three days and a bit in all."""
MOST_ASKED = timedelta(hours=1)


def wait(tries: int, *, asked: timedelta | None = None) -> timedelta | None:
    """The wait after the try number `tries` failed; None: it was the last.

    `asked` is what the receiver wished for (Retry-After): it may lengthen a wait, up to MOST_ASKED, never shorten it.
    """
    if tries > len(WAITS):
        return None
    own = WAITS[tries - 1]
    return own if asked is None else max(own, min(asked, MOST_ASKED))
