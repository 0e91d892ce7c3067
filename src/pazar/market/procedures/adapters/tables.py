"""CSV as the world writes it, a row at a time: what one row spoils, the next ones don't pay for.

A record is cut where its quotes are even and parsed alone by `csv`. One whose quotes never close is refused at the line
where it begins, and reading goes on at the next line.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final

from pazar.market.procedures.rules.notice import Notice

from .reader import BrokenOff, Found, Limits, Place, Refused, Refusing

_DELIMITERS: Final = (",", ";", "\t", "|")
_RECORD: Final = 1 << 20
_LINES: Final = 2_000
_COLUMNS: Final = 500
_COMMON: Final = frozenset("оеаинтОЕАИНТ")
_CYRILLIC: Final = re.compile(r"[А-Яа-яЁёЇїІіЄєҐґ]")


@dataclass(frozen=True, slots=True)
class Row:
    """One record by its columns; `line` is where it begins, 1 the first. With a `problem` there are no cells."""

    line: int
    cells: dict[str, str]
    problem: str = ""
    params: tuple[tuple[str, str], ...] = ()


def columns(head: bytes) -> tuple[str, list[str]]:
    """The delimiter and the names of the first line; no names where this is no table."""
    line = head.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "", []
    delimiter = max(_DELIMITERS, key=text.count)
    if delimiter not in text:
        return "", []
    try:
        (names,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return "", []
    return delimiter, [name.strip() for name in names]


class Table:
    """Reads a stream once; see `rows`. `escape` is the sign that stands before a quote inside quotes, if not a second
    quote; `alphabet` what the format is written in where it isn't UTF-8."""

    def __init__(self, stream: BufferedIOBase, limits: Limits, *, escape: str = "", alphabet: str = "") -> None:
        self._stream, self._limits = stream, limits
        self._escape, self._alphabet = escape, alphabet
        self._waiting: deque[bytes] = deque()  # lines read ahead in search of a closing quote
        self._number = 0
        self._encoding = ""  # settled by the first bytes beyond ASCII

    def rows(self) -> Iterator[Row]:
        """Every record after the header. Raises Refusing where the header can't be used."""
        first = self._line()
        delimiter, names = columns(first)
        if len(names) > _COLUMNS:
            raise Refusing("too-many-columns", length=str(len(names)))
        if len(set(names)) < len(names):
            raise Refusing("double-column")
        while line := self._line():
            number = self._number
            if not line.strip():
                continue
            try:
                cells = self._cells(self._record(line), delimiter)
                if len(cells) != len(names):
                    raise Refusing("ragged-row", length=str(len(cells)), columns=str(len(names)))
                yield Row(number, dict(zip(names, cells, strict=True)))
            except BrokenOff:
                raise
            except Refusing as stop:
                yield Row(number, {}, stop.code, tuple(stop.params.items()))

    def _line(self) -> bytes:
        """The next line, b"" at the end; one that is too long is given cut off, which its reader refuses."""
        self._number += 1
        if self._waiting:
            return self._waiting.popleft()
        return self._read()

    def _read(self) -> bytes:
        line = self._stream.readline(self._limits.unit_bytes + 1)
        if len(line) > self._limits.unit_bytes:
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = self._stream.readline(1 << 20)
        return line

    def _record(self, line: bytes) -> bytes:
        if len(line) > _RECORD:
            raise Refusing("too-large")
        if not self._open(line):
            return line
        parts, size = [line], len(line)
        while self._open_over(parts):
            more = self._waiting[len(parts) - 1] if len(self._waiting) >= len(parts) else self._ahead()
            parts.append(more)
            size += len(more)
            if not more or size > _RECORD or len(parts) > _LINES:
                raise Refusing("unclosed-quote")  # the lines read ahead are read again, each for itself
        for _ in parts[1:]:
            self._waiting.popleft()
            self._number += 1
        return b"".join(parts)

    def _ahead(self) -> bytes:
        line = self._read()
        if line:
            self._waiting.append(line)
        return line

    def _open(self, line: bytes) -> bool:
        if self._escape:
            line = line.replace(b"\\\\", b"").replace(b'\\"', b"")
        return line.count(b'"') % 2 == 1

    def _open_over(self, parts: list[bytes]) -> bool:
        # only the last line can have changed it: it began open
        return len(parts) == 1 or not self._open(parts[-1])

    def _cells(self, record: bytes, delimiter: str) -> list[str]:
        text = self._decoded(record)
        if "\0" in text:
            raise Refusing("bad-character")
        try:
            found = list(
                csv.reader(
                    io.StringIO(text, newline="\n"),
                    delimiter=delimiter,
                    strict=True,
                    escapechar=self._escape or None,
                    doublequote=not self._escape,
                )
            )
        except csv.Error as error:
            if "limit" in str(error):
                raise Refusing("text-too-long", length=str(len(text))) from None
            raise Refusing("broken-row") from None
        if len(found) != 1:
            raise Refusing("broken-row")
        return found[0]

    def _decoded(self, record: bytes) -> str:
        if record.isascii():
            return record.decode("ascii")
        if self._encoding != self._alphabet or not self._alphabet:
            try:
                text = record.decode()
            except UnicodeDecodeError:
                if self._encoding or not self._alphabet:
                    raise Refusing("not-utf8") from None
            else:
                self._encoding = "utf-8"
                return text
        try:
            text = record.decode(self._alphabet)
        except UnicodeDecodeError:
            raise Refusing("not-utf8") from None
        letters = _CYRILLIC.findall(text)
        # Any bytes are letters of some alphabet: that they are words shows in how often the common ones come.
        if not self._encoding and sum(letter in _COMMON for letter in letters) * 100 < 36 * max(len(letters), 12):
            raise Refusing("not-utf8")
        self._encoding = self._alphabet
        return text


@dataclass(frozen=True, slots=True)
class Format:
    """A table with these columns at least, whatever their order and delimiter; `read` makes a row a notice."""

    name: str
    columns: frozenset[str]
    read: Callable[[dict[str, str], Limits], Notice]
    escape: str = ""
    codes: frozenset[str] = frozenset()
    """Columns of numbers that are names: a spreadsheet that took one for a quantity has spoilt it."""


class TableReader:
    """See `Reader`. Tables that aren't UTF-8 are tried as windows-1251 and taken if they hold words then."""

    def __init__(self, form: Format, limits: Limits | None = None) -> None:
        self.name = form.name
        self._form, self._limits = form, limits or Limits()

    def sniff(self, head: bytes, name: str) -> bool:
        return self._form.columns <= set(columns(head)[1])

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        table = Table(stream, self._limits, escape=self._form.escape, alphabet="cp1251")
        try:
            for row in table.rows():
                here = place.at(f"line {row.line}")
                try:
                    if row.problem:
                        raise Refusing(row.problem, **dict(row.params))
                    yield here, self._form.read(row.cells, self._limits)
                except Refusing as stop:
                    yield here, stop.refused(here)
        except BrokenOff:
            raise
        except Refusing as stop:
            yield place.at("line 1"), Refused(place.at("line 1"), stop.code, params=stop.params)
