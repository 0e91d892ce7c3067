"""What a bid's page posts, and what it shows of a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import get_decimal_symbol
from django.http import QueryDict
from django.utils import translation

from pazar.ground.money import Money
from pazar.market.bids import sentences
from pazar.market.bids.rules import contents, drafts
from pazar.market.bids.rules.contents import Declaration
from pazar.market.bids.rules.drafts import Draft
from pazar.market.bids.rules.readiness import Asked

if TYPE_CHECKING:
    from pazar.market.procedures.models import Lot


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """`typed` stands in its field; `total` is None while there is no price that can be read."""

    id: str
    description: str
    quantity: Decimal
    unit: str
    typed: str
    is_unread: bool
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


@dataclass(frozen=True, kw_only=True)
class DeclarationRow:
    code: str
    text: str
    is_made: bool


def read_draft(posted: QueryDict, asked: Asked) -> Draft:
    """The draft as the form sends it, read in the language of the page."""
    locale = translation.get_language() or "en"

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
        price=price,
        total=None if price is None else contents.line_total(unit_price=price, quantity=quantity, currency=currency),
    )


def _written(price: str) -> str:
    """A plain price with the decimal sign of the page's language; no groups, it goes into a field."""
    return price.replace(".", get_decimal_symbol(locale=translation.get_language() or "en"))
