"""Pull what an OCDS API has published since the last time (B12): page by page, each kept before it is read.

A run is an import like any other. Where it stands is kept with every page, so that a run that was killed, or whose
server was away for hours, goes on there. What was read to its end moves the source's `since`; the next run asks again
from some hours before that, since pages change while they are read.
"""

import hashlib
import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from pazar.ground import clock
from pazar.ground.net import fetching
from pazar.ground.net.fetching import Fetched, Limits, NotFetched
from pazar.market.procedures.adapters import paging
from pazar.market.procedures.adapters.paging import Place
from pazar.market.procedures.adapters.reader import Refusing
from pazar.market.procedures.commands import imports
from pazar.market.procedures.commands.import_notices import TakenOver, Writer, finish
from pazar.market.procedures.commands.sources import way_of
from pazar.market.procedures.models import ImportedFile, NoticeImport, NoticeSource

SECONDS: Final = 60.0
MOST_BYTES: Final = 16 << 20
MOST_PAGES: Final = 5_000
TRIES: Final = 6
"""So often in a row a page may fail that could come another time; then the run is over till the next one."""
_FIRST_WAIT, _LONGEST_WAIT = 10.0, 3600.0
_PLACE_GOOD_FOR: Final = timedelta(hours=24)  # a cursor grows stale
_PASSING: Final = frozenset(
    {"no_connection", "too_slow", "broken_off", "name_unknown", "html", "not-json", "cut-short", "no-package"}
)


@dataclass(frozen=True, kw_only=True)
class Later:
    """The run isn't over: go on after `seconds`."""

    seconds: int = 0


class _Failed(Exception):
    def __init__(self, fault: str, *, passing: bool, asked: float = 0.0) -> None:
        super().__init__(fault)
        self.fault, self.is_passing, self.asked = fault, passing, asked


def pull(*, source_id: UUID, is_stopping: Callable[[], bool] = lambda: False) -> Later | None:
    """Go on with the source's run, or begin one, until it is over (None) or must wait. May be repeated."""
    source = NoticeSource.objects.filter(pk=source_id, removed_at=None).first()
    if source is None:
        return None
    run = _run_of(source)
    writer = Writer(run)
    try:
        while True:
            _read_waiting(run, writer)
            if is_stopping():
                return Later()
            at = source.place.get("at")
            if at is None:
                _end(source, run)
                return None
            _next_page(source, run, Place.read(at))
    except TakenOver:
        return None
    except _Failed as failure:
        return _after_failure(source, run, failure)


def _run_of(source: NoticeSource) -> NoticeImport:
    """The run under way, or a new one: on from where the last one broke off, else from `since` with the overlap."""
    with transaction.atomic():
        NoticeSource.objects.select_for_update().get(pk=source.pk)
        source.refresh_from_db()
        moment = clock.db_now()
        going = NoticeImport.objects.filter(pk=source.place.get("import"), state=NoticeImport.State.RUNNING).first()
        if going is not None:
            return going
        run = NoticeImport.objects.create(
            began_at=moment,
            seen_at=moment,
            way=NoticeImport.Way.SOURCE,
            state=NoticeImport.State.RUNNING,
            source=source,
        )
        kept = source.place
        is_fresh = kept.get("at") and datetime.fromisoformat(kept["kept_at"]) > moment - _PLACE_GOOD_FOR
        if is_fresh:
            source.place = {**kept, "import": str(run.pk)}
        else:
            since = source.since - timedelta(hours=source.overlap_hours) if source.since else None
            first = Place(since=since, until=moment, page=source.first_page)
            source.place = {"at": first.plain(), "seen": [], "newest": ""}
            source.place |= {"import": str(run.pk), "kept_at": moment.isoformat(), "pages": 0}
        source.last_run_at = moment
        source.save(update_fields=["place", "last_run_at"])
        return run


def _read_waiting(run: NoticeImport, writer: Writer) -> None:
    """Read pages that were kept and not read to their end."""
    for part in run.parts.filter(done_at=None).order_by("position"):
        with imports.content(part) as path:
            writer.take(part, path)
        default_storage.delete(part.path)
        part.path = ""
        part.save(update_fields=["path"])


