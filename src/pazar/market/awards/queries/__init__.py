"""The comparison of a procedure's opened bids, and what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pazar.market.awards.models import Award, Exclusion
from pazar.market.awards.rules.ranking import LotBid, Ranking, rank
from pazar.market.bids import queries as bids
from pazar.market.bids.rules.endings import Ending
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Lot, Procedure


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What a bidder offers for a lot: offer, delivery_days, valid_days, declarations."""

    bid_id: UUID
    company_name: str
    technical: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LotComparison:
    """One lot's ranking; `unit_prices` by item and bid; `award` once it is decided."""

    lot: Lot
    ranking: Ranking
    unit_prices: dict[UUID, dict[UUID, Decimal]]
    offers: tuple[Offer, ...]
    award: Award | None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    procedure: Procedure
    lots: tuple[LotComparison, ...]
    bidders: int

    @property
    def is_decided(self) -> bool:
        return any(lot.award for lot in self.lots)


def comparison(procedure: Procedure) -> Comparison:
    """Every lot's ranking, computed anew from the opened bids. Six queries, whatever the number of bids."""
    lots = procedures.lots_shown(procedure)
    opened = bids.opened_bids(procedure.pk, lots)
    excluded = {
        (e.lot_id, e.bid_id): e.reason for e in Exclusion.objects.filter(procedure=procedure.pk).order_by("made_at")
    }
    is_decided = procedure.state in {State.AWARDED, State.FAILED}
    decided = {award.lot_id: award for award in awards_of(procedure.pk)} if is_decided else {}
    compared = []
    for lot in lots:
        lot_bids = []
        unit_prices: dict[UUID, dict[UUID, Decimal]] = {}
        offers = []
        for bid in opened:
            part = next((p for p in bid.lots if p.lot_id == lot.pk), None)
            if part is None:
                continue
            lot_bids.append(
                LotBid(
                    bid_id=bid.bid_id,
                    company_id=bid.company_id,
                    company_name=bid.company_name,
                    total=part.total,
                    currency=part.currency,
                    received_at=bid.received_at,
                    digest=bid.digest,
                    fault=part.fault,
                    set_aside=excluded.get((lot.pk, bid.bid_id), ""),
                )
            )
            if part.technical:
                offers.append(Offer(bid_id=bid.bid_id, company_name=bid.company_name, technical=part.technical))
            for item_id, price in part.prices.items():
                unit_prices.setdefault(item_id, {})[bid.bid_id] = price
        compared.append(
            LotComparison(
                lot=lot,
                ranking=rank(lot_bids, currency=procedure.currency),
                unit_prices=unit_prices,
                offers=tuple(offers),
                award=decided.get(lot.pk),
            )
        )
    return Comparison(procedure=procedure, lots=tuple(compared), bidders=len(opened))


@dataclass(frozen=True, kw_only=True)
class PublishedLot:
    """What everybody may read of a decided lot."""

    lot_number: str
    lot_title: str
    winner_name: str
    amount: Decimal | None
    currency: str
    bids_count: int
    reason: str
    decided_at: datetime


def published_awards(procedure_id: UUID) -> Sequence[PublishedLot]:
    """The decided lots of an awarded procedure, in the lots' order."""
    found = Award.objects.filter(procedure=procedure_id).select_related("company", "lot").order_by("lot__position")
    return [
        PublishedLot(
            lot_number=award.lot.number,
            lot_title=award.lot.title,
            winner_name=award.company.name if award.company else "",
            amount=award.amount,
            currency=award.currency,
            bids_count=bids_count(award),
            reason=award.reason,
            decided_at=award.decided_at,
        )
        for award in found
    ]


def endings(bid_ids: Collection[UUID]) -> dict[UUID, Ending]:
    """How decided procedures ended for these bids: two statements, whatever their number."""
    lots: dict[UUID, list[bool]] = {}
    procedure_ids = bids.procedures_of(bid_ids)
    for award in Award.objects.filter(procedure__in=procedure_ids).only("bid_id", "ranking"):
        for bid_id in lots_bids(award) & set(bid_ids):
            lots.setdefault(bid_id, []).append(award.bid_id == bid_id)
    return {bid_id: Ending(won=sum(won), lots=len(won)) for bid_id, won in lots.items()}


def lots_bids(award: Award) -> set[UUID]:
    """The bids opened for its lot."""
    return {UUID(part["bid"]) for name in ("ranked", "out") for part in award.ranking[name]}


def bids_count(award: Award) -> int:
    """How many bids were opened for its lot."""
    return len(award.ranking["ranked"]) + len(award.ranking["out"])


def awards_of(procedure_id: UUID) -> Sequence[Award]:
    found = Award.objects.filter(procedure=procedure_id).select_related("company", "lot", "decided_by", "procedure")
    return list(found.order_by("lot__position"))


def awards_by_procedure(procedure_ids: Collection[UUID]) -> dict[UUID, list[Award]]:
    """The decisions on the lots of these procedures, each with its winner; one query."""
    found: dict[UUID, list[Award]] = {}
    if procedure_ids:
        rows = Award.objects.filter(procedure__in=list(procedure_ids)).select_related("company")
        for award in rows.order_by("procedure_id", "lot__position"):
            found.setdefault(award.procedure_id, []).append(award)
    return found
