"""The Protocol of the readers; what one gives: a notice, or a refusal that names its place."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedIOBase
from typing import Protocol

from pazar.market.procedures.rules.notice import Notice


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file as given, the archive's member, the unit inside (1 is the first)."""

    file: str
    member: str = ""
    unit: str = ""

    def at(self, unit: str) -> "Place":
        return replace(self, unit=unit)

    @property
    def where(self) -> str:
        """Inside the file, for the report: "member › release 3"."""
        return " › ".join(part for part in (self.member, self.unit) if part)

    def __str__(self) -> str:
        return " › ".join(part for part in (self.file, self.member, self.unit) if part)


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that couldn't be taken. `code` is stable; `params` fill its sentence (see `messages`)."""

    place: Place
    code: str
    field: str = ""
    params: dict[str, str] = dataclasses.field(default_factory=dict)


class Refusing(Exception):  # a way out of the depth of a reader, never seen outside the adapters
    """Raised inside a reader where a unit can't be taken; the reader turns it into `Refused`."""

    def __init__(self, code: str, at: str = "", **params: str) -> None:
        super().__init__(code)
        self.code, self.at, self.params = code, at, params

    def refused(self, place: Place) -> Refused:
        return Refused(place, self.code, self.at, self.params)


class BrokenOff(Refusing):
    """The stream itself can't be read on: there is nothing after this."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a hostile file may cost. The defaults suit a machine with 300 MB to spare."""

    unit_bytes: int = 16 << 20
    depth: int = 100
    total_bytes: int = 8 << 30
    ratio: int = 200  # how much larger than packed; counted from `ratio_from` bytes on
    ratio_from: int = 8 << 20
    members: int = 10_000
    title_length: int = 20_000
    text_length: int = 1_000_000
    list_length: int = 20_000


Found = tuple[Place, Notice | Refused]


class Reader(Protocol):
    """One format. `sniff` sees the first 64 KiB, already UTF-8 (other encodings are recoded before)."""

    name: str

    def sniff(self, head: bytes, name: str) -> bool:
        """Whether these bytes are of this format; `name` is a hint and decides nothing."""

    def read(self, stream: BufferedIOBase, place: Place) -> Iterator[Found]:
        """Every notice in the stream, one after another; a bad one is `Refused` and the next comes."""
