"""Undo a whole import (B12): what it alone brought goes, what it changed is set back to the version before.

A procedure stays as it is where something has been built on it since: a later import, a supplier who was told, a lead
or a deal. Which ones and why is kept row by row; undoing the later import first frees its rows.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from pazar import events
from pazar.ground import clock, journal, outbox
from pazar.ground.errors import NotFound, Refusal
from pazar.ground.identity import policies
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.identity.scope import acting
from pazar.ground.ids import new_id
from pazar.market.procedures.commands.import_notices import turns, write_anew
from pazar.market.procedures.models import (
    ImportKept,
    JoinedProcedure,
    Lot,
    NoticeImport,
    Procedure,
    SourceKey,
    SourceRelease,
)
from pazar.market.procedures.rules import notice as notices
from pazar.market.procedures.rules import outside
from pazar.market.procedures.rules.notice import Notice

UNDO: Final = "procedures.undo_import"
BATCH: Final = 200
LATER, TOLD, LEAD, DEAL, HELD = "later", "told", "lead", "deal", "held"

Holder = Callable[[Collection[UUID]], Collection[UUID]]
_holders: dict[str, Holder] = {}


class ImportNotOver(Refusal):
    code = "import_not_over"
    status = 409
    what = _("This import can't be undone now.")
    why = _("It is still running, or it is being undone already.")
    remedy = _("Wait until it is over, then undo it.")


class NothingToUndo(Refusal):
    code = "nothing_to_undo"
    status = 409
    what = _("There is nothing to undo.")
    why = _("This import brought nothing that is still there, or all that can be undone is undone.")
    remedy = _("Look at its report to see what it brought.")


def connect(holders: Mapping[str, Holder]) -> None:
    """Name who builds on procedures: each tells which of some it holds. Called by `roof.wiring` alone."""
    _holders.update(holders)


@dataclass(slots=True)
class Touched:
    """A procedure of which an import brought something; `later` is the newest import after it, if any."""

    id: UUID
    has_others: bool
    later: UUID | None


@dataclass(kw_only=True)
class Plan:
    """What an undo would do, counted."""

    removed: int = 0
    set_back: int = 0
    kept: dict[str, int] = field(default_factory=dict)

    @property
    def kept_count(self) -> int:
        return sum(self.kept.values())

    @property
    def total(self) -> int:
        return self.removed + self.set_back + self.kept_count


def plan(*, actor: Actor, import_id: UUID) -> Plan:
    """Look what an undo would do, without doing it. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    run = NoticeImport.objects.filter(pk=import_id).first()
    if run is None:
        raise NotFound
    found = Plan()
    with acting(CENTRE):
        for batch in _touched(run, 2_000):
            held = _held([one.id for one in batch if one.later is None])
            for one in batch:
                why = LATER if one.later else held.get(one.id, "")
                # What is only set back may still be held: whether a lot goes is seen when it is done.
                if why and (why == LATER or not one.has_others):
                    found.kept[why] = found.kept.get(why, 0) + 1
                elif one.has_others:
                    found.set_back += 1
                else:
                    found.removed += 1
    return found


def ask(*, actor: Actor, import_id: UUID) -> NoticeImport:
    """Have the worker undo the import. Raises NotFound, ImportNotOver, NothingToUndo."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    with transaction.atomic():
        run = NoticeImport.objects.select_for_update().filter(pk=import_id).first()
        if run is None:
            raise NotFound
        if not may_be_undone(run):
            raise ImportNotOver
        if not SourceRelease.objects.filter(brought_by=run).exists():
            raise NothingToUndo

        run.state, run.undone_by_id = NoticeImport.State.UNDOING, actor.person_id
        run.save(update_fields=["state", "undone_by"])
        journal.append("notices.import_undo_asked", actor=actor, subject=run)
        defer(import_id)
        return run


def defer(import_id: UUID) -> None:
    """Give the undo to the worker."""
    app.configure_task(UNDO, lock=f"import {import_id}").defer(import_id=str(import_id))


def may_be_undone(run: NoticeImport) -> bool:
    """Once it is over, or broke off; again, where rows were kept that may be free by now."""
    over = (NoticeImport.State.ENDED, NoticeImport.State.FAILED, NoticeImport.State.UNDONE)
    return run.state in over or is_silent(run)


def is_silent(run: NoticeImport) -> bool:
    """Whether it was begun on the command line and has been killed since: nobody will end it."""
    if run.state != NoticeImport.State.RUNNING or run.way != NoticeImport.Way.COMMAND:
        return False
    seen = run.seen_at or run.began_at
    return (clock.db_now() - seen).total_seconds() > 300


def undo(*, import_id: UUID, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Undo what can be, batch by batch; whether there is more to do, since the worker is stopping. May be repeated."""
    run = NoticeImport.objects.select_related("undone_by").filter(pk=import_id).first()
    if run is None or run.state != NoticeImport.State.UNDOING:
        return False
    done: set[UUID] = set()
    with transaction.atomic():
        run.kept.all().delete()
    while True:
        if is_stopping():
            return True
        with transaction.atomic(), acting(CENTRE):
            turns()
            batch = next(_touched(run, BATCH, without=done), [])
            if not batch:
                break
            _undo_batch(run, batch)
        done.update(one.id for one in batch)
    _finish(run)
    return False


