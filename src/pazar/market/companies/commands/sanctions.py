"""Lists of those with whom nobody may trade, loaded from a file (A3)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from django.db import transaction

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.words.seen import seen
from pazar.market.companies.adapters import lookalikes
from pazar.market.companies.models import KnownName, SanctionEntry, SanctionList
from pazar.market.companies.rules import sanctions
from pazar.market.companies.rules.sanctions import Listed, Unread

BATCH: Final = 1_000
_KEPT: Final = 1_000
_FIELD: Final = 200_000


class NotAList(Exception):
    """The file as a whole can't be taken; the text says why. Nothing was changed."""


@dataclass(kw_only=True)
class Report:
    name: str
    taken: int = 0
    refused_count: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)  # line and code; the first thousand


def load(*, actor: Actor, path: Path, name: str = "", as_of: date | None = None) -> Report:
    """Take a list in, in place of what a file of the same name said before; all or nothing. Raises NotAList."""
    report = Report(name=name or path.stem)
    if not path.is_file():
        raise NotAList(f"There is no file {path.name}.")
    with transaction.atomic():
        moment = clock.db_now()
        made, _new = SanctionList.objects.select_for_update().update_or_create(
            name=report.name,
            defaults={
                "file_name": path.name,
                "as_of": as_of or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date(),
                "loaded_at": moment,
            },
        )
        SanctionEntry.objects.filter(of_list=made).delete()
        batch: list[Listed] = []
        for listed in _read(path, report):
            batch.append(listed)
            if len(batch) == BATCH:
                _take(made, batch)
                batch = []
        _take(made, batch)
        if not report.taken:
            # Most likely another file than was meant: the list that is there stays.
            raise NotAList(f"{path.name} holds no entry that can be read.")
        made.entry_count, made.refused_count = report.taken, report.refused_count
        made.save()
        journal.append(
            "sanctions.loaded",
            actor=actor,
            subject=made,
            name=made.name,
            entries=report.taken,
            refused=report.refused_count,
        )
    return report


def _read(path: Path, report: Report) -> Iterator[Listed]:
    csv.field_size_limit(_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            head = stream.readline(10_000)
            stream.seek(0)
            rows = csv.reader(stream, delimiter=max(",;\t", key=head.count))
            columns = [column.strip().lower() for column in next(rows, [])]
            if "name" not in columns:
                raise NotAList(f"{path.name} has no column name. Its first line must name its columns.")
            for cells in rows:
                if not any(cells):
                    continue
                try:
                    if len(cells) != len(columns):
                        raise Unread("ragged-row")
                    listed = sanctions.entry(dict(zip(columns, map(seen, cells), strict=True)))
                except Unread as error:
                    report.refused_count += 1
                    if len(report.refused) < _KEPT:
                        report.refused.append((rows.line_num, error.code))
                    continue
                report.taken += 1
                yield listed
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotAList(f"{path.name} can't be read as a table in UTF-8 ({type(error).__name__}).") from error


def _take(made: SanctionList, batch: list[Listed]) -> None:
    entries = SanctionEntry.objects.bulk_create(
        [
            SanctionEntry(
                of_list=made,
                kind=one.kind,
                name=one.name,
                aliases=list(one.aliases),
                country=one.country,
                number=one.number,
                programme=one.programme,
                listed_on=one.listed_on,
                reference=one.reference,
            )
            for one in batch
        ]
    )
    KnownName.objects.bulk_create(
        [
            lookalikes.entry(source=KnownName.Source.SANCTION, name=name, entry_id=entry.pk)
            for entry in entries
            for name in (entry.name, *entry.aliases)
        ],
        batch_size=BATCH,
    )
