"""A version's content as plain values, and what changed between two of them (B6)."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pazar.market.procedures.rules.facts import DocumentFacts, Facts, ItemFacts, LotFacts

Content = dict[str, Any]
"""JSON-able: ids, amounts and moments as text, absent values as null."""

FIXED: Final = ("kind", "regime", "currency", "seal", "seal_person_id", "language")
"""What can't be changed once published: bids are sealed, counted and compared by it."""
TIMES: Final = ("closes_at", "enquiries_close_at")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that differs. `field` is its kind (`lots.items.quantity`), `path` its place, `where` the numbers
    (from 1) of lot and item that a reader knows it by. A whole lot, item or document that came or went is one change.
    """

    path: tuple[str, ...]
    field: str
    where: tuple[int, ...]
    old: Any
    new: Any
    item_before: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    item_after: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """The whole item that it is a part of, where it is one: a quantity means nothing without its unit."""


def content(facts: Facts, documents: Iterable[DocumentFacts] = ()) -> Content:
    """`facts` as plain values; equal facts give equal content, however an amount was written."""
    written: Content = _written(facts)
    written["documents"] = [_written(document) for document in documents]
    return written


def facts(content: Mapping[str, Any]) -> Facts:
    """The facts that `content` was made of. A field that an older version hasn't takes its default."""
    lots = tuple(
        _read(LotFacts, {**lot, "items": tuple(_read(ItemFacts, item) for item in lot.get("items", ()))})
        for lot in content.get("lots", ())
    )
    read: Facts = _read(Facts, {**content, "lots": lots})
    return read


def diff(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """What changed, in the order of a procedure's page; nothing for equal contents. The order of lots isn't content."""
    found: list[Change] = []
    names = dict.fromkeys([*_FLAT, *(n for n in (*old, *new) if n not in ("lots", "documents"))])
    found += _plain(old, new, names, path=(), field="", where=())
    old_lots, new_lots = _by_id(old.get("lots", ())), _by_id(new.get("lots", ()))
    for lot_id in dict.fromkeys([*old_lots, *new_lots]):
        found += _lot(lot_id, old_lots.get(lot_id), new_lots.get(lot_id))
    old_files, new_files = _by_id(old.get("documents", ())), _by_id(new.get("documents", ()))
    for file_id in dict.fromkeys([*old_files, *new_files]):
        _, one = old_files.get(file_id, (0, None))
        _, other = new_files.get(file_id, (0, None))
        if one != other:
            found.append(_whole(("documents", file_id), "documents", (), one, other, "title"))
    return tuple(found)


def material(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Those that a bidder has to think about anew: all but the two ends, which only move on."""
    return tuple(change for change in changes if change.field not in TIMES)


_FLAT: Final = tuple(f.name for f in fields(Facts) if f.name != "lots")
_LOT: Final = tuple(f.name for f in fields(LotFacts) if f.name not in ("id", "items"))
_ITEM: Final = tuple(f.name for f in fields(ItemFacts) if f.name != "id")


def _lot(lot_id: str, old: tuple[int, Any] | None, new: tuple[int, Any] | None) -> list[Change]:
    path = ("lots", lot_id)
    if old is None or new is None:
        place, _ = new or old or (0, None)
        return [_whole(path, "lots", (place,), old and old[1], new and new[1], "title")]
    (_, before), (place, after) = old, new
    found = _plain(before, after, _LOT, path=path, field="lots.", where=(place,))
    old_items, new_items = _by_id(before.get("items", ())), _by_id(after.get("items", ()))
    for item_id in dict.fromkeys([*old_items, *new_items]):
        item_path = (*path, "items", item_id)
        one, other = old_items.get(item_id), new_items.get(item_id)
        if one is None or other is None:
            item_place, _ = other or one or (0, None)
            where = (place, item_place)
            changes = [_whole(item_path, "lots.items", where, one and one[1], other and other[1], "description")]
        else:
            changes = _plain(one[1], other[1], _ITEM, path=item_path, field="lots.items.", where=(place, other[0]))
        found += [
            replace(change, item_before=one[1] if one else {}, item_after=other[1] if other else {})
            for change in changes
        ]
    return found


def _plain(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Iterable[str],
    *,
    path: tuple[str, ...],
    field: str,
    where: tuple[int, ...],
) -> list[Change]:
    return [
        Change(path=(*path, name), field=field + name, where=where, old=old.get(name), new=new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _whole(path: tuple[str, ...], field: str, where: tuple[int, ...], old: Any, new: Any, name: str) -> Change:
    before, after = (None if thing is None else thing[name] for thing in (old, new))
    return Change(path=path, field=field, where=where, old=before, new=after)


def _by_id(things: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, Mapping[str, Any]]]:
    # Something not saved yet has no id: its place tells it apart from the rest.
    return {str(thing.get("id") or f"new-{place}"): (place, thing) for place, thing in enumerate(things, start=1)}


def _written(value: Any) -> Any:
    if isinstance(value, Facts | LotFacts | ItemFacts | DocumentFacts):
        return {f.name: _written(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple | list):
        return [_written(part) for part in value]
    return value


def plain_number(value: Decimal) -> str:
    """Without exponent and without noughts that say nothing: 5.0000 is 5."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


_READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "value_amount": Decimal,
    "quantity": Decimal,
    "closes_at": datetime.fromisoformat,
    "enquiries_close_at": datetime.fromisoformat,
    "seal_person_id": UUID,
    "id": UUID,
    "cpv": lambda value: value if isinstance(value, str) else tuple(value),
    "regions": tuple,
}


def _read(kind: type, written: Mapping[str, Any]) -> Any:
    names = {f.name for f in fields(kind)}
    return kind(
        **{
            name: _READERS[name](value) if name in _READERS and value is not None else value
            for name, value in written.items()
            if name in names
        }
    )
