"""Every event of the house, on one page: frozen, in the past tense, carrying what the other side needs.

None carries a price, or who bid, before the opening: events are stored. What an opening made known may follow.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pazar.ground.codes.rules.reason import Reason

# Told by the ground itself, which knows nothing of this page.
from pazar.ground.people.events import PersonLeft as PersonLeft


@dataclass(frozen=True, kw_only=True)
class ProcedurePublished:
    """A procedure of our own became open to suppliers (B6)."""

    procedure_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class ProcedureChanged:
    """A published procedure got a new version (B6); what a desk shows of it stands here as it is now."""

    procedure_id: UUID
    version: int
    title: str = ""
    closes_at: datetime | None = None
    value_amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class ProcedureClosed:
    """The tender period of a procedure of our own is over; its box is shut (B8)."""

    procedure_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProcedureCancelled:
    """The buyer gave a procedure up, with the reason he published (B6)."""

    procedure_id: UUID
    title: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class EnquiryAnswered:
    """A question on a procedure was answered to all (B6)."""

    procedure_id: UUID
    enquiry_id: UUID


@dataclass(frozen=True, kw_only=True)
class OutsideProceduresImported:
    """Notices of others came in, new or changed (B12). At most 1,000 in one event."""

    procedure_ids: tuple[UUID, ...]
    first_bulk: bool


@dataclass(frozen=True, kw_only=True)
class OutsideProceduresWithdrawn:
    """The import that brought these was undone, and with it they are gone (B12). At most 1,000 in one event."""

    procedure_ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class MatchFound:
    """One supplier's part in `SuppliersMatched`, with the reason and the interest as they were at that moment."""

    company_id: UUID
    match_id: UUID
    reason: Reason | None = None
    """Said by `ground.codes.wording` in the language of whoever reads it."""
    interest_id: UUID | None = None
    interest_name: str = ""
    interest_version: int = 0


@dataclass(frozen=True, kw_only=True)
class SuppliersMatched:
    """A procedure fits the interests of these suppliers (B2). One batch, at most 1,000 suppliers."""

    procedure_id: UUID
    reference: str
    title: str
    buyer_name: str
    buyer_country: str
    buyer_number: str
    closes_at: datetime | None
    value_amount: Decimal | None
    currency: str
    cpv: tuple[str, ...]
    is_outside: bool
    quiet: bool
    """A first bulk import: stands in lists, tells nobody."""
    matches: tuple[MatchFound, ...]


@dataclass(frozen=True, kw_only=True)
class BidSubmitted:
    """A sealed bid was put into the box (B7). For the bidder's own desk; who bid is secret till the opening."""

    bid_id: UUID
    company_id: UUID
    procedure_id: UUID
    reference: str
    title: str
    buyer_name: str
    buyer_country: str
    buyer_number: str
    person_id: UUID
    submitted_at: datetime
    closes_at: datetime | None = None
    number: int = 1
    """Which of this bidder's submissions it is; the last one counts."""


@dataclass(frozen=True, kw_only=True)
class BidWithdrawn:
    """A bidder took his sealed bid out of the box before the deadline (B7)."""

    bid_id: UUID
    company_id: UUID
    procedure_id: UUID
    withdrawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class BoxOpened:
    """The bids of a procedure were opened (B8)."""

    procedure_id: UUID
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class LotOutcome:
    """What became of one bid on one lot; `amount` is what the bidder asked for it, None where it couldn't be read."""

    number: str
    title: str
    won: bool
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class BidOutcome:
    """What became of one bid. `amount` sums the lots won, or, where none was, the bidder's own total."""

    bid_id: UUID
    company_id: UUID
    won: bool
    amount: Decimal
    currency: str
    lots: tuple[LotOutcome, ...] = ()
    """Every lot he bid on, in the procedure's order; none in events of before lots were told."""


@dataclass(frozen=True, kw_only=True)
class ProcedureAwarded:
    """The buyer decided every lot (B10)."""

    procedure_id: UUID
    reference: str
    title: str
    awarded_at: datetime
    outcomes: tuple[BidOutcome, ...]
    vat_included: bool | None = None
    """The basis of every amount; None in events of before it was told."""


@dataclass(frozen=True, kw_only=True)
class LeadTaken:
    """A company took an opportunity of the market up as a lead of its internet channel (D3)."""

    company_id: UUID
    lead_id: UUID
    procedure_id: UUID


@dataclass(frozen=True, kw_only=True)
class CompanyAdmitted:
    """The moderators let a company in; `categories` (CPV) are those its first person named when he registered (A3)."""

    company_id: UUID
    person_id: UUID
    categories: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CompanyRenamed:
    """A member is called otherwise, as its register says and its owner confirmed (A2). Papers keep the old name."""

    company_id: UUID
    country: str
    number: str
    before: str
    after: str
    renamed_at: datetime


@dataclass(frozen=True, kw_only=True)
class AdmissionUndone:
    """The moderators took it back that a company was let in, before anybody of it had logged in (A3)."""

    company_id: UUID
