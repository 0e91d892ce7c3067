"""What people want by mail, and when: read for many at once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max

from pazar.ground.identity.models import Person
from pazar.ground.messages.kinds import Kind
from pazar.ground.messages.models import Mail, Mute, PersonHours, Wish
from pazar.ground.messages.rules import hours as rules
from pazar.ground.messages.rules.hours import Hours, Pace


@dataclass
class Wanted:
    """One person's choices; `last_at` is when he last got a mail, if that is minutes ago."""

    hours: Hours = field(default_factory=Hours)
    paces: dict[tuple[str, str], Pace] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)
    last_at: datetime | None = None

    def pace(self, kind: Kind, topic: str = "") -> Pace:
        """What he chose for the topic, else for the kind; at once if he chose nothing."""
        if kind.may_mute and kind.key in self.muted:
            return Pace.NEVER
        return self.paces.get((kind.key, topic)) or self.paces.get((kind.key, ""), Pace.AT_ONCE)


def of(person_ids: Collection[UUID], moment: datetime) -> dict[UUID, Wanted]:
    """Everybody's, by four statements."""
    found = {person_id: Wanted() for person_id in person_ids}
    for row in PersonHours.objects.filter(person_id__in=person_ids):
        found[row.person_id].hours = Hours(
            hour=row.hour, weekday=row.weekday, quiet_from=row.quiet_from, quiet_until=row.quiet_until
        )
    for wish in Wish.objects.filter(person_id__in=person_ids):
        found[wish.person_id].paces[wish.kind, wish.topic] = Pace(wish.pace)
    for person_id, kind in Mute.objects.filter(person_id__in=person_ids).values_list("person_id", "kind"):
        found[person_id].muted.add(kind)
    lately = Mail.objects.filter(person_id__in=person_ids, made_at__gt=moment - rules.PAUSE)
    for person_id, last_at in lately.order_by().values_list("person_id").annotate(last=Max("made_at")):
        found[person_id].last_at = last_at
    return found


def due_at(
    wanted: Wanted,
    person: Person,
    kind: Kind,
    topics: Collection[str],
    moment: datetime,
    came_at: datetime | None = None,
) -> datetime | None:
    """When a mail of `kind` goes to `person`: `moment` or before is now, None never.

    `came_at` is when the message came, if that was earlier: a choice made since is as if it had been made before.
    """
    pace = rules.soonest([wanted.pace(kind, topic) for topic in topics or ("",)])
    if kind.urgent:
        return None if pace is Pace.NEVER else moment
    return rules.due_at(
        pace,
        moment=came_at or moment,
        hours=wanted.hours,
        zone=ZoneInfo(person.zone),
        last_at=wanted.last_at if came_at is None else None,
    )
