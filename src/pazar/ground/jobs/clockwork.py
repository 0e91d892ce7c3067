"""What is to be done at a moment of the centre's clock, in the order in which it became due.

Procrastinate's own schedule compares with the server's `now()`; a demo's clock runs ahead of that. So deadlines are
rows of ours, looked through every second by the worker and, when the demo's clock is moved, before the page answers.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import faults
from pazar.ground.jobs.models import DueAct

MAX_TRIES = 5
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
    after MAX_TRIES stands in the operator's list.
    """
    done = 0
    failed: set[int] = set()
    while True:
        with transaction.atomic():
            act = (
                DueAct.objects.select_for_update(skip_locked=True)
                .filter(done_at=None, due_at__lte=until or clock.db_now(), tries__lt=MAX_TRIES)
                .exclude(pk__in=failed)
                .order_by("due_at", "id")
                .first()
            )
            if act is None:
                return done
            try:
                with transaction.atomic(), acting(CENTRE):
                    _acts[act.name](act.subject_id)
            except Exception as error:
                log.exception("due act failed", extra={"act": act.name, "subject_id": str(act.subject_id)})
                failed.add(act.pk)
                DueAct.objects.filter(pk=act.pk).update(tries=act.tries + 1, fault=faults.say(error))
            else:
                DueAct.objects.filter(pk=act.pk).update(done_at=clock.db_now())
                done += 1
