"""The one normalised record of an outside notice (B12): what every reader makes and the writer takes.

Nothing in it is invented. What the source doesn't say is empty: `""`, `None` or `()`. What it says
but leaves open (a deadline without a zone, a number that could be read two ways) is empty as well,
and a `Remark` tells the field, a stable code and the text as published.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, TypeVar


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum exactly as written; `currency` is an ISO 4217 code in capitals, "" where none is given."""

    value: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A field left empty, and why: `text` is what the source says there."""

    field: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation as the notice names it.

    `country` is an ISO 3166 alpha-2 code, "" where the source's words name none for certain.
    `number` and `number_scheme` are as published; `pazar.ground.codes.numbers` makes them canonical.
    """

    name: str
    country: str = ""
    number: str = ""
    number_scheme: str = ""
    address: str = ""
    town: str = ""
    postal_code: str = ""
    region: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A thing bought; `cpv` holds 8 digits each, other classifications stand in `codes` as (scheme, id)."""

    description: str = ""
    cpv: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    quantity: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class LotRecord:
    """A lot; `number` is the source's own mark of it, "" where it has none."""

    number: str = ""
    title: str = ""
    description: str = ""
    status: str = ""
    cpv: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    value: Amount | None = None
    items: tuple[ItemRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class AwardRecord:
    """A decision on one or several lots; `status` as published ("unsuccessful": nobody got it)."""

    id: str = ""
    title: str = ""
    status: str = ""
    lot_numbers: tuple[str, ...] = ()
    suppliers: tuple[Party, ...] = ()
    value: Amount | None = None
    decided_on: date | None = None
    bids_received: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that stays where its publisher keeps it; http and https only."""

    url: str
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One publication about one procedure.

    `source` names the system of identities ("ocds", "ted"), `source_id` the procedure in it (ocid, number of a notice)
    and `release_id` this publication. `joins` are other names by which publications mean the same procedure, each
    "source:id" (the notice this one corrects, the procedure's number in another system). `published` is its date as
    written, `published_at` the moment where that names one, `published_on` its day in the publisher's own zone.
    `deadline` is aware UTC; `deadline_text` what the source says, kept to be shown. `cpv` holds 8 digits
    each, `regions` NUTS codes. `items` belong to no lot; those of a lot stand with it.
    """

    source: str
    source_id: str
    release_id: str
    joins: tuple[str, ...] = ()
    publisher: str = ""
    source_url: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    buyer: Party | None = None
    title: str = ""
    description: str = ""
    reference: str = ""
    status: str = ""
    method: str = ""
    method_details: str = ""
    category: str = ""
    value: Amount | None = None
    published: str = ""
    published_at: datetime | None = None
    published_on: date | None = None
    deadline: datetime | None = None
    deadline_text: str = ""
    cpv: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    regions: tuple[str, ...] = ()
    items: tuple[ItemRecord, ...] = ()
    lots: tuple[LotRecord, ...] = ()
    awards: tuple[AwardRecord, ...] = ()
    tenderers_count: int | None = None
    documents: tuple[DocumentLink, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All names by which publications mean this procedure, its own first."""
        return (f"{self.source}:{self.source_id}", *self.joins)

    @property
    def all_cpv(self) -> tuple[str, ...]:
        """Every CPV code named anywhere in the notice, each once, the notice's own first."""
        found = dict.fromkeys(self.cpv)
        for item in self.items:
            found.update(dict.fromkeys(item.cpv))
        for lot in self.lots:
            found.update(dict.fromkeys(lot.cpv))
            for item in lot.items:
                found.update(dict.fromkeys(item.cpv))
        return tuple(found)


_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def version_key(notice: Notice) -> tuple[datetime, bool, str, bytes]:
    """The order of publications about one procedure: the later one counts more.

    By moment of publication; a date without a zone counts as UTC here, since order must be total and
    nothing else hangs on it. At one moment a compiled release comes last, then the higher release id,
    then the digest, so that the order in which files are read never matters.
    """
    moment = notice.published_at
    if moment is None and notice.published_on is not None:
        moment = datetime.combine(notice.published_on, datetime.min.time(), tzinfo=UTC)
    return moment or _EARLIEST, "compiled" in notice.tags, notice.release_id, digest(notice)


_OWN: Final = {"source", "source_id", "joins", "tags", "lots", "awards", "documents", "remarks", "release_id"}
_OWN_GROUPS: Final = {"deadline", "deadline_text", "published", "published_at", "published_on"}


def join(versions: Iterable[Notice]) -> Notice:
    """The state of one procedure after all its publications; their order doesn't matter.

    The latest publication (see `version_key`) wins field by field: what it states replaces what earlier
    ones said, what it is silent about stays as it was (an award notice doesn't repeat the title).
    A deadline goes with its text. Lots are joined by number, awards by id, by the same rule; lots without
    number and awards without id come from the latest publication that has any. Tags add up. Where publications go by
    several identities, the earliest one's is the procedure's and the others join. Raises ValueError when there is no
    version.
    """
    ordered = list(versions)
    if not ordered:
        raise ValueError("at least one version is wanted")
    if len(ordered) > 1:
        ordered.sort(key=version_key)
    state = ordered[0]
    for later in ordered[1:]:
        state = _over(state, later)
    return state


def apart(versions: Iterable[Notice]) -> list[list[Notice]]:
    """The publications by procedure: two are about one if names lead from one to the other."""
    groups: list[tuple[set[str], list[Notice]]] = []
    for notice in versions:
        keys, own = set(notice.keys), [notice]
        rest: list[tuple[set[str], list[Notice]]] = []
        for others, group in groups:
            if keys & others:
                keys, own = keys | others, group + own
            else:
                rest.append((others, group))
        groups = [*rest, (keys, own)]
    return [group for _keys, group in groups]


def _over(state: Notice, later: Notice) -> Notice:
    changes: dict[str, Any] = {}  # fields of several types
    for field in fields(Notice):
        if field.name in _OWN or field.name in _OWN_GROUPS:
            continue
        stated = getattr(later, field.name)
        if stated not in ("", None, ()):
            changes[field.name] = stated
    if later.deadline_text or later.deadline:
        changes |= {"deadline": later.deadline, "deadline_text": later.deadline_text}
    changes |= {
        "release_id": later.release_id,
        "published": later.published,
        "published_at": later.published_at,
        "published_on": later.published_on,
        "joins": _joins(state, later),
        "tags": tuple(dict.fromkeys(state.tags + later.tags)),
        "lots": _lots(state.lots, later.lots),
        "awards": _awards(state.awards, later.awards),
        "documents": tuple({link.url: link for link in state.documents + later.documents}.values()),
        "remarks": tuple(dict.fromkeys(state.remarks + later.remarks)),
    }
    return replace(state, **changes)


def _joins(state: Notice, later: Notice) -> tuple[str, ...]:
    keys = dict.fromkeys(state.joins + later.keys)
    keys.pop(state.keys[0], None)
    return tuple(sorted(keys))


def _lots(earlier: tuple[LotRecord, ...], later: tuple[LotRecord, ...]) -> tuple[LotRecord, ...]:
    if not later:
        return earlier
    if not all(lot.number for lot in earlier + later):
        return later
    lots = {lot.number: lot for lot in earlier}
    for lot in later:
        lots[lot.number] = _filled(lots[lot.number], lot) if lot.number in lots else lot
    return tuple(lots.values())


def _awards(earlier: tuple[AwardRecord, ...], later: tuple[AwardRecord, ...]) -> tuple[AwardRecord, ...]:
    if not later:
        return earlier
    if not all(award.id for award in earlier + later):
        return later
    awards = {award.id: award for award in earlier}
    for award in later:
        awards[award.id] = _filled(awards[award.id], award) if award.id in awards else award
    return tuple(awards.values())


Part = TypeVar("Part", LotRecord, AwardRecord)


def _filled(earlier: Part, later: Part) -> Part:
    stated = {f.name: getattr(later, f.name) for f in fields(later)}
    return replace(earlier, **{name: value for name, value in stated.items() if value not in ("", None, ())})


def plain(value: Any) -> Any:  # a record of any depth
    """The record as JSON values, empty fields left out; amounts and dates as text, exact."""
    kind = type(value)
    if kind is str or kind is int or kind is bool:
        return value
    if kind is tuple:
        return [part if type(part) is str else plain(part) for part in value]
    if (shape := _SHAPES.get(kind)) is not None:
        names, values = shape
        return {
            name: part if type(part) is str else plain(part)
            for name, part in zip(names, values(value), strict=True)
            # a nought is something said
            if part or (part is not None and part != "" and part != ())
        }
    if kind is Decimal:
        return str(value)
    return value.isoformat()


_SHAPES: Final[dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]]] = {
    kind: (names := tuple(field.name for field in fields(kind)), attrgetter(*names))
    for kind in (Amount, Remark, Party, ItemRecord, LotRecord, AwardRecord, DocumentLink, Notice)
}
_ONE_LINE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)


