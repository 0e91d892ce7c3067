"""Cut a stream of JSON into the units a reader takes one by one, in constant memory.

A streaming parser would do for good files. These come from the world: one release with NaN, a broken byte or
100,000 brackets must not cost its neighbours, and a parser that failed can't go on. So the brackets are
counted here by a regular expression that jumps from one to the next, and each unit is parsed alone by `json`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import BufferedIOBase
from typing import Any, Final, NoReturn

from .reader import BrokenOff, Limits, Refusing

_PART: Final = rb'[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"'


def _nested(depth: int) -> bytes:
    inner = b"|" + _nested(depth - 1) if depth > 1 else b""
    return rb"[{\[](?:" + _PART + inner + rb")*+[}\]]"


# A whole object or list of ordinary depth in one stroke. Which bracket closes which is left to the parser.
_WHOLE: Final = re.compile(_nested(12), re.DOTALL)
_KEY: Final = re.compile(rb'(?<!\\)"(releases|records)"\s*:\s*\Z')
_RUN: Final = re.compile(rb"(?:" + _PART + rb")*+", re.DOTALL)
_RECORD: Final = re.compile(rb'(?<!\\)"(?:ocid|compiledRelease)"\s*:')
_RESUME: Final = re.compile(rb"\r?\n(?=[{\[])")
_PAIRS: Final = {0x7D: 0x7B, 0x5D: 0x5B}
_CHUNK: Final = 1 << 18
_HEADER: Final = 1 << 20
_UNITS: Final = {"releases": "release", "records": "record", "": "item"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of JSON: a release, a record, an item of a list, or a whole document.

    `label` says where it stands. `header` holds what the document says beside its units: for a unit what
    came before it, for a whole document (`kind` "document") nothing, since `raw` has it all.
    `kind` "rest" is what remains of a package without its units. A unit with a `problem` has no `raw`.
    """

    kind: str
    label: str
    raw: bytes
    header: bytes = b""
    problem: str = ""


