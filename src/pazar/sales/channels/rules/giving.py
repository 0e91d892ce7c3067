"""To whom a lead is given, and why him (D3). Deeper routing (named accounts, shifts, load) comes in here later."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Why(StrEnum):
    """Why this manager."""

    CHOSEN = "chosen"
    RULE = "rule"
    TAKER = "taker"
    BIDDER = "bidder"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Given:
    manager_id: UUID | None
    why: Why


def give(*, chosen: UUID | None, by_rule: UUID | None, taker: UUID | None) -> Given:
    """The manager chosen, else the rule's, else who took it; nobody where the rule takes and names none."""
    if chosen is not None:
        return Given(manager_id=chosen, why=Why.TAKER if chosen == taker else Why.CHOSEN)
    if by_rule is not None:
        return Given(manager_id=by_rule, why=Why.RULE)
    if taker is not None:
        return Given(manager_id=taker, why=Why.TAKER)
    return Given(manager_id=None, why=Why.NOBODY)
