"""Who may compare and award: the buyer's own people, once the bids are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground.errors import NotFound
from pazar.ground.identity import policies as identity
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BUYING
from pazar.market.awards.models import Award
from pazar.market.awards.refusals import AlreadyAwarded, NotOpened
from pazar.market.procedures.rules.states import State

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure

DECIDED = frozenset({State.AWARDED, State.FAILED})


def require_buyer(actor: Actor, procedure: Procedure) -> UUID:
    """The deciding person. Raises NotFound for another company's people, NotAllowed without the role."""
    if actor.person_id is None or actor.company_id is None or procedure.buyer_id != actor.company_id:
        raise NotFound
    identity.require(actor, BUYING)
    return actor.person_id


def is_buyer(actor: Actor, procedure: Procedure) -> bool:
    return actor.company_id is not None and procedure.buyer_id == actor.company_id and actor.has(BUYING)


def require_undecided(procedure: Procedure) -> None:
    """Between the opening and the award. Raises NotOpened, AlreadyAwarded."""
    if procedure.state in DECIDED:
        raise AlreadyAwarded
    require_opened(procedure)


def require_opened(procedure: Procedure) -> None:
    """From the opening on. Raises NotOpened."""
    if procedure.state != State.OPENED and procedure.state not in DECIDED:
        raise NotOpened


def may_read_ranking(actor: Actor, procedure: Procedure, awards: Sequence[Award]) -> bool:
    """The buyer's people, and those whose bid stands in or outside a ranking: all prices, and the protocol (B10).

    Others read who got each lot, for how much, out of how many bids.
    """
    if actor.company_id is None:
        return False
    bidders = {part["company"] for award in awards for name in ("ranked", "out") for part in award.ranking[name]}
    return actor.company_id == procedure.buyer_id or str(actor.company_id) in bidders
