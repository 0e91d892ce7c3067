"""Set an opened bid aside for a lot, with the reason its bidder reads; take that back."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.market.awards import policies, queries
from pazar.market.awards.models import Exclusion
from pazar.market.awards.refusals import AlreadyAwarded, NotInLot, NotOpened
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.models import Procedure


def _locked(actor: Actor, procedure_id: UUID) -> tuple[Procedure, UUID]:
    procedure = procedures.lock_procedure(procedure_id)
    person_id = policies.require_buyer(actor, procedure)
    if procedure.state == Procedure.State.AWARDED or procedure.state == Procedure.State.FAILED:
        raise AlreadyAwarded
    if procedure.state != Procedure.State.OPENED:
        raise NotOpened
    return procedure, person_id


def set_aside(*, actor: Actor, procedure_id: UUID, lot_id: UUID, bid_id: UUID, reason: str) -> None:
    """Leave a bid out of a lot's ranking (B9); a second reason replaces the first.

    Raises NotFound, NotAllowed, NotOpened, AlreadyAwarded, NotInLot, Invalid without a reason.
    """
    reason = reason.strip()
    if len(reason) < 10:
        raise Invalid(fields={"reason": _("Say why, in a sentence the bidder will understand.")})
    with acting(actor):
        procedure, person_id = _locked(actor, procedure_id)
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
                "made_at": clock.db_now(),
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
