"""Telling a file by its content, and a name that is safe to keep and to send."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

HEAD: Final = 4096
"""How many bytes of the beginning are looked at."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of file that is taken; `extensions` are those a name of it may end in, the usual one first."""

    media_type: str
    extensions: tuple[str, ...]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_OPEN: Final = "application/vnd.oasis.opendocument"
PDF: Final = Kind(media_type="application/pdf", extensions=("pdf",))
PNG: Final = Kind(media_type="image/png", extensions=("png",))
JPEG: Final = Kind(media_type="image/jpeg", extensions=("jpg", "jpeg"))
DOCX: Final = Kind(media_type=f"{_OFFICE}.wordprocessingml.document", extensions=("docx",))
XLSX: Final = Kind(media_type=f"{_OFFICE}.spreadsheetml.sheet", extensions=("xlsx",))
PPTX: Final = Kind(media_type=f"{_OFFICE}.presentationml.presentation", extensions=("pptx",))
ODT: Final = Kind(media_type=f"{_OPEN}.text", extensions=("odt",))
ODS: Final = Kind(media_type=f"{_OPEN}.spreadsheet", extensions=("ods",))
ZIP: Final = Kind(media_type="application/zip", extensions=("zip",))
OLD_OFFICE: Final = Kind(media_type="application/x-ole-storage", extensions=("doc", "xls", "ppt"))
DWG: Final = Kind(media_type="image/vnd.dwg", extensions=("dwg",))
TEXT: Final = Kind(media_type="text/plain", extensions=("txt", "csv", "md"))
XML: Final = Kind(media_type="application/xml", extensions=("xml",))

_BEGINNINGS: Final = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"AC10", DWG),
)
_PARTS: Final = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX), ("ppt/presentation.xml", PPTX))
_OPEN_KINDS: Final = {kind.media_type: kind for kind in (ODT, ODS)}


def told(head: bytes, *, parts: Collection[str] | None = None, mimetype: str = "") -> Kind | None:
    """What a file is that begins with `head` (its first HEAD bytes); None for what isn't taken.

    `parts` are the names in it if it is a readable ZIP, `mimetype` the content of its part of that name.
    """
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(b"PK\x03\x04"):
        if parts is None:
            return None
        if "[Content_Types].xml" in parts:
            return next((kind for part, kind in _PARTS if part in parts), None)
        return _OPEN_KINDS.get(mimetype, ZIP) if not mimetype or mimetype in _OPEN_KINDS else None
    return _text(head)


def fits(kind: Kind, name: str) -> bool:
    """Whether a name's ending belongs to what the content is."""
    return "." in name and name.rpartition(".")[2].lower() in kind.extensions


def clean_name(name: str) -> str:
    """`name` without folders, signs nobody sees or that turn the reading direction, and shorter than a file
    system's limit; its ending stays."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(" " if unicodedata.category(sign) in ("Zs", "Zl", "Zp") else sign for sign in name)
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    name = re.sub(r" +", " ", name).strip(" .")
    stem, point, ending = name.rpartition(".")
    # 255 bytes are a name's limit on most file systems; a Cyrillic letter takes two.
    return f"{(stem or ending)[:100].rstrip(' .')}{point if stem else ''}{ending[:10] if stem else ''}"


def _text(head: bytes) -> Kind | None:
    if not head or b"\x00" in head:
        return None
    try:
        # The last sign may be cut in the middle.
        text = head.decode("utf-8", errors="strict" if len(head) < HEAD else "ignore")
    except UnicodeDecodeError:
        text = head.decode("cp1251", errors="replace")
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\x0c" for sign in text):
        return None
    begun = text.lstrip("\ufeff \t\r\n").lower()
    if begun.startswith(("<!doctype", "<html", "<svg", "<script")):
        return None
    return XML if begun.startswith("<?xml") else TEXT