class Cutter:
    """Reads a stream once; see `units`."""

    def __init__(self, stream: BufferedIOBase, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._buffer, self._at, self._ended = b"", 0, False

    def units(self) -> Iterator[Unit]:
        """Every unit in order. Documents may follow one another with or without line ends between."""
        number = 0
        while True:
            try:
                if not self._skip_to_document():
                    return
                number += 1
                yield from self._document("" if number == 1 else f"document {number}")
            except BrokenOff:
                raise
            except Refusing as stop:
                yield Unit("document", f"document {number}" if number > 1 else stop.at, b"", problem=stop.code)
                if not self._resume():
                    return

    # The stream: `_at` is where reading stands; whoever keeps an older place passes it and gets its new one.

    def _more(self, keep: int) -> int:
        """Read on, forgetting what stands before `keep`; returns how far everything moved."""
        # doubling, so that a very long string isn't scanned again and again
        wanted = max(_CHUNK, len(self._buffer) - keep)
        chunk = self._stream.read1(wanted)
        self._ended = not chunk
        self._buffer = self._buffer[keep:] + chunk
        self._at -= keep
        return keep

    def _skip_to_document(self) -> bool:
        while True:
            rest = self._buffer[self._at :].lstrip(b" \t\r\n\x1e,")
            self._at = len(self._buffer) - len(rest)
            if rest:
                if rest[0] in b"{[":
                    return True
                raise Refusing("not-json")
            self._more(self._at)
            if self._ended:
                return False

    def _resume(self) -> bool:
        """After something broken: the next line that begins a document (JSON lines), if any."""
        while True:
            found = _RESUME.search(self._buffer, self._at)
            if found:
                self._at = found.end()
                return True
            self._at = max(self._at, len(self._buffer) - 2)
            self._more(self._at)
            if self._ended:
                return False

    def _bracket(self, keep: int) -> tuple[int, int]:
        """Go to the next bracket outside strings: (bracket or 0 at the end, how far `keep` moved)."""
        moved = 0
        while True:
            found = _RUN.match(self._buffer, self._at)
            end = found.end() if found else self._at
            if end < len(self._buffer) and self._buffer[end] != 0x22:
                self._at = end
                return self._buffer[end], moved
            if end < len(self._buffer) or not self._ended:
                if self._ended:  # a string that nobody closes
                    return 0, moved
                # a run that ended with the buffer needn't be seen again; an open string must
                self._at = end
                moved += self._more(min(keep - moved, end))
                continue
            self._at = end
            return 0, moved

    def _document(self, prefix: str) -> Iterator[Unit]:
        start = self._at
        if self._buffer[start] == 0x5B:
            self._at += 1
            yield from self._array("", prefix, b"")
            return
        head: list[bytes] = []  # the document without its units
        size, plain, record = 0, True, False
        stack = bytearray(b"{")
        mark = start  # where the part of the document not yet in `head` begins
        self._at += 1
        segment = self._at
        while stack:
            bracket, moved = self._bracket(mark)
            mark, segment = mark - moved, segment - moved
            if not bracket:
                raise Refusing("cut-short", prefix)
            if size + self._at - mark > self._limits.unit_bytes:
                raise Refusing("too-large", prefix)
            here = self._buffer[max(segment, 0) : self._at]
            if len(stack) == 1:
                record = record or bool(_RECORD.search(here))
            if bracket in b"{[":
                self._at += 1
                key = _KEY.search(here[-200:]) if len(stack) == 1 and bracket == 0x5B and not record else None
                if key:
                    plain = False
                    head.append(self._buffer[mark : self._at])
                    size += len(head[-1])
                    header = b"".join(head) if size < _HEADER else b""
                    yield from self._array(key[1].decode(), prefix, header)
                    mark = self._at - 1  # the closing bracket belongs to the rest
                elif whole := _WHOLE.match(self._buffer, self._at - 1):
                    self._at = whole.end()
                else:
                    stack.append(bracket)
                    if len(stack) > self._limits.depth:
                        raise Refusing("too-deep", prefix)
            else:
                self._at += 1
                if stack.pop() != _PAIRS[bracket]:
                    raise Refusing("broken-json", prefix)
            segment = self._at
        head.append(self._buffer[mark : self._at])
        yield Unit("document" if plain else "rest", prefix, b"".join(head))

    def _array(self, key: str, prefix: str, header: bytes) -> Iterator[Unit]:
        """The elements of a list; `_at` goes from behind its opening to behind its closing bracket."""
        number = 0
        while True:
            gap = self._at
            bracket, moved = self._bracket(gap)
            gap -= moved
            between = self._buffer[gap : self._at].strip(b" \t\r\n")
            number += 1
            label = " › ".join(part for part in (prefix, f"{_UNITS[key]} {number}") if part)
            if not bracket:
                raise Refusing("cut-short", label)
            if between != (b"," if number > 1 else b"") and not (bracket == 0x5D and number == 1 and not between):
                if bracket == 0x5D and not between:
                    self._at += 1
                    return
                yield Unit(key or "item", label, b"", header, "not-an-object")
            if bracket == 0x5D:
                self._at += 1
                return
            if bracket == 0x7D:
                raise Refusing("broken-json", label)
            yield self._element(key or "item", label, header)

    def _element(self, kind: str, label: str, header: bytes) -> Unit:
        if whole := _WHOLE.match(self._buffer, self._at):
            self._at = whole.end()
            problem = "too-large" if len(whole[0]) > self._limits.unit_bytes else ""
            return Unit(kind, label, b"" if problem else whole[0], header, problem)
        start, problem, depth = self._at, "", 0
        stack = bytearray()
        while True:
            bracket, moved = self._bracket(self._at if problem else start)
            start -= moved
            if not bracket:
                raise Refusing("cut-short", label)
            self._at += 1
            depth += 1 if bracket in b"{[" else -1
            if not problem and depth > self._limits.depth:
                problem = "too-deep"  # counted on, so that the neighbours are kept
            if not problem and self._at - start > self._limits.unit_bytes:
                problem = "too-large"
            if not problem:
                if bracket in b"{[":
                    stack.append(bracket)
                elif stack.pop() != _PAIRS[bracket]:
                    raise Refusing("broken-json", label)
            if depth == 0:
                break
        return Unit(kind, label, b"" if problem else self._buffer[start : self._at], header, problem)


def _constant(name: str) -> NoReturn:
    raise Refusing("not-a-number", text=name)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        raise Refusing("double-key", next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return found


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=Decimal, parse_constant=_constant, strict=False
)


def parse(raw: bytes) -> Any:  # any JSON value; numbers with a point are Decimal, exact
    """The JSON value of one unit. Raises Refusing with the code of what is the matter."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Refusing("not-utf8", byte=str(error.start + 1)) from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Refusing("broken-json", line=str(error.lineno), column=str(error.colno)) from None
    except (ValueError, InvalidOperation, RecursionError, OverflowError):
        raise Refusing("bad-number") from None  # more digits or a larger exponent than any machine takes
    # what no database stores and no page shows: NUL, halves of a character
    if "\x00" in text or "\\u0000" in text or "\\ud" in text or "\\uD" in text:
        for path, part in _strings(value, ""):
            if "\x00" in part or any("\ud800" <= sign <= "\udfff" for sign in part):
                raise Refusing("bad-character", path)
    return value


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:  # any JSON value
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield path, key
            yield from _strings(part, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part, path)
