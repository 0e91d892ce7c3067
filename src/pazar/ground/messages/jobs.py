"""Mails leave in the background."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from pazar.ground.messages.commands import sending, telling

# Six tries over about half an hour (4, 16, 64, 256, 1024 s); then the job stands in the operator's list.
RETRY = RetryStrategy(max_attempts=sending.MAX_TRIES, exponential_wait=4, retry_exceptions=[sending.MailDelayed])


@app.task(name=telling.SEND, retry=RETRY, pass_context=False)
def send_mail(mail_id: str) -> None:
    sending.send_mail(mail_id=UUID(mail_id))
