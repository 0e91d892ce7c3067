"""The steps that bids and awards take a procedure through, inside their own transactions.

Each takes the procedure as `queries.lock_procedure` gave it (locked alone) and the moment taken after the lock.
Taking a step that was taken already does nothing; any other wrong step raises NotNow.
"""

from datetime import datetime

from pazar.events import ProcedureClosed
from pazar.ground import journal, outbox
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.market.procedures.commands import shared
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.rules.states import State, Step


def close_procedure(procedure: Procedure, *, moment: datetime) -> None:
    """The tender period is over: from now on nothing is put into the box."""
    if procedure.state == State.CLOSED:
        return
    procedure.state = shared.take_step(procedure, Step.CLOSE)
    procedure.save(update_fields=["state", "changed_at"])
    journal.append("procedure.closed", actor=CENTRE, subject=procedure, closed_at=moment.isoformat())
    outbox.publish(ProcedureClosed(procedure_id=procedure.pk))


def mark_opened(procedure: Procedure, *, actor: Actor, moment: datetime) -> None:
    """The bids were opened; `bids` announces it with what it found."""
    if procedure.state == State.OPENED:
        return
    procedure.state = shared.take_step(procedure, Step.OPEN)
    procedure.opened_at = moment
    procedure.save(update_fields=["state", "opened_at", "changed_at"])
    journal.append("procedure.opened", actor=actor, subject=procedure)


def mark_awarded(procedure: Procedure, *, actor: Actor, moment: datetime) -> None:
    """Every lot was decided, one of them at least by an award; `awards` announces it with the outcomes."""
    if procedure.state == State.AWARDED:
        return
    procedure.state = shared.take_step(procedure, Step.AWARD)
    procedure.ended_at = moment
    procedure.save(update_fields=["state", "ended_at", "changed_at"])
    journal.append("procedure.awarded", actor=actor, subject=procedure)


def mark_failed(procedure: Procedure, *, actor: Actor, moment: datetime, reason: str) -> None:
    """Nobody bid, or no bid could be taken: it ends without an award."""
    if procedure.state == State.FAILED:
        return
    procedure.state = shared.take_step(procedure, Step.FAIL)
    procedure.ended_at = moment
    procedure.end_reason = reason
    procedure.save(update_fields=["state", "ended_at", "end_reason", "changed_at"])
    journal.append("procedure.failed", actor=actor, subject=procedure, reason=reason)
