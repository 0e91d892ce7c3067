"""Mails leave by a round of the worker (`commands.sending`), wired in the roof; those of many are written here."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground.messages.commands import telling


@app.task(name=telling.WRITE_MAILS, retry=RetryStrategy(max_attempts=6, exponential_wait=3), pass_context=False)
def write_mails(message_ids: list[str]) -> None:
    telling.write_mails(message_ids=[UUID(message_id) for message_id in message_ids])


# Centres brought up from 0.1 may hold such jobs; the round sends what they were about. To go with 0.3.
@app.task(name="messages.send_mail", pass_context=False)
def send_mail(mail_id: str) -> None:
    return None
