"""Imports over the API (B12): operators put files in, follow them, read the report, undo."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from pazar.ground.api.auth import TokenAuth
from pazar.ground.api.paging import Page, Place, page
from pazar.ground.api.scopes import Scope
from pazar.ground.identity.requests import ActorRequest
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.market.procedures import import_queries as queries
from pazar.market.procedures.adapters.messages import sentence_of
from pazar.market.procedures.commands import imports, undo
from pazar.market.procedures.commands.imports import Sent
from pazar.market.procedures.models import ImportedFile, ImportKept, ImportRefusal, NoticeImport

router = Router(tags=["imports"])
READ = TokenAuth(Scope.IMPORTS_READ, staff=StaffRole.OPERATOR)
WRITE = TokenAuth(Scope.IMPORTS_WRITE, staff=StaffRole.OPERATOR)


def _actor(request: HttpRequest) -> Actor:
    return cast(ActorRequest, request).actor


class ImportOut(Schema):
    """An import with its sums. `share` says how much of its files has been read, from 0 to 1."""

    id: UUID
    way: str = Field(description="command, upload, api, folder or source")
    state: str = Field(description="waiting, running, ended, failed, undoing or undone")
    began_at: datetime
    ended_at: datetime | None
    undone_at: datetime | None
    begun_by: str
    files: int
    read: int
    new: int
    changed: int
    same: int
    refused: int
    removed: int | None = Field(description="By its undo: what it alone had brought.")
    set_back: int | None
    kept: int | None

    @classmethod
    def of(cls, run: Any) -> "ImportOut":  # an import with its sums
        return cls(
            id=run.pk,
            way=run.way,
            state=run.state,
            began_at=run.began_at,
            ended_at=run.ended_at,
            undone_at=run.undone_at,
            begun_by=run.begun_by.name if run.begun_by else "",
            files=run.file_count,
            read=run.sum_read,
            new=run.sum_new,
            changed=run.sum_changed,
            same=run.sum_same,
            refused=run.sum_refused,
            removed=run.undo.get("removed"),
            set_back=run.undo.get("set_back"),
            kept=run.undo.get("kept"),
        )


class FileOut(Schema):
    id: UUID
    name: str
    size: int
    sha256: str
    format: str
    done: bool
    read: int
    new: int
    changed: int
    same: int
    refused: int

    @classmethod
    def of(cls, file: ImportedFile) -> "FileOut":
        return cls(
            id=file.pk,
            name=file.name,
            size=file.size,
            sha256=bytes(file.digest).hex() if file.digest else "",
            format=file.format,
            done=file.done_at is not None,
            read=file.read,
            new=file.new,
            changed=file.changed,
            same=file.same,
            refused=file.refused,
        )


class ImportWhole(ImportOut):
    parts: list[FileOut]
    share: float | None


class RefusalOut(Schema):
    """Something that wasn't taken. `place` is inside the file: archive's member › unit."""

    file: str
    place: str
    field: str
    code: str
    message: str

    @classmethod
    def of(cls, line: ImportRefusal) -> "RefusalOut":
        return cls(
            file=line.file.name,
            place=line.place,
            field=line.field,
            code=line.code,
            message=sentence_of(line.code, line.params),
        )


class KeptOut(Schema):
    """A procedure that the undo left as it is. `why`: later, told, lead, deal or held."""

    procedure_id: UUID
    reference: str
    why: str
    later_import_id: UUID | None

    @classmethod
    def of(cls, row: ImportKept) -> "KeptOut":
        return cls(
            procedure_id=row.procedure_id,
            reference=row.procedure.reference,
            why=row.why,
            later_import_id=row.later_id,
        )


class PlanOut(Schema):
    """What an undo would do."""

    removed: int
    set_back: int
    kept: dict[str, int]


def _whole(actor: Actor, import_id: UUID) -> ImportWhole:
    run = queries.one(actor, import_id)
    progress = queries.progress(run.pk)
    return ImportWhole(
        **ImportOut.of(run).model_dump(),
        parts=[FileOut.of(file) for file in queries.files(run)],
        share=progress.share if progress else None,
    )


@router.get("", response=Page[ImportOut], auth=READ)
def list_imports(request: HttpRequest, place: Query[Place]) -> dict[str, Any]:
    """All imports, the newest first."""
    return page(request, queries.imports(_actor(request)), ["-began_at", "-id"], place, show=ImportOut.of)


@router.post("", response={201: ImportWhole}, auth=WRITE)
def begin_import(request: HttpRequest, files: File[list[UploadedFile]]) -> Status[ImportWhole]:
    """Put files in; the worker imports them. Follow `state` until it is `ended`."""
    given = [Sent(name=file.name or "", stream=cast(Any, file)) for file in files]
    run = imports.upload(actor=_actor(request), files=given, way=NoticeImport.Way.API)
    return Status(201, _whole(_actor(request), run.pk))


@router.get("/{uuid:import_id}", response=ImportWhole, auth=READ)
def read_import(request: HttpRequest, import_id: UUID) -> ImportWhole:
    """How far it is, file by file."""
    return _whole(_actor(request), import_id)


@router.get("/{uuid:import_id}/refusals", response=Page[RefusalOut], auth=READ)
def list_import_refusals(request: HttpRequest, import_id: UUID, place: Query[Place]) -> dict[str, Any]:
    """The report: what wasn't taken, where it stands, and why."""
    run = queries.one(_actor(request), import_id)
    return page(request, queries.refusals(run), ["id"], place, show=RefusalOut.of)


@router.get("/{uuid:import_id}/undo", response=PlanOut, auth=READ)
def plan_undo(request: HttpRequest, import_id: UUID) -> PlanOut:
    """What undoing it would do, without doing it."""
    plan = undo.plan(actor=_actor(request), import_id=import_id)
    return PlanOut(removed=plan.removed, set_back=plan.set_back, kept=plan.kept)


@router.post("/{uuid:import_id}/undo", response={202: ImportWhole}, auth=WRITE)
def undo_import(request: HttpRequest, import_id: UUID) -> Status[ImportWhole]:
    """Undo it whole: follow `state` until it is `undone`, then read what was kept."""
    run = undo.ask(actor=_actor(request), import_id=import_id)
    return Status(202, _whole(_actor(request), run.pk))


@router.get("/{uuid:import_id}/kept", response=Page[KeptOut], auth=READ)
def list_import_kept(request: HttpRequest, import_id: UUID, place: Query[Place]) -> dict[str, Any]:
    """What its undo left as it is, and why."""
    run = queries.one(_actor(request), import_id)
    return page(request, run.kept.select_related("procedure"), ["id"], place, show=KeptOut.of)
