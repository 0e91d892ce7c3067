"""Reading and writing at once: a large file is read by a process of its own, ahead of the writer.

What that process finds comes over a pipe, in portions, so that it never runs far ahead. A file that should break it
costs that file alone.
"""

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from pazar.market.procedures.rules import notice as notices
from pazar.market.procedures.rules.notice import Notice

from . import containers, registry
from .reader import Place, Refused

LARGE: Final = 2 << 20  # smaller ones are read before another process has begun
_PORTION: Final = 100

Watch = Callable[[Path, int], None]


class Given(NamedTuple):
    """A notice on its way in with its record written once, or a refusal (then `text` and `digest` are empty)."""

    place: Place
    format: str
    item: Notice | Refused
    text: str
    digest: bytes


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
            yield Given(place, name, item, "", b"")
        else:
            text = notices.written(item)
            yield Given(place, name, item, text, notices.digest_of(text))


def _from_a_process(path: Path, watch: Watch | None) -> Iterator[Given]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(path)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            while True:
                portion: tuple[int, list[Given]] | None = pickle.load(process.stdout)  # noqa: S301  written by us
                if portion is None:
                    return
                at, given = portion
                if watch:
                    watch(path, at)
                yield from given
        except (EOFError, pickle.UnpicklingError):
            place = Place(containers.label(str(path)))
            yield Given(place, "", Refused(place, "reader-broke-off"), "", b"")
        finally:
            process.kill()


def _send(path: Path, out: BinaryIO) -> None:
    at = 0

    def hear(_: Path, position: int) -> None:
        nonlocal at
        at = position

    portion: list[Given] = []
    for given in _here(path, hear):
        portion.append(given)
        if len(portion) == _PORTION:
            pickle.dump((at, portion), out, protocol=pickle.HIGHEST_PROTOCOL)
            out.flush()
            portion = []
    pickle.dump((at, portion), out, protocol=pickle.HIGHEST_PROTOCOL)
    pickle.dump(None, out)
    out.flush()


if __name__ == "__main__":
    # the writer may have been killed: then nobody reads on
    with contextlib.suppress(BrokenPipeError):
        from pazar.market.procedures.adapters import ahead

        ahead._send(Path(sys.argv[1]), sys.stdout.buffer)
