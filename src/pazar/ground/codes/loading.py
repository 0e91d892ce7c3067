"""Brings the lists of `data/` into their tables. Called by a migration, so that every database has them,
tests too.

A new edition of a list is a new file and a new migration that calls `load_codes` again: rows are added and
corrected, never taken away, since procedures of the past name them.
"""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from pazar.ground import words
from pazar.ground.codes.rules import cpv, nuts

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Loaded:
    """How many rows of each list were new or corrected."""

    cpv: int
    nuts: int
    units: int


def load_codes(*, using: str = "default") -> Loaded:
    """Put the lists of `data/` into their tables. Repeated, it changes nothing."""
    return Loaded(
        cpv=_merge(
            using,
            "codes_cpv",
            ("code", "check_digit", "level", "parent_id", "prefix", "label_en", "label_bg", "lemmas"),
            _cpv_rows(),
        ),
        nuts=_merge(using, "codes_nuts", ("code", "level", "parent_id", "label_en", "label_bg"), _nuts_rows()),
        units=_merge(
            using,
            "codes_unit",
            ("code", "place", "quantity", "symbol_en", "symbol_bg", "label_en", "label_bg"),
            _unit_rows(),
        ),
    )


def _merge(using: str, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> int:
    """COPY into a temporary table, and from there whatever is new or differs."""
    names = ", ".join(columns)
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in columns[1:])
    old = ", ".join(f"{table}.{name}" for name in columns[1:])
    new = ", ".join(f"EXCLUDED.{name}" for name in columns[1:])
    # The names are constants of this file; nothing of a list enters the statements.
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE brought (LIKE {table}) ON COMMIT DROP")
        with cursor.copy(f"COPY brought ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM brought"  # noqa: S608
            f" ON CONFLICT (code) DO UPDATE SET {changed} WHERE ({old}) IS DISTINCT FROM ({new})"
        )
        merged = int(cursor.rowcount)
        cursor.execute("DROP TABLE brought")
        return merged


def _cpv_rows() -> Iterator[tuple[Any, ...]]:
    listed = list(_read("cpv_2008.csv.gz"))
    known = {row["code"] for row in listed}
    for row in listed:
        code = row["code"]
        parent = next((above for above in cpv.ancestors(code) if above in known), None)
        text = f"{row['label_bg']} {row['label_en']}"
        yield (
            code,
            row["check_digit"],
            cpv.level(code),
            parent,
            cpv.prefix(code),
            row["label_en"],
            row["label_bg"],
            words.lemmas(text),
        )


def _nuts_rows() -> Iterator[tuple[Any, ...]]:
    for row in _read("nuts.csv.gz"):
        code = row["code"]
        parent = next(iter(nuts.ancestors(code)), None)
        yield code, nuts.level(code), parent, row["label_en"], row["label_bg"]


def _unit_rows() -> Iterator[tuple[Any, ...]]:
    for place, row in enumerate(_read("units.csv"), start=1):
        yield (
            row["code"],
            place,
            row["quantity"],
            row["symbol_en"],
            row["symbol_bg"],
            row["label_en"],
            row["label_bg"],
        )


def _read(name: str) -> Iterator[dict[str, str]]:
    raw = (_DATA / name).read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()
    yield from csv.DictReader(io.StringIO(text, newline=""))
