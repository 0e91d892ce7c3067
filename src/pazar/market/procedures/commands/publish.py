"""Publish a procedure (B5, B6)."""

from uuid import UUID

from django.db import transaction

from pazar.events import ProcedurePublished
from pazar.ground import clock, journal, outbox
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.people.commands import approvals
from pazar.ground.people.rules.chain import Kind
from pazar.market.procedures import policies, queries
from pazar.market.procedures.commands import approving, shared
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.refusals import RegimeBroken
from pazar.market.procedures.rules import packs, regimes
from pazar.market.procedures.rules.states import State, Step

CLOSE = "close_procedure"
"""The act of the clockwork that shuts the box at the end of the tender period."""


def publish_procedure(*, actor: Actor, procedure_id: UUID) -> Procedure:
    """Make a draft public: reference, version 1, the end in the clockwork, and all who listen are told.

    Publishing what is published already answers the same and does nothing. Raises NotFound, NotAllowed, NotNow,
    RegimeBroken with every breach, ApprovalMissing.
    """
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        if procedure.state == State.PUBLISHED:
            return procedure
        moment = clock.db_now()
        state = shared.take_step(procedure, Step.PUBLISH)
        facts = queries.facts(procedure)
        broken = queries.breaches(facts, moment=moment, buyer_id=procedure.buyer_id, unread=queries.unread(procedure))
        pack = packs.pack(facts.regime)
        if broken or pack is None or procedure.closes_at is None:
            raise RegimeBroken(broken)
        with acting(actor):
            approvals.require(actor, Kind.PUBLICATION, procedure.pk, lambda: approving.publication_wish(procedure))

        procedure.enquiries_close_at = regimes.enquiries_end(facts, pack)
        procedure.buyer_name = actor.company_name
        procedure.state = state
        procedure.published_at = moment
        procedure.reference = shared.next_reference(moment)
        procedure.save()
        digest = shared.keep_version(procedure, actor=actor, moment=moment)
        clockwork.schedule(CLOSE, subject_id=procedure.pk, due_at=procedure.closes_at)
        journal.append(
            "procedure.published",
            actor=actor,
            subject=procedure,
            reference=procedure.reference,
            version=procedure.version,
            digest=digest,
            closes_at=procedure.closes_at.isoformat(),
        )
        outbox.publish(ProcedurePublished(procedure_id=procedure.pk, version=procedure.version))
        return procedure
