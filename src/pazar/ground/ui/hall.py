"""The hall's registry: each domain names its entries in `AppConfig.ready`; only what works is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Wing = Literal["market", "sales", "centre", "person"]
Text = str | Promise
Count = int | str | Text | None
Asked = Count | QuerySet[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the hall.

    `wing` "person" puts it into the person's own menu. `visible` sees the request and answers
    whether this person has the entry (default: whoever is logged in; `public` shows it to all).
    `count` is asked once per page, only for the wing in view: answer the rows as an indexed QuerySet, so that
    one statement counts them for all entries.
    `also` names further pages (url names) that belong to it though their addresses begin as another's.
    The first four with `phone` stand in the bar below on a phone, the rest behind "More".
    """

    wing: Wing
    order: int
    label: Text
    icon: str
    url_name: str
    visible: Callable[[HttpRequest], bool] | None = None
    count: Callable[[HttpRequest], Asked] | None = None
    phone: bool = True
    public: bool = False
    also: frozenset[str] = frozenset()

    def shown_to(self, request: HttpRequest) -> bool:
        if self.visible is not None:
            return self.visible(request)
        return self.public or bool(getattr(getattr(request, "user", None), "is_authenticated", False))

    @property
    def url(self) -> str:
        """Its address, empty while nothing answers there."""
        return _address(self.url_name)


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, kw_only=True)
class Banner:
    """A line over every page, such as the demo's; `links` are words with their addresses."""

    text: Text
    links: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class FootLink:
    """A public page named at the foot of every page."""

    label: Text
    url_name: str

    @property
    def url(self) -> str:
        """Its address, empty while nothing answers there."""
        return _address(self.url_name)


_FOOT: dict[str, FootLink] = {}
_ENTRIES: dict[tuple[str, str], Entry] = {}
_BANNERS: list[Callable[[HttpRequest], Banner | None]] = []


def register(entry: Entry) -> None:
    """Add an entry; the same wing and url again replaces it, so that `ready` may run twice."""
    _ENTRIES[entry.wing, entry.url_name] = entry


def register_banner(banner: Callable[[HttpRequest], Banner | None]) -> None:
    """Add a banner; the callable answers None when there is nothing to say."""
    if banner not in _BANNERS:
        _BANNERS.append(banner)


def register_foot(link: FootLink) -> None:
    """Add a link to the foot; they stand in the order in which they were first named."""
    _FOOT[link.url_name] = link


def foot() -> list[FootLink]:
    return [link for link in _FOOT.values() if link.url]


def entries(request: HttpRequest, *, wing: str) -> list[Entry]:
    """What this person has in a wing, in order."""
    found = [e for e in _ENTRIES.values() if e.wing == wing and e.shown_to(request) and e.url]
    return sorted(found, key=lambda entry: (entry.order, entry.url_name))


def banners(request: HttpRequest) -> list[Banner]:
    """The lines that stand over this page."""
    return [banner for ask in _BANNERS if (banner := ask(request)) is not None]


def counted(asked: list[Asked]) -> list[Count]:
    """The counts, those that are rows in a database all by one statement."""
    rows = [value for value in asked if isinstance(value, QuerySet) and not value.query.is_empty()]
    figures = iter(_count(rows))
    return [
        value if not isinstance(value, QuerySet) else 0 if value.query.is_empty() else next(figures) for value in asked
    ]


def _count(rows: list[QuerySet[Any, Any]]) -> list[int]:
    if not rows:
        return []
    parts: list[str] = []
    params: list[Any] = []
    for found in rows:
        # Rows already narrowed to some columns (perhaps distinct) are counted as they are.
        narrow = found if found.query.values_select else found.values("pk")
        sql, values = narrow.order_by().query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
