"""A bid's draft: what was typed, what of it can be read, and the cipher it lies under (B7).

Prices are read when they are saved; what could mean two things ("1,234") isn't a price, in any language.
Beside the cipher text stands `Filled`, which says what is filled in and no value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pazar.ground.money import AmountUnreadable, parse

from . import canonical, contents, envelope
from .canonical import Json
from .contents import LONGEST_OFFER, MOST_DAYS, PRICE_DECIMALS, Declaration, plain

NONCE_SIZE = 12
LONGEST_TYPED = 60
_TAG = b"pazar-draft-1\0"
_DAYS = re.compile(r"[0-9]{1,4}")


class CannotRead(Exception):
    """The cipher text isn't this bid's draft, or lies under another key."""


@dataclass(frozen=True)
class Key:
    """The server's key for what only the server may read; it isn't printed."""

    value: bytes = field(repr=False)

    def lock(self, data: bytes, *, about: bytes, random: Callable[[int], bytes]) -> bytes:
        """nonce ‖ AES-256-GCM of the padded data, bound to `about`."""
        nonce = random(NONCE_SIZE)
        size = len(data).to_bytes(envelope.LENGTH_SIZE, "big")
        padded = (size + data).ljust(envelope.padded_size(len(data)), b"\0")
        return nonce + AESGCM(self.value).encrypt(nonce, padded, _TAG + about)

    def unlock(self, locked: bytes, *, about: bytes) -> bytes:
        """Raises CannotRead."""
        try:
            padded = AESGCM(self.value).decrypt(locked[:NONCE_SIZE], locked[NONCE_SIZE:], _TAG + about)
        except (InvalidTag, ValueError) as error:
            raise CannotRead from error
        size = int.from_bytes(padded[: envelope.LENGTH_SIZE], "big")
        return padded[envelope.LENGTH_SIZE : envelope.LENGTH_SIZE + size]


@dataclass(frozen=True, kw_only=True)
class LotDraft:
    """`prices` by item are plain decimals; what couldn't be read stands in `unread` as it was typed."""

    left_out: bool = False
    prices: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    offer: str = ""
    delivery_days: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    lots: Mapping[str, LotDraft] = field(default_factory=dict)
    valid_days: str = ""
    declarations: tuple[Declaration, ...] = ()

    def lot(self, lot_id: str) -> LotDraft:
        return self.lots.get(lot_id, LotDraft())


@dataclass(frozen=True, kw_only=True)
class FilledLot:
    left_out: bool = False
    priced: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    offer: bool = False
    delivery: bool = False


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What is filled in, without a value. `valid_days` is no secret: how long a bid holds."""

    lots: Mapping[str, FilledLot] = field(default_factory=dict)
    valid_days: int | None = None
    declared: frozenset[Declaration] = frozenset()

    def lot(self, lot_id: str) -> FilledLot:
        return self.lots.get(lot_id, FilledLot())


def typed_lot(
    *, left_out: bool, prices: Mapping[str, str], offer: str, delivery_days: str, currency: str, locale: str
) -> LotDraft:
    """A lot's part as a person typed it; empty prices are no prices."""
    return _lot(
        left_out, prices, offer, delivery_days, read=lambda text: price_of(text, currency=currency, locale=locale)
    )


def plain_lot(*, left_out: bool, prices: Mapping[str, str], offer: str, delivery_days: str) -> LotDraft:
    """A lot's part as a program sends it: prices are plain decimals, with a point and nothing else."""
    return _lot(left_out, prices, offer, delivery_days, read=contents.price_of)


def _lot(
    left_out: bool,
    prices: Mapping[str, str],
    offer: str,
    delivery_days: str,
    *,
    read: Callable[[str], Decimal | None],
) -> LotDraft:
    found: dict[str, str] = {}
    unread: dict[str, str] = {}
    for item, text in prices.items():
        typed = text.strip()
        if not typed:
            continue
        price = read(typed)
        if price is None:
            unread[item] = typed[:LONGEST_TYPED]
        else:
            found[item] = plain(price)
    return LotDraft(
        left_out=left_out,
        prices=found,
        unread=unread,
        offer=offer.replace("\r\n", "\n").replace("\0", "")[:LONGEST_OFFER],
        delivery_days=delivery_days.strip()[:LONGEST_TYPED],
    )


