"""Which events of the house are public, whose they are and in which words: named by the roof."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True)
class Public:
    """What one company is told: `data` is plain JSON, amounts as strings, moments in ISO 8601."""

    company_id: UUID
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


Translate = Callable[[Any], Iterable[Public]]

_types: dict[str, str | Promise] = {}
_translations: dict[str, Translate] = {}


def connect(types: Mapping[str, str | Promise], translations: Mapping[type, Translate]) -> None:
    """Name the public types with their labels, and how events of the house become them. By `roof.wiring` alone."""
    _types.update(types)
    _translations.update({kind.__name__: translate for kind, translate in translations.items()})


def types() -> dict[str, str | Promise]:
    return dict(_types)


def translation(kind: str) -> Translate | None:
    """How events of this name become public; None for those that stay in the house."""
    return _translations.get(kind)
