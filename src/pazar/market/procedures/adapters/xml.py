"""One XML document from outside as a tree, or the reason and the line why there is none.

What a notice never needs is refused before anything is parsed: a document type (and with it every entity), XInclude,
an encoding that the bytes belie, more elements or depth than any notice has. The parser loads nothing from elsewhere.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BufferedIOBase
from typing import Final, TypeAlias

from lxml import etree

from pazar.market.procedures.rules.notice import Notice

from .reader import BrokenOff, Found, Limits, Place, Refusing

Element: TypeAlias = etree._Element
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,40})["']""")
_ROOT: Final = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)[\s>/]")
_START: Final = re.compile(rb"\s*<[?!A-Za-z_]")
# Single-byte alphabets in use before UTF-8; nothing else is decoded, since a codec may do more than decode.
_ALPHABETS: Final = re.compile(r"(?:iso8859-\d{1,2}|cp125\d|koi8-[ru]|cp866|ascii)")
_MOST_ELEMENTS: Final = 300_000
_DEEP: Final = re.compile(r"depth", re.IGNORECASE)
_BIG: Final = re.compile(r"huge|too long|too big|buffer", re.IGNORECASE)


def root_name(head: bytes) -> str:
    """The name of the first element without its prefix; "" where this is no XML."""
    if not _START.match(head):
        return ""
    at = 0
    while (start := head.find(b"<", at)) >= 0:
        if head.startswith(b"<!--", start):
            at = head.find(b"-->", start)
        elif head.startswith((b"<?", b"<!"), start):
            at = head.find(b">", start)
        else:
            found = _ROOT.match(head, start)
            return found[1].decode("ascii", "replace") if found else ""
        if at < 0:
            return ""
    return ""


def tree(stream: BufferedIOBase, limits: Limits) -> Element:
    """The document's root. Raises Refusing with the line as its place."""
    data = _read(stream, limits)
    if b"<!DOCTYPE" in data:
        raise Refusing("doctype", _line(data, b"<!DOCTYPE"))
    if b"http://www.w3.org/2001/XInclude" in data:
        raise Refusing("xinclude", _line(data, b"http://www.w3.org/2001/XInclude"))
    # an attribute costs as much as an element
    if data.count(b"<") > 2 * _MOST_ELEMENTS or data.count(b'="') + data.count(b"='") > _MOST_ELEMENTS:
        raise Refusing("too-many-elements", limit=str(_MOST_ELEMENTS))
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(_utf8(data), parser)
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except ValueError:
        raise Refusing("broken-xml", "line 1") from None


def _read(stream: BufferedIOBase, limits: Limits) -> bytes:
    parts, size = [], 0
    while chunk := stream.read(1 << 18):
        size += len(chunk)
        if size > limits.unit_bytes:
            raise Refusing("too-large")
        parts.append(chunk)
    return b"".join(parts)


def _line(data: bytes, mark: bytes) -> str:
    return f"line {data.count(10, 0, data.find(mark)) + 1}" if mark else ""


def _refusal(error: "etree.XMLSyntaxError") -> Refusing:
    words = str(error.msg or "")
    line = f"line {error.lineno}" if error.lineno else ""
    if _DEEP.search(words):
        return Refusing("too-deep", line)
    if _BIG.search(words):
        return Refusing("text-too-long", line, length="10,000,000")
    return Refusing("broken-xml", line)


def _utf8(data: bytes) -> bytes:
    """The document in UTF-8, if that or what it says of itself is true."""
    declared = _DECLARED.match(data)
    name = declared[1].decode() if declared else "utf-8"
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        raise Refusing("unknown-encoding", "line 1", name=name) from None
    plain = data.isascii()
    if codec in ("utf-8", "ascii") or codec.startswith(("utf-16", "utf-32")):
        # UTF-16 has been recoded on the way here where it was any; if the bytes weren't, the declaration lies
        if not plain:
            try:
                data.decode()
            except UnicodeDecodeError as error:
                raise Refusing("not-utf8", f"line {data.count(10, 0, error.start) + 1}") from None
        return data
    if not _ALPHABETS.fullmatch(codec):
        raise Refusing("unknown-encoding", "line 1", name=name)
    if plain:
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        pass
    else:  # letters of these alphabets don't form UTF-8 by chance
        raise Refusing("encoding-lies", "line 1", name=name)
    try:
        return data.decode(codec).encode()
    except UnicodeDecodeError as error:
        raise Refusing("encoding-lies", f"line {data.count(10, 0, error.start) + 1}", name=name) from None


def one(stream: BufferedIOBase, place: Place, limits: Limits, read: Callable[[Element], Notice]) -> Iterator[Found]:
    """The one notice in a stream, by a function from the root."""
    try:
        yield place, read(tree(stream, limits))
    except BrokenOff:
        raise
    except Refusing as stop:
        # a line is a place, anything else a field
        if stop.at.startswith("line "):
            here = place.at(stop.at)
            stop.at = ""
        else:
            here = place
        yield here, stop.refused(here)


@lru_cache(maxsize=4096)
def path(namespace: str, names: str) -> str:
    """ "A/B" as the path of qualified names that `find` takes; "*" and ".." stay, as do names that say theirs."""
    if not namespace:
        return names
    return "/".join(
        name if name in ("", ".", "..", "*") or name[0] == "{" else f"{{{namespace}}}{name}"
        for name in names.split("/")
    )


def local(element: Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag[tag.find("}") + 1 :] if isinstance(tag, str) else ""


def words(element: Element | None) -> str:
    """All text inside, its white space joined to single blanks."""
    if element is None:
        return ""
    text = element.text if not len(element) else "".join(map(str, element.itertext()))
    return " ".join(text.split()) if text else ""
