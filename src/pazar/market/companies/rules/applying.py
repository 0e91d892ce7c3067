"""Who wants in: the states of an application, and what the register's word makes of it (A1-A3)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pazar.market.companies.rules.particulars import COMPARED, Comparison

NEVER_CONFIRMED = timedelta(hours=72)
UNDO = timedelta(hours=1)


class State(StrEnum):
    UNCONFIRMED = "unconfirmed"  # only the mail went out: no moderator sees it
    WAITING = "waiting"
    ASKED = "asked"  # the applicant is to say more; the clock stands
    APPROVED = "approved"
    REFUSED = "refused"
    WITH_OWNERS = "with_owners"  # the company is here: its owners decide
    ADMITTED = "admitted"
    DECLINED = "declined"


class Checked(StrEnum):
    """What the registers said."""

    AGREES = "agrees"
    KEPT = "kept"  # a difference that the applicant kept, with his reason
    UNKNOWN = "unknown"  # no register that was asked knows the number
    DOWN = "down"
    FLAGGED = "flagged"  # in liquidation or insolvent


UNVERIFIED = frozenset({Checked.UNKNOWN, Checked.DOWN})
# Growing waits before a register is asked again; after the last it isn't.
WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)


def wait(tries: int) -> timedelta | None:
    """How long until the register is asked for the (tries + 1)th time again; None: no more."""
    return WAITS[tries] if tries < len(WAITS) else None


@dataclass(frozen=True, kw_only=True)
class Settled:
    """The particulars an application is made with, and the reasons for those that differ from the register's."""

    taken: dict[str, str]
    kept: dict[str, str]
    unsettled: tuple[str, ...]


def settle(
    *,
    typed: dict[str, str],
    registered: dict[str, str],
    comparison: Comparison,
    choices: dict[str, str],
    reasons: dict[str, str],
) -> Settled:
    """Field by field: the register's word, unless the applicant keeps his own and says why (A2).

    `choices` maps a differing field to "register" or "mine". One without a choice, or kept without a reason, is
    unsettled. Where only the writing differs, or nothing was typed, the register's word is taken.
    """
    taken, kept, unsettled = {}, {}, []
    differ = {d.field: d for d in comparison.differ}
    for name in COMPARED:
        mine, theirs = typed.get(name, "").strip(), registered.get(name, "").strip()
        if name not in differ:
            taken[name] = theirs or mine
            continue
        choice = choices.get(name, "register" if differ[name].near else "")
        reason = reasons.get(name, "").strip()
        if choice == "register":
            taken[name] = theirs
        elif choice == "mine" and reason:
            taken[name], kept[name] = mine, reason
        else:
            taken[name] = mine
            unsettled.append(name)
    return Settled(taken=taken, kept=kept, unsettled=tuple(unsettled))
