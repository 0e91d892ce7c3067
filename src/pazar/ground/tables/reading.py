"""A table's rows as text, one after another; what one row spoils, the next ones don't pay for.

CSV: a record is cut where its quotes are even and parsed alone. One whose quotes never close is refused at the line
where it begins, and reading goes on at the next line. The encoding is told by its mark, by being UTF-8, else by its
letters (charset-normalizer). Spreadsheets (.xlsx) are read cell by cell; a cell that holds a formula spoils its row:
what the formula gave is somebody else's sum, and may be old.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final, Literal

Form = Literal["csv", "xlsx"]

HEAD: Final = 1 << 18
LINE: Final = 4 << 20  # bytes of a line
RECORD_LINES: Final = 500  # lines of one record, before its quote is taken for a slip
COLUMNS: Final = 500
CELL: Final = 100_000  # signs in a cell
UNPACKED: Final = 4 << 30
RATIO: Final = 300  # how much larger than packed a spreadsheet's parts may be, from 8 MB on
_DELIMITERS: Final = (",", ";", "\t", "|")
_ZIP: Final = b"PK\x03\x04"
_GZIP: Final = b"\x1f\x8b"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and any spreadsheet under a password
_ENCODINGS: Final = ["cp1251", "cp1252", "cp1250", "koi8_r", "cp866"]


class Unreadable(Exception):
    """The file as a whole can't be read. `code` is stable; `params` fill its sentence (`ground.tables.sentences`)."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Row:
    """A record's cells by the columns' order, without blanks around; `line` is where it begins, 1 the first."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that couldn't be given, and why."""

    line: int
    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """What a reader of a table couldn't take, for the report: a row, or the whole file where `where` is empty."""

    where: str
    column: str
    code: str
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, fault: Fault) -> Refused:
        return cls(f"row {fault.line}", "", fault.code, fault.params)


@dataclass(frozen=True, slots=True)
class Table:
    """An open table. `rows` is read once; `at()` says how many bytes of the file have been used."""

    form: Form
    columns: list[str]
    rows: Iterator[Row | Fault]
    at: Callable[[], int]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


