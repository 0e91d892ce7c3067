"""What takes longer than a click may: imports, undoing them, pulling from other centres."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground.jobs import stopping
from pazar.market.procedures.commands import imports, pulling, sources, undo

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=imports.RUN, retry=RETRY, pass_context=False)
def run_import(import_id: str) -> None:
    if imports.run(import_id=UUID(import_id), is_stopping=stopping.is_asked):
        imports.defer(UUID(import_id))


@app.task(name=undo.UNDO, retry=RETRY, pass_context=False)
def undo_import(import_id: str) -> None:
    if undo.undo(import_id=UUID(import_id), is_stopping=stopping.is_asked):
        undo.defer(UUID(import_id))


@app.task(name=sources.PULL, retry=RETRY, pass_context=False)
def pull_source(source_id: str) -> None:
    later = pulling.pull(source_id=UUID(source_id), is_stopping=stopping.is_asked)
    if later is not None:
        sources.defer(UUID(source_id), seconds=later.seconds)


@app.periodic(cron="37 * * * *")
@app.task(name="procedures.sweep_imports", pass_context=False, queueing_lock="procedures.sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Contents of uploads that broke off."""
    imports.sweep()
