"""A worker that was killed in the middle of a job: the job is run again, and its act is done once."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from tests import loops

from pazar import events
from pazar.ground.jobs.drain import drain
from pazar.ground.jobs.worker import take_back_stalled
from pazar.ground.outbox import commands

seen: list[events.ProcedureChanged] = []


def note(event: events.ProcedureChanged) -> None:
    seen.append(event)


def take_back() -> int:
    async def run() -> int:
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker_app:
            return await take_back_stalled(worker_app)

    return loops.run(run())


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_killed_worker_is_run_again(monkeypatch):
    seen.clear()
    monkeypatch.setattr(commands, "_later", {**commands._later})
    commands.connect(events.ProcedureChanged, later=[note])
    with transaction.atomic():
        commands.publish(events.ProcedureChanged(procedure_id=uuid4(), version=2))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    assert drain() == 0
    assert take_back() == 1
    assert drain() == 1
    assert len(seen) == 1
    assert take_back() == 0
