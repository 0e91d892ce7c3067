"""The lists whose searches can be saved."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

MOST_COUNTED: Final = 100
LONGEST: Final = 2_000
_LONGEST_VALUE: Final = 200


@dataclass(frozen=True, kw_only=True)
class Seen:
    """When a person last looked: on the centre's clock, and by the id that came into being then.

    Ids are in the order of their making (UUIDv7): what came later has a greater one, whatever day it bears.
    """

    id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One list. `kept` are the names its addresses are narrowed by; `newer` counts what came since, up to a hundred."""

    key: str
    label: str | Promise
    icon: str
    url_name: str
    kept: tuple[str, ...]
    newer: Callable[[QueryDict, Seen], int]

    def query(self, asked: str | Iterable[tuple[str, str]]) -> str:
        """What of an address is a search of this list, in one order, so that equal searches are equal."""
        pairs = QueryDict(asked[:LONGEST]).items() if isinstance(asked, str) else asked
        given = {name: str(value).replace("\x00", "").strip()[:_LONGEST_VALUE] for name, value in pairs}
        return urlencode([(name, given[name]) for name in self.kept if given.get(name)])

    def address(self, query: str) -> str:
        return f"{reverse(self.url_name)}?{query}" if query else reverse(self.url_name)


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _KINDS[kind.key] = kind


def get(key: str) -> Kind | None:
    return _KINDS.get(key)


def keys() -> list[str]:
    return list(_KINDS)
