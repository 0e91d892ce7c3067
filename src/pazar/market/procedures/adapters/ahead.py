"""Reading and writing at once: a large file is read by a process of its own, ahead of the writer.

What that process finds comes over a pipe, in portions. A few of them wait here, so that neither stands still while the
other is at its work for a moment, and the reader still never runs far ahead. A file that should break it costs that
file alone.
"""

import contextlib
import copyreg
import fcntl
import gc
import io
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from pazar.market.procedures.rules import lemmas
from pazar.market.procedures.rules import notice as notices
from pazar.market.procedures.rules.lemmas import Said
from pazar.market.procedures.rules.notice import Notice

from . import containers, registry
from .reader import Place, Refused

LARGE: Final = 2 << 20  # smaller ones are read before another process has begun
_PORTION: Final = 100
_PORTION_LETTERS: Final = 1 << 20  # a portion of large notices holds fewer of them
_WAITING: Final = 12  # portions: more than the writer takes at a time
_PIPE: Final = 1 << 20
_LENGTH: Final = 8

Watch = Callable[[Path, int], None]


class Given(NamedTuple):
    """A notice on its way in with its record written once and its words found, or a refusal (the rest is empty)."""

    place: Place
    format: str
    item: Notice | Refused
    text: str
    digest: bytes
    said: Said


_NOTHING: Final = Said([], [])


def read(path: Path, watch: Watch | None = None) -> Iterator[Given]:
    """What is in the file, in order; see `registry.read_files`."""
    try:
        large = path.stat().st_size >= LARGE
    except OSError:
        large = False  # its reader says why
    yield from _from_a_process(path, watch) if large else _here(path, watch)


def _here(path: Path, watch: Watch | None) -> Iterator[Given]:
    for place, name, item in registry.read_files([path], watch=watch):
        if isinstance(item, Refused):
            yield Given(place, name, item, "", b"", _NOTHING)
        else:
            text = notices.written(item)
            yield Given(place, name, item, text, notices.digest_of(text), lemmas.of_notice(item))


def _from_a_process(path: Path, watch: Watch | None) -> Iterator[Given]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=environment,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        waiting: queue.Queue[bytes] = queue.Queue(_WAITING)
        listener = threading.Thread(target=_listen, args=(process.stdout, waiting), daemon=True)
        listener.start()
        heard = b"-"
        try:
            while heard := waiting.get():
                portion: tuple[int, list[Given]] | None = pickle.loads(heard)  # noqa: S301  written by us
                if portion is None:
                    return
                at, given = portion
                if watch:
                    watch(path, at)
                yield from given
            place = Place(containers.label(str(path)))
            yield Given(place, "", Refused(place, "reader-broke-off"), "", b"", _NOTHING)
        finally:
            process.kill()
            while heard:  # the listener may wait for a free place
                heard = waiting.get()
            listener.join()


def _listen(stream: Any, waiting: "queue.Queue[bytes]") -> None:  # an unbuffered pipe
    """Hand over the portions as they come, and nothing (`b""`) when no more do."""
    with contextlib.suppress(AttributeError, OSError):
        # Linux: the reader goes on writing while the interpreter is the writer's
        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
    with contextlib.suppress(EOFError, OSError):
        while True:
            waiting.put(_whole(stream, int.from_bytes(_whole(stream, _LENGTH), "big")))
    waiting.put(b"")


def _whole(stream: Any, size: int) -> bytes:
    whole = bytearray(size)
    rest = memoryview(whole)
    while rest:
        if not (came := stream.readinto(rest)):
            raise EOFError
        rest = rest[came:]
    return bytes(whole)


def _send(path: Path, out: BinaryIO) -> None:
    at = 0

    def hear(_: Path, position: int) -> None:
        nonlocal at
        at = position

    portion: list[Given] = []
    letters = 0
    for given in _here(path, hear):
        portion.append(given)
        letters += len(given.text)
        if len(portion) == _PORTION or letters > _PORTION_LETTERS:
            _put((at, portion), out)
            portion, letters = [], 0
    _put((at, portion), out)
    _put(None, out)


def _put(portion: tuple[int, list[Given]] | None, out: BinaryIO) -> None:
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, **_PACKED}
    pickler.dump(portion)
    out.write(packed.tell().to_bytes(_LENGTH, "big") + packed.getbuffer())
    out.flush()


def _packing(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda record: (_unpacked, (kind, values(record)))


# A frozen dataclass asks for its fields' names at each record, which takes longer than all the rest of packing it.
_RECORDS: Final[tuple[type, ...]] = (
    *(notices.Amount, notices.Remark, notices.Party, notices.ItemRecord, notices.LotRecord),
    *(notices.AwardRecord, notices.DocumentLink, notices.Notice),
)
_PACKED: Final[dict[type, Any]] = {kind: _packing(kind) for kind in _RECORDS}
_SETTERS: Final[dict[type, list[Any]]] = {
    kind: [getattr(kind, field.name).__set__ for field in fields(kind)] for kind in _RECORDS
}


def _unpacked(kind: type, values: tuple[Any, ...]) -> Any:  # one of the records
    record: Any = object.__new__(kind)
    for put, value in zip(_SETTERS[kind], values, strict=True):
        put(record, value)
    return record


if __name__ == "__main__":
    # the writer may have been killed: then nobody reads on
    with contextlib.suppress(BrokenPipeError):
        from pazar.market.procedures.adapters import ahead

        gc.freeze()
        gc.set_threshold(50_000, 50, 100)  # records make no circles to look for
        ahead._send(Path(sys.argv[1]), sys.stdout.buffer)
