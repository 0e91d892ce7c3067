"""The library's coroutines, run to their end here: they are given all they need and never wait for anything."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class WouldWait(RuntimeError):
    """A coroutine wanted the network after all: a bug, since whatever is fetched is fetched before."""


def finished(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns. An event loop per signature would cost more than the signature."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # StopIteration isn't generic
    work.close()
    raise WouldWait
