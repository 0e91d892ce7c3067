"""Tell people something: on the centre, and by mail where they want it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone, translation
from procrastinate.contrib.django import app

from pazar.ground import clock, sealing
from pazar.ground.identity.models import Person
from pazar.ground.ids import new_id
from pazar.ground.messages import delivery, kinds, letters, live
from pazar.ground.messages.models import Held, Mail, Message
from pazar.ground.postgres.arrays import one_of


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one person reads. `text` may have several paragraphs, parted by an empty line."""

    title: str
    text: str = ""


Render = Callable[[str], Told]


class Remembering:
    """A renderer that knows what it said, by language and zone: for what is told batch by batch to thousands."""

    def __init__(self, say: Render) -> None:
        self._say = say
        self.said: dict[tuple[str, str], Told] = {}

    def __call__(self, language: str) -> Told:
        return self._say(language)


WRITE_MAILS = "messages.write_mails"
"""The job that writes the mails of many messages, by its name: jobs know commands, not the other way round."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One thing told to several people.

    `once` names the thing ("match:<procedure>"): a person is told it one time, however often this is repeated.
    `render` gets the recipient's language, which is active when it is called, as is his time zone; it is asked once for
    all who share both, in all tellings that hold the very same function. `path` is the
    page on the centre it is about. `mail` False keeps it on the centre. `topics` are the keys of what within the kind
    brought it (the interests it fits): the one whose mail is wanted soonest decides when it comes.
    """

    person_ids: Collection[UUID]
    kind: str
    once: str
    path: str
    render: Render
    company_id: UUID | None = None
    mail: bool = True
    topics: Collection[str] = ()


FEW = 50
"""More messages than that are copied in, and their mails written by jobs: nobody's message waits for others' mails."""
BATCH = 1_000


class _New(NamedTuple):
    """One message to be; a tuple, since tens of thousands are told at once."""

    id: UUID
    person_id: UUID
    telling: Telling
    told: Told


def tell(
    *,
    person_ids: Collection[UUID],
    kind: str,
    once: str,
    path: str,
    render: Render,
    company_id: UUID | None = None,
    mail: bool = True,
) -> int:
    """Tell these people one thing (B3); how many hadn't been told it yet. See `Telling` for the arguments."""
    return tell_many(
        [
            Telling(
                person_ids=person_ids,
                kind=kind,
                once=once,
                path=path,
                render=render,
                company_id=company_id,
                mail=mail,
            )
        ]
    )


def tell_many(tellings: Sequence[Telling]) -> int:
    """Tell many things at once: a handful of statements, however many people. How many messages were new.

    In the transaction of the caller: the messages and their mails (of many: the jobs that write these) are there, or
    none.
    """
    for telling in tellings:
        kinds.kind(telling.kind)
        if not telling.path.startswith("/") or telling.path.startswith("//"):
            raise ValueError(f"a message is about a page of the centre, not {telling.path!r}")
    with transaction.atomic():
        wanted = list({person_id for telling in tellings for person_id in telling.person_ids})
        rows = Person.objects.filter(one_of("pk", wanted), is_active=True).values_list("pk", "language", "zone")
        people = {person_id: (language, zone) for person_id, language, zone in rows}
        moment = clock.db_now()
        rendered: dict[tuple[int, tuple[str, str]], Told] = {}
        news = []
        for telling in tellings:
            for person_id in dict.fromkeys(telling.person_ids):
                reads = people.get(person_id)
                if reads is None:
                    continue
                key = id(telling.render), reads
                told = rendered.get(key)
                if told is None:
                    told = rendered[key] = _rendered(telling.render, *reads)
                news.append(_New(new_id(), person_id, telling, told))
        stored = _store(news, moment)
        live.announce(new.person_id for new in news if new.id in stored)
        mailed = [new for new in news if new.id in stored and new.telling.mail]
        if len(mailed) <= FEW:
            _mail([Message(id=new.id, person_id=new.person_id, content=_content(new)) for new in mailed], moment)
        else:
            for start in range(0, len(mailed), BATCH):
                _write_later([new.id for new in mailed[start : start + BATCH]])
        return len(stored)


