"""What is to be done at a moment of the centre's clock, in the order in which it became due.

Procrastinate's own schedule compares with the server's `now()`; a demo's clock runs ahead of that. So deadlines are
rows of ours, looked through every second by the worker and, when the demo's clock is moved, before the page answers.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import faults
from pazar.ground.jobs.models import DueAct

MAX_TRIES = 5
_ACT_LOCK = 0x70617A62  # with the act's id: one worker at a time does it
Act = Callable[[UUID], None]

log = logging.getLogger(__name__)
_acts: dict[str, Act] = {}


def connect(acts: dict[str, Act]) -> None:
    """Name the acts that may be scheduled. Called by `roof.wiring` alone."""
    _acts.update(acts)


def schedule(name: str, *, subject_id: UUID, due_at: datetime) -> None:
    """Have `name` done for `subject_id` at `due_at`; scheduling again moves it, also when it was done already."""
    DueAct.objects.update_or_create(
        name=name,
        subject_id=subject_id,
        defaults={"due_at": due_at, "done_at": None, "tries": 0, "fault": ""},
    )


def cancel(name: str, *, subject_id: UUID) -> None:
    DueAct.objects.filter(name=name, subject_id=subject_id, done_at=None).delete()


def done_at(names: Iterable[str], *, subject_id: UUID) -> dict[str, datetime | None]:
    """When each of these acts was done for `subject_id`; None for one that waits, and no entry for one unknown."""
    return dict(DueAct.objects.filter(name__in=list(names), subject_id=subject_id).values_list("name", "done_at"))


def next_due() -> datetime | None:
    """The moment of the earliest act still waiting."""
    return (
        DueAct.objects.filter(done_at=None, tries__lt=MAX_TRIES)
        .order_by("due_at", "id")
        .values_list("due_at", flat=True)
    ).first()


def run_due(*, until: datetime | None = None) -> int:
    """Do, in order, what is due by `until` (now, if not said); how many acts were done.

    Each act has its own transaction and may be called twice. One that fails is tried again at the next round and
    after MAX_TRIES stands in the operator's list. While it runs, an advisory lock keeps other workers off it. Its row
    is locked last, after what the act locks: whoever moves an end holds the procedure when he comes to the row.
    """
    done = 0
    passed: set[int] = set()
    while True:
        found = _due(until).exclude(pk__in=passed).order_by("due_at", "id").first()
        if found is None:
            return done
        with transaction.atomic():
            act = _taken(found.pk, until)
            if act is None:
                passed.add(found.pk)
            elif _did(act):
                done += 1
            else:
                passed.add(act.pk)


def _due(until: datetime | None) -> QuerySet[DueAct]:
    return DueAct.objects.filter(done_at=None, due_at__lte=until or clock.db_now(), tries__lt=MAX_TRIES)


def _taken(act_id: int, until: datetime | None) -> DueAct | None:
    """The act, for this worker alone until the transaction ends; None if another has it, did it, or it was moved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_ACT_LOCK, act_id % 2**31])
        is_ours = bool(cursor.fetchone()[0])
    return _due(until).filter(pk=act_id).first() if is_ours else None


def _did(act: DueAct) -> bool:
    # Moved while it ran, it is due at another moment: then what was done now doesn't count for that.
    same = DueAct.objects.filter(pk=act.pk, due_at=act.due_at, done_at=None)
    try:
        with transaction.atomic(), acting(CENTRE):
            _acts[act.name](act.subject_id)
    except Exception as error:
        log.exception("due act failed", extra={"act": act.name, "subject_id": str(act.subject_id)})
        same.update(tries=act.tries + 1, fault=faults.say(error))
        return False
    same.update(done_at=clock.db_now())
    return True
