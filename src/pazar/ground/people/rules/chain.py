"""Who must approve before something is done, by its value (A4). Pure: steps in, demanded roles out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.identity.rules.roles import Role


class Kind(StrEnum):
    PUBLICATION = "publication"
    AWARD = "award"
    BID = "bid"


MAY_APPROVE: dict[Kind, frozenset[Role]] = {
    Kind.PUBLICATION: RIGHTS[Act.APPROVE_PURCHASES],
    Kind.AWARD: RIGHTS[Act.APPROVE_PURCHASES],
    Kind.BID: RIGHTS[Act.APPROVE_BIDS],
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is worth more than `above` needs somebody in `role`."""

    above: Decimal
    currency: str
    role: Role


def demanded(steps: Sequence[Step], *, amount: Decimal | None, currency: str) -> tuple[Role, ...]:
    """The roles that must approve, from the lowest bound up, each once.

    What has no value yet, or one in another currency than the bound, is taken for worth more: nobody passes a chain by
    leaving the value out.
    """
    asked = [
        step
        for step in sorted(steps, key=lambda step: (step.above, step.role))
        if amount is None or step.currency != currency or amount > step.above
    ]
    return tuple(dict.fromkeys(step.role for step in asked))


def covers(approved: Collection[Role], wanted: Collection[Role]) -> bool:
    """Whether what was approved is enough for what is demanded now: a chain may have been changed on the way."""
    return set(wanted) <= set(approved)


def may_decide(
    *,
    role: Role,
    roles: Collection[Role],
    person: UUID,
    asked_by: UUID,
    decided_by: Collection[UUID],
    lent_to: UUID | None,
) -> bool:
    """Whether `person` may decide a step for `role`: never who asked, nobody two steps of one case.

    A step that was handed to somebody is his alone.
    """
    if person == asked_by or person in decided_by:
        return False
    return person == lent_to if lent_to is not None else role in roles
