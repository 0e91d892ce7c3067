"""A register's bulk file into the snapshot (A2): streamed, in batches by COPY, the same again changes nothing."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.market.companies.adapters.files import tables, xml
from pazar.market.companies.adapters.files.shape import Reader, Refused, Unreadable
from pazar.market.companies.models import RegisterLoad
from pazar.market.companies.rules.particulars import Particulars

READERS: Final[tuple[Reader, ...]] = (*xml.READERS, *tables.TABLES)
BATCH: Final = 20_000
KEPT: Final = 1_000
_COLUMNS: Final = (
    "country", "scheme", "number", "name", "name_latin", "legal_form", "status", "status_words", "address", "town",
    "postal_code", "region", "representatives", "other_numbers", "founded_on", "email", "website",
)  # fmt: skip
_LIST: Final = ", ".join(_COLUMNS)
_INCOMING: Final = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS companies_incoming AS
    SELECT 0::bigint AS place, {_LIST} FROM companies_registerentry WITH NO DATA
"""  # noqa: S608 - column names of our own
_TAKE: Final = f"""
    WITH taken AS (
    INSERT INTO companies_registerentry AS entry (register, load_id, {_LIST})
    SELECT DISTINCT ON (number, scheme, country) %s, %s, {_LIST} FROM companies_incoming
    ORDER BY number, scheme, country, place DESC
    ON CONFLICT (number, scheme, country, register) DO UPDATE SET
        load_id = excluded.load_id, {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])}
    WHERE ({", ".join(f"entry.{name}" for name in _COLUMNS[3:])})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _COLUMNS[3:])})
    RETURNING (xmax = 0) AS is_new)
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM taken
"""  # noqa: S608 - column names of our own


@dataclass(kw_only=True)
class Report:
    """What became of a file. `refused` holds the first thousand; `refused_count` all."""

    file: str
    form: str = ""
    register: str = ""
    read: int = 0
    new: int = 0
    changed: int = 0
    refused_count: int = 0
    refused: list[Refused] = field(default_factory=list)
    doubted_count: int = 0  # taken, although the number's check digit doesn't agree
    taken: int = 0

    @property
    def same(self) -> int:
        return self.taken - self.new - self.changed

    def refuse(self, refused: Refused) -> None:
        self.refused_count += 1
        if len(self.refused) < KEPT:
            self.refused.append(refused)


def load_register(
    *,
    actor: Actor,
    path: Path,
    register: str = "",
    as_of: date | None = None,
    watch: Callable[[int], None] = lambda read: None,
) -> Report:
    """Take a register's file in. What a later file of the same register says replaces what an earlier one said.

    A record that can't be read is refused by its place, the rest is kept; so is what was read before a file breaks
    off. `as_of` is the day the file is from; its modification day if not said.
    """
    report = Report(file=path.name)
    reader = _reader(path, report)
    if reader is None:
        return report
    report.form, report.register = reader.form, register or reader.register
    moment = clock.db_now()
    load = RegisterLoad.objects.create(
        register=report.register,
        file_name=path.name,
        file_format=reader.form,
        as_of=as_of or datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date(),
        started_at=moment,
    )
    organisations = _counted(reader, path, report)
    while batch := list(itertools.islice(organisations, BATCH)):
        _take(load, batch, report)
        watch(report.read)
    with transaction.atomic():
        load.ended_at = clock.db_now()
        load.read_count, load.refused_count = report.read, report.refused_count
        load.save()
        journal.append(
            "register.loaded",
            subject=load,
            actor=actor,
            register=load.register,
            file_format=load.file_format,
            read=report.read,
            refused=report.refused_count,
        )
    return report


def _reader(path: Path, report: Report) -> Reader | None:
    try:
        with path.open("rb") as stream:
            head = stream.read(1 << 16)
    except OSError:
        report.refuse(Refused("", "", "cannot-open"))
        return None
    reader = next((reader for reader in READERS if reader.fits(head)), None)
    if reader is None:
        report.refuse(Refused("", "", "unknown-format"))
    return reader


def _counted(reader: Reader, path: Path, report: Report) -> Iterator[Particulars]:
    try:
        for record in reader.read(path):
            report.read += 1
            if isinstance(record, Refused):
                report.refuse(record)
            else:
                report.taken += 1
                report.doubted_count += bool(record.doubt)
                yield record
    except Unreadable as error:
        report.refuse(Refused(error.where, "", error.code))


def _take(load: RegisterLoad, batch: Sequence[Particulars], report: Report) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INCOMING)
        cursor.execute("TRUNCATE companies_incoming")
        with cursor.copy(f"COPY companies_incoming (place, {_LIST}) FROM STDIN") as copy:
            for place, one in enumerate(batch):
                copy.write_row((place, *_row(one)))
        cursor.execute(_TAKE, [load.register, load.pk])
        new, changed = cursor.fetchone()
    report.new += new
    report.changed += changed


def _row(one: Particulars) -> tuple[object, ...]:
    return (
        one.country, one.scheme, one.number, one.name, one.name_latin, one.legal_form, one.status.value,
        one.status_words, one.address, one.town, one.postal_code, one.region, list(one.representatives),
        [f"{scheme}:{number}" for scheme, number in one.other_numbers], one.founded_on, one.email, one.website,
    )  # fmt: skip
