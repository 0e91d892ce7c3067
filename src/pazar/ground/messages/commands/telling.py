"""Tell people something: on the centre, and by mail where they want it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone, translation

from pazar.ground import clock, sealing
from pazar.ground.identity.models import Person
from pazar.ground.ids import new_id
from pazar.ground.messages import delivery, kinds, letters, live
from pazar.ground.messages.models import Held, Mail


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one person reads. `text` may have several paragraphs, parted by an empty line."""

    title: str
    text: str = ""


Render = Callable[[str], Told]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One thing told to several people.

    `once` names the thing ("match:<procedure>"): a person is told it one time, however often this is repeated.
    `render` gets the recipient's language, which is active when it is called, as is his time zone. `path` is the
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


@dataclass(frozen=True)
class _New:
    id: UUID
    person: Person
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

    In the transaction of the caller: the messages and their mails are there, or none.
    """
    for telling in tellings:
        kinds.kind(telling.kind)
        if not telling.path.startswith("/") or telling.path.startswith("//"):
            raise ValueError(f"a message is about a page of the centre, not {telling.path!r}")
    with transaction.atomic():
        people = Person.objects.filter(is_active=True).in_bulk(list({p for t in tellings for p in t.person_ids}))
        moment = clock.db_now()
        asked = [
            (people[person_id], telling)
            for telling in tellings
            for person_id in dict.fromkeys(telling.person_ids)
            if person_id in people
        ]
        rendered: dict[tuple[int, str, str], Told] = {}
        news = []
        for person, telling in asked:
            key = (id(telling), person.language, person.zone)
            if key not in rendered:
                rendered[key] = _rendered(telling.render, person)
            news.append(_New(id=new_id(), person=person, telling=telling, told=rendered[key]))
        stored = _store(news, moment)
        live.announce(new.person.pk for new in news if new.id in stored)
        _mail([new for new in news if new.id in stored and new.telling.mail], moment)
        return len(stored)


def _rendered(render: Render, person: Person) -> Told:
    with translation.override(person.language), timezone.override(ZoneInfo(person.zone)):
        return render(person.language)


def _store(news: Sequence[_New], moment: datetime) -> frozenset[UUID]:
    """Write the messages not told before; the ids of those written."""
    if not news:
        return frozenset()
    # bulk_create can't say which rows a conflict left out, and only the others get a mail.
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO pazar_messages_message
              (id, person_id, company, kind, title, text, path, once, made_at, read_at)
            SELECT n.id, n.person_id, n.company, n.kind, n.title, n.text, n.path, n.once, %s, NULL
            FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
              AS n (id, person_id, company, kind, title, text, path, once)
            ON CONFLICT (person_id, once) DO NOTHING
            RETURNING id
            """,
            [
                moment,
                [new.id for new in news],
                [new.person.pk for new in news],
                [sealing.seal_text(str(new.telling.company_id or "")) for new in news],
                [sealing.seal_text(new.telling.kind) for new in news],
                [sealing.seal_text(" ".join(new.told.title.split())) for new in news],
                [sealing.seal_text(new.told.text.strip()) for new in news],
                [sealing.seal_text(new.telling.path) for new in news],
                [sealing.token(new.telling.once) for new in news],
            ],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def _mail(news: Sequence[_New], moment: datetime) -> None:
    """Write the mails that go out now, and hold those whose hour comes later."""
    now, held = [], []
    wanted = delivery.of({new.person.pk for new in news}, moment)
    for new in news:
        kind = kinds.kind(new.telling.kind)
        due = delivery.due_at(wanted[new.person.pk], new.person, kind, new.telling.topics, moment)
        if due is None or not new.person.email:
            continue
        if due > moment:
            held.append(Held(message_id=new.id, person=new.person, topics=list(new.telling.topics), due_at=due))
            continue
        item = letters.Item(kind=kind, title=new.told.title, text=new.told.text, path=new.telling.path)
        now.append(letters.mail(message_id=new.id, person=new.person, item=item, moment=moment))
        if not kind.urgent:
            wanted[new.person.pk].last_at = moment  # what else comes in this very act goes together, later
    Mail.objects.bulk_create(now)
    Held.objects.bulk_create(held)
