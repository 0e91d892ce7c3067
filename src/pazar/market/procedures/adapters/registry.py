"""All readers, and the way from files to notices."""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pazar.market.procedures.rules.notice import Notice

from . import cais, containers, eis, workbook, xml
from .award_lots import AwardLotsReader
from .eforms import EformsReader
from .eis import EisCardReader
from .normalised import NormalisedReader
from .ocds import OcdsReader
from .reader import Limits, Place, Reader, Refused, Refusing
from .tables import TableReader
from .ted import TedReader
from .workbook import Workbook

LIMITS = Limits()
TABLES = (cais.OPEN_LIST, eis.PURCHASES, eis.CONTRACTS, eis.CONTRACT_ITEMS)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Taken(NamedTuple):
    """One thing found: `format` is the reader's name, "" where no reader knows the content."""

    place: Place
    format: str
    item: Notice | Refused


def readers(limits: Limits = LIMITS) -> tuple[Reader, ...]:
    """In the order they are asked; a new format takes its place here."""
    return (
        TedReader(limits),
        EformsReader(limits),
        NormalisedReader(limits),
        EisCardReader(limits),
        AwardLotsReader(limits),
        OcdsReader(limits),
        *(TableReader(form, limits) for form in TABLES),
    )


def read_files(
    paths: Sequence[Path], *, limits: Limits = LIMITS, watch: Callable[[Path, int], None] | None = None
) -> Iterator[Taken]:
    """Every notice in these files in order, and what had to be refused. Never raises for what a file holds.

    Formats are told by content, for each member of an archive by itself. `watch` hears how many
    bytes of a file have been read.
    """
    known = readers(limits)
    for path in paths:
        hear = partial(watch, path) if watch else _nobody
        for place, member in containers.members(path, Place(containers.label(str(path))), limits, hear):
            if isinstance(member, Refused):
                yield Taken(place, "", member)
                continue
            if isinstance(member, Workbook):
                for name, (where, item) in workbook.read(member, place, TABLES, limits):
                    yield Taken(where, name, item)
                continue
            yield from _read(member, place, known)


def _nobody(_: int) -> None:
    pass


def _read(member: containers.Member, place: Place, known: tuple[Reader, ...]) -> Iterator[Taken]:
    reader = next((reader for reader in known if reader.sniff(member.head, place.member or place.file)), None)
    if reader is None:
        if member.failed:  # too little came to tell what it was
            yield Taken(place, "", member.failed.refused(place))
        else:
            yield Taken(place, "", Refused(place, _unknown(member.head)))
        return
    last = place
    try:
        for last, item in reader.read(io.BufferedReader(member, 1 << 18), place):
            yield Taken(last, reader.name, item)
    except Refusing as stop:  # the stream broke off: everything before stays
        where = place.at(f"after {last.unit}" if last.unit else "")
        yield Taken(where, reader.name, stop.refused(where))


def _unknown(head: bytes) -> str:
    start = head.lstrip()[:200].lower()
    if head.startswith(_OLE):
        return "encrypted-workbook" if "EncryptedPackage".encode("utf-16-le") in head else "old-workbook"
    if not start:
        return "empty-file"
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith((b"mz", b"\x7felf", b"#!")):
        return "program"
    if xml.root_name(head):
        return "unknown-xml"
    if start[:1] in (b"{", b"["):
        return "unknown-json"
    return "unknown-format"
