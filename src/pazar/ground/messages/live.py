"""The unread count as it changes, to every open page: server-sent events as a bare ASGI application.

A page holds no database connection: each process has one that listens for all of them, and counts are asked for those
whose messages changed, together. Without this the bell says what it said when its page was made.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connection
from django.http import HttpRequest

from pazar.ground.messages import queries

PATH = "/messages/stream"
CHANNEL = "pazar_unread"
HEARTBEAT_SECONDS = 20.0
LIFETIME_SECONDS = 900.0
"""Then the page comes again and shows who it is: a log-out ends a stream by then at the latest."""
GATHER_SECONDS = 0.25
MOST_OF_ONE = 20
_IDS_OF_A_NOTE = 200  # a note holds at most 8,000 bytes

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


def announce(person_ids: Iterable[UUID]) -> None:
    """Tell every process that these people's unread messages changed: when the transaction is committed, or never."""
    ids = sorted({str(person_id) for person_id in person_ids})
    if not ids:
        return
    notes = [" ".join(ids[start : start + _IDS_OF_A_NOTE]) for start in range(0, len(ids), _IDS_OF_A_NOTE)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, note) FROM unnest(%s::text[]) AS note", [CHANNEL, notes])


class Watcher:
    """One open page: the count it must show, and whether that is news to it."""

    def __init__(self) -> None:
        self.count = 0
        self.news = asyncio.Event()
        self.is_over = False

    def tell(self, count: int) -> None:
        if count != self.count:
            self.count = count
            self.news.set()

    def end(self) -> None:
        self.is_over = True
        self.news.set()


class Hub:
    """The open pages of this process, and its one listening connection."""

    def __init__(self) -> None:
        self._watchers: dict[UUID, list[Watcher]] = {}
        self._changed: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_gathering = False

    @property
    def size(self) -> int:
        return sum(len(found) for found in self._watchers.values())

    def add(self, person_id: UUID) -> Watcher:
        """Of one person's pages the oldest gives way when there are too many."""
        watcher = Watcher()
        own = self._watchers.setdefault(person_id, [])
        own.append(watcher)
        if len(own) > MOST_OF_ONE:
            own[0].end()
        if not self._tasks:
            self._start(self._listen())
        return watcher

    def remove(self, person_id: UUID, watcher: Watcher) -> None:
        own = self._watchers.get(person_id, [])
        if watcher in own:
            own.remove(watcher)
        if not own:
            self._watchers.pop(person_id, None)

    def close(self) -> None:
        """End every stream and the listening, so that the server can stop."""
        for own in self._watchers.values():
            for watcher in own:
                watcher.end()
        for task in self._tasks:
            task.cancel()

    def changed(self, person_ids: Iterable[UUID]) -> None:
        self._changed |= {person_id for person_id in person_ids if person_id in self._watchers}
        if self._changed and not self._is_gathering:
            self._is_gathering = True
            self._start(self._count())

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _count(self) -> None:
        """Ask once for all whose messages changed within a moment."""
        try:
            await asyncio.sleep(GATHER_SECONDS)
            wanted, self._changed = self._changed, set()
        finally:
            self._is_gathering = False
        try:
            counts = await _in_thread(queries.unread_counts, wanted)
        except Exception:
            log.exception("unread messages could not be counted")
            return
        for person_id in wanted:
            for watcher in self._watchers.get(person_id, []):
                watcher.tell(counts.get(person_id, 0))

    async def _listen(self) -> None:
        """Listen for as long as there are pages; after a lost connection, count for all: notes were missed."""
        pause = 1.0
        while self._watchers:
            try:
                async with await psycopg.AsyncConnection.connect(settings.DATABASE_URL, autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}".encode())
                    pause = 1.0
                    self.changed(list(self._watchers))
                    while self._watchers:
                        async for note in line.notifies(timeout=HEARTBEAT_SECONDS):
                            self.changed(_ids(note.payload))
            except (psycopg.Error, OSError):
                log.warning("the line for unread messages broke", exc_info=True)
                await asyncio.sleep(pause)
                pause = min(60.0, pause * 2)


hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /messages/stream: `data: <number>` at once and whenever it changes."""
    person_id = await _in_thread(_person_of, _session_key(scope)) if scope["method"] == "GET" else None
    if person_id is None:
        # 204 tells a browser's EventSource not to come again.
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    watcher = hub.add(person_id)
    gone = asyncio.ensure_future(_gone(receive, watcher))
    try:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),  # a proxy must not wait for more
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        first = (await _in_thread(queries.unread_counts, [person_id])).get(person_id, 0)
        watcher.count = first
        await _say(send, f"retry: 5000\ndata: {first}\n\n")
        ends_at = asyncio.get_running_loop().time() + LIFETIME_SECONDS
        while not watcher.is_over and asyncio.get_running_loop().time() < ends_at:
            try:
                await asyncio.wait_for(watcher.news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                await _say(send, ": still here\n\n")
                continue
            watcher.news.clear()
            if not watcher.is_over:
                await _say(send, f"data: {watcher.count}\n\n")
        with contextlib.suppress(Exception):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        pass  # the page went away while we spoke
    finally:
        hub.remove(person_id, watcher)
        gone.cancel()


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive, watcher: Watcher) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    watcher.end()


async def _in_thread(act: Callable[..., Any], *args: Any) -> Any:
    return await sync_to_async(_giving_back, thread_sensitive=False)(act, *args)


def _giving_back(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    finally:
        close_old_connections()


def _session_key(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            with contextlib.suppress(CookieError):
                found: Mapping[str, Any] = SimpleCookie(value.decode("latin-1"))
                if settings.SESSION_COOKIE_NAME in found:
                    return str(found[settings.SESSION_COOKIE_NAME].value)
    return ""


def _person_of(session_key: str) -> UUID | None:
    """Who is logged in with this session, asked as every page asks."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    return person.pk if person.is_authenticated and person.is_active else None


def _ids(payload: str) -> Collection[UUID]:
    with contextlib.suppress(ValueError):
        return [UUID(part) for part in payload.split()]
    return []
