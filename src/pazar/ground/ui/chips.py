"""What stands over a list: filters as links, each with how many it leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A filter: its word, where it leads, whether it is on, how many it finds."""

    label: str
    url: str
    on: bool = False
    count: int | str | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """One thing that a list can be narrowed by, with its chips."""

    title: str
    chips: list[Chip]


def address(request: HttpRequest, kept: Iterable[str], **asked: str) -> str:
    """The query of this list with what it keeps of the request, and `asked` in its place; empty values go."""
    query = {name: request.GET[name] for name in kept if name in request.GET}
    return "?" + urlencode({name: value for name, value in {**query, **asked}.items() if value})
