"""A message as a mail: the subject, the text, the same in HTML, and the headers that mail servers ask for."""

from datetime import datetime
from email.utils import format_datetime, parseaddr
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from pazar.ground.identity.models import Person
from pazar.ground.ids import new_id
from pazar.ground.messages import unsubscribing
from pazar.ground.messages.kinds import Kind
from pazar.ground.messages.models import Mail

_LONGEST_SUBJECT = 200


def mail(*, message_id: UUID, person: Person, kind: Kind, title: str, text: str, path: str, moment: datetime) -> Mail:
    """The mail that goes with a message, not yet saved; `kept` where no mail server is set."""
    wish = unsubscribing.Wish(person_id=person.pk, kind=kind.key)
    unsubscribe = (
        settings.BASE_URL + reverse("messages:unsubscribe", args=[unsubscribing.token(wish)]) if kind.may_mute else ""
    )
    subject = one_line(title)
    with translation.override(person.language):
        page = {
            "language": person.language,
            "title": subject,
            "paragraphs": [" ".join(part.split("\n")).strip() for part in text.split("\n\n") if part.strip()],
            "link": settings.BASE_URL + path,
            "kind": str(kind.label),
            "unsubscribe": unsubscribe,
            "centre": settings.CENTRE_NAME,
            "centre_link": settings.BASE_URL + "/",
            "settings_link": settings.BASE_URL + reverse("messages:settings"),
        }
        plain = render_to_string("messages/mail.txt", page)
        html = render_to_string("messages/mail.html", page)
    mail_id = new_id()
    headers = {
        # Made once, so that a second try after a crash is the same mail to whoever counts; names the row for reports.
        "Message-ID": f"<{mail_id.hex}@{_domain()}>",
        "Date": format_datetime(moment),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notes in reply
        "Content-Language": person.language,
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return Mail(
        id=mail_id,
        message_id=message_id,
        person=person,
        to=person.email,
        domain=domain_of(person.email),
        subject=subject,
        text=plain,
        html=html,
        headers=headers,
        state=Mail.State.WAITING if settings.MAIL_SERVER else Mail.State.KEPT,
        made_at=moment,
    )


def one_line(text: str) -> str:
    """`text` without line breaks and control signs, short enough for a subject: nothing in it can begin a header."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def domain_of(address: str) -> str:
    """What per-domain limits count by."""
    return address.rpartition("@")[2].lower()


def _domain() -> str:
    address: str = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"
