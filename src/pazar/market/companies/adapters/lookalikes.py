"""The index of names that another may be taken for (A3). What it costs: docs/open.md."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from pazar.ground.words import names
from pazar.market.companies.models import KnownName
from pazar.market.companies.rules import checking, likeness

_SELECT: Final = "SELECT id, source, subject_id, entry_id, name FROM companies_knownname"
_FROM_EACH: Final = 200  # candidates of one probe; a word that many share is narrowed by a second one


@dataclass(frozen=True, kw_only=True)
class Alike:
    """A known name that could be taken for the one asked; `score` 0 to 100."""

    source: str
    subject_id: UUID | None
    entry_id: int | None
    name: str
    score: float


def near(name: str, *, sources: Collection[str] = (), without: UUID | None = None, limit: int = 8) -> list[Alike]:
    """Known names whose skeleton is the same or near, the nearest first; all sources unless some are named."""
    skeleton = names.skeleton(name)
    asked = likeness.probes(skeleton)
    if not asked:
        return []
    parts: list[str] = []
    values: list[list[int] | list[str]] = []
    for probe in asked:
        wheres = " AND ".join("keys && %s::int[]" for _part in probe)
        values += [sorted(part) for part in probe]
        if sources:
            wheres += " AND source = ANY(%s)"
            values.append(sorted(sources))
        parts.append(f"({_SELECT} WHERE {wheres} LIMIT {_FROM_EACH})")  # our own words; values are bound
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), values)
        rows = {str(row[0]): row for row in cursor.fetchall() if without is None or row[2] != without}
    found = checking.near_names(name, {key: row[4] for key, row in rows.items()}, limit=limit)
    return [
        Alike(
            source=rows[one.key][1],
            subject_id=rows[one.key][2],
            entry_id=rows[one.key][3],
            name=one.name,
            score=one.score,
        )
        for one in found
    ]


def entry(*, source: str, name: str, subject_id: UUID | None = None, entry_id: int | None = None) -> KnownName:
    """A name with its keys, not saved."""
    skeleton = names.skeleton(name)
    return KnownName(
        source=source,
        subject_id=subject_id,
        entry_id=entry_id,
        name=name,
        skeleton=skeleton,
        keys=likeness.keys(skeleton),
    )


def keep(*, source: str, named: Iterable[tuple[UUID, str]]) -> int:
    """Keep these names of a source, each in place of what its subject was called before; how many."""
    rows: Sequence[KnownName] = [entry(source=source, name=name, subject_id=pk) for pk, name in named]
    KnownName.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["source", "subject_id"],
        update_fields=["name", "skeleton", "keys"],
        batch_size=1_000,
    )
    return len(rows)
