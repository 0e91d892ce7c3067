"""What a bid's page posts, and what it shows of a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import get_decimal_symbol
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from pazar.ground.money import Money
from pazar.ground.ui import formats
from pazar.market.bids import sentences
from pazar.market.bids.rules import contents, drafts
from pazar.market.bids.rules.contents import Declaration
from pazar.market.bids.rules.drafts import Draft
from pazar.market.bids.rules.readiness import Asked

if TYPE_CHECKING:
    from pazar.market.bids.queries import OpenedBid, OpenedLot
    from pazar.market.procedures.models import Lot


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """`typed` stands in its field; `total` is None while there is no price that can be read.

    `reading` says under the field how it was read, or, where `is_unread`, what is to be written instead.
    """

    id: str
    description: str
    quantity: Decimal
    unit: str
    typed: str
    is_unread: bool
    reading: str
    price: Decimal | None
    total: Money | None


@dataclass(frozen=True, kw_only=True)
class LotRow:
    id: str
    number: str
    title: str
    left_out: bool
    items: tuple[ItemRow, ...]
    total: Money | None
    offer: str
    delivery_days: str
    delivery_fault: str


@dataclass(frozen=True, kw_only=True)
class DeclarationRow:
    code: str
    text: str
    is_made: bool


def read_draft(posted: QueryDict, asked: Asked) -> Draft:
    """The draft as the form sends it, read in the language of the page."""
    locale = _language()

    def text(name: str) -> str:
        return str(posted.get(name, "") or "")

    declared = {str(code) for code in posted.getlist("declared")}
    return Draft(
        lots={
            str(lot.id): drafts.typed_lot(
                left_out=text(f"out-{lot.id}") == "on",
                prices={str(item.id): text(f"price-{item.id}") for item in lot.items},
                offer=text(f"offer-{lot.id}"),
                delivery_days=text(f"delivery-{lot.id}"),
                currency=asked.currency,
                locale=locale,
            )
            for lot in asked.lots
        },
        valid_days=text("valid_days"),
        declarations=tuple(one for one in Declaration if one.value in declared),
    )


def lot_rows(draft: Draft, lots: Sequence[Lot], *, currency: str) -> list[LotRow]:
    """The price grid, its totals computed by the rule that the opening checks them with."""
    return [_lot_row(draft, lot, currency) for lot in lots]


@dataclass(frozen=True, kw_only=True)
class OpenedRow:
    """A line of what was sealed."""

    description: str
    quantity: Decimal
    unit: str
    price: Money | None


@dataclass(frozen=True, kw_only=True)
class OpenedLotRow:
    """A lot as it was sealed; `is_bid` False where no envelope was made for it.

    `outdated` is the version it was sealed for, where that asked for others in this lot; else 0.
    """

    number: str
    title: str
    is_bid: bool
    fault: str
    outdated: int
    items: tuple[OpenedRow, ...]
    total: Money | None
    offer: str
    delivery_days: int | None


def opened_rows(found: OpenedBid | None, lots: Sequence[Lot]) -> list[OpenedLotRow]:
    """What the opening read of one's own bid; nothing before it."""
    if found is None:
        return []
    parts = {part.lot_id: part for part in found.lots}
    return [_opened_row(lot, parts.get(lot.pk), version=found.version) for lot in lots]


def _opened_row(lot: Lot, part: OpenedLot | None, *, version: int) -> OpenedLotRow:
    currency = part.currency if part else ""
    return OpenedLotRow(
        number=lot.number,
        title=lot.title,
        is_bid=part is not None,
        fault=part.fault_text if part else "",
        outdated=version if part and part.is_outdated else 0,
        items=tuple(
            OpenedRow(
                description=item.description,
                quantity=item.quantity or Decimal(0),
                unit=item.unit,
                price=Money(part.prices[item.pk], currency) if item.pk in part.prices else None,
            )
            for item in lot.items.all()
        )
        if part
        else (),
        total=Money(part.total, currency) if part and part.total is not None else None,
        offer=str(part.technical.get("offer", "")) if part else "",
        delivery_days=part.technical.get("delivery_days") if part else None,
    )


def declarations(draft: Draft) -> list[DeclarationRow]:
    return [
        DeclarationRow(code=one.value, text=str(sentences.DECLARATIONS[one]), is_made=one in draft.declarations)
        for one in Declaration
    ]


def _lot_row(draft: Draft, lot: Lot, currency: str) -> LotRow:
    part = draft.lot(str(lot.pk))
    rows = tuple(
        _item_row(
            str(item.pk), item.description, item.quantity or Decimal(0), item.unit, part.prices, part.unread, currency
        )
        for item in lot.items.all()
    )
    totals = [row.total for row in rows if row.total is not None]
    complete = bool(rows) and len(totals) == len(rows) and not part.left_out
    return LotRow(
        id=str(lot.pk),
        number=lot.number,
        title=lot.title,
        left_out=part.left_out,
        items=rows,
        total=sum(totals, Money(Decimal(0), currency)) if complete else None,
        offer=part.offer,
        delivery_days=part.delivery_days,
        delivery_fault=days_fault(part.delivery_days, least=0),
    )


def days_fault(typed: str, *, least: int) -> str:
    """What is to be written instead, where days were typed that can't be read; empty for none and for good ones."""
    if not typed or drafts.days_of(typed, least=least) is not None:
        return ""
    return _("Write the days as a whole number from {least} to {most}.").format(least=least, most=contents.MOST_DAYS)


def has_faults(draft: Draft) -> bool:
    """Whether something typed can't be read: it is marked at its field."""
    lots = draft.lots.values()
    return bool(
        any(lot.unread for lot in lots)
        or any(days_fault(lot.delivery_days, least=0) for lot in lots)
        or days_fault(draft.valid_days, least=1)
    )


def _item_row(
    item: str,
    description: str,
    quantity: Decimal,
    unit: str,
    prices: Mapping[str, str],
    unread: Mapping[str, str],
    currency: str,
) -> ItemRow:
    price = Decimal(prices[item]) if item in prices else None
    return ItemRow(
        id=item,
        description=description,
        quantity=quantity,
        unit=unit,
        typed=unread.get(item, "") or _written(prices.get(item, "")),
        is_unread=item in unread,
        reading=_unread(unread[item], currency) if item in unread else _read(price, currency),
        price=price,
        total=None if price is None else contents.line_total(unit_price=price, quantity=quantity, currency=currency),
    )


def _written(price: str) -> str:
    """A plain price with the decimal sign of the page's language; no groups, it goes into a field.

    Three decimals get a fourth: one mark and three digits could be a thousand, too.
    """
    _whole, mark, fraction = price.partition(".")
    safe = price + "0" if mark and len(fraction) == 3 else price
    return safe.replace(".", get_decimal_symbol(locale=_language()))


def _read(price: Decimal | None, currency: str) -> str:
    if price is None:
        return ""
    shown = formats.money(price, currency)
    return _("Read as {price}").format(price=shown)


def _unread(typed: str, currency: str) -> str:
    if not drafts.is_ambiguous(typed, currency=currency, locale=_language()):
        return _("Write a price in digits, not below zero, at most four of them after the decimal sign.")
    digits = re.sub(r"[^0-9.,]", "", typed)
    whole = re.sub(r"[.,]", "", digits)
    part = re.sub(r"[.,]", get_decimal_symbol(locale=_language()), digits) + "0"
    return _("“{typed}” can be a thousand or a fraction. Write {whole} or {part}.").format(
        typed=typed, whole=whole, part=part
    )


def _language() -> str:
    return translation.get_language() or "en"
