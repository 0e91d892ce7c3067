"""The watched folder (B12): a file that is put there whole is imported once, then lies in done/ or refused/.

A file is moved to `.taken/<import>/` before anything is written about it, so that two workers can't both take it and a
crash at any place leaves it where the next look finds it. What becomes of it is written beside it.
"""

import json
import logging
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.ids import new_id
from pazar.market.procedures.adapters.containers import label
from pazar.market.procedures.adapters.messages import sentence_of
from pazar.market.procedures.models import ImportedFile, ImportRefusal, NoticeImport

MARK: Final = "folder:"
SETTLED_SECONDS: Final = 5.0
"""A file that nobody has written to for so long, and that hasn't grown between two looks, is there whole."""
_RUN: Final = "procedures.run_import"
_TAKEN, _DONE, _REFUSED = ".taken", "done", "refused"
_UNFINISHED: Final = (".part", ".tmp", ".partial", ".filepart", ".crdownload", ".download", ".swp", "~")
_AT_ONCE: Final = 20
_LOCK: Final = 0x706F6C64
_SHOWN: Final = 1_000  # refusals that a report beside a file names

log = logging.getLogger(__name__)
_seen: dict[str, tuple[int, int]] = {}  # size and time of change at the last look, by name


@dataclass(frozen=True, kw_only=True)
class State:
    """The folder as the operator's page shows it; `fault` is a code."""

    path: str
    fault: str = ""
    waiting: int = 0


def state() -> State | None:
    """None where no folder is watched."""
    if not settings.IMPORT_FOLDER:
        return None
    root = Path(settings.IMPORT_FOLDER)
    if not root.is_dir():
        return State(path=str(root), fault="missing")
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        return State(path=str(root), fault="closed")
    return State(path=str(root), waiting=sum(1 for _ in _files(root)))


def look() -> int:
    """One look: take what is there whole, each as an import of its own; how many. May be repeated at any moment."""
    if not settings.IMPORT_FOLDER:
        return 0
    root = Path(settings.IMPORT_FOLDER)
    if not root.is_dir():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        for import_id, file in _orphans(root):
            _note(import_id, file)
        whole = _whole(root)
    for file in whole[:_AT_ONCE]:
        import_id = new_id()
        place = root / _TAKEN / str(import_id)
        place.mkdir(parents=True, mode=0o700)
        try:
            file.rename(place / file.name)
        except FileNotFoundError:
            place.rmdir()  # taken away again in the meantime
            continue
        _note(import_id, place / file.name)
    return len(whole[:_AT_ONCE])


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Plain files that nobody is still writing under a name that says so; links are never followed."""
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name.lower().endswith(_UNFINISHED):
            continue
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(found.st_mode):
            yield path, found


def _whole(root: Path) -> list[Path]:
    """What has settled: unchanged since the last look, and untouched for a while."""
    now = time.time()
    whole: list[Path] = []
    here: dict[str, tuple[int, int]] = {}
    for path, found in _files(root):
        here[path.name] = (found.st_size, found.st_mtime_ns)
        if _seen.get(path.name) == here[path.name] and now - found.st_mtime >= SETTLED_SECONDS:
            whole.append(path)
    _seen.clear()
    _seen.update(here)
    return whole


def _orphans(root: Path) -> list[tuple[UUID, Path]]:
    """Files that were taken by somebody who died before he noted it."""
    orphans: list[tuple[UUID, Path]] = []
    taken_here = root / _TAKEN
    if not taken_here.is_dir():
        return orphans
    for place in sorted(taken_here.iterdir()):
        try:
            import_id = UUID(place.name)
        except ValueError:
            continue
        files = [file for file in place.iterdir() if file.is_file()]
        if not files:
            place.rmdir()
        elif not NoticeImport.objects.filter(pk=import_id).exists():
            orphans.append((import_id, files[0]))
    return orphans


def _note(import_id: UUID, file: Path) -> None:
    with transaction.atomic():
        run, made = NoticeImport.objects.get_or_create(
            pk=import_id,
            defaults={
                "began_at": clock.db_now(),
                "way": NoticeImport.Way.FOLDER,
                "state": NoticeImport.State.WAITING,
            },
        )
        if not made:
            return
        part = ImportedFile.objects.create(
            notice_import=run,
            position=0,
            name=label(file.name),
            path=f"{MARK}{_TAKEN}/{import_id}/{file.name}",
            size=file.stat().st_size,
        )
        journal.append("notices.import_asked", actor=CENTRE, subject=run, files=[{"file": part.name}])
        app.configure_task(_RUN, lock=f"import {import_id}").defer(import_id=str(import_id))


def taken(part: ImportedFile) -> Path:
    """Where the content of such a file lies while it is imported."""
    return Path(settings.IMPORT_FOLDER) / part.path.removeprefix(MARK)


def settle(run: NoticeImport) -> None:
    """Move the imported file to done/, or to refused/ if nothing of it was taken, its report beside it.

    May be repeated: a file that isn't there any more was moved before.
    """
    for part in run.parts.exclude(path=""):
        source = taken(part)
        if not source.is_file():
            continue
        kept = Path(settings.IMPORT_FOLDER) / (_DONE if part.new + part.changed + part.same else _REFUSED)
        kept.mkdir(exist_ok=True)
        target = kept / source.name
        if target.exists():
            target = kept / f"{source.stem}.{run.pk}{source.suffix}"
        report = target.with_name(f"{target.name}.report.json")
        unfinished = report.with_name(f".{report.name}.tmp")
        unfinished.write_text(json.dumps(told(run, part), ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.rename(report)
        source.rename(target)
        source.parent.rmdir()


def told(run: NoticeImport, part: ImportedFile) -> dict[str, object]:
    """The report of a file, for programs and people."""
    refusals = ImportRefusal.objects.filter(file=part).order_by("number")[:_SHOWN]
    return {
        "import": str(run.pk),
        "file": part.name,
        "format": part.format,
        "read": part.read,
        "new": part.new,
        "changed": part.changed,
        "same": part.same,
        "refused": part.refused,
        "refusals": [
            {
                "where": line.place,
                "field": line.field,
                "code": line.code,
                "message": sentence_of(line.code, line.params),
            }
            for line in refusals
        ],
    }
