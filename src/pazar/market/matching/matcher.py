"""The matcher: a process that keeps the interests in memory and matches what is published.

It loads them from PostgreSQL and then follows the log of their changes. A request is matched only with an index that
knows every change committed before the request could be seen, so that a publication and a change of interest can't miss
each other: what is committed later sees the published procedure itself (`commands.match.match_interest`).

It holds nothing that PostgreSQL doesn't: killed at any moment, its successor goes on. A request's part is written with
its matches in one transaction, so two matchers of the same part, or one that comes back, do nothing twice.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models.functions import Now

from pazar.market.matching.commands import match, requests
from pazar.market.matching.index import Index
from pazar.market.matching.models import Matcher
from pazar.market.matching.queries import following, oracle

log = logging.getLogger(__name__)

CHANNEL = "pazar_matching"
POLL_SECONDS = 1.0
BEAT_SECONDS = 3.0
_LONG_GONE = timedelta(hours=1)
MOST_TRIES = 3
"""A request that keeps failing is left to the oracle, which the worker asks after a minute."""
REBUILD_FROM = 10_000
"""Removed interests leave traces in the bitmaps; from so many on, and a quarter of all, they are built anew."""


@dataclass
class Followed:
    """An index, and how far in the log it is: everything of transactions below `mark`, and `beyond` it these lines."""

    shard: int
    shards: int
    index: Index = field(default_factory=Index)
    mark: int = 0
    beyond: set[int] = field(default_factory=set)
    removed: int = 0

    @classmethod
    def load(cls, *, shard: int, shards: int) -> "Followed":
        """All interests as one snapshot has them."""
        made = cls(shard=shard, shards=shards)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            made.mark = following.snapshot_mark()
            for row in following.waking(shard=shard, shards=shards):
                _add(made.index, row)
        made.index.pack()
        return made

    def follow(self) -> int:
        """Take in what was committed since; how many changes. Running transactions are looked for again next time."""
        mark = following.snapshot_mark()  # before the lines are read: it may be behind them, never ahead
        lines = following.changes_since(self.mark)
        news = [(number, replaces) for number, replaces, _txid in lines if number not in self.beyond]
        if news:
            rows = following.by_number([number for number, _old in news], shard=self.shard, shards=self.shards)
            for _number, replaces in news:
                if replaces is not None and replaces in self.index:
                    self.index.remove(replaces)
                    self.removed += 1
            for row in rows:
                if row[0] not in self.index:
                    _add(self.index, row)
        self.beyond = {number for number, _old, txid in lines if txid >= mark}
        self.mark = mark
        return len(news)

    def is_worn(self) -> bool:
        return self.removed > max(REBUILD_FROM, len(self.index) // 4)


def _add(index: Index, row: following.Row) -> None:
    index.add_plain(
        row[0],
        cpv=row[1],
        regions=row[2],
        words_any=row[3],
        words_none=row[4],
        value_min=row[5],
        value_max=row[6],
        kinds=row[7],
        regimes=row[8],
        buyers_none=row[9],
        with_outside=row[10],
    )


class Round:
    """One matcher's work, a step at a time; `run` below repeats it."""

    def __init__(self, *, shard: int = 1, shards: int = 1) -> None:
        if not 1 <= shard <= shards:
            raise ValueError(f"no part {shard} of {shards}")
        self.shard, self.shards = shard, shards
        self.followed: Followed | None = None
        self.loading_seconds = 0.0
        self._tries: dict[int, int] = {}
        self._row: Matcher | None = None
        self._beaten = 0.0
        self._rebuilt: list[Followed] = []
        self._rebuilding: threading.Thread | None = None

    def load(self) -> None:
        begun = time.monotonic()
        self.followed = Followed.load(shard=self.shard, shards=self.shards)
        self.loading_seconds = time.monotonic() - begun
        log.info("interests loaded", extra={"interests": len(self.followed.index), "seconds": self.loading_seconds})

    def step(self) -> int:
        """Match what waits; how many requests were done."""
        if self.followed is None:
            self.load()
        waiting = following.waiting_requests(shard=self.shard, shards=self.shards)
        followed = self._newest()
        # After the requests were seen: so the index knows every change that was committed before them.
        followed.follow()
        done = 0
        for request_id, procedure_ids, quiet, just_published in waiting:
            if self._tries.get(request_id, 0) >= MOST_TRIES:
                continue
            try:
                done += self._match(followed, request_id, procedure_ids, quiet=quiet, just_published=just_published)
                self._tries.pop(request_id, None)
            except Exception:
                self._tries[request_id] = self._tries.get(request_id, 0) + 1
                log.exception("a request could not be matched", extra={"request": request_id})
                close_old_connections()
        if waiting:
            requests.finish_complete()
        if followed.is_worn() and self._rebuilding is None:
            self._rebuilding = threading.Thread(target=self._rebuild, daemon=True)
            self._rebuilding.start()
        return done

    def _match(
        self, followed: Followed, request_id: int, procedure_ids: list[Any], *, quiet: bool, just_published: bool
    ) -> bool:
        lots = oracle.lot_facts(oracle.open_lots_now(procedure_ids))
        own = following.own_numbers({lot.buyer_id for lot in lots.values() if lot.buyer_id is not None})
        found = {
            lot_id: followed.index.match(lot, own=own.get(lot.buyer_id, ()) if lot.buyer_id is not None else ())
            for lot_id, lot in lots.items()
        }
        stored = match.store_found(
            request_id=request_id,
            procedure_ids=procedure_ids,
            found=found,
            shard=self.shard,
            shards=self.shards,
            quiet=quiet,
            just_published=just_published,
        )
        return stored is not None

    def _newest(self) -> Followed:
        """The index to match with: one built anew in the meantime takes the old one's place."""
        assert self.followed is not None
        if self._rebuilt:
            self.followed, self._rebuilding = self._rebuilt.pop(), None
        return self.followed

    def _rebuild(self) -> None:
        # Beside the old one, which goes on matching: no publication waits for it.
        try:
            self._rebuilt.append(Followed.load(shard=self.shard, shards=self.shards))
        except Exception:
            log.exception("the index could not be built anew")
            self._rebuilding = None
        finally:
            close_old_connections()
            connection.close()

    def beat(self, *, at_once: bool = False) -> None:
        """Give a sign of life, if one is due."""
        if not at_once and time.monotonic() - self._beaten < BEAT_SECONDS:
            return
        self._beaten = time.monotonic()
        if self._row is None:
            self._row = Matcher.objects.create(shard=self.shard, shards=self.shards)
        said = {
            "interests": len(self.followed.index) if self.followed else 0,
            "memory_mb": _memory_mb(),
            "loading_seconds": self.loading_seconds,
        }
        if not Matcher.objects.filter(pk=self._row.pk).update(seen_at=Now(), **said):
            self._row = Matcher.objects.create(shard=self.shard, shards=self.shards, **said)

    def end(self) -> None:
        """Say that it lives no more: the oracle takes over at once."""
        if self._row is not None:
            Matcher.objects.filter(pk=self._row.pk).delete()


def run(*, shard: int, shards: int, stop: Callable[[], bool]) -> None:
    """Match until `stop` says so. A database that is away for a moment is waited for."""
    work = Round(shard=shard, shards=shards)
    listener: psycopg.Connection[Any] | None = None
    Matcher.objects.filter(seen_at__lt=Now() - _LONG_GONE).delete()
    while not stop():
        try:
            if listener is None or listener.closed:
                listener = psycopg.connect(settings.DATABASE_URL, autocommit=True, application_name="pazar matcher")
                listener.execute(f"LISTEN {CHANNEL}")
            work.step()
            work.beat()
            for _note in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
        except Exception as error:
            log.exception("round of the matcher failed", extra={"error": type(error).__name__})
            if listener is not None:
                listener.close()
            close_old_connections()
            connection.close()
            time.sleep(POLL_SECONDS)
    try:
        work.end()
    except Exception:
        log.exception("the matcher could not say that it ends")
    if listener is not None:
        listener.close()


def _memory_mb() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_048_576
