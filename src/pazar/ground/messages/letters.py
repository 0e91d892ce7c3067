"""A message as a mail: the subject, the text, the same in HTML, and the headers that mail servers ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from pazar.ground.identity.models import Person
from pazar.ground.ids import new_id
from pazar.ground.messages import unsubscribing
from pazar.ground.messages.kinds import Kind
from pazar.ground.messages.models import Mail

_LONGEST_SUBJECT = 200
_LONGEST_FIRST = 120


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing a mail tells: `text` may have several paragraphs, `path` is its page on the centre."""

    kind: Kind
    title: str
    text: str
    path: str

    @property
    def link(self) -> str:
        return str(settings.BASE_URL) + self.path

    @property
    def paragraphs(self) -> list[str]:
        return [" ".join(part.split("\n")).strip() for part in self.text.split("\n\n") if part.strip()]


def mail(*, message_id: UUID, person: Person, item: Item, moment: datetime) -> Mail:
    """The mail that goes with one message, not yet saved; `kept` where no mail server is set."""
    found = _mail(person, [item], moment)
    found.message_id = message_id
    return found


def digest(*, person: Person, items: Sequence[Item], moment: datetime) -> Mail:
    """One mail for several messages, kind by kind in the order given."""
    return _mail(person, items, moment)


def to_stranger(*, address: str, language: str, title: str, text: str, path: str, moment: datetime) -> Mail:
    """One mail to an address that belongs to nobody here, not yet saved: about something somebody asked for with it."""
    page = {
        "language": language,
        "title": one_line(title),
        "item": Item(kind=Kind(key="", label=""), title=title, text=text, path=path),
        "is_stranger": True,
    }
    return _made(page, address=address, person=None, unsubscribe="", moment=moment)


def _mail(person: Person, items: Sequence[Item], moment: datetime) -> Mail:
    kinds = tuple(dict.fromkeys(item.kind for item in items))
    muteable = tuple(kind.key for kind in kinds if kind.may_mute)
    wish = unsubscribing.Wish(person_id=person.pk, kinds=muteable)
    unsubscribe = (
        settings.BASE_URL + reverse("messages:unsubscribe", args=[unsubscribing.token(wish)]) if muteable else ""
    )
    with translation.override(person.language):
        subject = one_line(items[0].title)
        if len(items) > 1:
            more = len(items) - 1
            words = ngettext("%(first)s, and %(n)s more message", "%(first)s, and %(n)s more messages", more)
            subject = words % {"first": one_line(items[0].title, most=_LONGEST_FIRST), "n": more}
        page = {
            "language": person.language,
            "title": subject,
            "item": items[0] if len(items) == 1 else None,
            "groups": [(str(kind.label), [item for item in items if item.kind == kind]) for kind in kinds],
            "kinds": [str(kind.label) for kind in kinds],
            "unsubscribe": unsubscribe,
        }
    return _made(page, address=person.email, person=person, unsubscribe=unsubscribe, moment=moment)


def _made(page: dict[str, Any], *, address: str, person: Person | None, unsubscribe: str, moment: datetime) -> Mail:
    page |= {
        "centre": settings.CENTRE_NAME,
        "centre_link": settings.BASE_URL + "/",
        "settings_link": settings.BASE_URL + reverse("messages:settings"),
    }
    with translation.override(page["language"]):
        plain = render_to_string("messages/mail.txt", page)
        html = render_to_string("messages/mail.html", page)
    mail_id = new_id()
    headers = {
        # Made once, so that a second try after a crash is the same mail to whoever counts; names the row for reports.
        "Message-ID": f"<{mail_id.hex}@{_domain()}>",
        "Date": format_datetime(moment),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notes in reply
        "Content-Language": page["language"],
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return Mail(
        id=mail_id,
        person=person,
        to=address,
        domain=domain_of(address),
        subject=page["title"],
        text=plain,
        html=html,
        headers=headers,
        state=Mail.State.WAITING if settings.MAIL_SERVER else Mail.State.KEPT,
        made_at=moment,
    )


def one_line(text: str, *, most: int = _LONGEST_SUBJECT) -> str:
    """`text` without line breaks and control signs, short enough for a subject: nothing in it can begin a header."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def domain_of(address: str) -> str:
    """What per-domain limits count by."""
    return address.rpartition("@")[2].lower()


def _domain() -> str:
    address: str = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return address.rpartition("@")[2] or "localhost"
