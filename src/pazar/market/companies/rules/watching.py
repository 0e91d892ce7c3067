"""What changed in a register since it was asked last, and when it is asked again (A2)."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from pazar.market.companies.rules.particulars import Particulars, Status

FROM_HOUR = 1
HOURS = 4  # members are asked one after the other from one to five at night
SOONER = timedelta(hours=2)  # after a register that gave no answer


class Field(StrEnum):
    NAME = "name"
    STATUS = "status"
    REPRESENTATIVES = "representatives"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a register said of a member when it was asked last."""

    register: str
    name: str
    status: Status
    representatives: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    field: Field
    before: str
    after: str


def seen(found: Particulars, *, register: str) -> Seen:
    return Seen(
        register=register, name=found.name, status=found.status, representatives=tuple(sorted(found.representatives))
    )


def changes(before: Seen, after: Seen) -> list[Change]:
    """What is new, field by field. Another register writes names its own way: of it only a worse status counts.

    A register that stops saying something has changed nothing.
    """
    same = before.register == after.register
    found = []
    if same and after.name and _folded(before.name) != _folded(after.name):
        found.append(Change(field=Field.NAME, before=before.name, after=after.name))
    if after.status is not Status.UNKNOWN and before.status is not after.status and (same or _worse(before, after)):
        found.append(Change(field=Field.STATUS, before=before.status.value, after=after.status.value))
    theirs, mine = _people(after.representatives), _people(before.representatives)
    if same and theirs and mine and theirs != mine:
        found.append(
            Change(
                field=Field.REPRESENTATIVES,
                before=", ".join(before.representatives),
                after=", ".join(after.representatives),
            )
        )
    return found


def next_night(moment: datetime, *, zone: ZoneInfo, key: str) -> datetime:
    """The coming night's moment for the member `key`: always the same minute, members spread over the night; UTC."""
    minute = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % (HOURS * 60)
    at = time(FROM_HOUR + minute // 60, minute % 60)
    local = moment.astimezone(zone)
    for days in range(3):
        night = datetime.combine(local.date() + timedelta(days=days), at, tzinfo=zone).astimezone(UTC)
        if night > moment:
            return night
    raise AssertionError("a night comes every day")


_RANK = {Status.UNKNOWN: 0, Status.ACTIVE: 0, Status.LIQUIDATION: 1, Status.INSOLVENCY: 1, Status.DISSOLVED: 2}


def _worse(before: Seen, after: Seen) -> bool:
    return _RANK[after.status] > _RANK[before.status]


def _people(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_folded(name) for name in names)


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
