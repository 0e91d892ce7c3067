"""The centre's moment as pages show it: asked of the database once a request, so that one page knows one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from pazar.ground import clock

_kept: ContextVar[list[datetime] | None] = ContextVar("pazar_moment_of_page", default=None)


@contextmanager
def one_moment(moment: datetime | None = None) -> Iterator[None]:
    """Within it `now()` is one moment: the one named, or the first that is asked for."""
    token = _kept.set([] if moment is None else [moment])
    try:
        yield
    finally:
        _kept.reset(token)


def keep(moment: datetime) -> datetime:
    """The moment of this page, if none was asked for yet: where a query brought it along."""
    kept = _kept.get()
    if kept is None:
        return moment
    if not kept:
        kept.append(moment)
    return kept[0]


def now() -> datetime:
    """Aware UTC, for showing; what decides takes `clock.db_now()` itself, after its locks."""
    kept = _kept.get()
    if kept is None:
        return clock.db_now()
    if not kept:
        kept.append(clock.db_now())
    return kept[0]
