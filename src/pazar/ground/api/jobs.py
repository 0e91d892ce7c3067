"""What is swept away by the hour."""

from procrastinate.contrib.django import app

from pazar.ground.api import idempotency


@app.periodic(cron="23 * * * *")
@app.task(name="api.forget_old_answers", queueing_lock="api.forget_old_answers", pass_context=False)
def forget_old_answers(timestamp: int) -> None:
    """First answers older than their keys are kept for. May run twice."""
    idempotency.forget_old_answers()
