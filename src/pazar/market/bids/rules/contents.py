"""What stands inside an envelope, and how a total is computed (B7).

A price envelope: `{"currency", "items": [{"item", "unit_price"}], "total", "vat_included"}`. A technical one:
`{"offer", "delivery_days", "valid_days", "declarations"}`. Both are canonical documents; amounts are text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pazar.ground.money import Money, total

from . import canonical, fields
from .canonical import Json

PRICE_DECIMALS = 4
LONGEST_OFFER = 20_000
MOST_DAYS = 3_650
_PRICE = re.compile(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,4})?")
_PRICES = frozenset({"currency", "items", "total", "vat_included"})
_LINE = frozenset({"item", "unit_price"})
_TECHNICAL = frozenset({"offer", "delivery_days", "valid_days", "declarations"})


class Declaration(StrEnum):
    """What every bidder declares with his bid."""

    CONDITIONS = "conditions"
    NO_GROUNDS = "no_grounds"
    INDEPENDENT = "independent"
    BINDING = "binding"


class Fault(StrEnum):
    """Why an opened envelope can't be read as a bid; those of the seal itself stand in `envelope.Reason`."""

    UNREADABLE = "content_unreadable"
    OTHER_CURRENCY = "content_other_currency"
    OTHER_VAT = "content_other_vat"
    OTHER_ITEMS = "content_other_items"
    TOTAL_WRONG = "content_total_wrong"
    DECLARATIONS = "content_declarations"
    EARLIER_VERSION = "content_earlier_version"


class ContentFaulty(Exception):
    """The content isn't what this procedure asks for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class ItemAsked:
    id: UUID
    quantity: Decimal


@dataclass(frozen=True, kw_only=True)
class Prices:
    """A lot's prices as bid; `total` is the sum of its lines, each rounded to the currency's decimals."""

    unit_prices: Mapping[UUID, Decimal]
    total: Money
    vat_included: bool


@dataclass(frozen=True, kw_only=True)
class Technical:
    offer: str
    delivery_days: int
    valid_days: int
    declarations: tuple[Declaration, ...]


def line_total(*, unit_price: Decimal, quantity: Decimal, currency: str) -> Money:
    """Unit price times quantity, rounded half away from zero."""
    return (Money(unit_price, currency) * quantity).rounded()


def lot_total(*, unit_prices: Mapping[UUID, Decimal], items: Collection[ItemAsked], currency: str) -> Money:
    """The sum of the lines: what is compared and awarded. Every item has its price."""
    lines = (line_total(unit_price=unit_prices[item.id], quantity=item.quantity, currency=currency) for item in items)
    return total(lines, currency=currency)


def plain(amount: Decimal) -> str:
    """An amount as documents have it: no exponent, no noughts behind that carry nothing."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price_of(text: str) -> Decimal | None:
    """A price as documents have it, noughts behind included; None for anything else."""
    return Decimal(text) if _PRICE.fullmatch(text) else None


def price_document(
    *, unit_prices: Mapping[UUID, Decimal], items: Sequence[ItemAsked], currency: str, vat_included: bool
) -> dict[str, Json]:
    sum_ = lot_total(unit_prices=unit_prices, items=items, currency=currency)
    return {
        "currency": currency,
        "items": [{"item": str(item.id), "unit_price": plain(unit_prices[item.id])} for item in items],
        "total": f"{sum_.amount:f}",
        "vat_included": vat_included,
    }


def technical_document(technical: Technical) -> dict[str, Json]:
    return {
        "offer": technical.offer,
        "delivery_days": technical.delivery_days,
        "valid_days": technical.valid_days,
        "declarations": [one.value for one in technical.declarations],
    }


def read_prices(content: bytes, *, items: Collection[ItemAsked], currency: str, vat_included: bool) -> Prices:
    """The prices in an opened envelope: all items, once each, and the stated total is their sum.

    Raises ContentFaulty.
    """
    found = _members(content, _PRICES)
    prices: dict[UUID, Decimal] = {}
    try:
        lines = [fields.members(line, _LINE, "items.") for line in fields.items(found["items"], "items")]
        for line in lines:
            item = fields.uuid(line["item"], "items.item")
            if item in prices:
                raise ContentFaulty(Fault.OTHER_ITEMS)
            prices[item] = _amount(line["unit_price"])
        stated = _amount(found["total"])
    except fields.FieldWrong as error:
        raise ContentFaulty(Fault.UNREADABLE) from error
    if found["currency"] != currency:
        raise ContentFaulty(Fault.OTHER_CURRENCY)
    if found["vat_included"] is not vat_included:
        raise ContentFaulty(Fault.OTHER_VAT)
    if set(prices) != {item.id for item in items}:
        raise ContentFaulty(Fault.OTHER_ITEMS)
    computed = lot_total(unit_prices=prices, items=items, currency=currency)
    if stated != computed.amount:
        raise ContentFaulty(Fault.TOTAL_WRONG)
    return Prices(unit_prices=prices, total=computed, vat_included=vat_included)


def read_technical(content: bytes) -> Technical:
    """Raises ContentFaulty."""
    found = _members(content, _TECHNICAL)
    offer = found["offer"]
    if not isinstance(offer, str) or len(offer) > LONGEST_OFFER or "\0" in offer:
        raise ContentFaulty(Fault.UNREADABLE)
    try:
        declared = tuple(
            fields.choice(code, "declarations", Declaration)
            for code in fields.items(found["declarations"], "declarations")
        )
        technical = Technical(
            offer=offer,
            delivery_days=fields.whole(found["delivery_days"], "delivery_days", least=0, most=MOST_DAYS),
            valid_days=fields.whole(found["valid_days"], "valid_days", least=1, most=MOST_DAYS),
            declarations=declared,
        )
    except fields.FieldWrong as error:
        raise ContentFaulty(Fault.UNREADABLE) from error
    if set(declared) != set(Declaration):
        raise ContentFaulty(Fault.DECLARATIONS)
    return technical


def _members(content: bytes, names: frozenset[str]) -> Mapping[str, Json]:
    try:
        return fields.members(canonical.decode(content), names)
    except (canonical.NotCanonical, fields.FieldWrong) as error:
        raise ContentFaulty(Fault.UNREADABLE) from error


def _amount(value: Json) -> Decimal:
    if not isinstance(value, str) or _PRICE.fullmatch(value) is None:
        raise fields.FieldWrong("amount")
    return Decimal(value)
