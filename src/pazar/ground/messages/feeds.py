"""Feeds and calendars by a secret address: for programs that can't log in. Each address is a person's and revocable.

The address carries the row's id and its signature: the database alone opens none, and it can be shown again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import icalendar
from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise

from pazar.ground import clock
from pazar.ground.errors import NotFound
from pazar.ground.identity import queries as identity
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages.models import FeedAddress

_SALT = "pazar.messages.feed"
FRESH = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Feed:
    """`route` is the URL name that takes the token; `label` says what comes."""

    key: str
    label: str | Promise
    route: str


_feeds: dict[str, Feed] = {}


def register(feed: Feed) -> None:
    """Name a feed; from `AppConfig.ready`."""
    _feeds[feed.key] = feed


def all_feeds() -> list[Feed]:
    return [_feeds[key] for key in sorted(_feeds)]


def find(key: str) -> Feed | None:
    return _feeds.get(key)


def address(row: FeedAddress) -> str:
    """The whole secret address; empty for a feed that is there no more."""
    feed = _feeds.get(row.feed)
    return settings.BASE_URL + reverse(feed.route, args=[_signer().sign(row.pk.hex)]) if feed is not None else ""


def reader(token: str, feed: str) -> tuple[Actor, Person]:
    """Whose address it is, as he is now. Raises NotFound for one made up, revoked, or of somebody who left."""
    try:
        row_id = UUID(_signer().unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    row = FeedAddress.objects.select_related("person").filter(pk=row_id, feed=feed, revoked_at=None).first()
    if row is None or not row.person.is_active:
        raise NotFound
    actor = identity.actor_for(row.person, company_id=row.company_id)
    if actor.company_id != row.company_id:
        raise NotFound
    moment = clock.db_now()
    if row.read_at is None or row.read_at < moment - FRESH:
        FeedAddress.objects.filter(pk=row.pk).update(read_at=moment)
    return actor, row.person


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deadline. `id` names it for ever: a calendar moves the entry it knows."""

    id: UUID
    title: str
    at: datetime
    path: str
    text: str = ""
    is_off: bool = False


def calendar(name: str, entries: Iterable[Entry], *, moment: datetime) -> bytes:
    """An iCalendar file (RFC 5545), which programs ask for again and again."""
    found = icalendar.Calendar()
    found.add("prodid", "-//Pazar//Deadlines//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add("name", name)
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", f"{entry.id}@{host}")
        event.add("dtstamp", moment.astimezone(UTC))
        event.add("dtstart", entry.at.astimezone(UTC))
        event.add("summary", entry.title)
        event.add("url", settings.BASE_URL + entry.path)
        if entry.text:
            event.add("description", entry.text)
        event.add("status", "CANCELLED" if entry.is_off else "CONFIRMED")
        event.add("transp", "TRANSPARENT")  # a deadline makes nobody busy
        found.add_component(event)
    content: bytes = found.to_ical()
    return content


def answer(content: bytes, content_type: str) -> HttpResponse:
    """For programs: kept by nobody on the way, found by no search engine."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "private, max-age=900"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _signer() -> signing.Signer:
    return signing.Signer(salt=_SALT, sep=".")
