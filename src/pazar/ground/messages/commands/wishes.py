"""What a person wants by mail, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock
from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.messages import delivery, kinds
from pazar.ground.messages.commands.mutes import mute, unmute
from pazar.ground.messages.kinds import Kind
from pazar.ground.messages.models import Held, PersonHours, Wish
from pazar.ground.messages.rules.hours import Hours, Pace


@dataclass(frozen=True, kw_only=True)
class Choices:
    """`paces` by kind and topic: "" is the kind itself, a topic's None "as the kind". What isn't named stays."""

    hours: Hours = field(default_factory=Hours)
    paces: Mapping[tuple[str, str], Pace | None] = field(default_factory=dict)


def save_choices(*, actor: Actor, choices: Choices) -> None:
    """Keep how a person wants to be told, and plan anew what waits. Raises NotFound, Invalid."""
    if actor.person_id is None:
        raise NotFound
    _check(actor, choices)
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=actor.person_id)

        given = choices.hours
        PersonHours.objects.update_or_create(
            person=person,
            defaults={
                "hour": given.hour,
                "weekday": given.weekday,
                "quiet_from": given.quiet_from if given.has_quiet else None,
                "quiet_until": given.quiet_until if given.has_quiet else None,
            },
        )
        for (kind, topic), pace in choices.paces.items():
            if not topic and pace is Pace.NEVER:
                mute(person_id=person.pk, kind=kind)
                continue
            if not topic:
                unmute(person_id=person.pk, kind=kind)
            if pace is None:
                Wish.objects.filter(person=person, kind=kind, topic=topic).delete()
            else:
                Wish.objects.update_or_create(person=person, kind=kind, topic=topic, defaults={"pace": pace})
        _plan_anew(person)


def _check(actor: Actor, choices: Choices) -> None:
    hours = choices.hours
    marks = [hours.hour, hours.quiet_from or 0, hours.quiet_until or 0]
    if any(not 0 <= mark <= 23 for mark in marks) or not 0 <= hours.weekday <= 6:
        raise Invalid(fields={"hour": _("An hour is 0 to 23, a weekday 0 (Monday) to 6.")})
    if (hours.quiet_from is None) != (hours.quiet_until is None):
        raise Invalid(fields={"quiet_until": _("Say both when the quiet hours begin and when they end.")})
    for (key, topic), pace in choices.paces.items():
        kind = kinds.find(key)
        if kind is None or not kind.may_mute:
            raise Invalid(fields={"paces": _("There is no such kind of message to choose about.")})
        if pace not in offered(kind) and not (topic and pace is None):
            raise Invalid(fields={"paces": _("Messages of this kind come at once or not at all.")})
        if topic and topic not in {known.key for known in kind.topics(actor)}:
            raise Invalid(fields={"paces": _("There is nothing of yours by that name to choose about.")})


def offered(kind: Kind) -> tuple[Pace, ...]:
    """What may be chosen for a kind: what is urgent waits for no digest."""
    return (Pace.AT_ONCE, Pace.NEVER) if kind.urgent else tuple(Pace)


def _plan_anew(person: Person) -> None:
    moment = clock.db_now()
    wanted = delivery.of([person.pk], moment)[person.pk]
    rows = list(
        Held.objects.select_for_update(of=("self",)).filter(person=person, is_over=False).select_related("message")
    )
    for row in rows:
        kind = kinds.find(row.message.kind)
        due = (
            delivery.due_at(wanted, person, kind, row.topics, moment, came_at=row.message.made_at)
            if kind is not None
            else None
        )
        row.is_over, row.due_at = due is None, due or row.due_at
    Held.objects.bulk_update(rows, ["is_over", "due_at"])
