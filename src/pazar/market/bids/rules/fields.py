"""Strict reading of the fields of a canonical document: nothing missing, nothing unknown (B8)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from .canonical import Json

Choice = TypeVar("Choice", bound=StrEnum)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


class FieldWrong(ValueError):
    """A field is missing, unknown, or not of its form; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def members(value: Json, names: frozenset[str], where: str = "") -> Mapping[str, Json]:
    """`value` as an object of exactly these `names`."""
    if not isinstance(value, Mapping):
        raise FieldWrong(where or "document")
    for name in sorted(names.symmetric_difference(value)):
        raise FieldWrong(f"{where}{name}"[:200])
    return value


def items(value: Json, field: str) -> list[Json]:
    if not isinstance(value, list):
        raise FieldWrong(field)
    return value


def whole(value: Json, field: str, *, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:  # a bool is an int to isinstance
        raise FieldWrong(field)
    return value


def exactly(value: Json, field: str, wanted: Json) -> None:
    if type(value) is not type(wanted) or value != wanted:
        raise FieldWrong(field)


def choice(value: Json, field: str, choices: type[Choice]) -> Choice:
    for one in choices:
        if value == one.value:
            return one
    raise FieldWrong(field)


def octets(value: Json, field: str, size: int) -> bytes:
    """`size` bytes written as lower-case hexadecimal."""
    if not isinstance(value, str) or re.fullmatch(rf"[0-9a-f]{{{2 * size}}}", value) is None:
        raise FieldWrong(field)
    return bytes.fromhex(value)


def uuid(value: Json, field: str) -> UUID:
    try:
        read = UUID(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None or str(read) != value:
        raise FieldWrong(field)
    return read


def name(value: Json, field: str) -> str:
    """An identifier of ours: lower-case letters, digits, hyphens, at most 64."""
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise FieldWrong(field)
    return value


def label(value: Json, field: str) -> str:
    """An identifier of a lot as the buyer wrote it: letters, digits, `._-`, at most 64."""
    if not isinstance(value, str) or _LABEL.fullmatch(value) is None:
        raise FieldWrong(field)
    return value


def text(value: Json, field: str, *, longest: int) -> str:
    """Words for people: not empty, no control characters."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise FieldWrong(field)
    return value


def moment(value: Json, field: str) -> datetime:
    """A moment in UTC, written with six decimals of a second and Z."""
    try:
        read = datetime.strptime(value, _MOMENT).replace(tzinfo=UTC) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None or written(read) != value:
        raise FieldWrong(field)
    return read


def written(moment: datetime) -> str:
    """How `moment` (aware) stands in a document."""
    return moment.astimezone(UTC).strftime(_MOMENT)