@contextmanager
def opened(path: Path, *, sheet: str = "") -> Iterator[Table]:
    """The table in `path` (also under gzip); of a spreadsheet the first sheet, or the one named.

    Raises Unreadable, also while its rows are read when the file breaks off.
    """
    try:
        with path.open("rb") as file:
            first = file.read(8)
            file.seek(0)
            if first.startswith(_OLE):
                raise Unreadable("old_or_locked_spreadsheet")
            if first.startswith(_ZIP):
                with _spreadsheet(file, sheet) as table:
                    yield table
            elif first.startswith(_GZIP):
                with gzip.open(file) as unpacked:
                    yield _csv(io.BufferedReader(unpacked), file.tell)
            else:
                yield _csv(file, file.tell)
    except FileNotFoundError:
        raise Unreadable("no_such_file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile):
        raise Unreadable("broken_archive") from None
    except OSError:
        raise Unreadable("cannot_be_opened") from None


def _csv(raw: IO[bytes], at: Callable[[], int]) -> Table:
    head = raw.read(HEAD)
    encoding, mark = _encoding(head)
    lines = _Lines(_Joined(head[mark:], raw), encoding)
    first = lines.next()
    while first and not first.strip():
        first = lines.next()
    if not first:
        raise Unreadable("empty")
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        columns = next(csv.reader([first], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise Unreadable("header_unreadable") from None
    return Table("csv", _columns(columns), _records(lines, delimiter, len(columns)), at, encoding, delimiter)


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding and how long its mark is."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return name, len(mark)
    lines = head.splitlines()
    if any(b"\0" in line for line in lines[:2]):
        raise Unreadable("not_a_table")
    foreign = [line for line in (lines[:-1] or lines) if not line.isascii()]
    # a slip in a line or two of a file in UTF-8 makes it no other encoding
    if sum(_is_utf8(line) for line in foreign) * 10 >= len(foreign) * 9:
        return "utf-8", 0
    from charset_normalizer import from_bytes

    best = from_bytes(head[: 1 << 16], cp_isolation=_ENCODINGS).best()
    if best is None:
        raise Unreadable("not_a_table")
    return best.encoding, 0


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _columns(names: list[str]) -> list[str]:
    columns = [name.strip() for name in names]
    while columns and not columns[-1]:  # a delimiter at the end of each line makes a column that isn't one
        columns.pop()
    if not columns:
        raise Unreadable("header_unreadable")
    if len(columns) > COLUMNS:
        raise Unreadable("too_many_columns", count=str(len(columns)), most=str(COLUMNS))
    seen: set[str] = set()
    for name in columns:
        if name and name.casefold() in seen:
            raise Unreadable("same_column_twice", column=name[:80])
        seen.add(name.casefold())
    return columns


class _Joined(io.RawIOBase):
    """What was read for a look, and the rest after it."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        super().__init__()
        self._head, self._rest, self._given = io.BytesIO(head), rest, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._head.read(len(buffer)) or self._rest.read(len(buffer))
        self._given += len(chunk)
        if self._given > UNPACKED:
            raise Unreadable("too_large", most=str(UNPACKED >> 30))
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Lines:
    """Lines of text; one that can't be read in the encoding is given with its bytes shown as U+FFFD."""

    def __init__(self, raw: io.RawIOBase, encoding: str) -> None:
        self._stream = io.TextIOWrapper(io.BufferedReader(raw, HEAD), encoding=encoding, errors="replace", newline="")
        self._waiting: deque[str] = deque()
        self.number = 0

    def next(self) -> str:
        self.number += 1
        return self._waiting.popleft() if self._waiting else self._read()

    def _read(self) -> str:
        line = self._stream.readline(LINE)
        if len(line) == LINE and not line.endswith("\n"):
            while (rest := self._stream.readline(LINE)) and not rest.endswith("\n"):
                pass
        return line

    def closing(self, line: str) -> str | None:
        """The record that begins with `line`, whose quote is open; None where it doesn't close in time."""
        parts = [line]
        for index in range(RECORD_LINES):
            if len(self._waiting) <= index:
                more = self._read()
                if not more:
                    return None
                self._waiting.append(more)
            parts.append(self._waiting[index])
            if parts[-1].count('"') % 2:
                for _ in parts[1:]:
                    self._waiting.popleft()
                self.number += len(parts) - 1
                return "".join(parts)
        return None


def _records(lines: _Lines, delimiter: str, width: int) -> Iterator[Row | Fault]:
    while line := lines.next():
        number = lines.number
        if not line.strip():
            continue
        if len(line) >= LINE:
            yield Fault(number, "line_too_long")
            continue
        if line.count('"') % 2:
            whole = lines.closing(line)
            if whole is None:
                yield Fault(number, "unclosed_quote")
                continue
            line = whole
        yield _record(number, line, delimiter, width)


def _record(number: int, text: str, delimiter: str, width: int) -> Row | Fault:
    if "\ufffd" in text:
        return Fault(number, "wrong_encoding")
    if "\0" in text:
        return Fault(number, "bad_character")
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return Fault(number, "cell_too_long" if "limit" in str(error) else "broken_row")
    if len(found) != 1:
        return Fault(number, "broken_row")
    return _fitted(number, found[0], width)


def _fitted(number: int, cells: list[str], width: int) -> Row | Fault:
    """A record as wide as the header: empty cells beyond it are nothing, and missing ones are a fault."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) != width:
        return Fault(number, "ragged_row", {"cells": str(len(cells)), "columns": str(width)})
    return Row(number, [cell.strip() for cell in cells])


@contextmanager
def _spreadsheet(file: IO[bytes], wanted: str) -> Iterator[Table]:
    from openpyxl.reader.excel import load_workbook

    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if not any(entry.filename == "xl/workbook.xml" for entry in entries):
            raise Unreadable("not_a_table")
        unpacked, packed = sum(e.file_size for e in entries), sum(e.compress_size for e in entries)
        if unpacked > UNPACKED or (unpacked > 8 << 20 and unpacked > packed * RATIO):
            raise Unreadable("too_large", most=str(UNPACKED >> 30))
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # a stranger's file: openpyxl raises whatever its parts raise
        raise Unreadable("broken_spreadsheet") from error
    with closing(book):
        if wanted and wanted not in book.sheetnames:
            raise Unreadable("no_such_sheet", sheet=wanted[:80], sheets=", ".join(book.sheetnames)[:200])
        sheets = [sheet for sheet in book.worksheets if not wanted or sheet.title == wanted]
        if not sheets:
            raise Unreadable("empty")
        rows = _cells(sheets[0])
        header = next((row for row in rows if isinstance(row, Row) and any(row.cells)), None)
        if header is None:
            raise Unreadable("empty")
        columns = _columns(header.cells)
        yield Table("xlsx", columns, _sheet_rows(rows, len(columns)), lambda: 0, sheet=sheets[0].title)


def _cells(sheet: Any) -> Iterator[Row | Fault]:
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            texts: list[str] = []
            formula = ""
            for cell in cells:
                if getattr(cell, "data_type", "") == "f" and not formula:
                    formula = cell.coordinate
                texts.append(_text(cell.value, getattr(cell, "number_format", "")))
            if formula:
                yield Fault(number, "formula", {"cell": formula})
            elif any(len(text) > CELL for text in texts):
                yield Fault(number, "cell_too_long")
            else:
                yield Row(number, texts)
    except Exception as error:  # its XML breaks off or lies: whatever openpyxl's parsers raise
        raise Unreadable("broken_spreadsheet") from error


def _sheet_rows(rows: Iterator[Row | Fault], width: int) -> Iterator[Row | Fault]:
    for row in rows:
        if isinstance(row, Fault):
            yield row
        elif any(cell.strip() for cell in row.cells):
            yield _fitted(row.line, row.cells + [""] * (width - len(row.cells)), width)


def _text(value: object, number_format: str) -> str:
    """A cell as it would be typed: days by ISO 8601, numbers plain, never 1.0E+7 for a code."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            # 00123 kept as the number 123 under the format 00000 is shown, and was meant, with its noughts
            return str(value).zfill(len(number_format)) if set(number_format) == {"0"} else str(value)
        case float():
            return format(Decimal(repr(value)), "f").removesuffix(".0")
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)
