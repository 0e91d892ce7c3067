"""Run waiting jobs here and now, in order: after the demo's clock was moved, and in tests.

The worker of Procrastinate has a connection of its own and can't see a test's open transaction; this uses Django's.
"""

import json
import logging

from django.db import connection, transaction
from procrastinate.contrib.django import app

from pazar.ground.jobs import faults

log = logging.getLogger(__name__)

_FETCH = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (
  SELECT id FROM procrastinate_jobs
  WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
  ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, task_name, args
"""


def drain(*, limit: int = 10_000) -> int:
    """Run waiting jobs until none is left or `limit` is reached; how many ran. A failing job is left to the worker."""
    ran = 0
    skipped: list[int] = []
    while ran < limit:
        with connection.cursor() as cursor:
            cursor.execute(_FETCH)
            row = cursor.fetchone()
        if row is None:
            break
        job_id, task_name, args = row
        try:
            with transaction.atomic():
                app.tasks[task_name].func(**(args if isinstance(args, dict) else _load(args)))
        except Exception as error:
            log.exception("job failed", extra={"job": task_name})
            faults.note(job_id, error)
            skipped.append(job_id)
        else:
            _finish(job_id)
        ran += 1
    _give_back(skipped)
    return ran


def _load(args: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(args)
    return loaded


def _finish(job_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)", [job_id])


def _give_back(job_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        for job_id in job_ids:
            cursor.execute(
                "SELECT procrastinate_retry_job_v2(%s, now() + interval '5 seconds', null, null, null)",
                [job_id],
            )
