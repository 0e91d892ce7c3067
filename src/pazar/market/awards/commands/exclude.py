"""Set an opened bid aside for a lot, with the reason its bidder reads; take that back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pazar.ground import clock, journal
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.awards import policies, queries
from pazar.market.awards.commands import shared
from pazar.market.awards.models import Exclusion
from pazar.market.awards.refusals import NotInLot
from pazar.market.procedures import queries as procedures

if TYPE_CHECKING:
    from pazar.market.procedures.models import Procedure


def _locked(actor: Actor, procedure_id: UUID) -> tuple[Procedure, UUID, datetime]:
    procedure = procedures.lock_procedure(procedure_id)
    moment = clock.db_now()
    person_id = policies.require_buyer(actor, procedure)
    policies.require_undecided(procedure)
    return procedure, person_id, moment


def set_aside(*, actor: Actor, procedure_id: UUID, lot_id: UUID, bid_id: UUID, reason: str) -> None:
    """Leave a bid out of a lot's ranking (B9); a second reason replaces the first.

    Raises NotFound, NotAllowed, NotOpened, AlreadyAwarded, NotInLot, Invalid without a reason.
    """
    with acting(actor):
        procedure, person_id, moment = _locked(actor, procedure_id)
        reason = shared.reason(reason, required=True)
        lot = next((c for c in queries.comparison(procedure).lots if c.lot.pk == lot_id), None)
        known = {r.bid.bid_id for r in lot.ranking.ranked} | {o.bid.bid_id for o in lot.ranking.out} if lot else set()
        if bid_id not in known:
            raise NotInLot

        exclusion, _made = Exclusion.objects.update_or_create(
            lot_id=lot_id,
            bid_id=bid_id,
            defaults={
                "procedure": procedure,
                "reason": reason,
                "made_at": moment,
                "made_by_id": person_id,
            },
        )
        journal.append("bid.set_aside", actor=actor, subject=exclusion, lot=str(lot_id), bid=str(bid_id), reason=reason)


def take_back(*, actor: Actor, procedure_id: UUID, lot_id: UUID, bid_id: UUID) -> None:
    """Let a bid that was set aside stand in the ranking again. Repeating changes nothing."""
    with acting(actor):
        _locked(actor, procedure_id)
        exclusion = Exclusion.objects.filter(procedure=procedure_id, lot_id=lot_id, bid_id=bid_id).first()
        if exclusion is None:
            return

        journal.append("bid.taken_back", actor=actor, subject=exclusion, lot=str(lot_id), bid=str(bid_id))
        exclusion.delete()
