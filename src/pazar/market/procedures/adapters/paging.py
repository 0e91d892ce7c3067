"""How the pages of an OCDS API follow one another: which address is next, and what a page says of itself."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from .reader import Refusing

PLACEHOLDERS: Final = frozenset({"since", "until", "page", "cursor"})
_NAMED: Final = re.compile(r"\{([^{}]*)\}")
_LINK: Final = "links.next"
_EMPTY_IN_ROW: Final = 2  # an API that numbers its pages may leave one out
_DEPTH: Final = 100


@dataclass(frozen=True, kw_only=True)
class Way:
    """A source's settings as far as its pages go; `paging` is a `NoticeSource.Paging`."""

    url: str
    paging: str
    first_page: int = 1
    cursor_path: str = ""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a run stands: what the next address is made of; `link` is that address, where a page named it."""

    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    cursor: str = ""
    link: str = ""
    empty: int = 0  # pages in a row that held nothing

    def plain(self) -> dict[str, Any]:  # JSON
        moments = {"since": self.since, "until": self.until}
        return {
            **{name: moment.isoformat() if moment else "" for name, moment in moments.items()},
            "page": self.page,
            "cursor": self.cursor,
            "link": self.link,
            "empty": self.empty,
        }

    @classmethod
    def read(cls, value: dict[str, Any]) -> "Place":
        since, until = (datetime.fromisoformat(value[name]) if value.get(name) else None for name in ("since", "until"))
        return cls(
            since=since,
            until=until,
            page=value["page"],
            cursor=value["cursor"],
            link=value["link"],
            empty=value["empty"],
        )


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a page says: how many releases, the newest of their dates, and the page after it, if it names one."""

    count: int
    newest: datetime | None
    named: str = ""


def unknown(url: str) -> list[str]:
    """Names in braces that stand for nothing."""
    return [name for name in _NAMED.findall(url) if name not in PLACEHOLDERS]


def has(url: str, name: str) -> bool:
    return f"{{{name}}}" in url


def address(way: Way, place: Place) -> str:
    """The address of the page at `place`."""
    if place.link:
        return place.link
    said = {
        "since": _written(place.since),
        "until": _written(place.until),
        "page": str(place.page),
        "cursor": quote(place.cursor, safe=""),
    }
    return _NAMED.sub(lambda found: said.get(found[1], found[0]), way.url)


def _written(moment: datetime | None) -> str:
    return quote(moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="") if moment else ""


def look(body: bytes, way: Way, *, moment: datetime) -> Content:
    """What the page says of itself. Raises Refusing: "html", "not-json", "cut-short", "no-package".

    A date beyond `moment` is no measure of how far one has read.
    """
    start = body.lstrip()[:1]
    if start == b"<":
        raise Refusing("html")
    if _deep(body):
        raise Refusing("too-deep")
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        raise Refusing("cut-short" if start in (b"{", b"[") else "not-json") from None
    found = _releases(value)
    if found is None:
        raise Refusing("no-package")
    dates = [date for one in found if (date := _date(one)) is not None and date <= moment]
    path = way.cursor_path or (_LINK if way.paging == "link" else "")
    return Content(count=len(found), newest=max(dates, default=None), named=_at(value, path) if path else "")


def _deep(body: bytes) -> bool:
    """Whether brackets stand nested beyond any package, counted without regard to texts: a text has few of them."""
    depth = 0
    for bracket in re.finditer(rb'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', body, re.DOTALL):
        sign = bracket[0]
        if sign in (b"{", b"["):
            depth += 1
            if depth > _DEPTH:
                return True
        elif sign in (b"}", b"]"):
            depth -= 1
    return False


def _releases(value: Any) -> list[Any] | None:  # any JSON value
    """The releases or records of a package, of a list, or of an API's own frame around them."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return None
    for name in ("releases", "records", "results", "data", "items"):
        if isinstance(value.get(name), list):
            return list(value[name])
    if "ocid" in value:
        return [value]
    inner = value.get("releasePackage") or value.get("data")
    return _releases(inner) if isinstance(inner, dict) else None


def _date(one: Any) -> datetime | None:  # any JSON value
    if not isinstance(one, dict):
        return None
    inner = one.get("compiledRelease")
    said = (inner if isinstance(inner, dict) else one).get("date")
    try:
        moment = datetime.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def _at(value: Any, path: str) -> str:  # any JSON value
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def after(way: Way, place: Place, content: Content) -> Place | None:
    """Where the page after this one is; None at the end. Raises Refusing("elsewhere") for a link to another server."""
    if way.paging == "number":
        empty = 0 if content.count else place.empty + 1
        return None if empty >= _EMPTY_IN_ROW else _moved(place, page=place.page + 1, empty=empty)
    if way.paging == "cursor":
        return _moved(place, cursor=content.named) if content.named and content.named != place.cursor else None
    if way.paging == "since":
        newer = content.newest is not None and (place.since is None or content.newest > place.since)
        return _moved(place, since=content.newest) if newer else None
    if not content.named:
        return None
    here = address(way, place)
    link = urljoin(here, content.named).partition("#")[0]
    if urlsplit(link)[:2] != urlsplit(here)[:2]:
        raise Refusing("elsewhere")
    return _moved(place, link=link)


def _moved(place: Place, **said: Any) -> Place:  # fields of several types
    return Place(
        **{"since": place.since, "until": place.until, "page": place.page, "cursor": place.cursor, "link": place.link}
        | said
    )
