"""Hand one mail to the mail server."""

import smtplib
from uuid import UUID

from django.conf import settings
from django.core import mail as django_mail

from pazar.ground import clock
from pazar.ground.messages.models import Mail

MAX_TRIES = 6


class MailDelayed(Exception):
    """The server couldn't take the mail now; trying again may help."""


class MailRefused(Exception):
    """The server won't take this mail, however often it is tried."""


def send_mail(*, mail_id: UUID) -> None:
    """Send a mail that waits or failed; one that was sent is left alone.

    Nothing is locked while the network is spoken to. A crash between the server's yes and our note sends the mail
    a second time under the same Message-ID. Raises MailDelayed, MailRefused; the mail's row says the same.
    """
    mail = Mail.objects.filter(pk=mail_id).first()
    if mail is None or mail.state not in (Mail.State.WAITING, Mail.State.FAILED):
        return
    if not settings.MAIL_SERVER:
        _note(mail, Mail.State.KEPT)
        return
    try:
        _letter(mail).send()
    except ValueError as error:  # a line break in a header, an address that is none
        _note(mail, Mail.State.FAILED, fault=type(error).__name__)
        raise MailRefused(str(mail_id)) from error
    except (smtplib.SMTPException, OSError) as error:
        if _for_good(error):
            _note(mail, Mail.State.FAILED, fault=_said(error))
            raise MailRefused(str(mail_id)) from error
        last = mail.tries + 1 >= MAX_TRIES
        _note(mail, Mail.State.FAILED if last else Mail.State.WAITING, fault=_said(error))
        raise MailDelayed(str(mail_id)) from error
    _note(mail, Mail.State.SENT)


def _letter(mail: Mail) -> django_mail.EmailMultiAlternatives:
    letter = django_mail.EmailMultiAlternatives(
        subject=mail.subject, body=mail.text, to=[mail.to], headers=dict(mail.headers)
    )
    letter.attach_alternative(mail.html, "text/html")
    return letter


def _for_good(error: Exception) -> bool:
    """Whether the server's answer is one of RFC 5321's permanent ones (5yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    # A refused log-in is the operator's mistake, not the mail's: it goes out once that is put right.
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return False
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _said(error: Exception) -> str:
    """What went wrong, without the recipient or the text."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = {f"{code} {_words(words)}" for code, words in error.recipients.values()}
        return f"{type(error).__name__}: {'; '.join(sorted(answers))}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}: {error.smtp_code} {_words(error.smtp_error)}"
    return type(error).__name__


def _words(answer: bytes | str) -> str:
    return (answer.decode(errors="replace") if isinstance(answer, bytes) else answer)[:500]


def _note(mail: Mail, state: Mail.State, *, fault: str = "") -> None:
    Mail.objects.filter(pk=mail.pk).update(
        state=state,
        fault=fault,
        tries=mail.tries + 1,
        sent_at=clock.db_now() if state == Mail.State.SENT else None,
    )
