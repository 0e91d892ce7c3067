"""Lists by keyset: a page starts after the last row of the one before, however many came in between."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from pazar.ground.errors import Refusal

LIMIT = settings.NINJA_PAGINATION_PER_PAGE
MAX_LIMIT = 200

Row = TypeVar("Row")
Item = TypeVar("Item")


class CursorBroken(Refusal):
    code = "cursor_broken"
    status = 400
    what = _("This place in the list isn't one of ours.")
    why = _("The cursor was changed, or it belongs to another list or another order.")
    remedy = _("Follow the address in “next” as it is, or start again without a cursor.")


class Place(Schema):
    """Where in a list to read on; take it as `place: Query[Place]`."""

    limit: int = Field(LIMIT, ge=1, le=MAX_LIMIT, description="How many at most.")
    cursor: str = Field("", max_length=2000, description="Opaque; the address in `next` has it.")


class Page(Schema, Generic[Item]):
    """One page of a list. `next` is the address of the next one, null on the last."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Keyed(Generic[Row]):
    """Rows of one page and the cursor after them, empty on the last."""

    rows: list[Row]
    cursor: str


def keyset(
    queryset: QuerySet[Any, Row], fields: Sequence[str], cursor: str, limit: int = LIMIT, *, filled: bool = False
) -> Keyed[Row]:
    """One page of `queryset` in the order of `fields` ("-published_at", "id"), whose last one must be unique.

    NULL stands where PostgreSQL puts it: last upward, first downward. `filled` promises that this queryset has none in
    its first field, whatever the column allows. One query. Raises CursorBroken.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    ordered = queryset.order_by(*fields)
    if cursor:
        ordered = ordered.filter(_after(queryset.model, fields, _read(cursor, fields), filled=filled))
    found = list(ordered[: limit + 1])
    rows = found[:limit]
    more = len(found) > limit
    return Keyed(rows=rows, cursor=_write([_value(rows[-1], name) for name in fields], fields) if more else "")


def page(
    request: HttpRequest,
    queryset: QuerySet[Any, Row],
    fields: Sequence[str],
    place: Place,
    show: Callable[[Row], Item] | None = None,
) -> dict[str, Any]:
    """The answer of a list endpoint whose response is `Page[…]`; `show` makes an item of a row."""
    keyed = keyset(queryset, fields, place.cursor, place.limit)
    items = [show(row) for row in keyed.rows] if show else keyed.rows
    return {"items": items, "next": next_address(request, keyed.cursor)}


def next_address(request: HttpRequest, cursor: str) -> str | None:
    """This request's address with `cursor` for its own; None where there is nothing more."""
    if not cursor:
        return None
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"{request.path}?{query.urlencode()}"


def _after(model: type[Model], fields: Sequence[str], values: Sequence[Any], *, filled: bool = False) -> Q:
    """Rows after `values`: equal in the first fields and beyond in the next one."""
    beyond = Q(pk__in=[])
    same = Q()
    for place, (field, value) in enumerate(zip(fields, values, strict=True)):
        name = field.lstrip("-")
        nullable = _nullable(model, name) and not (filled and place == 0)
        step = _beyond(name, value, downward=field.startswith("-"), nullable=nullable)
        if step is not None:
            beyond |= same & step
        same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    # Says nothing new, but lets an index start at the place instead of walking up to it.
    first, value = fields[0], values[0]
    name = first.lstrip("-")
    if value is not None and first.startswith("-"):
        return Q(**{f"{name}__lte": value}) & beyond
    if value is not None and (filled or not _nullable(model, name)):
        return Q(**{f"{name}__gte": value}) & beyond
    return beyond


def _beyond(name: str, value: Any, *, downward: bool, nullable: bool) -> Q | None:
    if value is None:
        return Q(**{f"{name}__isnull": False}) if downward else None
    if downward:
        return Q(**{f"{name}__lt": value})
    further = Q(**{f"{name}__gt": value})
    return further | Q(**{f"{name}__isnull": True}) if nullable else further


def _nullable(model: type[Model], name: str) -> bool:
    try:
        field = model._meta.get_field("id" if name == "pk" else name)
    except FieldDoesNotExist:
        return True  # an annotation, or a field of another table
    return bool(getattr(field, "null", True))


def _value(row: Any, field: str) -> Any:
    name = field.lstrip("-")
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part, None)
    return row


_TAGS: dict[type, tuple[str, Callable[[Any], str]]] = {
    datetime: ("t", lambda v: v.isoformat()),
    date: ("d", lambda v: v.isoformat()),
    UUID: ("u", str),
    Decimal: ("n", str),
}
_READERS: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "u": UUID,
    "n": Decimal,
}


def _tagged(value: Any) -> Any:
    if type(value) in _TAGS:
        tag, write = _TAGS[type(value)]
        return [tag, write(value)]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"a list can't be ordered by a {type(value).__name__}")


def _mark(content: bytes, fields: Sequence[str]) -> bytes:
    # Bound to the order, so that a cursor of another list can't be read as one of this.
    key = salted_hmac("pazar.cursor", "", algorithm="sha256").digest()
    return hmac.new(key, ",".join(fields).encode() + b"\x00" + content, hashlib.sha256).digest()[:12]


def _write(values: Sequence[Any], fields: Sequence[str]) -> str:
    content = json.dumps([_tagged(value) for value in values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mark(content, fields) + content).decode().rstrip("=")


def _read(cursor: str, fields: Sequence[str]) -> list[Any]:
    try:
        raw = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CursorBroken from None
    mark, content = raw[:12], raw[12:]
    if not hmac.compare_digest(mark, _mark(content, fields)):
        raise CursorBroken
    return [_READERS[value[0]](value[1]) if isinstance(value, list) else value for value in json.loads(content)]
