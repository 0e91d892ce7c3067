"""Taking contents away that nobody names any more."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground.files import commands

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=commands.SWEEP, retry=RETRY, pass_context=False)
def sweep(path: str) -> None:
    commands.sweep(path=path)
