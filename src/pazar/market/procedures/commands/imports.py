"""Imports that an operator begins and the worker runs (B12): files come in, are read, and are forgotten."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app

from pazar.ground import clock, journal
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import policies
from pazar.ground.identity import queries as people
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.messages import commands as messages
from pazar.ground.messages.commands import Told
from pazar.market.procedures.adapters.containers import label
from pazar.market.procedures.commands import folder, sources
from pazar.market.procedures.commands.import_notices import TakenOver, Writer, finish
from pazar.market.procedures.models import ImportedFile, NoticeImport

RUN: Final = "procedures.run_import"
KIND: Final = "import"
MOST_FILES: Final = 200
_PIECE: Final = 1 << 18
_FOLDER: Final = "imports"

log = logging.getLogger(__name__)


class NothingToImport(Refusal):
    code = "nothing_to_import"
    status = 422
    what = _("No file was chosen.")
    why = _("An import begins with at least one file that isn't empty.")
    remedy = _("Choose the files and send them again.")


class TooManyFiles(Refusal):
    code = "too_many_files"
    status = 413
    what = _("These are too many files at once.")
    why = _("One import takes up to {most} files.")
    remedy = _("Put them into a ZIP or tar archive, or send them in several imports.")


class ImportTooLarge(Refusal):
    code = "import_too_large"
    status = 413
    what = _("The file “{name}” makes the import too large.")
    why = _("All files of one import together may have up to {most} MB.")
    remedy = _("Pack the files by gzip or ZIP, divide them, or put them into the watched folder.")


class Stopped(Exception):
    """The worker is asked to stop; the import goes on with the next one."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file as it comes in."""

    name: str
    stream: IO[bytes]


def upload(*, actor: Actor, files: Sequence[Sent], way: str = NoticeImport.Way.UPLOAD) -> NoticeImport:
    """Keep the files and have the worker import them.

    Raises NotFound, NothingToImport, TooManyFiles, ImportTooLarge.
    """
    policies.require_staff(actor, StaffRole.OPERATOR)
    if len(files) > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    run = NoticeImport(way=way, state=NoticeImport.State.WAITING, begun_by_id=actor.person_id)
    parts: list[ImportedFile] = []
    try:
        for place, sent in enumerate(files):
            parts.append(_kept(run, place, sent, room=settings.IMPORT_MOST_BYTES - sum(part.size for part in parts)))
        if not any(part.size for part in parts):
            raise NothingToImport
        with transaction.atomic():
            run.began_at = clock.db_now()
            run.save(force_insert=True)
            ImportedFile.objects.bulk_create(parts)
            journal.append(
                "notices.import_asked",
                actor=actor,
                subject=run,
                files=[{"file": part.name, "sha256": bytes(part.digest or b"").hex()} for part in parts],
            )
            defer(run.pk)
    except BaseException:
        _forget(part.path for part in parts)
        raise
    return run


def _kept(run: NoticeImport, place: int, sent: Sent, *, room: int) -> ImportedFile:
    """The file's content in the store, under a name of ours: what it calls itself is a label only."""
    name = label(Path(sent.name.replace("\\", "/")).name) or "file"
    digest = hashlib.sha256()
    size = 0
    while piece := sent.stream.read(_PIECE):
        size += len(piece)
        if size > room:
            raise ImportTooLarge(name=name, most=settings.IMPORT_MOST_BYTES >> 20)
        digest.update(piece)
    sent.stream.seek(0)
    path = default_storage.save(f"{_FOLDER}/{run.pk}/{place}", File(sent.stream))
    return ImportedFile(notice_import=run, position=place, name=name, path=path, size=size, digest=digest.digest())


def defer(import_id: UUID) -> None:
    """Give the import to the worker; of one import only one job runs at a time."""
    app.configure_task(RUN, lock=f"import {import_id}").defer(import_id=str(import_id))