def write_mails(*, message_ids: Collection[UUID]) -> int:
    """Write the mails of these messages, or hold those whose hour comes later; how many were written.

    Repeating writes nothing: a message that has a mail, or one held, is left out, and whoever does the same at the
    same time is waited for.
    """
    if not message_ids:
        return 0
    with transaction.atomic():
        found = Message.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(message_ids))
        messages = list(found.order_by("pk"))
        done = set(Mail.objects.filter(message_id__in=message_ids).values_list("message_id", flat=True))
        done |= set(Held.objects.filter(message_id__in=message_ids).values_list("message_id", flat=True))
        return _mail([message for message in messages if message.pk not in done], clock.db_now())


def _write_later(message_ids: Sequence[UUID]) -> None:
    app.configure_task(WRITE_MAILS, priority=-1).defer(message_ids=[str(message_id) for message_id in message_ids])


def _rendered(render: Render, language: str, zone: str) -> Told:
    said = render.said if isinstance(render, Remembering) else {}
    if (language, zone) in said:
        return said[language, zone]
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        told = render(language)
    said[language, zone] = clean = Told(title=" ".join(told.title.split()), text=told.text.strip())
    return clean


_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS messages_stage (id uuid, person_id uuid, content bytea, once text)
ON COMMIT DELETE ROWS
"""
_GIVEN = "unnest(%s::uuid[], %s::uuid[], %s::bytea[], %s::text[]) AS n (id, person_id, content, once)"
# Only RETURNING says which rows a conflict left out: bulk_create can't, COPY knows no conflicts, and only the others
# get a mail. In one order, so that two who tell the same people wait for each other and not in a ring.
_INSERT = """
INSERT INTO pazar_messages_message (id, person_id, content, once, made_at, read_at)
SELECT id, person_id, content, once, pazar_moment, NULL FROM {source}, (SELECT %s::timestamptz AS pazar_moment) AS m
ORDER BY person_id, id
ON CONFLICT (person_id, once) DO NOTHING
RETURNING id
"""


def _store(news: Sequence[_New], moment: datetime) -> frozenset[UUID]:
    """Write the messages not told before; the ids of those written."""
    if not news:
        return frozenset()
    once = {name: sealing.token(name) for name in {new.telling.once for new in news}}
    rows = [(new.id, new.person_id, sealing.seal_json(_content(new)), once[new.telling.once]) for new in news]
    with connection.cursor() as cursor:
        if len(rows) <= FEW:
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(_INSERT.format(source=_GIVEN), [*columns, moment])
            return frozenset(row[0] for row in cursor.fetchall())
        cursor.execute(_STAGE)
        with cursor.copy("COPY messages_stage (id, person_id, content, once) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "uuid", "bytea", "text"])
            for row in rows:
                copy.write_row(row)
        cursor.execute(_INSERT.format(source="messages_stage"), [moment])
        stored = frozenset(row[0] for row in cursor.fetchall())
        cursor.execute("DELETE FROM messages_stage")  # more may be told in the same transaction
        return stored


def _content(new: _New) -> dict[str, Any]:
    telling = new.telling
    return {
        "company": str(telling.company_id or ""),
        "kind": telling.kind,
        "title": new.told.title,
        "text": new.told.text,
        "path": telling.path,
        "topics": list(telling.topics),
    }


def _mail(messages: Sequence[Message], moment: datetime) -> int:
    now, held = [], []
    people = Person.objects.in_bulk({message.person_id for message in messages})
    wanted = delivery.of(people.keys(), moment)
    letter = letters.Writer(moment)
    for message in messages:
        person, kind, topics = people[message.person_id], kinds.kind(message.kind), message.topics
        due = delivery.due_at(wanted[person.pk], person, kind, topics, moment)
        if due is None or not person.email:
            continue
        if due > moment:
            held.append(Held(message_id=message.pk, person_id=person.pk, topics=topics, due_at=due))
            continue
        item = letters.Item(kind=kind, title=message.title, text=message.text, path=message.path)
        now.append(letter.mail(message_id=message.pk, person=person, item=item))
        if not kind.urgent:
            wanted[person.pk].last_at = moment  # what else comes in this very act goes together, later
    Mail.objects.bulk_create(now, batch_size=BATCH)
    Held.objects.bulk_create(held, batch_size=BATCH)
    return len(now)