def written(notice: Notice) -> str:
    """The record as one line of JSON, always the same for the same record."""
    return _ONE_LINE.encode(plain(notice))


def digest(notice: Notice) -> bytes:
    """SHA-256 over the record: equal if and only if the notices say the same."""
    return digest_of(written(notice))


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def read(record: dict[str, Any]) -> Notice:
    """The notice that `plain` made this of."""
    made: Notice = _read(Notice, record)
    return made


_PARTS: Final[dict[type, dict[str, Any]]] = {
    Notice: {"buyer": Party, "items": [ItemRecord], "lots": [LotRecord], "awards": [AwardRecord], "remarks": [Remark]}
    | {"value": Amount, "published_at": datetime, "published_on": date, "deadline": datetime}
    | {"documents": [DocumentLink]},
    LotRecord: {"value": Amount, "items": [ItemRecord]},
    AwardRecord: {"value": Amount, "suppliers": [Party], "decided_on": date},
    ItemRecord: {"quantity": Decimal},
    Amount: {"value": Decimal},
}


def _read(kind: Any, value: Any) -> Any:  # a class of this module and its JSON
    if isinstance(kind, list):
        return tuple(_read(kind[0], part) for part in value)
    if kind is Decimal:
        return Decimal(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if kind is None:
        return tuple(_read(None, part) for part in value) if isinstance(value, list) else value
    parts = _PARTS.get(kind, {})
    return kind(**{name: _read(parts.get(name), part) for name, part in value.items()})
