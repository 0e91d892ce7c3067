"""What a second person of the buyer approves before a procedure is published (A4)."""

from uuid import UUID

from django.urls import reverse

from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.people.commands.approvals import Wish
from pazar.ground.people.rules.chain import Kind
from pazar.market.procedures import policies, queries
from pazar.market.procedures.commands import shared
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.rules.states import State


def publication_wish(procedure: Procedure) -> Wish:
    """What a second person approves: the draft as it stands, worth its estimated value (A4)."""
    return Wish(
        kind=Kind.PUBLICATION,
        subject_id=procedure.pk,
        digest=shared.digest(queries.content(procedure)),
        title=procedure.title,
        path=reverse("procedures:edit", args=[procedure.pk]),
        currency=procedure.currency,
        amount=queries.estimate(procedure),
    )


def wish_for(actor: Actor, procedure_id: UUID) -> Wish:
    """The same for whoever asks. Raises NotFound, NotAllowed."""
    procedure = queries.own_procedure(actor, procedure_id)
    policies.require_buyer(actor, procedure)
    if procedure.state != State.DRAFT:
        raise NotFound
    return publication_wish(procedure)
