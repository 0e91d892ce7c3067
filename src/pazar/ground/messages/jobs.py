"""Mails leave by a round of the worker (`commands.sending`), wired in the roof."""

from procrastinate.contrib.django import app


# Centres brought up from 0.1 may hold such jobs; the round sends what they were about. To go with 0.3.
@app.task(name="messages.send_mail", pass_context=False)
def send_mail(mail_id: str) -> None:
    return None
