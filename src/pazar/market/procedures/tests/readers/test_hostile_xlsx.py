"""Workbooks: a table is read as its CSV would be; what a spreadsheet has made doubtful is refused at its cell."""

import io
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from pazar.market.procedures.adapters.reader import Refused
from pazar.market.procedures.adapters.registry import read_files
from pazar.market.procedures.rules.notice import Notice

from .test_tables import HEADER

NAMES = HEADER.split(",")
ROW = ["Кабели", "Община", "00044-2024-0001", "Открита процедура", "2024-12-20", "2024-12-04", "https://x.example/1"]
EIS = ["ContractID", "FinalStoim", "Status", "NameCustomer", "PostedDate", "UpdatedDate", "ObjectName"]
EIS += ["ObjectCode", "ObjectUnits", "ObjectAmount", "ObjectNMZ", "ParticipantName", "ParticipantIsWinner"]


def book(*rows: list[Any], sheet: str = "Лист", merge: str = "", formats: dict[str, str] | None = None) -> bytes:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    for cell, form in (formats or {}).items():
        page[cell].number_format = form
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def changed(data: bytes, name: str, change: Any) -> bytes:
    """The workbook with one part made otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            content = old.read(entry)
            new.writestr(entry, change(content) if entry == name else content)
    return buffer.getvalue()


def read(path: Path, data: bytes) -> tuple[list[Notice], list[tuple[str, str]]]:
    path.write_bytes(data)
    found = [taken.item for taken in read_files([path])]
    notices = [item for item in found if isinstance(item, Notice)]
    return notices, [(item.code, item.place.where) for item in found if isinstance(item, Refused)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "given.xlsx"


def row(**said: Any) -> list[Any]:
    return [said.get(name, value) for name, value in zip(NAMES, ROW, strict=True)]


def test_a_table_is_read_as_its_csv_is(path: Path) -> None:
    day = datetime(2024, 12, 4)  # noqa: DTZ001  a spreadsheet knows no zones
    moment = datetime(2024, 12, 20, 17, 30)  # noqa: DTZ001
    (first, second), refused = read(path, book([], NAMES, row(), row(unique_id="2", publish_date=day, deadline=moment)))
    assert refused == []
    assert (first.source_id, first.title, str(first.published_on)) == ("00044-2024-0001", "Кабели", "2024-12-04")
    assert str(second.published_on) == "2024-12-04"
    assert second.deadline is None  # a time without a zone is no moment
    assert [remark.code for remark in second.remarks] == ["date-without-zone"]


def test_sums_stay_exact_and_serial_numbers_are_no_dates(path: Path) -> None:
    said = dict.fromkeys(EIS, "") | {"ContractID": "0119200000125015759", "ObjectName": "Трубы"}
    given = [
        said | {"FinalStoim": 12345678901234.57, "ObjectNMZ": 100},
        said | {"PostedDate": 45630, "FinalStoim": 0.1},
    ]
    notices, refused = read(path, book(EIS, *[[one[name] for name in EIS] for one in given]))
    assert refused == []
    sums = [award.value.value for notice in notices for award in notice.awards if award.value]
    assert sums == [Decimal("12345678901234.57"), Decimal("0.1")]
    assert notices[0].value is not None
    assert notices[0].value.value == 100
    assert notices[1].published_on is None


@pytest.mark.parametrize(
    ("bad", "code", "cell"),
    [
        ({"unique_id": 45000000.0}, "number-for-code", "C3"),
        ({"unique_id": 33.6e6}, "number-for-code", "C3"),
        ({"unique_id": 119200000125015759}, "number-for-code", "C3"),
        ({"unique_id": "=A1"}, "formula", "C3"),
        ({"name": '=HYPERLINK("http://evil.example")'}, "formula", "A3"),
        ({"deadline": "=TODAY()"}, "formula", "E3"),
        ({"name": "#REF!"}, "cell-error", "A3"),
        ({"unique_id": ""}, "no-identity", "C3"),
        ({"unique_id": date(2024, 1, 1)}, "number-for-code", "C3"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_doubtful_cell_costs_its_row_alone(path: Path, bad: dict[str, Any], code: str, cell: str) -> None:
    data = book(NAMES, row(unique_id="1"), row(**bad), row(unique_id="3"))
    notices, refused = read(path, data)
    assert [notice.source_id for notice in notices] == ["1", "3"]
    assert refused == [(code, f"Лист › {cell}")]


def test_merged_cells_and_cells_beside_the_table_are_named(path: Path) -> None:
    data = book(NAMES, row(unique_id="1"), row(), row(), [*row(unique_id="4"), "beside"], merge="C3:C4")
    notices, refused = read(path, data)
    assert [notice.source_id for notice in notices] == ["1"]
    assert refused == [
        ("merged-cell", "Лист › C3"), ("merged-cell", "Лист › C4"), ("ragged-row", "Лист › H5"),
    ]  # fmt: skip


def test_sheets_that_are_no_table_are_named(path: Path) -> None:
    assert read(path, book(["hello"], ["world"])) == ([], [("unknown-format", "Лист")])
    assert read(path, book([*NAMES, "name"], [*ROW, "x"])) == ([], [("double-column", "Лист")])
    assert read(path, book([f"c{n}" for n in range(20_000 % 16_000)])) == ([], [("too-many-columns", "Лист")])
    assert read(path, book()) == ([], [])


BOMB = b"<sst><si><t>" + b"0" * (200 << 20) + b"</t></si></sst>"


HOSTILE: dict[str, tuple[Any, str]] = {
    "a bomb of texts": (lambda d: added(d, "xl/sharedStrings.xml", BOMB), "part-too-large"),
    "a bomb of a sheet": (
        lambda d: changed(d, "xl/worksheets/sheet1.xml", lambda c: c.replace(b"<row", b" " * (200 << 20) + b"<row", 1)),
        "part-too-large",
    ),
    "a row of a million cells": (
        lambda d: changed(
            d, "xl/worksheets/sheet1.xml", lambda c: c.replace(b"</row>", b"<c><v>1</v></c>" * 1_000_000 + b"</row>", 1)
        ),
        "part-too-large",
    ),
    "entities": (
        lambda d: changed(
            d, "xl/worksheets/sheet1.xml", lambda c: b'<!DOCTYPE x [<!ENTITY a "b">]>' + c.partition(b"?>")[2]
        ),
        "doctype",
    ),
    "a sheet in UTF-16": (
        lambda d: changed(d, "xl/worksheets/sheet1.xml", lambda c: c.decode().encode("utf-16")),
        "unknown-encoding",
    ),
    "a broken sheet": (lambda d: changed(d, "xl/worksheets/sheet1.xml", lambda c: c[:-40]), "broken-workbook"),
    "a broken part": (lambda d: changed(d, "xl/workbook.xml", lambda c: b"<x"), "broken-workbook"),
    "styles without end": (
        lambda d: changed(d, "xl/styles.xml", lambda c: c.replace(b"</cellXfs>", b"<xf/>" * 400_000 + b"</cellXfs>")),
        "part-too-large",
    ),
    "an executable": (lambda d: b"MZ\x90\x00" + bytes(1000), "program"),
    "under a password": (
        lambda d: (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(99)
        ),
        "encrypted-workbook",
    ),
    "the old form": (lambda d: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "old-workbook"),
    "cut short": (lambda d: d[: len(d) // 2], "broken-archive"),
    "a web page": (lambda d: b"<html><table><tr><td>x</td></tr></table></html>", "html"),
}


def added(data: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_workbooks_are_refused_quickly(path: Path, case: str) -> None:
    make, code = HOSTILE[case]
    data = make(book(NAMES, ROW))
    begun = time.process_time()
    _notices, refused = read(path, data)
    assert time.process_time() - begun < 5
    assert [found for found, _where in refused] == [code]


def test_rows_and_cells_far_away_cost_nothing(path: Path) -> None:
    far = changed(
        book(NAMES, ROW),
        "xl/worksheets/sheet1.xml",
        lambda c: c.replace(b"</sheetData>", b'<row r="999999999999"><c r="XFD9"><v>1</v></c></row></sheetData>'),
    )
    begun = time.process_time()
    notices, _refused = read(path, far)
    assert [notice.source_id for notice in notices] == ["00044-2024-0001"]
    assert time.process_time() - begun < 5
