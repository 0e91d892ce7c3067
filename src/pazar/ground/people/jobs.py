"""Background jobs of people: a person's file is made, and goes when its time is over."""

from uuid import UUID

from procrastinate.contrib.django import app

from pazar.ground.people.commands import personal


@app.task(name=personal.MAKE, pass_context=False)
def make_export(export_id: str) -> None:
    """May run twice."""
    personal.make_export(UUID(export_id))


@app.periodic(cron="41 * * * *")
@app.task(name="people.forget_exports", queueing_lock="people.forget_exports", pass_context=False)
def forget_exports(timestamp: int) -> None:
    """May run twice."""
    while personal.forget_expired():
        pass
