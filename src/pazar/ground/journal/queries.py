"""The journal as a list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from pazar.ground.errors import NotFound
from pazar.ground.journal.models import Disclosure, Head, Position, Stamp, StampTry, Waiting
from pazar.ground.journal.rules import public

LATE = timedelta(seconds=10)
"""An entry that waits so long for its place is the operator's business."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One entry as everybody sees it: `kind` and `facts` are empty where only the leaf is public."""

    number: int
    leaf: str
    made_at: datetime
    kind: str
    subject: str
    facts: dict[str, Any]


def last_number() -> int:
    """The place of the last entry that has one."""
    return int(Position.objects.aggregate(last=Max("seq"))["last"] or 0)


def heads() -> QuerySet[Head]:
    """All heads with their stamps, to be read by key."""
    return Head.objects.prefetch_related("stamps")


def stamp(stamp_id: UUID) -> Stamp:
    """Raises NotFound."""
    found = Stamp.objects.filter(pk=stamp_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, kw_only=True)
class State:
    """How the sequencer and the stamping do. `lag` is how long the oldest entry without a place waits."""

    waiting: int
    lag: timedelta
    last_head_at: datetime | None
    stamped_at: datetime | None
    stamp_fault: str

    @property
    def is_late(self) -> bool:
        return self.lag > LATE


def state(moment: datetime) -> State:
    """`moment` is the centre's now."""
    oldest = Waiting.objects.aggregate(at=Min("entry__made_at"))["at"]
    tried = StampTry.objects.order_by("-at").first()
    return State(
        waiting=Waiting.objects.count(),
        lag=max(moment - oldest, timedelta(0)) if oldest is not None else timedelta(0),
        last_head_at=Head.objects.aggregate(at=Max("made_at"))["at"],
        stamped_at=Stamp.objects.aggregate(at=Max("stamped_at"))["at"],
        stamp_fault=tried.fault if tried is not None else "",
    )


def newest(
    *, before: int | None = None, limit: int = 50, with_leaves: bool = False
) -> tuple[Sequence[Shown], int | None]:
    """Entries the newest first, and the number to continue before (None at the end).

    Without `with_leaves` those are left out of which everybody sees the leaf alone: most of them, by intent.
    """
    disclosed = Disclosure.objects.filter(secret_key=OuterRef("entry__secret_key"))
    found = Position.objects.select_related("entry", "entry__payload").annotate(is_disclosed=Exists(disclosed))
    if before is not None:
        found = found.filter(seq__lt=before)
    if not with_leaves:
        found = found.filter(Q(entry__secret_key="") | Q(is_disclosed=True))
    rows = list(found.order_by("-seq")[: limit + 1])
    shown = [_shown(row) for row in rows[:limit]]
    following = rows[limit - 1].seq if len(rows) > limit else None
    return shown if with_leaves else [one for one in shown if one.kind], following


def _shown(row: Position) -> Shown:
    entry = row.entry
    payload = getattr(entry, "payload", None)
    content = json.loads(bytes(payload.content)) if payload is not None else {}
    is_secret = bool(entry.secret_key) and not row.is_disclosed  # type: ignore[attr-defined]  # an annotation
    kind = content.get("kind", "")
    if not public.is_public(kind, is_secret=is_secret):
        content, kind = {}, ""
    return Shown(
        number=row.seq,
        leaf=bytes(entry.leaf).hex(),
        made_at=entry.made_at,
        kind=kind,
        subject=content.get("subject", {}).get("id", ""),
        facts=content.get("facts", {}),
    )
