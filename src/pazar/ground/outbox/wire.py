"""An event as JSON and back: frozen dataclasses of plain values, told apart by their type annotations.

An event for a thousand suppliers says few different things many times: a dataclass that stands in it at several places
(the very object: what is merely equal may be written in another way) is written once, in a list of their own, and
read once.
"""

import dataclasses
import types
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

_SHARED = "="
"""Where an event keeps what it says more than once, and how a place in it refers there. No field is called so."""

_Seen = dict[int, list[Any]]
_Reader = Callable[[Any, "_Shared"], Any]


def dump(event: Any) -> dict[str, Any]:
    """`event` (a dataclass) as JSON-able values."""
    # By identity: how often it came, and how it is written. Where it came again, all its places refer to one.
    seen: _Seen = {}
    content = _fields_out(event, seen)
    repeated = [entry for entry in seen.values() if entry[0] > 1]
    if repeated:
        written = []
        for number, (_times, place) in enumerate(repeated):
            written.append(dict(place))
            place.clear()  # the very dict that stands in each of its places
            place[_SHARED] = number
        content[_SHARED] = written
    return content


def load(kind: type, content: dict[str, Any]) -> Any:
    """The event that `dump` wrote. A field added since takes its default."""
    return _fields_in(kind, content, _Shared(content.get(_SHARED, ())))


class _Shared:
    """What an event says more than once, each read when it is first met."""

    def __init__(self, written: Any) -> None:
        self._written = written
        self._read: dict[tuple[int, type], Any] = {}

    def of(self, number: int, kind: type) -> Any:
        found = self._read.get((number, kind))
        if found is None:
            found = self._read[number, kind] = _fields_in(kind, self._written[number], self)
        return found


def _fields_out(value: Any, seen: _Seen) -> dict[str, Any]:
    kind: type = type(value)
    return {name: _out(getattr(value, name), seen) for name in _names(kind)}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


_PLAIN = frozenset((str, int, bool, type(None)))


def _out(value: Any, seen: _Seen) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is UUID:
        return str(value)
    if dataclasses.is_dataclass(kind):
        entry = seen.get(id(value))  # the event holds it: no other can take its place meanwhile
        if entry is None:
            entry = seen[id(value)] = [0, _fields_out(value, seen)]
        entry[0] += 1
        return entry[1]
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [_out(part, seen) for part in value]
    if isinstance(value, str | int | bool):
        return value
    raise TypeError(f"an event can't carry {kind.__name__}")


def _fields_in(kind: type, content: dict[str, Any], shared: _Shared) -> Any:
    return kind(
        **{
            name: (value if reader is None or value is None else reader(value, shared))
            for name, reader in _readers(kind)
            if (value := content.get(name, _Shared)) is not _Shared
        }
    )


@cache
def _readers(kind: type) -> tuple[tuple[str, _Reader | None], ...]:
    """How each field is read, found out once for each type: an event holds thousands of values."""
    hints = get_type_hints(kind)
    return tuple((field.name, _reader(hints[field.name])) for field in dataclasses.fields(kind))


def _reader(hint: Any) -> _Reader | None:
    """None for what is as it stands."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _reader(next(part for part in get_args(hint) if part is not type(None)))
    if origin is tuple:
        part = _reader(get_args(hint)[0])
        if part is None:
            return lambda value, _shared: tuple(value)
        return lambda value, shared: tuple(each if each is None else part(each, shared) for each in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        kind = hint
        return lambda value, shared: (
            shared.of(value[_SHARED], kind) if _SHARED in value else _fields_in(kind, value, shared)
        )
    if hint in (UUID, Decimal):
        return lambda value, _shared: hint(value)
    if hint in (datetime, date):
        return lambda value, _shared: hint.fromisoformat(value)
    return None
