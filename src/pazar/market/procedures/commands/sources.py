"""Name an OCDS API that is asked by itself; change it; ask it now; remove it (B12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid, NotFound, Sentence
from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.net.rules import addresses
from pazar.market.procedures.adapters import paging
from pazar.market.procedures.adapters.paging import Place, Way
from pazar.market.procedures.models import NoticeSource

PULL: Final = "procedures.pull_source"
FIRST: Final = timedelta(days=30)
"""How far back a source is read that nobody gave a beginning."""
_LEAST_MINUTES, _MOST_MINUTES = 5, 7 * 24 * 60
_MOST_OVERLAP: Final = 31 * 24


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an operator says of a source. An empty `token` leaves the one that is kept."""

    name: str
    url: str
    paging: str
    cursor_path: str = ""
    first_page: int = 1
    token: str = ""
    without_token: bool = False
    every_minutes: int = 60
    overlap_hours: int = 24
    since: datetime | None = None
    is_active: bool = True


def make_source(*, actor: Actor, said: Said) -> NoticeSource:
    """A new source, asked within a minute if it is active. Raises NotFound, Invalid."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    _check(said)
    with transaction.atomic():
        moment = clock.db_now()
        source = NoticeSource(made_by_id=actor.person_id, made_at=moment, since=said.since or moment - FIRST)
        _write(source, said)
        source.next_run_at = moment
        source.save(force_insert=True)
        journal.append("notice_source.made", actor=actor, subject=source, **_facts(source))
        return source


def change_source(*, actor: Actor, source_id: UUID, said: Said) -> NoticeSource:
    """Raises NotFound, Invalid. A change of the address begins anew from where the source was read to."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    _check(said)
    with transaction.atomic():
        source = _lock(source_id)
        if (source.url, source.paging, source.cursor_path) != (said.url, said.paging, said.cursor_path):
            source.place = {name: value for name, value in source.place.items() if name == "import"}
        if said.since is not None:
            source.since = said.since
        _write(source, said)
        source.fault, source.failed_in_row = "", 0
        source.next_run_at = clock.db_now()
        source.save()
        journal.append("notice_source.changed", actor=actor, subject=source, **_facts(source))
        return source


def remove_source(*, actor: Actor, source_id: UUID) -> None:
    """It is asked no more; what it brought stays, and its imports go on naming it. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        source = _lock(source_id)
        source.removed_at, source.is_active, source.token = clock.db_now(), False, ""
        source.save(update_fields=["removed_at", "is_active", "token"])
        journal.append("notice_source.removed", actor=actor, subject=source, name=source.name)


def ask_now(*, actor: Actor, source_id: UUID) -> None:
    """Have the worker ask it now. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        source = _lock(source_id)
        journal.append("notice_source.asked", actor=actor, subject=source)
        defer(source.pk)


def defer(source_id: UUID, *, seconds: int = 0) -> None:
    """Give it to the worker, after a while if so said; a source is asked by one at a time."""
    app.configure_task(PULL, lock=f"source {source_id}", schedule_in={"seconds": seconds} if seconds else None).defer(
        source_id=str(source_id)
    )


def start_due() -> int:
    """Give the sources that are due to the worker; how many."""
    with transaction.atomic():
        moment = clock.db_now()
        due = NoticeSource.objects.select_for_update(skip_locked=True).filter(
            is_active=True, removed_at=None, next_run_at__lte=moment
        )
        count = 0
        for source in due[:20]:
            source.next_run_at = moment + timedelta(minutes=source.every_minutes)
            source.save(update_fields=["next_run_at"])
            defer(source.pk)
            count += 1
        return count


def way_of(source: NoticeSource) -> Way:
    return Way(url=source.url, paging=source.paging, first_page=source.first_page, cursor_path=source.cursor_path)


def _lock(source_id: UUID) -> NoticeSource:
    source = NoticeSource.objects.select_for_update().filter(pk=source_id, removed_at=None).first()
    if source is None:
        raise NotFound
    return source


def _write(source: NoticeSource, said: Said) -> None:
    for name in ("name", "url", "paging", "cursor_path", "first_page", "every_minutes", "overlap_hours", "is_active"):
        setattr(source, name, getattr(said, name))
    if said.token or said.without_token:
        source.token = said.token


def _facts(source: NoticeSource) -> dict[str, Any]:
    # An address may hold a key: only whose server it is stands in the journal.
    host = source.url.partition("://")[2].partition("/")[0].partition("?")[0]
    return {"name": source.name, "host": host, "every_minutes": source.every_minutes, "is_active": source.is_active}


_WANTED: Final[dict[str, str]] = {"number": "page", "cursor": "cursor", "since": "since"}


def _check(said: Said) -> None:
    faults: dict[str, Sentence] = {}
    if not said.name.strip():
        faults["name"] = _("Give it a name.")
    if paging.unknown(said.url):
        faults["url"] = _("Only {since}, {until}, {page} and {cursor} may stand in braces.")
    elif _target(said) is None:
        faults["url"] = _("This can't be asked. An address begins with https:// and holds no user and password.")
    elif said.paging not in NoticeSource.Paging.values:
        faults["paging"] = _("Choose how its pages follow one another.")
    elif (name := _WANTED.get(said.paging)) and not paging.has(said.url, name):
        faults["url"] = _("With this kind of pages the address wants {page}, {cursor} or {since} in it.")
    if said.paging == "cursor" and not said.cursor_path:
        faults["cursor_path"] = _("Say where a page names the next cursor, such as meta.next.")
    if not _LEAST_MINUTES <= said.every_minutes <= _MOST_MINUTES:
        faults["every_minutes"] = _("Ask it every five minutes at most and once a week at least.")
    if not 0 <= said.overlap_hours <= _MOST_OVERLAP:
        faults["overlap_hours"] = _("The overlap is between nought and 744 hours.")
    if faults:
        raise Invalid(fields=faults)


def _target(said: Said) -> addresses.Target | None:
    tried = paging.address(Way(url=said.url, paging=said.paging), Place(since=datetime.now().astimezone(), cursor="x"))
    return addresses.read(tried, with_http=bool(settings.IMPORT_INSIDE))
