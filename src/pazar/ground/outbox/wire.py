"""An event as JSON and back: frozen dataclasses of plain values, told apart by their type annotations."""

import dataclasses
import types
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID


def dump(event: Any) -> dict[str, Any]:
    """`event` (a dataclass) as JSON-able values."""
    return {field.name: _out(getattr(event, field.name)) for field in dataclasses.fields(event)}


def load(kind: type, content: dict[str, Any]) -> Any:
    """The event that `dump` wrote. A field added since takes its default."""
    hints = _hints(kind)
    return kind(**{f.name: _in(hints[f.name], content[f.name]) for f in dataclasses.fields(kind) if f.name in content})


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Looked up once for each type: an event for a thousand suppliers holds thousands of them."""
    return get_type_hints(kind)


def _out(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dump(value)
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [_out(part) for part in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"an event can't carry {type(value).__name__}")


def _in(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _in(next(part for part in get_args(hint) if part is not type(None)), value)
    if origin is tuple:
        return tuple(_in(get_args(hint)[0], part) for part in value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return load(hint, value)
    if hint in (UUID, Decimal):
        return hint(value)
    if hint in (datetime, date):
        return hint.fromisoformat(value)
    return value