def _next_page(source: NoticeSource, run: NoticeImport, place: Place) -> None:
    """Fetch the page and keep it with where the one after it is. Raises _Failed."""
    way = way_of(source)
    url = paging.address(way, place)
    seen: list[str] = source.place["seen"]
    mark = hashlib.sha256(url.encode()).hexdigest()[:16]
    if mark in seen:
        raise _Failed("loop", passing=False)
    if source.place["pages"] >= MOST_PAGES:
        raise _Failed("too-many-pages", passing=False)
    answer = _fetched(source, url)
    moment = clock.db_now()
    try:
        content = paging.look(answer.body, way, moment=moment)
        following = paging.after(way, place, content)
    except Refusing as stop:
        raise _Failed(stop.code, passing=stop.code in _PASSING) from None
    position = run.parts.count()
    path = default_storage.save(f"imports/{run.pk}/{position}", File(io.BytesIO(answer.body)))
    newest = max(source.place["newest"], content.newest.isoformat() if content.newest else "")
    with transaction.atomic():
        ImportedFile.objects.create(
            notice_import=run,
            position=position,
            name=_shown(url),
            path=path,
            size=len(answer.body),
            digest=hashlib.sha256(answer.body).digest(),
        )
        source.place = {
            **source.place,
            "at": following.plain() if following else None,
            "seen": [*seen, mark],
            "newest": newest,
            "kept_at": moment.isoformat(),
            "pages": source.place["pages"] + 1,
        }
        source.failed_in_row, source.fault = 0, ""
        source.save(update_fields=["place", "failed_in_row", "fault"])


def _shown(url: str) -> str:
    """The address for the report, without what may be a key."""
    base, _sign, query = url.partition("?")
    keep = [part for part in query.split("&") if not _secret(part)]
    return (f"{base}?{'&'.join(keep)}" if keep and query else base)[:300]


def _secret(part: str) -> bool:
    name = part.partition("=")[0].lower()
    return any(word in name for word in ("key", "token", "secret", "password", "auth", "sig"))


def _fetched(source: NoticeSource, url: str) -> Fetched:
    limits = Limits(
        seconds=SECONDS,
        most_bytes=MOST_BYTES,
        redirects=3,
        inside=fetching.networks(settings.IMPORT_INSIDE),
        with_http=bool(settings.IMPORT_INSIDE),
    )
    headers = {"Accept": "application/json"}
    if source.token:
        headers["Authorization"] = f"Bearer {source.token}"
    try:
        answer = fetching.fetch(url, limits=limits, headers=headers)
    except NotFetched as error:
        raise _Failed(error.fault, passing=error.fault in _PASSING) from None
    if answer.status == 200:
        return answer
    asked = _asked_wait(answer.headers.get("retry-after", ""))
    passing = answer.status in (408, 425, 429) or answer.status >= 500
    raise _Failed(f"http-{answer.status}", passing=passing, asked=asked)


def _asked_wait(text: str) -> float:
    """Seconds that the server asks to be left alone for: a number or a date."""
    text = text.strip()
    if text.isdecimal() and len(text) < 9:
        return min(float(text), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        return 0.0
    return max(0.0, min((moment - datetime.now(UTC)).total_seconds(), _LONGEST_WAIT))


def wait_after(tries: int, *, asked: float, chance: float) -> float:
    """Seconds to wait after the failure number `tries`: doubling, spread, and never less than the server asks for."""
    own = min(_FIRST_WAIT * 2.0 ** (tries - 1), _LONGEST_WAIT)
    return max(float(own * (0.5 + chance / 2)), asked)


def _after_failure(source: NoticeSource, run: NoticeImport, failure: _Failed) -> Later | None:
    source.failed_in_row += 1
    source.fault = failure.fault
    source.save(update_fields=["failed_in_row", "fault"])
    NoticeImport.objects.filter(pk=run.pk).update(fault=failure.fault, seen_at=clock.db_now())
    if failure.is_passing and source.failed_in_row < TRIES:
        wait = wait_after(source.failed_in_row, asked=failure.asked, chance=random.random())  # noqa: S311
        return Later(seconds=max(1, round(wait)))
    # Over for now. What passes is gone on with from this page next time, what doesn't begins anew.
    finish(actor=imports.actor_of(run), run=run)
    with transaction.atomic():
        NoticeImport.objects.filter(pk=run.pk).update(state=NoticeImport.State.FAILED, fault=failure.fault)
        kept: dict[str, Any] = {name: value for name, value in source.place.items() if name != "import"}
        source.place = kept if failure.is_passing else {}
        source.failed_in_row = 0
        source.save(update_fields=["place", "failed_in_row"])
    return None


def _end(source: NoticeSource, run: NoticeImport) -> None:
    """All pages are read: the next run asks for what is newer."""
    finish(actor=imports.actor_of(run), run=run)
    with transaction.atomic():
        newest = source.place.get("newest", "")
        if newest:
            found = datetime.fromisoformat(newest)
            source.since = max(source.since, found) if source.since else found
        source.place, source.fault, source.failed_in_row = {}, "", 0
        source.save(update_fields=["since", "place", "fault", "failed_in_row"])
