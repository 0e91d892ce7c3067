"""Events that couldn't be told when they were read."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground.webhooks.commands import reading


@app.task(name=reading.AGAIN, retry=RetryStrategy(max_attempts=6, exponential_wait=3), pass_context=False)
def note_again(event_id: int) -> None:
    reading.note_again(event_id=event_id)
