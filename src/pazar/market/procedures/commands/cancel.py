"""Give a published procedure up (B6)."""

from uuid import UUID

from django.db import transaction

from pazar.events import ProcedureCancelled
from pazar.ground import clock, journal, outbox
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.jobs import clockwork
from pazar.market.procedures import policies, queries
from pazar.market.procedures.commands import shared
from pazar.market.procedures.commands.publish import CLOSE
from pazar.market.procedures.models import PendingChange, Procedure
from pazar.market.procedures.refusals import ReasonMissing
from pazar.market.procedures.rules.states import State, Step


def cancel_procedure(*, actor: Actor, procedure_id: UUID, reason: str) -> Procedure:
    """End a procedure without an award, for a reason that everybody reads. What is sealed stays shut for ever.

    Repeating answers the same. Raises NotFound, NotAllowed, NotNow, ReasonMissing, Invalid.
    """
    reason = shared.reason_of(reason)
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        if procedure.state == State.CANCELLED:
            return procedure
        moment = clock.db_now()
        state = shared.take_step(procedure, Step.CANCEL)
        if not reason:
            raise ReasonMissing(fields={"reason": ReasonMissing.remedy})

        procedure.state = state
        procedure.ended_at = moment
        procedure.end_reason = reason
        procedure.save(update_fields=["state", "ended_at", "end_reason", "changed_at"])
        PendingChange.objects.filter(procedure=procedure).delete()
        clockwork.cancel(CLOSE, subject_id=procedure.pk)
        journal.append("procedure.cancelled", actor=actor, subject=procedure, reason=reason)
        outbox.publish(ProcedureCancelled(procedure_id=procedure.pk, title=procedure.title, reason=reason))
        return procedure
