"""What a public entry of the journal says, in words: every fact with its label, moments and amounts as people do.

The entry itself, byte for byte, is in the download.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pazar.ground.ui import formats

LABELS: dict[str, str | Promise] = {
    "answer": _("Answer"),
    "bid": _("Bid"),
    "bids": _("Bids"),
    "closed_at": _("Closed"),
    "closes_at": _("Bids until"),
    "digest": _("Digest"),
    "faults": _("Bids with a fault"),
    "file_format": _("Format of the file"),
    "files": _("Files"),
    "holder": _("Key holder"),
    "holders": _("Key holders"),
    "holders_digest": _("Digest of the list of holders"),
    "lot": _("Lot"),
    "lots": _("Lots"),
    "name": _("Name"),
    "needed": _("Keys needed"),
    "not_openable": _("Shares that couldn't be opened"),
    "number": _("Number"),
    "question": _("Question"),
    "read": _("Read"),
    "reason": _("Reason"),
    "reference": _("Reference"),
    "refused": _("Refused"),
    "register": _("Register"),
    "salt": _("Salt"),
    "seq": _("Entry"),
    "to": _("To"),
    "version": _("Version"),
}
"""What the facts of public entries are called."""

_MOMENTS = {"closed_at", "closes_at", "to"}
_CODES = {"digest", "holders_digest", "salt", "bid", "lot"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact; `is_code` where it is for comparing, not for reading."""

    label: str | Promise
    value: str
    is_code: bool = False


def of(facts: Mapping[str, Any]) -> list[Fact]:
    """The facts of an entry in its own order; what says nothing is left out."""
    return [_fact(key, value) for key, value in facts.items() if value not in (None, "", [])]


def _fact(key: str, value: Any) -> Fact:
    label = LABELS.get(key, key)
    if key in _MOMENTS:
        return Fact(label=label, value=_moment(str(value)))
    if key in ("holder", "holders"):
        holders = value if isinstance(value, list) else [value]
        return Fact(label=label, value=", ".join(_holder(str(one)) for one in holders))
    if key == "lots" and isinstance(value, list):
        return Fact(label=label, value="; ".join(_lot(place, lot) for place, lot in enumerate(value, start=1)))
    if key == "files" and isinstance(value, list):
        return Fact(label=label, value="; ".join(_file(one) for one in value))
    if isinstance(value, int):
        return Fact(label=label, value=formats.number(value))
    if isinstance(value, list):
        return Fact(label=label, value=formats.number(len(value)))
    return Fact(label=label, value=str(value), is_code=key in _CODES or key not in LABELS)


def _moment(text: str) -> str:
    try:
        return formats.moment(datetime.fromisoformat(text), seconds=True, year=True)
    except ValueError:
        return text


def _holder(code: str) -> str:
    return said("the centre") if code == "server" else said("a person of the buyer")


def _lot(place: int, lot: Mapping[str, Any]) -> str:
    try:
        amount = formats.money(Decimal(lot["amount"]), lot["currency"])
    except (InvalidOperation, KeyError, TypeError):
        return said("%(place)s to nobody") % {"place": place}
    return said("%(place)s for %(amount)s") % {"place": place, "amount": amount}


def _file(one: Mapping[str, Any]) -> str:
    read = int(one.get("read", 0))
    counted = ngettext("%(n)s notice read", "%(n)s notices read", read) % {"n": formats.number(read)}
    # Entries of before files were named without their folder: where they lay is nobody's business.
    name = str(one.get("file", "")).replace("\\", "/").rpartition("/")[2]
    return f"{name}: {counted}"
