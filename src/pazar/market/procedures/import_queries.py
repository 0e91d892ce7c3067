"""Every read about imports: for operators alone (B12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from pazar.ground.api.paging import Keyed, keyset
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.market.procedures.models import (
    ImportedFile,
    ImportKept,
    ImportRefusal,
    NoticeImport,
    NoticeSource,
    Procedure,
    SourceRelease,
)

PAGE = 30
SILENT = timedelta(minutes=5)
_COUNTS = ("read", "new", "changed", "same", "refused")


def imports(actor: Actor) -> QuerySet[NoticeImport]:
    """All imports with their sums, the newest first is `imports_page`'s. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    parts = ImportedFile.objects.filter(notice_import=OuterRef("pk")).order_by().values("notice_import")
    sums = {f"sum_{name}": Coalesce(Subquery(parts.annotate(sum=Sum(name)).values("sum")), 0) for name in _COUNTS}
    return NoticeImport.objects.select_related("begun_by", "source", "undone_by").annotate(
        **sums,
        file_count=Coalesce(Subquery(parts.annotate(n=Count("pk")).values("n")), 0),
        first_name=Subquery(
            ImportedFile.objects.filter(notice_import=OuterRef("pk")).order_by("position").values("name")[:1]
        ),
    )


def imports_page(actor: Actor, cursor: str = "", *, source_id: UUID | None = None) -> Keyed[NoticeImport]:
    found = imports(actor)
    if source_id is not None:
        found = found.filter(source_id=source_id)
    return keyset(found, ["-began_at", "-id"], cursor, PAGE)


def one(actor: Actor, import_id: UUID) -> NoticeImport:
    """Raises NotFound."""
    found = imports(actor).filter(pk=import_id).first()
    if found is None:
        raise NotFound
    return found


def files(run: NoticeImport) -> Sequence[ImportedFile]:
    return list(run.parts.order_by("position"))


def refusals(run: NoticeImport, *, file_id: UUID | None = None) -> QuerySet[ImportRefusal]:
    found = ImportRefusal.objects.filter(file__notice_import=run).select_related("file")
    return found.filter(file_id=file_id) if file_id else found


def refusals_page(run: NoticeImport, cursor: str, *, file_id: UUID | None = None) -> Keyed[ImportRefusal]:
    return keyset(refusals(run, file_id=file_id), ["id"], cursor, 50)


def codes(run: NoticeImport) -> Sequence[tuple[str, int]]:
    """How often each reason stands in the report, the commonest first."""
    found = refusals(run).order_by().values("code").annotate(n=Count("pk")).order_by("-n", "code")
    return list(found.values_list("code", "n"))


def kept_page(run: NoticeImport, cursor: str) -> Keyed[ImportKept]:
    return keyset(run.kept.select_related("procedure", "later"), ["id"], cursor, 50)


def brought(run: NoticeImport) -> QuerySet[Procedure]:
    """The procedures of which the import brought something that is still there."""
    own = SourceRelease.objects.filter(brought_by=run).values("procedure_id")
    return Procedure.objects.filter(pk__in=own)


def brought_page(run: NoticeImport, cursor: str) -> Keyed[Procedure]:
    return keyset(brought(run), ["id"], cursor, PAGE)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far an import or its undo is; `share` is None while it can't be known."""

    state: str
    read: int
    new: int
    changed: int
    same: int
    refused: int
    file: str
    files_done: int
    files: int
    share: float | None
    seen_at: datetime | None
    fault: str

    @cached_property
    def is_over(self) -> bool:
        return self.state in (NoticeImport.State.ENDED, NoticeImport.State.UNDONE)


def progress(import_id: UUID) -> Progress | None:
    """Two statements; asked again and again by an open page."""
    run = NoticeImport.objects.filter(pk=import_id).first()
    if run is None:
        return None
    parts = list(run.parts.order_by("position").values(*_COUNTS, "name", "size", "at_byte", "done_at"))
    size = sum(part["size"] for part in parts)
    at = sum(part["size"] if part["done_at"] else min(part["at_byte"], part["size"]) for part in parts)
    waiting = [part["name"] for part in parts if not part["done_at"]]
    return Progress(
        state=run.state,
        **{name: sum(part[name] for part in parts) for name in _COUNTS},
        file=waiting[0] if waiting else "",
        files_done=len(parts) - len(waiting),
        files=len(parts),
        share=at / size if size and run.state != NoticeImport.State.UNDOING else None,
        seen_at=run.seen_at,
        fault=run.fault,
    )


def sources(actor: Actor) -> QuerySet[NoticeSource]:
    """Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    return NoticeSource.objects.filter(removed_at=None).order_by("name", "id")


def source(actor: Actor, source_id: UUID) -> NoticeSource:
    """Raises NotFound."""
    found = sources(actor).filter(pk=source_id).first()
    if found is None:
        raise NotFound
    return found


def running(actor: Actor) -> int:
    """How many imports wait, run or are being undone."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    State = NoticeImport.State  # noqa: N806
    return (
        NoticeImport.objects.filter(state__in=(State.WAITING, State.RUNNING, State.UNDOING))
        .exclude(way=NoticeImport.Way.COMMAND, seen_at__lt=F("began_at"))
        .count()
    )
