"""Take a file in, and let it go."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from pazar.ground import clock
from pazar.ground.errors import NotAllowed, Refusal
from pazar.ground.files.models import StoredFile
from pazar.ground.files.rules import kinds
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.postgres import advisory

_CHUNK = 64 * 1024
_MOST_PARTS = 10_000
_CONTENT = "file content"
SWEEP = "files.sweep"
"""The job that takes a content away."""


class FileTooLarge(Refusal):
    code = "file_too_large"
    status = 413
    what = _("The file “{name}” is too large.")
    why = _("A file may have at most {most} MB.")
    remedy = _("Make it smaller or divide it.")


class FileEmpty(Refusal):
    code = "file_empty"
    status = 422
    what = _("The file “{name}” is empty.")
    why = _("There is nothing in it to keep.")
    remedy = _("Choose the file again.")


class FileKindRefused(Refusal):
    code = "file_kind_refused"
    status = 415
    what = _("The file “{name}” can't be taken.")
    why = _("By its content it is none of the kinds that are taken, or its name says another kind than its content.")
    remedy = _("Send a PDF, an office document, a picture, a drawing (DWG), a text or a ZIP, named as what it is.")


class QuotaReached(Refusal):
    code = "quota_reached"
    status = 413
    what = _("There is no room for the file “{name}”.")
    why = _("Your company may keep {most} MB in files; with this one it would have more.")
    remedy = _("Remove drafts that aren't needed, or ask the centre for more room.")


def store(*, actor: Actor, name: str, stream: IO[bytes]) -> StoredFile:
    """Keep what `stream` holds as a file of the actor's company; who may read it is for its domain to say.

    The content is written before the row is seen, named by its digest: the same content lies there once, and a row
    never points to nothing. Raises NotAllowed, FileTooLarge, FileEmpty, FileKindRefused, QuotaReached.
    """
    if actor.company_id is None:
        raise NotAllowed
    name = kinds.clean_name(name) or "file"
    most = settings.FILE_MOST_BYTES
    with tempfile.SpooledTemporaryFile(max_size=2 * 1024 * 1024) as kept:
        digest, size = hashlib.sha256(), 0
        for chunk in _chunks(stream):
            size += len(chunk)
            if size > most:
                raise FileTooLarge(name=name, most=most // 1024**2)
            digest.update(chunk)
            kept.write(chunk)
        if not size:
            raise FileEmpty(name=name)
        kind = _kind_of(kept)
        if kind is None or not kinds.fits(kind, name):
            raise FileKindRefused(name=name)
        path = f"{digest.hexdigest()[:2]}/{digest.hexdigest()}"
        with transaction.atomic():
            # Whoever stores this content, or takes it away after its last name, waits for the other.
            advisory.alone(_CONTENT, path)
            _require_room(actor.company_id, name, size)
            if not default_storage.exists(path):
                kept.seek(0)
                default_storage.save(path, File(kept))
            return StoredFile.objects.create(
                owner_id=actor.company_id,
                name=name,
                media_type=kind.media_type,
                size=size,
                digest=digest.digest(),
                path=path,
                stored_by_id=actor.person_id,
                stored_at=clock.db_now(),
            )


def release(file_ids: Iterable[UUID]) -> None:
    """Forget files that nothing names any more, as a part of the running transaction; what is still named stays.

    They stop counting against the company's room with its commit; a job that is there with the same commit then takes
    the contents away. May be repeated.
    """
    for file in StoredFile.objects.filter(pk__in=list(file_ids)):
        try:
            with transaction.atomic():
                file.delete()
        except ProtectedError:
            continue
        app.configure_task(SWEEP).defer(path=file.path)


def sweep(*, path: str) -> None:
    """Take a content away if no file has it any more. May be repeated."""
    with transaction.atomic():
        advisory.alone(_CONTENT, path)
        if not StoredFile.objects.filter(path=path).exists():
            default_storage.delete(path)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk


def _kind_of(kept: IO[bytes]) -> kinds.Kind | None:
    kept.seek(0)
    head = kept.read(kinds.HEAD)
    if not head.startswith(b"PK\x03\x04"):
        return kinds.told(head)
    if _parts_listed(kept) > _MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(kept) as archive:
            names = archive.namelist()
            if len(names) > _MOST_PARTS:
                return None
            mimetype = ""
            first = archive.getinfo("mimetype") if "mimetype" in names else None
            # As the formats want it: what it is packed by could ask for any memory to unpack a few bytes.
            if first is not None and first.compress_type == zipfile.ZIP_STORED and first.file_size < 100:
                mimetype = archive.read("mimetype").decode("ascii", errors="replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
        return kinds.told(head)
    return kinds.told(head, parts=names, mimetype=mimetype)


def _parts_listed(kept: IO[bytes]) -> int:
    """At most how many parts a ZIP lists: half a million of them fit into a file, and cost the library seconds."""
    mark, found, end = b"PK\x01\x02", 0, b""
    kept.seek(0)
    while chunk := kept.read(_CHUNK):
        found += (end + chunk).count(mark)
        end = chunk[-len(mark) + 1 :]
    return found


def _require_room(company_id: UUID, name: str, size: int) -> None:
    held = StoredFile.objects.filter(owner_id=company_id).aggregate(all=Sum("size"))["all"] or 0
    if held + size > settings.FILE_QUOTA_BYTES:
        raise QuotaReached(name=name, most=settings.FILE_QUOTA_BYTES // 1024**2)