def go_on(*, actor: Actor, import_id: UUID) -> None:
    """Have the worker go on with an import that broke off. Raises NotFound, and for one that didn't."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        found = NoticeImport.objects.select_for_update().filter(pk=import_id, state=NoticeImport.State.FAILED).first()
        if found is None or found.way == NoticeImport.Way.COMMAND:
            raise NotFound
        if found.source_id is not None:
            sources.defer(found.source_id)  # its next run goes on where this one stopped
            return
        found.state = NoticeImport.State.WAITING
        found.save(update_fields=["state"])
        journal.append("notices.import_gone_on", actor=actor, subject=found)
        defer(import_id)


def run(*, import_id: UUID, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Import what isn't imported yet; whether there is more to do, since the worker is stopping.

    May be repeated: each batch is written together with how far its file has come, so that a run that was killed is
    gone on with and tells the same in the end.
    """
    found = _begun(import_id)
    if found is None:
        _after(import_id)
        return False
    writer = Writer(found)

    def watch(_path: Path, _at: int) -> None:
        if is_stopping():
            raise Stopped

    try:
        for part in found.parts.filter(done_at=None).order_by("position"):
            with content(part) as path:
                writer.take(part, path, watch)
    except Stopped:
        return True
    except TakenOver:
        return False
    except Exception:
        with transaction.atomic():
            NoticeImport.objects.filter(pk=import_id).update(state=NoticeImport.State.FAILED, fault="broke-off")
        raise
    end(found)
    return False


def end(run: NoticeImport) -> None:
    """Say that it came to its end, let the files go, tell who began it."""
    finish(actor=actor_of(run), run=run)
    _after(run.pk)


def _after(import_id: UUID) -> None:
    """What follows the end; may be repeated."""
    run = NoticeImport.objects.filter(pk=import_id, state=NoticeImport.State.ENDED).first()
    if run is None:
        return
    if run.way == NoticeImport.Way.FOLDER:
        folder.settle(run)
    _forget(run.parts.exclude(path="").values_list("path", flat=True))
    run.parts.update(path="")
    tell(run)


def _begun(import_id: UUID) -> NoticeImport | None:
    with transaction.atomic():
        found = NoticeImport.objects.select_for_update().filter(pk=import_id).first()
        wanted = (NoticeImport.State.WAITING, NoticeImport.State.RUNNING, NoticeImport.State.FAILED)
        if found is None or found.state not in wanted:
            return None
        found.state, found.fault, found.seen_at = NoticeImport.State.RUNNING, "", clock.db_now()
        found.save(update_fields=["state", "fault", "seen_at"])
        return found


@contextmanager
def content(part: ImportedFile) -> Iterator[Path]:
    """The file's content on this machine."""
    if part.path.startswith(folder.MARK):
        yield folder.taken(part)
        return
    yield Path(default_storage.path(part.path)) if part.path else Path()


def _forget(paths: Iterable[str]) -> None:
    for path in list(paths):
        if path and not path.startswith(folder.MARK):
            default_storage.delete(path)


def sweep() -> int:
    """Delete contents that no import names any more: of uploads that broke off. How many."""
    count = 0
    try:
        folders, _files = default_storage.listdir(_FOLDER)
    except FileNotFoundError:
        return 0
    for name in folders:
        try:
            known = ImportedFile.objects.filter(notice_import_id=UUID(name)).exclude(path="").exists()
        except ValueError:
            known = False
        if known:
            continue
        for file in default_storage.listdir(f"{_FOLDER}/{name}")[1]:
            default_storage.delete(f"{_FOLDER}/{name}/{file}")
            count += 1
        default_storage.delete(f"{_FOLDER}/{name}")
    return count


def actor_of(run: NoticeImport) -> Actor:
    """Who is named in the journal: whoever began it, or the centre."""
    return people.actor_for(run.begun_by) if run.begun_by is not None else CENTRE


def tell(run: NoticeImport) -> None:
    """A message to whoever began it, once it is over or broke off."""
    if run.begun_by_id is None or run.way == NoticeImport.Way.COMMAND:
        return
    read = sum(part["read"] for part in run.files)
    refused = sum(part["refused"] for part in run.files)

    def render(_language: str) -> Told:
        title = ngettext("The import of %(n)s notice is over", "The import of %(n)s notices is over", read)
        if refused:
            text = ngettext(
                "%(n)s was refused; the report says why.", "%(n)s were refused; the report says why.", refused
            )
        else:
            text = said("Nothing was refused.")
        return Told(title=title % {"n": read}, text=text % {"n": refused} if refused else text)

    messages.tell(
        person_ids=[run.begun_by_id],
        kind=KIND,
        once=f"import:{run.pk}",
        path=reverse("procedures:import", args=[run.pk]),
        render=render,
        company_id=None,
    )
