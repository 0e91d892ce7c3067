"""Stages of a deal, and which moves a person may make (D5).

A deal of the market follows its bid: the bid sent puts it into *proposal* and the award ends it, won or lost. By hand
it goes on where the market says nothing: before a bid, and where the procedure runs elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    NEW = "new"
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


OPEN = (Stage.NEW, Stage.QUALIFIED, Stage.PROPOSAL, Stage.NEGOTIATION)
ENDED = (Stage.WON, Stage.LOST)


class LostReason(StrEnum):
    """Why a deal was lost. The first four are a person's word, the others the market's."""

    PRICE = "price"
    COMPETITOR = "competitor"
    NO_NEED = "no_need"
    OTHER = "other"
    NOT_AWARDED = "not_awarded"
    CANCELLED = "cancelled"


BY_HAND = (LostReason.PRICE, LostReason.COMPETITOR, LostReason.NO_NEED, LostReason.OTHER)
BY_MARKET = (LostReason.NOT_AWARDED, LostReason.CANCELLED)


class Hindrance(StrEnum):
    """Why a move isn't made."""

    SAME = "same"
    BID_DECIDES = "bid_decides"
    BID_FIRST = "bid_first"
    STILL_OPEN = "still_open"
    AWARD_DECIDES = "award_decides"
    MARKET_ENDED = "market_ended"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a move depends on.

    `ours`: its procedure runs on this centre. `elsewhere`: it runs outside. Neither: it came by another way.
    `ended_by_market`: an award or the buyer's giving up ended it.
    """

    stage: Stage
    ours: bool = False
    elsewhere: bool = False
    has_bid: bool = False
    closes_at: datetime | None = None
    ended_by_market: bool = False


def hindrance(standing: Standing, to: Stage, *, moment: datetime) -> Hindrance | None:
    """Why a person can't move the deal to `to` at `moment`; None if he can.

    A deal that a person ended may be opened again; one that the market ended stays as it is.
    """
    if standing.stage == to:
        return Hindrance.SAME
    if standing.ended_by_market:
        return Hindrance.MARKET_ENDED
    if standing.ours:
        if standing.has_bid:
            return Hindrance.BID_DECIDES
        if to == Stage.WON:
            running = standing.closes_at is not None and standing.closes_at > moment
            return Hindrance.STILL_OPEN if running else Hindrance.AWARD_DECIDES
        if to in (Stage.PROPOSAL, Stage.NEGOTIATION):
            return Hindrance.BID_FIRST
    if standing.elsewhere and to == Stage.WON and standing.closes_at is not None and standing.closes_at > moment:
        return Hindrance.STILL_OPEN
    return None


def moves(standing: Standing, *, moment: datetime) -> tuple[Stage, ...]:
    """The stages a person may move it to, in their order."""
    return tuple(stage for stage in Stage if hindrance(standing, stage, moment=moment) is None)


def after_withdrawal(stage: Stage) -> Stage:
    """Where a bid taken back leaves it: qualified, since another bid may follow until the deadline."""
    return Stage.QUALIFIED if stage in OPEN else stage


def after_award(*, won: bool) -> Stage:
    return Stage.WON if won else Stage.LOST
