"""What a file is wrapped in: nothing, gzip, zip or tar, told by its first bytes; and in which encoding it is.

A member's name is a label and never a path. Sizes are counted while reading, since headers can lie.
"""

import codecs
import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Final, cast

from .reader import BrokenOff, Limits, Place, Refused, Refusing
from .workbook import Workbook

HEAD: Final = 1 << 16
_BLOCK: Final = tarfile.BLOCKSIZE
_TAR_MARK: Final = slice(257, 262)
_TAR_NAME_MOST: Final = 1 << 16  # what a header of names may take; the format sets no bound
_PLAIN: Final = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_ABOUT_NAMES: Final = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_ARCHIVES: Final = (*_ZIP, _GZIP, b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00")
_SPREADSHEET: Final = {"xl/workbook.bin", "content.xml"}
_WORKBOOK: Final = "xl/workbook.xml"
_LABEL: Final = 200


class Member(io.RawIOBase):
    """A stream of UTF-8 bytes with its first `HEAD` bytes at hand; counts against the limits."""

    def __init__(self, raw: BufferedIOBase, packed: Callable[[], int], spent: "Spent") -> None:
        super().__init__()
        self._raw, self._packed, self._spent = raw, packed, spent
        self._ready = b""
        first = self._take(4)
        while 0 < len(first) < 4 and (more := self._take(4 - len(first))):
            first += more
        self._decoder: codecs.IncrementalDecoder | None = None
        if first[:3] == codecs.BOM_UTF8:
            first = first[3:]
        elif first[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            self._decoder = codecs.getincrementaldecoder("utf-16")()
        elif len(first) == 4 and first[::2] == b"\x00\x00" and first[1] and first[3]:
            self._decoder = codecs.getincrementaldecoder("utf-16-be")()
        elif len(first) == 4 and first[1::2] == b"\x00\x00" and first[0] and first[2]:
            self._decoder = codecs.getincrementaldecoder("utf-16-le")()
        self._ready = self._recode(first)
        self.failed: BrokenOff | None = None
        try:
            while len(self._ready) < HEAD and (more := self._more(HEAD)):
                self._ready += more
        except BrokenOff as failure:
            if not self._ready:
                raise
            self.failed = failure  # told when what came before has been read
        self.head = self._ready[:HEAD]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if not self._ready:
            if self.failed:
                raise self.failed
            self._ready = self._more(len(buffer))
        given = self._ready[: len(buffer)]
        self._ready = self._ready[len(given) :]
        buffer[: len(given)] = given
        return len(given)

    def _more(self, size: int) -> bytes:
        """The next bytes, none only at the end."""
        while chunk := self._take(size):
            if recoded := self._recode(chunk):
                return recoded
        return self._recode(b"", final=True)

    def _take(self, size: int) -> bytes:
        try:
            # read1 gives what there is before it fails; read would lose it
            chunk = self._raw.read1(size)
        except (
            OSError,
            EOFError,
            zlib.error,
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
        ) as error:
            # it breaks off, a checksum doesn't hold, a method or password is unknown
            code = "archive-cut-short" if isinstance(error, EOFError) else "broken-archive"
            raise BrokenOff(code) from None
        self._spent.add(len(chunk), self._packed())
        return chunk

    def _recode(self, chunk: bytes, *, final: bool = False) -> bytes:
        if self._decoder is None:
            return chunk
        try:
            return self._decoder.decode(chunk, final).encode()
        except UnicodeError:
            raise BrokenOff("not-utf16") from None


class Spent:
    """Counts what one file has given, over all its members."""

    def __init__(self, limits: Limits, watch: Callable[[], None]) -> None:
        self._limits, self._given, self._member, self._watch = limits, 0, 0, watch

    def next_member(self) -> None:
        self._member = 0

    def add(self, given: int, packed: int) -> None:
        self._watch()
        self._given += given
        self._member += given
        if self._given > self._limits.total_bytes:
            raise BrokenOff("file-too-large", limit=str(self._limits.total_bytes >> 20))
        if packed and self._member > self._limits.ratio_from and self._member > packed * self._limits.ratio:
            raise BrokenOff("bomb", ratio=str(self._limits.ratio))


def label(name: str) -> str:
    """A member's name as a report may show it: no signs that move the cursor, not long."""
    shown = "".join(sign if sign.isprintable() else "�" for sign in name)
    return shown if len(shown) <= _LABEL else f"{shown[:_LABEL]}…"


def members(
    path: Path, place: Place, limits: Limits, watch: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Place, Member | Workbook | Refused]]:
    """Each stream in the file, or why there is none. One is open at a time.

    `watch` hears how far the file itself has been read, in bytes.
    """
    try:
        with path.open("rb") as file:
            first = file.read(8)
            file.seek(0)
            spent = Spent(limits, lambda: watch(file.tell()))
            if first.startswith(_ZIP):
                yield from _zip(file, place, limits, spent)
            elif first.startswith(_GZIP):
                with gzip.open(file) as unpacked:
                    yield from _plain_or_tar(cast(BufferedIOBase, unpacked), file.tell, place, limits, spent)
            else:
                yield from _plain_or_tar(file, lambda: 0, place, limits, spent)
    except FileNotFoundError:
        yield place, Refused(place, "no-such-file")
    except OSError:
        yield place, Refused(place, "unreadable")


def _opened(raw: BufferedIOBase, packed: Callable[[], int], spent: Spent, place: Place) -> Member | Refused:
    try:
        return Member(raw, packed, spent)
    except Refusing as stop:
        return stop.refused(place)


def is_tar(head: bytes) -> bool:
    return head[_TAR_MARK] == b"ustar"


def _plain_or_tar(
    raw: BufferedIOBase, packed: Callable[[], int], place: Place, limits: Limits, spent: Spent
) -> Iterator[tuple[Place, Member | Refused]]:
    again = _Ahead(raw)
    if is_tar(again.head):
        yield from _tar(again, packed, place, limits, spent)
    else:
        yield place, _opened(again, packed, spent, place)


class _Ahead(io.BufferedIOBase):
    """A stream whose first block is looked at before it is read; what failed there fails when it is read."""

    def __init__(self, raw: BufferedIOBase) -> None:
        super().__init__()
        self._raw = raw
        self._failed: Exception | None = None
        parts: list[bytes] = []
        try:
            while (here := sum(map(len, parts))) < _BLOCK and (piece := raw.read1(_BLOCK - here)):
                parts.append(piece)
        except (OSError, EOFError, zlib.error) as error:
            self._failed = error
        self.head = self._first = b"".join(parts)

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        if self._first:
            given = self._first[:size] if size >= 0 else self._first
            self._first = self._first[len(given) :]
            return given
        if self._failed:
            raise self._failed
        return self._raw.read1(size)


def _exactly(raw: BufferedIOBase, size: int) -> bytes:
    """So many bytes, fewer only at the end. Raises BrokenOff."""
    parts, here = [], 0
    try:
        while here < size and (piece := raw.read1(size - here)):
            parts.append(piece)
            here += len(piece)
    except EOFError:
        raise BrokenOff("archive-cut-short") from None
    except (OSError, zlib.error):
        raise BrokenOff("broken-archive") from None
    return b"".join(parts)


class _Part(io.BufferedIOBase):
    """One member's bytes inside the stream of a tar archive."""

    def __init__(self, raw: BufferedIOBase, size: int) -> None:
        super().__init__()
        self._raw, self.left = raw, size

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        if not wanted:
            return b""
        given = self._raw.read1(wanted)
        if not given:
            raise EOFError
        self.left -= len(given)
        return given


def _tar(
    raw: BufferedIOBase, packed: Callable[[], int], place: Place, limits: Limits, spent: Spent
) -> Iterator[tuple[Place, Member | Refused]]:
    """Member by member as they come. The library reads a header; walking on is ours, since its own walking would
    take headers of any size into memory and follow links."""
    seen: set[str] = set()
    count, named = 0, ""
    try:
        while True:
            block = _exactly(raw, _BLOCK)
            if not block.strip(b"\0"):
                return
            try:
                header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
            except tarfile.HeaderError:
                raise BrokenOff("archive-cut-short" if len(block) < _BLOCK else "broken-archive") from None
            count += 1
            if count > limits.members or header.size < 0:
                raise BrokenOff("too-many-members" if header.size >= 0 else "broken-archive", limit=str(limits.members))
            part = _Part(raw, header.size)
            if header.type in _ABOUT_NAMES:
                named = _long_name(part, header) or named
            elif header.type != tarfile.DIRTYPE:
                here = Place(place.file, label(named or header.name))
                yield here, _tar_member(header, part, packed, spent, here, seen)
                named = ""
            _skip(part, spent, packed)
            _skip(_Part(raw, -header.size % _BLOCK), spent, packed)
    except Refusing as stop:
        yield place, stop.refused(place)


def _tar_member(
    header: tarfile.TarInfo, part: _Part, packed: Callable[[], int], spent: Spent, here: Place, seen: set[str]
) -> Member | Refused:
    if header.type not in _PLAIN:
        return Refused(here, "no-plain-file")  # a link, a device: nothing in it is a notice
    if here.member in seen:
        return Refused(here, "same-member-twice")
    seen.add(here.member)
    spent.next_member()
    found = _opened(part, packed, spent, here)
    if isinstance(found, Member) and (found.head.startswith(_ARCHIVES) or is_tar(found.head)):
        return Refused(here, "archive-in-archive")
    return found


def _long_name(part: _Part, header: tarfile.TarInfo) -> str:
    """The name that the next member goes by, where it is too long for a header."""
    if header.size > _TAR_NAME_MOST:
        raise BrokenOff("broken-archive")
    text = _exactly(part, header.size).decode("utf-8", "replace")
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return text.rstrip("\0")
    found = re.search(r"^\d+ path=(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def _skip(part: _Part, spent: Spent, packed: Callable[[], int]) -> None:
    try:
        while part.left:
            spent.add(len(part.read1(1 << 16)), packed())
    except EOFError:
        raise BrokenOff("archive-cut-short") from None
    except (OSError, zlib.error):
        raise BrokenOff("broken-archive") from None


def _zip(
    file: IO[bytes], place: Place, limits: Limits, spent: Spent
) -> Iterator[tuple[Place, Member | Workbook | Refused]]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError, RuntimeError):
        yield place, Refused(place, "broken-archive")
        return
    with closing(archive):
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if any(entry.filename in _SPREADSHEET for entry in entries):
            yield place, Refused(place, "spreadsheet")
            return
        if any(entry.filename == _WORKBOOK for entry in entries):
            yield place, Workbook(file, archive)
            return
        if len(entries) > limits.members:
            yield place, Refused(place, "too-many-members", params={"limit": str(limits.members)})
            return
        seen: set[str] = set()
        for entry in entries:
            here = Place(place.file, label(entry.filename))
            if entry.filename in seen:
                yield here, Refused(here, "same-member-twice")
                continue
            seen.add(entry.filename)
            spent.next_member()
            size = max(entry.compress_size, 1)
            try:
                with archive.open(entry) as opened:
                    raw = cast(BufferedIOBase, opened)  # what it is, though its stubs say less
                    member = Member(raw, lambda size=size: size, spent)  # type: ignore[misc]
                    if member.head.startswith(_ARCHIVES) or is_tar(member.head):
                        yield here, Refused(here, "archive-in-archive")
                    else:
                        yield here, member
            except Refusing as stop:
                yield here, stop.refused(here)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError, zlib.error):
                yield here, Refused(here, "broken-archive")
