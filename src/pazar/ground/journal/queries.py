"""The journal as a list."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef

from pazar.ground.journal.models import Disclosure, Position
from pazar.ground.journal.rules import public


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


def newest(*, before: int | None = None, limit: int = 50) -> tuple[Sequence[Shown], int | None]:
    """Entries the newest first, and the number to continue before (None at the end)."""
    disclosed = Disclosure.objects.filter(secret_key=OuterRef("entry__secret_key"))
    found = Position.objects.select_related("entry", "entry__payload").annotate(is_disclosed=Exists(disclosed))
    if before is not None:
        found = found.filter(seq__lt=before)
    rows = list(found.order_by("-seq")[: limit + 1])
    return [_shown(row) for row in rows[:limit]], rows[limit - 1].seq if len(rows) > limit else None


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
