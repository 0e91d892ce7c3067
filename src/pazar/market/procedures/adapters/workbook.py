"""XLSX workbooks as tables: a row with anything doubtful in it is refused at its cell, the others are taken.

A workbook is a ZIP of XML that its library reads part by part, the smaller parts whole. So every part is looked through
first, unpacked but not kept: how large it is, whether it declares a document type, how long its longest row is, which
cells are merged. What would cost more than any table is refused before the library sees it.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final

from openpyxl.reader.excel import load_workbook
from openpyxl.utils.cell import get_column_letter, range_boundaries

from .reader import BrokenOff, Found, Limits, Place, Refused, Refusing
from .tables import Format

_PIECE: Final = 1 << 18
_MOST_BYTES: Final = 100 << 20  # of all parts, unpacked
_MOST_PARTS: Final = 1_000
_MOST_OF_A_PART: Final = 1 << 20  # of those that are read whole
_MOST_OF_TEXTS: Final = 10 << 20
_MOST_OF_A_ROW: Final = 1 << 20
_MOST_MERGED: Final = 5_000
_ROWS: Final = 1_048_576
_COLUMNS: Final = 500
_HEADER_WITHIN: Final = 20
_BROKEN: Final = (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError, EOFError, zlib.error)
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_ROW: Final = re.compile(rb"<(?:\w+:)?row[\s>/]")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,100}?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TEXTS: Final = "xl/sharedStrings.xml"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook in a file that is open."""

    file: IO[bytes]
    archive: zipfile.ZipFile


@dataclass(frozen=True, slots=True)
class _Merged:
    """Cells that are one, by the sheet's part."""

    ranges: tuple[tuple[int, int, int, int], ...]

    def holds(self, column: int, row: int) -> bool:
        return any(left <= column <= right and top <= row <= bottom for left, top, right, bottom in self.ranges)


def read(book: Workbook, place: Place, formats: Sequence[Format], limits: Limits) -> Iterator[tuple[str, Found]]:
    """The notices of every sheet that is a known table, each with the table's name; why the others aren't."""
    try:
        merged = _look_through(book.archive, limits)
    except Refusing as stop:
        here = Place(place.file, stop.at) if stop.at else place
        stop.at = ""
        yield "", (here, stop.refused(here))
        return
    try:
        book.file.seek(0)
        opened = load_workbook(book.file, read_only=True, data_only=False, keep_links=False)
    except Exception:  # the library raises of every kind
        yield "", (place, Refused(place, "broken-workbook"))
        return
    with closing(opened):
        for sheet in opened.worksheets:
            here = Place(place.file, _label(sheet.title))
            part = str(getattr(sheet, "_worksheet_path", "")).lstrip("/")
            try:
                yield from _sheet(sheet, here, formats, limits, merged.get(part, _Merged(())))
            except Refusing as stop:
                yield "", (here, stop.refused(here))
            except Exception:
                yield "", (here, Refused(here, "broken-workbook"))


def _label(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)[:100]


