"""Matching what takes longer than a click may."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.market.matching.commands import interests, match, requests, sweep

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)


@app.task(name=interests.MATCH, retry=RETRY, pass_context=False)
def match_interest(interest_id: str) -> None:
    match.match_interest(interest_id=UUID(interest_id))


@app.periodic(cron="* * * * *")
@app.task(name="matching.settle_overdue", pass_context=False, queueing_lock="matching.settle_overdue")
def settle_overdue(timestamp: int) -> None:
    """What no matcher dealt with in a minute is matched by the oracle."""
    requests.settle_overdue()


@app.periodic(cron="13 2 * * *")
@app.task(name="matching.sweep", pass_context=False, queueing_lock="matching.sweep")
def nightly_sweep(timestamp: int) -> None:
    """Compare with the oracle, put right what differs, and forget requests long done."""
    sweep.sweep()
    requests.forget_finished()
