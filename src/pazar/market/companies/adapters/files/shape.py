"""What every reader of a register's file gives: organisations, and what it refused, by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pazar.market.companies.rules.numbers import Fault, read_as
from pazar.market.companies.rules.particulars import Particulars


@dataclass(frozen=True)
class Refused:
    """One record that wasn't taken: where it stands, which field, a stable code, and what stood there."""

    where: str
    field: str
    code: str
    value: str = ""


class Unreadable(Exception):
    """The file as a whole can't be read; `code` is stable."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


class Reader(Protocol):
    """Reads one form of file as a stream. `register` is the register's short name that the form stands for."""

    form: str
    register: str

    def fits(self, head: bytes) -> bool: ...

    def read(self, path: Path) -> Iterator[Particulars | Refused]: ...


LONGEST = 2_000


def text(value: object) -> str:
    """One line of text that PostgreSQL takes: no NULs, blanks folded, not longer than a name or address can be."""
    said = str(value or "")
    if "\x00" in said:
        said = said.replace("\x00", " ")
    return " ".join(said.split())[:LONGEST]


def number_of(country: str, typed: str, scheme: str) -> tuple[str, str, str] | Fault:
    """(scheme, number, doubt) of a number that a register's own file gives, or why it is no number at all.

    A register's word stands even where the check digit doesn't agree: then the doubt says so.
    """
    read = read_as(scheme, country, typed)
    if read.fault is None:
        return scheme, read.canonical, ""
    if read.fault is Fault.CHECK_DIGIT:
        return read.scheme, read.compact.removeprefix(country), str(read.fault)
    return read.fault
