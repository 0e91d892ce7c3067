"""Read events in commit order, without gaps, from a place on.

An id is given when an event is written and seen when its transaction ends: whoever reads by id skips what took its id
early and was committed late. So events carry their transaction, and only those below the oldest running one
(`pg_snapshot_xmin`) are read, by transaction and id: nothing can come in before what was read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from pazar.ground.outbox import commands, wire
from pazar.ground.outbox.models import Event


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    txid: int
    event_id: int


@dataclass(frozen=True, kw_only=True)
class Read:
    place: Place
    kind: str
    published_at: datetime
    content: dict[str, Any]

    def event(self) -> Any:
        """The event as it was published. Raises LookupError for a kind that isn't wired any more."""
        return wire.load(commands.kind(self.kind), self.content)


def after(place: Place, *, limit: int) -> list[Read]:
    """The next events after `place`, at most `limit`; those of running transactions come when these have ended."""
    rows = Event.objects.raw(
        """
        SELECT * FROM outbox_event
        WHERE (txid, id) > (%s, %s) AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ORDER BY txid, id LIMIT %s
        """,
        [place.txid, place.event_id, limit],
    )
    return [_read(row) for row in rows]


def one(event_id: int) -> Read:
    """An event that was read before."""
    return _read(Event.objects.get(pk=event_id))


def is_behind(place: Place) -> bool:
    """Whether anything was written after `place`; it may belong to a transaction that still runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM outbox_event WHERE (txid, id) > (%s, %s))", [place.txid, place.event_id]
        )
        return bool(cursor.fetchone()[0])


def _read(row: Event) -> Read:
    return Read(
        place=Place(txid=row.txid, event_id=row.pk),
        kind=row.kind,
        published_at=row.published_at,
        content=row.content,
    )


def end() -> Place:
    """Where a reader stands who wants only what comes from now on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return Place(txid=cursor.fetchone()[0] - 1, event_id=2**62)
