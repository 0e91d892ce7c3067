"""The hall's registry: each domain names its entries in `AppConfig.ready`; only what works is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Wing = Literal["market", "sales", "centre", "person"]
Text = str | Promise
Count = int | str | Text | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the hall.

    `wing` "person" puts it into the person's own menu. `visible` sees the request and answers
    whether this person has the entry (default: whoever is logged in; `public` shows it to all).
    `count` is asked once per page, only for the wing in view: keep it one indexed query.
    The first four with `phone` stand in the bar below on a phone, the rest behind "More".
    """

    wing: Wing
    order: int
    label: Text
    icon: str
    url_name: str
    visible: Callable[[HttpRequest], bool] | None = None
    count: Callable[[HttpRequest], Count] | None = None
    phone: bool = True
    public: bool = False

    def shown_to(self, request: HttpRequest) -> bool:
        if self.visible is not None:
            return self.visible(request)
        return self.public or bool(getattr(getattr(request, "user", None), "is_authenticated", False))

    @property
    def url(self) -> str:
        """Its address, empty while nothing answers there."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True, kw_only=True)
class Banner:
    """A line over every page, such as the demo's."""

    text: Text
    link_text: Text = ""
    url: str = ""


_ENTRIES: dict[tuple[str, str], Entry] = {}
_BANNERS: list[Callable[[HttpRequest], Banner | None]] = []


def register(entry: Entry) -> None:
    """Add an entry; the same wing and url again replaces it, so that `ready` may run twice."""
    _ENTRIES[entry.wing, entry.url_name] = entry


def register_banner(banner: Callable[[HttpRequest], Banner | None]) -> None:
    """Add a banner; the callable answers None when there is nothing to say."""
    if banner not in _BANNERS:
        _BANNERS.append(banner)


def entries(request: HttpRequest, *, wing: str) -> list[Entry]:
    """What this person has in a wing, in order."""
    found = [e for e in _ENTRIES.values() if e.wing == wing and e.shown_to(request) and e.url]
    return sorted(found, key=lambda entry: (entry.order, entry.url_name))


def banners(request: HttpRequest) -> list[Banner]:
    """The lines that stand over this page."""
    return [banner for ask in _BANNERS if (banner := ask(request)) is not None]
