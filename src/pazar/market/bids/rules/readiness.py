"""The readiness checklist: what a bid still lacks, live from the first minute (B7).

Pure: from what is filled in and what is asked to items, each *ok*, *wait* (to be filled in) or *no* (in the way).
The sentences to the codes stand in `sentences.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .contents import Declaration, ItemAsked
from .drafts import Filled


class State(StrEnum):
    OK = "ok"
    WAIT = "wait"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class LotAsked:
    id: UUID
    number: str
    title: str
    items: tuple[ItemAsked, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the procedure asks of a bid, as its version in force says it.

    `least_valid_days` is how long a bid must hold at least, counted from the deadline.
    """

    procedure: UUID
    version: int
    is_open: bool
    closes_at: datetime
    currency: str
    vat_included: bool
    lots: tuple[LotAsked, ...]
    least_valid_days: int = 1


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line of the list. `code` names it, `params` fill its sentences; `anchor` is the page's part it is about."""

    code: str
    state: State
    anchor: str = ""
    params: dict[str, str | int | datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Readiness:
    items: tuple[Item, ...]

    @property
    def done(self) -> int:
        return sum(item.state is State.OK for item in self.items)

    @property
    def count(self) -> int:
        return len(self.items)

    @property
    def is_ready(self) -> bool:
        return self.done == self.count


def check(*, filled: Filled, asked: Asked, confirmed_version: int, moment: datetime, may_submit: bool) -> Readiness:
    """Everything that is required, in the order of the page. The list's length doesn't depend on what is filled in."""
    taken = [lot for lot in asked.lots if not filled.lot(str(lot.id)).left_out]
    return Readiness(
        (
            _deadline(asked, moment),
            Item(code="role", state=State.OK if may_submit else State.NO),
            _version(asked, confirmed_version),
            *(_price(lot, filled, anything=bool(taken)) for lot in asked.lots),
            _delivery(taken, filled),
            _validity(filled, asked.least_valid_days),
            _declarations(filled),
        )
    )


def _deadline(asked: Asked, moment: datetime) -> Item:
    in_time = asked.is_open and moment < asked.closes_at
    return Item(
        code="deadline" if asked.is_open else "not_open",
        state=State.OK if in_time else State.NO,
        params={"closes_at": asked.closes_at},
    )


def _version(asked: Asked, confirmed: int) -> Item:
    return Item(
        code="version",
        state=State.OK if confirmed == asked.version else State.NO,
        anchor="version",
        params={"version": asked.version, "confirmed": confirmed},
    )


def _price(lot: LotAsked, filled: Filled, *, anything: bool) -> Item:
    part = filled.lot(str(lot.id))
    wanted = {str(item.id) for item in lot.items}
    params: dict[str, str | int | datetime] = {
        "lot": lot.number,
        "priced": len(part.priced & wanted),
        "items": len(wanted),
    }
    anchor = f"lot-{lot.id}"
    if part.left_out:
        # A bid on nothing is no bid: then each lot left out is what stands in its way.
        code, state = ("lot_left_out", State.OK) if anything else ("nothing_bid", State.NO)
    elif part.unread & wanted:
        code, state = "price_unread", State.NO
    elif part.priced >= wanted:
        code, state = "price", State.OK
    else:
        code, state = "price_missing", State.WAIT
    return Item(code=code, state=state, anchor=anchor, params=params)


def _delivery(taken: Sequence[LotAsked], filled: Filled) -> Item:
    without = [lot for lot in taken if not filled.lot(str(lot.id)).delivery]
    return Item(
        code="delivery",
        state=State.WAIT if without or not taken else State.OK,
        anchor=f"lot-{without[0].id}" if without else "",
        params={"lots": ", ".join(lot.number for lot in without)},
    )


def _validity(filled: Filled, least: int) -> Item:
    days = filled.valid_days
    if days is None:
        return Item(code="validity", state=State.WAIT, anchor="terms", params={"least": least})
    state = State.OK if days >= least else State.NO
    return Item(code="validity", state=state, anchor="terms", params={"least": least, "days": days})


def _declarations(filled: Filled) -> Item:
    declared = len(filled.declared)
    return Item(
        code="declarations",
        state=State.OK if declared == len(Declaration) else State.WAIT,
        anchor="declarations",
        params={"declared": declared, "all": len(Declaration)},
    )