def _look_through(archive: zipfile.ZipFile, limits: Limits) -> dict[str, _Merged]:
    """Raises Refusing with the part's name where one is more than any table needs."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_PARTS:
        raise Refusing("too-many-members", limit=str(_MOST_PARTS))
    merged: dict[str, _Merged] = {}
    total = 0
    for entry in entries:
        if not entry.filename.endswith((".xml", ".rels", ".vml")):
            continue  # pictures, programs: nobody opens them
        try:
            size, found = _part(archive, entry, limits)
        except _BROKEN:
            raise Refusing("broken-archive", _label(entry.filename)) from None
        total += size
        if total > _MOST_BYTES:
            raise Refusing("file-too-large", limit=str(_MOST_BYTES >> 20))
        if found:
            merged[entry.filename] = _Merged(tuple(found))
    return merged


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> tuple[int, list[Any]]:
    """How large a part is unpacked, and its merged cells. Raises Refusing."""
    name = _label(entry.filename)
    is_sheet = bool(_SHEET.fullmatch(entry.filename))
    most = _MOST_BYTES if is_sheet else _MOST_OF_TEXTS if entry.filename == _TEXTS else _MOST_OF_A_PART
    size, before, row_at = 0, b"", 0
    merged: list[Any] = []
    with archive.open(entry) as part:
        while piece := part.read(_PIECE):
            if not size:
                _check_encoding(piece, name)
            start = size - len(before)
            size += len(piece)
            if size > most:
                raise Refusing("part-too-large", name)
            if _is_bomb(entry, size, limits):
                raise Refusing("bomb", name, ratio=str(limits.ratio))
            seen = before + piece
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise Refusing("doctype", name)
            if is_sheet:
                for found in _ROW.finditer(seen):
                    if start + found.start() - row_at > _MOST_OF_A_ROW:
                        raise Refusing("part-too-large", name)
                    row_at = start + found.start()
                if size - row_at > 2 * _MOST_OF_A_ROW:
                    raise Refusing("part-too-large", name)
                merged += [range_boundaries(ref.decode()) for ref in _MERGED.findall(piece if not before else seen)]
                if len(merged) > _MOST_MERGED:
                    raise Refusing("too-many-elements", name, limit=str(_MOST_MERGED))
            before = piece[-256:]
    return size, merged


def _is_bomb(entry: zipfile.ZipInfo, size: int, limits: Limits) -> bool:
    return size > limits.ratio_from and size > max(entry.compress_size, 1) * limits.ratio


def _check_encoding(head: bytes, name: str) -> None:
    # What is looked for here is looked for in UTF-8.
    declared = _DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    if b"\0" in head[:64] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")):
        said = declared[1].decode() if declared else "UTF-16"
        raise Refusing("unknown-encoding", name, name=said)


def _sheet(
    sheet: Any, place: Place, formats: Sequence[Format], limits: Limits, merged: _Merged
) -> Iterator[tuple[str, Found]]:
    """A sheet of openpyxl. Raises Refusing where it is no table."""
    names, first = _header(sheet)
    if not names:
        return  # an empty sheet is nothing to tell of
    form = next((form for form in formats if form.columns <= set(names.values())), None)
    if form is None:
        raise Refusing("unknown-format")
    if len(set(names.values())) < len(names):
        raise Refusing("double-column")
    last = max(names)
    rows = sheet.iter_rows(min_row=first + 1, max_row=_ROWS, max_col=last + 1)
    for number, cells in enumerate(rows, first + 1):
        if all(cell.value is None for cell in cells):
            continue
        yield form.name, _row(form, number, cells, names, place, limits, merged)


def _header(sheet: Any) -> tuple[dict[int, str], int]:
    """The columns' names by their numbers, and the row they stand in: the first that isn't empty."""
    rows = sheet.iter_rows(min_row=1, max_row=_HEADER_WITHIN, max_col=_COLUMNS + 1)
    for number, cells in enumerate(rows, 1):
        names = {
            column: str(cell.value).strip() for column, cell in enumerate(cells, 1) if cell.value not in (None, "")
        }
        if names:
            if max(names) > _COLUMNS:
                raise Refusing("too-many-columns", length=f"> {_COLUMNS}")
            return names, number
    return {}, 0


def _row(
    form: Format,
    number: int,
    cells: Sequence[Any],
    names: dict[int, str],
    place: Place,
    limits: Limits,
    merged: _Merged,
) -> Found:
    row: dict[str, str] = {}
    where = f"row {number}"
    try:
        for column, cell in enumerate(cells, 1):
            name = names.get(column, "")
            if cell.value is None and name:
                row[name] = ""
                if not merged.holds(column, number):
                    continue
            elif cell.value is None:
                continue
            where = f"{get_column_letter(column)}{number}"
            if not name:
                raise Refusing("ragged-row", length=str(column), columns=str(len(names)))
            if merged.holds(column, number):
                raise Refusing("merged-cell", name)
            row[name] = _text(cell, is_code=name in form.codes, field=name)
        where = f"row {number}"
        return place.at(where), form.read(row, limits)
    except BrokenOff:
        raise
    except Refusing as stop:
        letters = {name: get_column_letter(column) for column, name in names.items()}
        if where.startswith("row ") and stop.at in letters:
            where = f"{letters[stop.at]}{number}"
        return place.at(where), stop.refused(place.at(where))


def _text(cell: Any, *, is_code: bool, field: str) -> str:
    """A cell as the same table's CSV would have it. Raises Refusing where that isn't certain."""
    value = cell.value
    if cell.data_type == "f" or not isinstance(value, str | int | float | bool | date | time):
        raise Refusing("formula", field)
    if cell.data_type == "e":
        raise Refusing("cell-error", field, text=str(value)[:20])
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if is_code:
        # 45000000.0, 3.36e7, a lost nought in front, twenty digits of which fifteen are kept: nobody can tell
        raise Refusing("number-for-code", field, text=str(value)[:40])
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return format(Decimal(repr(value)), "f").removesuffix(".0")
