"""Move a demo's clock: what becomes due on the way is done first, each at its own moment."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.clock.models import Centre
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.roof.demo import queries

_ONE_MOVE_AT_A_TIME = 0x636C6F63
_PATIENCE_SECONDS = 15.0


class ClockOnlyForward(Refusal):
    """The centre's clock would have to go back."""

    code = "clock_only_forward"
    status = 409
    what = _("The clock stays where it is.")
    why = _("It is only moved forward: what happened at a moment can't happen again.")
    remedy = _("Choose a later moment.")


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Where the clock stands now, and how many acts became due and were done on the way."""

    moment: datetime
    acts: int


def move_clock(*, actor: Actor, to: datetime) -> Moved:
    """Move the centre's clock to `to`, stopping at everything that becomes due until then, in order.

    Each due act runs at its own moment and its jobs right after it, so that a deadline, its messages and its letters
    bear true times. All of it is done when this returns. Not inside a transaction of its own: each act has one.
    Raises NotFound outside a demo, ClockOnlyForward.
    """
    if not queries.is_demo():
        raise NotFound
    before = clock.db_now()
    if to < before:
        raise ClockOnlyForward
    with _alone():
        with transaction.atomic():
            journal.append("clock.moved", actor=actor, subject=Centre.objects.get(), to=to.isoformat())
        run_until(to)
    return Moved(moment=clock.db_now(), acts=queries.done_between(before, to))


def run_until(to: datetime) -> None:
    """Walk the clock to `to` from due act to due act, each with its jobs; nothing is asked and nothing recorded."""
    _walking(to)
    try:
        _walk(to)
    finally:
        _walking(None)


def _walk(to: datetime) -> None:
    settle()
    patience = time.monotonic() + _PATIENCE_SECONDS
    while (due := clockwork.next_due()) is not None and due <= to:
        set_clock(due)
        if clockwork.run_due(until=due):
            patience = time.monotonic() + _PATIENCE_SECONDS
        elif time.monotonic() > patience:
            break
        else:
            # A worker has it in hand, or it failed: then it is tried again until it stands in the operator's list.
            time.sleep(0.05)
        settle()
    set_clock(to)


def _walking(to: datetime | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET moving_to = %s", [to])


def set_clock(to: datetime) -> None:
    """Bring the centre's clock to `to` without running anything; a moment that has passed moves nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE clock_centre SET shift = shift + greatest(%s::timestamptz - pazar_now(), interval '0')",
            [to],
        )


def settle() -> None:
    """Run the waiting jobs, and wait for those that a worker has in hand."""
    patience = time.monotonic() + _PATIENCE_SECONDS
    while True:
        drain()
        if not _in_hand() or time.monotonic() > patience:
            return
        time.sleep(0.05)


def _in_hand() -> bool:
    """Jobs that a living worker is doing: one that died would be waited for in vain."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
              SELECT 1 FROM procrastinate_jobs job JOIN procrastinate_workers worker ON worker.id = job.worker_id
              WHERE job.status = 'doing' AND worker.last_heartbeat > now() - interval '30 seconds')
            """
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def _alone() -> Iterator[None]:
    """One move at a time, whichever process makes it: a lock of the session, since each act commits by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ONE_MOVE_AT_A_TIME])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ONE_MOVE_AT_A_TIME])
