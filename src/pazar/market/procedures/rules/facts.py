"""What a buyer says about a procedure: the whole of it as values, as a draft, a change or a version holds it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """A line of a lot. `id` None is a new one; `unit` is a UN/CEFACT Rec 20 code."""

    id: UUID | None = None
    description: str = ""
    cpv: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    place: str = ""
    delivery: str = ""


@dataclass(frozen=True, kw_only=True)
class LotFacts:
    """A part that is bid on as a whole. Its number is its place, from 1."""

    id: UUID | None = None
    title: str = ""
    description: str = ""
    cpv: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    value_amount: Decimal | None = None
    items: tuple[ItemFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a buyer decides. Empty is *not said yet*; moments are aware UTC."""

    kind: str = ""
    regime: str = ""
    title: str = ""
    description: str = ""
    language: str = ""
    currency: str = "EUR"
    value_amount: Decimal | None = None
    award_criterion: str = "lowest_price"
    vat_included: bool = False
    payment_terms: str = ""
    delivery_terms: str = ""
    requirements: str = ""
    seal: str = "server"
    seal_person_id: UUID | None = None
    enquiries_close_at: datetime | None = None
    closes_at: datetime | None = None
    lots: tuple[LotFacts, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """The estimated value as said, else the sum of its lots' where every lot says one."""
        if self.value_amount is not None:
            return self.value_amount
        amounts = [lot.value_amount for lot in self.lots]
        return sum((a for a in amounts if a is not None), Decimal(0)) if amounts and None not in amounts else None


@dataclass(frozen=True, kw_only=True)
class DocumentFacts:
    """An attachment as a version names it; `digest` is SHA-256 in hexadecimal."""

    id: UUID
    title: str
    name: str
    size: int
    digest: str