def _finish(run: NoticeImport) -> None:
    by = Actor(person_id=run.undone_by_id) if run.undone_by_id else CENTRE
    with transaction.atomic():
        run.undo = {**_counts(run), "kept": run.kept.count()}
        run.state, run.undone_at, run.seen_at = NoticeImport.State.UNDONE, clock.db_now(), clock.db_now()
        run.save(update_fields=["state", "undone_at", "seen_at", "undo"])
        journal.append("notices.import_undone", actor=by, subject=run, **run.undo)


def _counts(run: NoticeImport) -> dict[str, int]:
    run.refresh_from_db(fields=["undo"])
    return {"removed": run.undo.get("removed", 0), "set_back": run.undo.get("set_back", 0)}


def _touched(run: NoticeImport, size: int, *, without: Collection[UUID] = ()) -> Iterator[list[Touched]]:
    """The procedures of which the import brought something, in order, by portions."""
    after: UUID | None = None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH mine AS (
                  SELECT DISTINCT procedure_id FROM procedures_sourcerelease
                   WHERE brought_by_id = %(run)s AND (%(after)s::uuid IS NULL OR procedure_id > %(after)s)
                     AND NOT procedure_id = ANY(%(without)s)
                   ORDER BY procedure_id LIMIT %(size)s
                )
                SELECT mine.procedure_id,
                       bool_or(r.brought_by_id <> %(run)s),
                       (array_agg(i.id ORDER BY i.began_at DESC, i.id DESC)
                          FILTER (WHERE i.id <> %(run)s AND (i.began_at, i.id) > (%(began)s, %(run)s)))[1]
                  FROM mine
                  JOIN procedures_sourcerelease r USING (procedure_id)
                  JOIN procedures_noticeimport i ON i.id = r.brought_by_id
                 GROUP BY 1 ORDER BY 1
                """,
                {"run": run.pk, "began": run.began_at, "after": after, "without": list(without), "size": size},
            )
            rows = [Touched(*row) for row in cursor.fetchall()]
        if not rows:
            return
        after = rows[-1].id
        yield rows


def _held(ids: Collection[UUID]) -> dict[UUID, str]:
    """Who holds which of these; the first reason counts."""
    found: dict[UUID, str] = {}
    for why, holder in _holders.items():
        for pk in holder(ids) if ids else ():
            found.setdefault(pk, why)
    return found


def _undo_batch(run: NoticeImport, batch: list[Touched]) -> None:
    ids = [one.id for one in batch]
    held = _held(ids)
    kept: dict[UUID, tuple[str, UUID | None]] = {one.id: (LATER, one.later) for one in batch if one.later}
    back = [one.id for one in batch if one.has_others and one.id not in kept]
    removed = [one.id for one in batch if not one.has_others and one.id not in kept and one.id not in held]
    kept |= {one.id: (held[one.id], None) for one in batch if not one.has_others and one.id in held and not one.later}

    said = _remaining(run, back)
    for pk in _losing_lots(said, held):
        kept[pk] = (held[pk], None)
        said.pop(pk)
    removed, protected = _remove(removed)
    kept |= dict.fromkeys(protected, (HELD, None))
    changed = _set_back(run, said)
    ImportKept.objects.bulk_create(
        [ImportKept(notice_import=run, procedure_id=pk, why=why, later_id=later) for pk, (why, later) in kept.items()],
        ignore_conflicts=True,
    )
    counts = _counts(run)
    run.undo = {"removed": counts["removed"] + len(removed), "set_back": counts["set_back"] + len(said)}
    run.seen_at = clock.db_now()
    run.save(update_fields=["undo", "seen_at"])
    if changed:
        # Nobody is told of what was there before; lists and matches follow.
        outbox.publish(events.OutsideProceduresImported(procedure_ids=tuple(changed), first_bulk=True))
    if removed:
        outbox.publish(events.OutsideProceduresWithdrawn(procedure_ids=tuple(removed)))


def _remaining(run: NoticeImport, ids: Collection[UUID]) -> dict[UUID, list[Notice]]:
    """What other imports published about these."""
    said: dict[UUID, list[Notice]] = {}
    for pk, record in (
        SourceRelease.objects.filter(procedure_id__in=ids).exclude(brought_by=run).values_list("procedure_id", "record")
    ):
        said.setdefault(pk, []).append(notices.read(record))
    return said


def _losing_lots(said: dict[UUID, list[Notice]], held: Collection[UUID]) -> list[UUID]:
    """Procedures that somebody holds, and that would lose a lot by being set back: he may hold that one."""
    losing: list[UUID] = []
    asked = [pk for pk in said if pk in held]
    standing: dict[UUID, set[str]] = {}
    for pk, number in Lot.objects.filter(procedure_id__in=asked).values_list("procedure_id", "number"):
        standing.setdefault(pk, set()).add(number)
    for pk in asked:
        numbers = {number for number, _lot in outside.numbered_lots(notices.join(said[pk]))}
        if standing.get(pk, set()) - numbers:
            losing.append(pk)
    return losing


def _remove(ids: list[UUID]) -> tuple[list[UUID], list[UUID]]:
    """Delete the procedures; those that something refers to stay (second list)."""
    try:
        with transaction.atomic():
            Procedure.objects.filter(pk__in=ids).delete()
    except ProtectedError:
        if len(ids) == 1:
            return [], ids
        gone, protected = _remove(ids[: len(ids) // 2])
        more_gone, more_protected = _remove(ids[len(ids) // 2 :])
        return gone + more_gone, protected + more_protected
    return ids, []


def _set_back(run: NoticeImport, said: dict[UUID, list[Notice]]) -> list[UUID]:
    """Bring procedures to what is left of their publications; one that the import made of several becomes several."""
    if not said:
        return []
    SourceRelease.objects.filter(procedure_id__in=list(said), brought_by=run).delete()
    wanted: dict[UUID, list[Notice]] = {}
    for pk, versions in said.items():
        for place, (own, group) in enumerate(_parted(run, pk, versions)):
            wanted[own] = group
            if place:
                _part(pk, own, group)
    known = set(Procedure.objects.filter(pk__in=list(wanted)).values_list("id", flat=True))
    write_anew(run, wanted, known=known)
    for pk, group in wanted.items():
        keys = {key for notice in group for key in notice.keys}
        SourceKey.objects.filter(procedure_id=pk).exclude(key__in=keys if len(keys) > 1 else ()).delete()
        if len(keys) > 1:
            SourceKey.objects.bulk_create(
                [SourceKey(key=key, procedure_id=pk) for key in sorted(keys)], ignore_conflicts=True
            )
    return list(wanted)


def _parted(run: NoticeImport, pk: UUID, versions: list[Notice]) -> list[tuple[UUID, list[Notice]]]:
    """The publications by the procedures they make without the import, the one that keeps the id first."""
    groups = notices.apart(versions)
    if len(groups) == 1:
        return [(pk, versions)]
    were = {
        (joined.source, joined.source_id): joined.pk
        for joined in JoinedProcedure.objects.filter(procedure_id=pk, joined_by=run)
    }
    found: list[tuple[UUID, list[Notice]]] = []
    others: list[tuple[UUID, list[Notice]]] = []
    for group in groups:
        state = notices.join(group)
        was = were.get((state.source, state.source_id))
        if was is None and not found:
            found.append((pk, group))
        else:
            others.append((was or new_id(), group))
    if not found:
        (_was, group), *others = others
        found.append((pk, group))
    return found + others


def _part(pk: UUID, own: UUID, group: list[Notice]) -> None:
    """Make a procedure of its own again: its row (empty yet), its publications, its names, its old address."""
    JoinedProcedure.objects.filter(pk=own).delete()
    Procedure.objects.create(
        id=own,
        origin=Procedure.Origin.OUTSIDE,
        title="",
        source="",
        source_id=str(own),
        state=Procedure.State.PUBLISHED,
    )
    digests = [notices.digest(notice) for notice in group]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procedures_sourcerelease
                   (id, procedure_id, brought_by_id, publisher, release_id, digest, record)
            SELECT gen_random_uuid(), %s, brought_by_id, publisher, release_id, digest, record
              FROM procedures_sourcerelease WHERE procedure_id = %s AND digest = ANY(%s)
            """,
            [own, pk, digests],
        )
    SourceRelease.objects.filter(procedure_id=pk, digest__in=digests).delete()
    SourceKey.objects.filter(procedure_id=pk, key__in={key for notice in group for key in notice.keys}).update(
        procedure_id=own
    )
