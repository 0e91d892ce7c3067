"""What keeps failing, and whether the worker lives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct, JobFault

ALIVE = timedelta(seconds=60)
"""A worker beats every ten seconds; one that was silent so long is gone."""


@dataclass(frozen=True, kw_only=True)
class FailedJob:
    """`what` names the handler or the task; `args` are ids, never values."""

    id: int
    what: str
    args: dict[str, Any]
    attempts: int
    fault: str
    failed_at: datetime | None


def failed_jobs(limit: int = 100) -> Sequence[FailedJob]:
    """Jobs that used up their tries, the newest first; two statements."""
    jobs = list(ProcrastinateJob.objects.filter(status="failed").order_by("-id")[:limit])
    faults = JobFault.objects.in_bulk([job.id for job in jobs])
    return [
        FailedJob(
            id=job.id,
            what=str(job.args.get("handler") or job.task_name),
            args={key: value for key, value in job.args.items() if key != "handler"},
            attempts=job.attempts,
            fault=faults[job.id].fault if job.id in faults else "",
            failed_at=faults[job.id].at if job.id in faults else None,
        )
        for job in jobs
    ]


def failed_acts(limit: int = 100) -> Sequence[DueAct]:
    """Acts of the clockwork that used up their tries, the oldest first."""
    found = DueAct.objects.filter(done_at=None, tries__gte=clockwork.MAX_TRIES)
    return list(found.order_by("due_at", "id")[:limit])


def failing_count() -> int:
    jobs: int = ProcrastinateJob.objects.filter(status="failed").count()
    return jobs + DueAct.objects.filter(done_at=None, tries__gte=clockwork.MAX_TRIES).count()


@dataclass(frozen=True, kw_only=True)
class WorkerState:
    """`seen_at` is the true time of a worker's last sign of life; `waiting` jobs stand in the queue."""

    is_alive: bool
    seen_at: datetime | None
    waiting: int
    overdue: int


def worker_state(moment: datetime) -> WorkerState:
    """Whether somebody works; `moment` is the centre's, against which deadlines are overdue."""
    seen = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return WorkerState(
        is_alive=seen is not None and timezone.now() - seen < ALIVE,
        seen_at=seen,
        waiting=ProcrastinateJob.objects.filter(status="todo").count(),
        overdue=DueAct.objects.filter(done_at=None, due_at__lt=moment - ALIVE).count(),
    )


def faults() -> list[str]:
    """Why jobs failed that stand in the queue again or used up their tries: types and places."""
    return list(JobFault.objects.order_by("at").values_list("fault", flat=True))