def price_of(text: str, *, currency: str, locale: str) -> Decimal | None:
    """The unit price that was typed, None where it is none; nothing below nought is a price."""
    try:
        amount = parse(text, currency=currency, locale=locale, decimals=PRICE_DECIMALS).amount
    except AmountUnreadable:
        return None
    return amount if amount >= 0 else None


def is_ambiguous(text: str, *, currency: str, locale: str) -> bool:
    """Whether what was typed could mean two prices: the writer is asked which."""
    try:
        parse(text, currency=currency, locale=locale, decimals=PRICE_DECIMALS)
    except AmountUnreadable as unreadable:
        return unreadable.reason == "ambiguous"
    return False


def days_of(text: str, *, least: int) -> int | None:
    """A number of days that was typed, None where it is none."""
    if _DAYS.fullmatch(text) is None:
        return None
    days = int(text)
    return days if least <= days <= MOST_DAYS else None


def filled(draft: Draft) -> Filled:
    return Filled(
        lots={
            lot_id: FilledLot(
                left_out=lot.left_out,
                priced=frozenset(lot.prices),
                unread=frozenset(lot.unread),
                offer=bool(lot.offer.strip()),
                delivery=days_of(lot.delivery_days, least=0) is not None,
            )
            for lot_id, lot in draft.lots.items()
        },
        valid_days=days_of(draft.valid_days, least=1),
        declared=frozenset(draft.declarations),
    )


def encode(draft: Draft) -> bytes:
    return canonical.encode(
        {
            "lots": {
                lot_id: {
                    "left_out": lot.left_out,
                    "prices": dict(lot.prices),
                    "unread": dict(lot.unread),
                    "offer": lot.offer,
                    "delivery_days": lot.delivery_days,
                }
                for lot_id, lot in draft.lots.items()
            },
            "valid_days": draft.valid_days,
            "declarations": [one.value for one in draft.declarations],
        }
    )


def decode(data: bytes) -> Draft:
    """What `encode` wrote: nobody else can have, it lay under the server's key."""
    found = cast(dict[str, Json], canonical.decode(data))
    lots = cast(dict[str, dict[str, Json]], found["lots"])
    return Draft(
        lots={
            lot_id: LotDraft(
                left_out=bool(lot["left_out"]),
                prices=cast(dict[str, str], lot["prices"]),
                unread=cast(dict[str, str], lot["unread"]),
                offer=str(lot["offer"]),
                delivery_days=str(lot["delivery_days"]),
            )
            for lot_id, lot in lots.items()
        },
        valid_days=str(found["valid_days"]),
        declarations=tuple(Declaration(code) for code in cast(list[str], found["declarations"])),
    )


def filled_json(shown: Filled) -> dict[str, Json]:
    return {
        "lots": {
            lot_id: {
                "left_out": lot.left_out,
                "priced": sorted(lot.priced),
                "unread": sorted(lot.unread),
                "offer": lot.offer,
                "delivery": lot.delivery,
            }
            for lot_id, lot in shown.lots.items()
        },
        "valid_days": shown.valid_days,
        "declared": sorted(one.value for one in shown.declared),
    }


def read_filled(found: Mapping[str, Json]) -> Filled:
    """What `filled_json` wrote; nothing at all is an empty draft's."""
    lots = cast(Mapping[str, Mapping[str, Json]], found.get("lots", {}))
    days = found.get("valid_days")
    return Filled(
        lots={
            lot_id: FilledLot(
                left_out=bool(lot["left_out"]),
                priced=frozenset(cast(list[str], lot["priced"])),
                unread=frozenset(cast(list[str], lot["unread"])),
                offer=bool(lot["offer"]),
                delivery=bool(lot["delivery"]),
            )
            for lot_id, lot in lots.items()
        },
        valid_days=days if isinstance(days, int) else None,
        declared=frozenset(Declaration(code) for code in cast(list[str], found.get("declared", []))),
    )
