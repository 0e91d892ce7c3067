"""The worker: runs jobs, does what the centre's clock makes due, and goes its other rounds."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.worker import Worker

from pazar.ground.jobs import clockwork, faults, rounds, stopping

log = logging.getLogger(__name__)
CONCURRENCY = 2
TICK_SECONDS = 1.0
STALLED_SECONDS = 30.0


def _give_back_connection(call_next: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
    """A job's thread gives its connection back to the pool, also after an error, which it writes down first."""
    close_old_connections()
    try:
        return call_next()
    except Exception as error:
        if context.job.id is not None:
            faults.note(context.job.id, error)
        raise
    finally:
        close_old_connections()


async def run(stop: asyncio.Event) -> None:
    """Work until `stop` is set; running jobs are finished first."""
    stopping.forget()
    async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker_app:  # type: ignore[attr-defined]
        jobs = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=CONCURRENCY,
                install_signal_handlers=False,
                listen_notify=True,
                delete_jobs="successful",
                task_middleware=[_give_back_connection],
                shutdown_graceful_timeout=5,
            )
        )
        clock = asyncio.create_task(_tick(stop))
        sweep = asyncio.create_task(_sweep(worker_app, stop))
        others = [asyncio.create_task(rounds.run(name, each, stop)) for name, each in rounds.all_rounds().items()]
        waiting = asyncio.create_task(stop.wait())
        await asyncio.wait({jobs, waiting}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        stopping.ask()
        ended = None if jobs.cancelled() or not jobs.done() else jobs.exception()
        for task in (jobs, waiting, sweep):
            task.cancel()
        await asyncio.gather(jobs, clock, waiting, sweep, *others, return_exceptions=True)
        if ended is not None:
            raise ended  # a worker that broke must not look like one that was stopped


async def take_back_stalled(worker_app: App) -> int:
    """Let the jobs of workers that died run again; how many. Without it a kill would leave them *doing* for ever."""
    count = 0
    for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        log.warning("job of a dead worker is run again", extra={"job": job.task_name, "job_id": job.id})
        await worker_app.job_manager.retry_job(job)
        count += 1
    return count


async def _sweep(worker_app: App, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await take_back_stalled(worker_app)
        except Exception:
            log.exception("sweep for stalled jobs failed")
        await asyncio.sleep(STALLED_SECONDS)


async def _tick(stop: asyncio.Event) -> None:
    act = sync_to_async(_round, thread_sensitive=False)
    while not stop.is_set():
        try:
            await act()
        except Exception:
            # The database may be away for a moment; the next round tries again.
            log.exception("round of the clockwork failed")
        try:
            await asyncio.wait_for(stop.wait(), TICK_SECONDS)
        except TimeoutError:
            continue


def _round() -> None:
    close_old_connections()
    try:
        clockwork.run_due()
    finally:
        close_old_connections()
