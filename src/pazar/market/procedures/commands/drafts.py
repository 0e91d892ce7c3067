"""Make, keep and remove a draft (B4)."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from pazar.ground import journal, words
from pazar.ground.errors import NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BUYING
from pazar.market.procedures import labels, policies, queries
from pazar.market.procedures.commands import shared
from pazar.market.procedures.models import Document, Procedure
from pazar.market.procedures.refusals import NotNow
from pazar.market.procedures.rules.facts import Facts
from pazar.market.procedures.rules.states import State


def create_draft(*, actor: Actor, facts: Facts) -> Procedure:
    """A new draft of the actor's company with `facts`, which may say little yet.

    Not repeatable: each call makes one. Raises NotAllowed, Invalid.
    """
    roles.require(actor, BUYING)
    shared.check_wellformed(facts, buyer_id=actor.company_id)
    with transaction.atomic():
        procedure = Procedure(
            origin=Procedure.Origin.OWN,
            buyer_id=actor.company_id,
            buyer_name=actor.company_name,
            buyer_lemmas=words.lemmas(actor.company_name),
            created_by_id=actor.person_id,
        )
        shared.write(procedure, facts)
        journal.append("procedure.drafted", actor=actor, subject=procedure)
        return procedure


def save_draft(*, actor: Actor, procedure_id: UUID, facts: Facts, unread: Mapping[str, str] | None = None) -> Procedure:
    """Keep `facts` as the whole of the draft: what they leave out is taken out. May be repeated.

    `unread` are texts, by field, that couldn't be read as facts; they stand beside them until they are mended.

    Raises NotFound, NotAllowed, NotNow, Invalid.
    """
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        _require_draft(procedure)
        shared.check_wellformed(facts, buyer_id=procedure.buyer_id)

        shared.write(procedure, facts)
        shared.keep_unread(procedure, unread or {})
        return procedure


def remove_draft(*, actor: Actor, procedure_id: UUID) -> None:
    """Take a draft away for good; nobody else has seen it. Raises NotFound, NotAllowed, NotNow."""
    with transaction.atomic():
        procedure = queries.lock_procedure(procedure_id)
        policies.require_buyer(actor, procedure)
        _require_draft(procedure)

        journal.append("procedure.draft_removed", actor=actor, subject=procedure)
        shared.remove_documents(Document.objects.filter(procedure=procedure))
        procedure.delete()


def copy_draft(*, actor: Actor, procedure_id: UUID) -> Procedure:
    """A new draft that says what an earlier procedure of the same buyer said, without its times. Raises NotFound."""
    source = queries.own_procedure(actor, procedure_id)
    if source.buyer_id is None:
        raise NotFound
    return create_draft(actor=actor, facts=shared.without_history(queries.facts(source)))


def _require_draft(procedure: Procedure) -> None:
    state = State(procedure.state)
    if state is not State.DRAFT:
        raise NotNow(state_word=labels.STATES[state])


def rename_buyer(*, buyer_id: UUID, name: str) -> None:
    """The buyer is called otherwise: his drafts say so. Repeating changes nothing."""
    with transaction.atomic():
        drafts = Procedure.objects.filter(buyer_id=buyer_id, origin=Procedure.Origin.OWN, state=State.DRAFT)
        drafts.exclude(buyer_name=name).update(buyer_name=name)
