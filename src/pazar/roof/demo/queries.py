"""What kind of centre this is, who plays in its story, and what its clock will bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q

from pazar.ground.api.paging import keyset
from pazar.ground.clock.models import Centre
from pazar.ground.identity import queries as people
from pazar.ground.identity.models import Membership, Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct
from pazar.market.procedures import queries as procedures
from pazar.roof.demo import cast as script

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

_is_demo = False


def is_demo() -> bool:
    """Whether this centre was made as a demo. Its mode never changes, so that a yes is asked for once a process."""
    global _is_demo
    _is_demo = _is_demo or Centre.objects.filter(mode=Centre.Mode.DEMO).exists()
    return _is_demo


def is_told() -> bool:
    """Whether the story was told: all of it is written in one transaction, its operator with it."""
    return people.person_by_email(script.STAFF[0].email) is not None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One person of the story, in one company or in the centre's staff."""

    person: Person
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """A company, or the centre itself with an empty name, and its people."""

    company: str
    parts: tuple[Part, ...]


def cast() -> list[Cast]:
    """Everybody who may be become, by company; two statements."""
    members = (
        Membership.objects.filter(is_active=True, person__is_active=True)
        .select_related("person", "company")
        .order_by("company__name", "person__name")
    )
    by_company: dict[str, list[Part]] = {}
    for one in members:
        by_company.setdefault(one.company.name, []).append(Part(person=one.person, roles=tuple(one.roles)))
    staff = Person.objects.filter(is_active=True).exclude(staff_roles=[]).order_by("name")
    centre = tuple(Part(person=person, roles=tuple(person.staff_roles)) for person in staff)
    found = [Cast(company=name, parts=tuple(parts)) for name, parts in by_company.items()]
    # In the order of the story, which puts buyers first; who came later comes after.
    order = [company.name for company in script.COMPANIES]
    found.sort(key=lambda one: order.index(one.company) if one.company in order else len(order))
    return [*found, Cast(company="", parts=centre)] if centre else found


def playable(person_id: UUID) -> Person | None:
    return Person.objects.filter(pk=person_id, is_active=True).first()


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Something the clock will bring: an act of the clockwork, with the procedure it is about."""

    due_at: datetime
    act: str
    procedure: Procedure | None


@dataclass(frozen=True, kw_only=True)
class ComingPage:
    """A page of what the clock will bring, and how much there is of all and of ends of tender periods."""

    rows: list[Coming]
    cursor: str
    count: int
    closings: int


CLOSING = "close_procedure"


def coming(*, cursor: str = "", closings: bool = False, limit: int = 20) -> ComingPage:
    """What becomes due next, in its order; ends of tender periods alone if `closings`."""
    waiting = DueAct.objects.filter(done_at=None, tries__lt=clockwork.MAX_TRIES)
    counted = waiting.aggregate(count=Count("pk"), closings=Count("pk", filter=Q(name=CLOSING)))
    keyed = keyset(waiting.filter(name=CLOSING) if closings else waiting, ["due_at", "id"], cursor, limit)
    named = procedures.visible(CENTRE).in_bulk([act.subject_id for act in keyed.rows])
    rows = [Coming(due_at=act.due_at, act=act.name, procedure=named.get(act.subject_id)) for act in keyed.rows]
    return ComingPage(rows=rows, cursor=keyed.cursor or "", count=counted["count"], closings=counted["closings"])


def done_between(after: datetime, until: datetime) -> int:
    """How many acts whose moment lay between were done."""
    return DueAct.objects.filter(due_at__gt=after, due_at__lte=until).exclude(done_at=None).count()
