"""Reads of messages and mails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pazar.ground.clock.models import Centre
from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import policies
from pazar.ground.messages.models import Bounce, Held, Mail, Message, Suppression

PAGE = 30


@dataclass(frozen=True)
class Place:
    """Where a page of a list begins: after the row of this moment and id."""

    at: datetime
    id: UUID

    def text(self) -> str:
        return f"{self.at.isoformat()}~{self.id}"


def place(text: str) -> Place | None:
    """The place in an address; None for none, or for one that somebody made up."""
    at, _, row = text.partition("~")
    try:
        return Place(at=datetime.fromisoformat(at), id=UUID(row))
    except ValueError:
        return None


def _after(found: Place | None) -> Q:
    return Q() if found is None else Q(made_at__lt=found.at) | Q(made_at=found.at, pk__lt=found.id)


def newest_mail_to(address: str) -> Mail:
    """The last mail written to an address; a demo's people read theirs so."""
    return Mail.objects.filter(to=address).order_by("-made_at", "-id")[0]


def unread(person_id: UUID) -> QuerySet[Message]:
    """What the bell counts, by its own index."""
    return Message.objects.filter(person_id=person_id, read_at=None)


def unread_count(person_id: UUID) -> int:
    return unread(person_id).count()


def unread_counts(person_ids: Collection[UUID]) -> dict[UUID, int]:
    """The same for many; who has none is left out."""
    found = Message.objects.filter(person_id__in=person_ids, read_at=None).order_by()
    return dict(found.values_list("person_id").annotate(number=Count("pk")))


def messages(actor: Actor, *, unread: bool, after: Place | None = None) -> tuple[list[Message], Place | None]:
    """A page of the person's unread or read messages, newest first, and where the next one begins."""
    found = policies.visible_to(actor).filter(_after(after), read_at__isnull=unread)
    rows = list(found.order_by("-made_at", "-id")[: PAGE + 1])
    more = Place(at=rows[PAGE - 1].made_at, id=rows[PAGE - 1].pk) if len(rows) > PAGE else None
    return rows[:PAGE], more


def mails(*, after: Place | None = None) -> tuple[list[Mail], Place | None]:
    """Every mail the centre wrote, newest first: for a demo's mailbox only."""
    found = Mail.objects.filter(_after(after)).select_related("person").defer("text", "html", "headers")
    rows = list(found.order_by("-made_at", "-id")[: PAGE + 1])
    more = Place(at=rows[PAGE - 1].made_at, id=rows[PAGE - 1].pk) if len(rows) > PAGE else None
    return rows[:PAGE], more


def mail(mail_id: UUID) -> Mail:
    """Raises NotFound."""
    found = Mail.objects.filter(pk=mail_id).select_related("person").first()
    if found is None:
        raise NotFound
    return found


def is_demo() -> bool:
    """Whether this centre was made as a demo, where anybody reads every mail."""
    return Centre.objects.filter(mode=Centre.Mode.DEMO).exists()


def mail_counts() -> dict[str, int]:
    """How many mails stand in each state; 0 for a state that none is in."""
    found = dict(Mail.objects.order_by().values_list("state").annotate(number=Count("pk")))
    return {str(state): int(found.get(state, 0)) for state in Mail.State.values}


def undelivered(*, after: Place | None = None) -> tuple[list[Mail], Place | None]:
    """Mails that reached nobody, newest first (by their own index)."""
    stuck = [Mail.State.FAILED, Mail.State.SUPPRESSED, Mail.State.RETURNED]
    found = Mail.objects.filter(_after(after), state__in=stuck).defer("text", "html", "headers")
    rows = list(found.order_by("-made_at", "-id")[: PAGE + 1])
    more = Place(at=rows[PAGE - 1].made_at, id=rows[PAGE - 1].pk) if len(rows) > PAGE else None
    return rows[:PAGE], more


def suppressions(*, after: Place | None = None, address: str = "") -> tuple[list[Suppression], Place | None]:
    """Addresses written to no more, newest first; those that hold `address`, if it is said."""
    place = Q() if after is None else Q(since__lt=after.at) | Q(since=after.at, pk__lt=after.id)
    found = Suppression.objects.filter(place, address__contains=address.strip().lower())
    rows = list(found.order_by("-since", "-id")[: PAGE + 1])
    more = Place(at=rows[PAGE - 1].since, id=rows[PAGE - 1].pk) if len(rows) > PAGE else None
    return rows[:PAGE], more


def bounces(limit: int = PAGE) -> list[Bounce]:
    """What mail servers reported last."""
    return list(Bounce.objects.order_by("-came_at", "-id")[:limit])


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(address=address.lower()).exists()


def held_count(person_id: UUID) -> int:
    """Messages of his whose mail waits for its hour."""
    return Held.objects.filter(person_id=person_id, is_over=False).count()
