"""What each role may do, as one table (A4): people read it on a page, code asks it by the names beside."""

from enum import StrEnum

from pazar.ground.identity.rules.roles import BIDDING, BUYING, LEADING_SALES, SELLING, Role


class Act(StrEnum):
    LOOK = "look"
    RUN_PROCEDURES = "run_procedures"
    HOLD_A_SEAL = "hold_a_seal"
    BID = "bid"
    WATCH_MATCHES = "watch_matches"
    SELL = "sell"
    LEAD_SALES = "lead_sales"
    APPROVE_PURCHASES = "approve_purchases"
    APPROVE_BIDS = "approve_bids"
    MANAGE_PEOPLE = "manage_people"


EVERYBODY = frozenset(Role)
OWNING = frozenset({Role.OWNER})
RIGHTS: dict[Act, frozenset[Role]] = {
    Act.LOOK: EVERYBODY,
    Act.RUN_PROCEDURES: BUYING,
    Act.HOLD_A_SEAL: BUYING | {Role.COMMITTEE_MEMBER},
    Act.BID: BIDDING,
    Act.WATCH_MATCHES: BIDDING | SELLING,
    Act.SELL: SELLING,
    Act.LEAD_SALES: LEADING_SALES,
    Act.APPROVE_PURCHASES: BUYING | {Role.COMMITTEE_MEMBER},
    Act.APPROVE_BIDS: BIDDING | {Role.SALES_DIRECTOR},
    Act.MANAGE_PEOPLE: OWNING,
}


def may(roles: frozenset[Role], act: Act) -> bool:
    return not roles.isdisjoint(RIGHTS[act])


def acts_of(role: Role) -> frozenset[Act]:
    return frozenset(act for act, roles in RIGHTS.items() if role in roles)


def leaves_an_owner(owners: frozenset[str], *, person: str, roles: frozenset[Role]) -> bool:
    """Whether the company still has an owner when `person` of it has exactly `roles` (none: he left)."""
    return bool(owners - {person}) or Role.OWNER in roles
