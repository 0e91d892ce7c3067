"""A message as a mail: the subject, the text, the same in HTML, and the headers that mail servers ask for."""

import secrets
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
from django.utils.html import escape
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


class Writer:
    """Writes mails of one moment. Those who are told the same in the same language get the same text, made once: only
    the address and the word that unsubscribes are each one's own."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._date = format_datetime(moment)
        self._pages: dict[tuple[str, ...], _Page] = {}
        # Stands where each one's own address comes; nobody who writes a title knows it.
        self._place = f"{settings.BASE_URL}/{secrets.token_hex(16)}/"

    def mail(self, *, message_id: UUID, person: Person, item: Item) -> Mail:
        """The mail that goes with one message, not yet saved; `kept` where no mail server is set."""
        found = self.digest(person=person, items=[item])
        found.message_id = message_id
        return found

    def digest(self, *, person: Person, items: Sequence[Item]) -> Mail:
        """One mail for several messages, kind by kind in the order given."""
        key = (person.language, *(part for item in items for part in (item.kind.key, item.title, item.text, item.path)))
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = _page(person.language, items, self._place)
        unsubscribe = ""
        if page.muteable:
            wish = unsubscribing.Wish(person_id=person.pk, kinds=page.muteable)
            unsubscribe = settings.BASE_URL + reverse("messages:unsubscribe", args=[unsubscribing.token(wish)])
        found = self._made(page, address=person.email, unsubscribe=unsubscribe)
        found.person_id = person.pk
        return found

    def to_stranger(self, *, address: str, language: str, title: str, text: str, path: str) -> Mail:
        """One mail to an address that belongs to nobody here, about something somebody asked for with it."""
        page = _rendered(
            {
                "language": language,
                "title": one_line(title),
                "item": Item(kind=Kind(key="", label=""), title=title, text=text, path=path),
                "is_stranger": True,
            }
        )
        return self._made(page, address=address, unsubscribe="")

    def _made(self, page: "_Page", *, address: str, unsubscribe: str) -> Mail:
        mail_id = new_id()
        headers = {
            # Made once, so that a second try after a crash is the same mail to whoever counts; names the row for
            # reports.
            "Message-ID": f"<{mail_id.hex}@{_domain()}>",
            "Date": self._date,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notes in reply
            "Content-Language": page.language,
        }
        text, html = page.text, page.html
        if unsubscribe:
            headers["List-Unsubscribe"] = f"<{unsubscribe}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            text = text.replace(self._place, unsubscribe)
            html = html.replace(escape(self._place), escape(unsubscribe))
        return Mail(
            id=mail_id,
            to=address,
            domain=domain_of(address),
            subject=page.subject,
            text=text,
            html=html,
            headers=headers,
            state=Mail.State.WAITING if settings.MAIL_SERVER else Mail.State.KEPT,
            made_at=self._moment,
        )


@dataclass(frozen=True, kw_only=True)
class _Page:
    language: str
    subject: str
    text: str
    html: str
    muteable: tuple[str, ...]


def _page(language: str, items: Sequence[Item], unsubscribe: str) -> _Page:
    kinds = tuple(dict.fromkeys(item.kind for item in items))
    muteable = tuple(kind.key for kind in kinds if kind.may_mute)
    with translation.override(language):
        subject = one_line(items[0].title)
        if len(items) > 1:
            more = len(items) - 1
            words = ngettext("%(first)s, and %(n)s more message", "%(first)s, and %(n)s more messages", more)
            subject = words % {"first": one_line(items[0].title, most=_LONGEST_FIRST), "n": more}
        page = {
            "language": language,
            "title": subject,
            "item": items[0] if len(items) == 1 else None,
            "groups": [(str(kind.label), [item for item in items if item.kind == kind]) for kind in kinds],
            "kinds": [str(kind.label) for kind in kinds],
            "unsubscribe": unsubscribe if muteable else "",
        }
    return _rendered(page, muteable=muteable)


def _rendered(page: dict[str, Any], *, muteable: tuple[str, ...] = ()) -> _Page:
    page |= {
        "centre": settings.CENTRE_NAME,
        "centre_link": settings.BASE_URL + "/",
        "settings_link": settings.BASE_URL + reverse("messages:settings"),
    }
    with translation.override(page["language"]):
        return _Page(
            language=page["language"],
            subject=page["title"],
            text=render_to_string("messages/mail.txt", page),
            html=render_to_string("messages/mail.html", page),
            muteable=muteable,
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
