"""Who may bid, and who may see what of bids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING
from pazar.market.bids.refusals import OwnProcedure

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def is_bidder(actor: Actor) -> bool:
    """Whether he bids for his company at all: what the hall shows him."""
    return actor.has(BIDDING)


def may_see_prices(actor: Actor, company_id: UUID) -> bool:
    """Prices in drafts and sealed bids: those who bid for the company, before and after sealing. Others of it see how
    far the bid is, its receipt, and what an opening made known.
    """
    return actor.company_id == company_id and is_bidder(actor)


def require_prices(actor: Actor, company_id: UUID) -> None:
    """Raises NotAllowed."""
    if not may_see_prices(actor, company_id):
        raise NotAllowed


def may_bid(actor: Actor, procedure: Procedure) -> bool:
    return is_bidder(actor) and actor.company_id != procedure.buyer_id


@dataclass(frozen=True)
class Bidder:
    """Who bids, and who does it for him."""

    company_id: UUID
    person_id: UUID


def require_bidder(actor: Actor, procedure: Procedure) -> Bidder:
    """Raises OwnProcedure for the buyer's people, NotAllowed for another role and for what nobody did."""
    roles.require(actor, BIDDING)
    if actor.company_id is None or actor.person_id is None:
        raise NotAllowed
    if procedure.buyer_id == actor.company_id:
        raise OwnProcedure
    return Bidder(actor.company_id, actor.person_id)


def is_buyers(actor: Actor, procedure: Procedure) -> bool:
    return actor.company_id is not None and procedure.is_own and procedure.buyer_id == actor.company_id


def may_open(actor: Actor, procedure: Procedure) -> bool:
    return is_buyers(actor, procedure) and actor.has(BUYING)


def require_opener(actor: Actor, procedure: Procedure) -> None:
    """Raises NotFound for a foreign procedure's box, NotAllowed for another role."""
    if not is_buyers(actor, procedure):
        raise NotFound
    roles.require(actor, BUYING)
