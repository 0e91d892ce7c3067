"""What every page's frame needs, worked out only when the template asks for it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.ui import formats, hall, now, preferences
from pazar.ground.ui import viewer as viewers

WINGS: tuple[tuple[str, str | Promise], ...] = (
    ("market", _("Market")),
    ("sales", _("Sales")),
    ("centre", _("Centre")),
)
PHONE_PLACES = 4


@dataclass(frozen=True, kw_only=True)
class WingLink:
    key: str
    label: str | Promise
    url: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class HallLink:
    label: str | Promise
    icon: str
    url: str
    count: hall.Count
    current: bool
    on_phone: bool


class Shell:
    """The frame of one page for one person."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def centre(self) -> str:
        return str(settings.CENTRE_NAME)

    @cached_property
    def theme(self) -> str:
        return preferences.theme(self._request)

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        return [(code, str(name)) for code, name in settings.LANGUAGES]

    @cached_property
    def path(self) -> str:
        """Where a switch of language or theme comes back to."""
        return self._request.get_full_path()

    @cached_property
    def now(self) -> datetime:
        return now.now()

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(settings.CENTRE_ZONE)

    @cached_property
    def zone_city(self) -> str:
        return formats.zone_city(self.zone)

    @cached_property
    def viewer(self) -> viewers.Viewer:
        return viewers.viewer(self._request)

    @cached_property
    def companies(self) -> list[viewers.Company]:
        return viewers.companies(self._request)

    @cached_property
    def switch_url(self) -> str:
        return viewers.address("identity:act_for")

    @cached_property
    def login_url(self) -> str:
        return viewers.address("entry:login")

    @cached_property
    def join_url(self) -> str:
        """Where a company registers: at every page's foot (A1)."""
        return viewers.address("companies:join")

    @cached_property
    def logout_url(self) -> str:
        return viewers.address("entry:logout")

    @cached_property
    def unread(self) -> int:
        return self._counted[1]

    @cached_property
    def banners(self) -> list[hall.Banner]:
        return hall.banners(self._request)

    @cached_property
    def foot(self) -> list[hall.FootLink]:
        return hall.foot()

    @cached_property
    def search_url(self) -> str:
        return viewers.address("roof:search")

    @cached_property
    def messages_url(self) -> str:
        return viewers.address("messages:inbox") if self.viewer.known else ""

    @cached_property
    def stream_url(self) -> str:
        return viewers.address("messages:stream") if self.viewer.known else ""

    @cached_property
    def wing(self) -> str:
        """The wing in view: by the page's own word, the code that answers, or the entry it belongs to."""
        said = getattr(self._request, "wing", "")
        if said:
            return str(said)
        match = self._request.resolver_match
        module = getattr(match.func, "__module__", "") if match is not None else ""
        for key in ("market", "sales"):
            if module.startswith(f"pazar.{key}."):
                return key
        for key, _label in WINGS:
            if any(self._path_in(entry.url) for entry in hall.entries(self._request, wing=key)):
                return key
        return "market"

    def _path_in(self, url: str) -> bool:
        return self._request.path == url or (url != "/" and self._request.path.startswith(url))

    @cached_property
    def _by_wing(self) -> dict[str, list[hall.Entry]]:
        return {key: hall.entries(self._request, wing=key) for key, _label in WINGS}

    @cached_property
    def wings(self) -> list[WingLink]:
        """The wings this person has; one alone needs no switch."""
        shown = [(key, label) for key, label in WINGS if self._by_wing[key]]
        if len(shown) < 2:
            return []
        return [
            WingLink(key=key, label=label, url=self._by_wing[key][0].url, current=key == self.wing)
            for key, label in shown
        ]

    @cached_property
    def nav(self) -> list[HallLink]:
        """The entries of the wing in view, the one we stand in marked."""
        return self._links(self._by_wing.get(self.wing, []), self._counted[0])

    @cached_property
    def _counted(self) -> tuple[list[hall.Count], int]:
        """The hall's counts and the bell's, by one statement."""
        found = self._by_wing.get(self.wing, [])
        asked: list[hall.Asked] = [entry.count(self._request) if entry.count else None for entry in found]
        asked.append(viewers.unread(self._request) if self.viewer.known else 0)
        *counts, unread = hall.counted(asked)
        return counts, unread if isinstance(unread, int) else 0

    @cached_property
    def menu(self) -> list[HallLink]:
        """The person's own entries."""
        found = hall.entries(self._request, wing="person")
        return self._links(found, hall.counted([e.count(self._request) if e.count else None for e in found]))

    def _links(self, found: list[hall.Entry], counts: list[hall.Count]) -> list[HallLink]:
        match = self._request.resolver_match
        named = next((e.url for e in found if match is not None and match.view_name in e.also), "")
        here = named or max((e.url for e in found if self._path_in(e.url)), key=len, default="")
        phone = {e.url_name for e in [e for e in found if e.phone][:PHONE_PLACES]}
        return [
            HallLink(
                label=entry.label,
                icon=entry.icon,
                url=entry.url,
                count=count,
                current=entry.url == here,
                on_phone=entry.url_name in phone,
            )
            for entry, count in zip(found, counts, strict=True)
        ]


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
