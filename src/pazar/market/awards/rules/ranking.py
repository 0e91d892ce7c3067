"""Lowest price (B9): the ranking of one lot's opened bids, with its working.

The rule as published with every procedure:

1. A bid stands in the ranking if its price for the lot was opened, is in the procedure's currency and was not set
   aside with a reason. The others are listed below, each with its reason.
2. The lower total stands before the higher.
3. Equal totals: the bid that was received earlier stands first, by the centre's clock, to the microsecond.
4. Received in the same microsecond: the smaller digest of the sealed bid stands first. A digest was fixed when the bid
   was sealed, so this is a draw that can be checked afterwards. Whoever seals again and again can wait for a small one;
   it serves him only if another's equal total comes in the very microsecond of his own, which he can't arrange.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class TieRule(StrEnum):
    """What put a bid before the next one with the same total."""

    NONE = ""
    EARLIER = "earlier"
    DIGEST = "digest"


class OutReason(StrEnum):
    """Why a bid stands outside the ranking."""

    NO_PRICE = "no_price"
    NOT_OPENED = "not_opened"
    OTHER_CURRENCY = "other_currency"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, kw_only=True)
class LotBid:
    """One bid on one lot, as it was opened. `total` None: the bidder left the lot out or it couldn't be opened."""

    bid_id: UUID
    company_id: UUID
    company_name: str
    total: Decimal | None
    currency: str
    received_at: datetime
    digest: str  # hexadecimal
    fault: str = ""
    set_aside: str = ""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """`rank` from 1; `over_best_share` how far above the best total, as a share (0.05 is 5 %)."""

    rank: int
    bid: LotBid
    total: Decimal
    over_best_share: Decimal | None
    tie: TieRule


@dataclass(frozen=True, kw_only=True)
class Out:
    bid: LotBid
    reason: OutReason
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    ranked: tuple[Ranked, ...]
    out: tuple[Out, ...]

    @property
    def winner(self) -> Ranked | None:
        return self.ranked[0] if self.ranked else None


def rank(bids: Sequence[LotBid], *, currency: str) -> Ranking:
    """The ranking of one lot's bids by lowest price. Doesn't depend on their order."""
    out = [out for bid in bids if (out := _out(bid, currency))]
    gone = {o.bid.bid_id for o in out}
    standing = sorted((bid for bid in bids if bid.bid_id not in gone), key=_key)
    best = standing[0].total if standing else None
    ranked = tuple(
        Ranked(
            rank=place,
            bid=bid,
            total=_total(bid),
            over_best_share=_over(_total(bid), best),
            tie=_tie(bid, standing[place] if place < len(standing) else None),
        )
        for place, bid in enumerate(standing, start=1)
    )
    return Ranking(ranked=ranked, out=tuple(sorted(out, key=lambda o: (o.bid.received_at, o.bid.bid_id.bytes))))


def _total(bid: LotBid) -> Decimal:
    if bid.total is None:
        raise ValueError("a ranked bid has a total")
    return bid.total


def _key(bid: LotBid) -> tuple[Decimal, datetime, str, bytes]:
    return _total(bid), bid.received_at, bid.digest, bid.bid_id.bytes


def _out(bid: LotBid, currency: str) -> Out | None:
    if bid.set_aside:
        return Out(bid=bid, reason=OutReason.SET_ASIDE, words=bid.set_aside)
    if bid.fault:
        return Out(bid=bid, reason=OutReason.NOT_OPENED, words=bid.fault)
    if bid.total is None:
        return Out(bid=bid, reason=OutReason.NO_PRICE)
    if bid.currency != currency:
        return Out(bid=bid, reason=OutReason.OTHER_CURRENCY, words=bid.currency)
    return None


def _over(total: Decimal, best: Decimal | None) -> Decimal | None:
    return None if not best else (total - best) / best


def _tie(bid: LotBid, next_bid: LotBid | None) -> TieRule:
    if next_bid is None or next_bid.total != bid.total:
        return TieRule.NONE
    return TieRule.EARLIER if bid.received_at < next_bid.received_at else TieRule.DIGEST
