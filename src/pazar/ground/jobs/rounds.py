"""What the worker does again and again beside the jobs, each in a thread of its own: mails, calls to other systems.

A round takes a bounded piece of work and says whether there may be more of it at once.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import close_old_connections

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Round:
    """`act` is called every `seconds`, at once again while it returns a number above zero; `end` when all is over."""

    act: Callable[[], int]
    seconds: float = 1.0
    end: Callable[[], None] = lambda: None


_rounds: dict[str, Round] = {}


def connect(rounds: Mapping[str, Round]) -> None:
    """Name the rounds. Called by `roof.wiring` alone."""
    _rounds.update(rounds)


def all_rounds() -> dict[str, Round]:
    return dict(_rounds)


async def run(name: str, each: Round, stop: asyncio.Event) -> None:
    """Do one round after the other until `stop`; one that fails is tried again after its pause."""
    act = sync_to_async(_guarded, thread_sensitive=False)
    while not stop.is_set():
        more = 0
        try:
            more = await act(each.act)
        except Exception:
            log.exception("round failed", extra={"round": name})
        if not more:
            try:
                await asyncio.wait_for(stop.wait(), each.seconds)
            except TimeoutError:
                continue
    await sync_to_async(each.end, thread_sensitive=False)()


def _guarded(act: Callable[[], int]) -> int:
    close_old_connections()
    try:
        return act()
    finally:
        close_old_connections()
