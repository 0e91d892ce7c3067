"""Who may see and do what with procedures."""

from uuid import UUID

from django.db.models import Q, QuerySet

from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity import policies as roles
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING, StaffRole
from pazar.market.procedures.models import Procedure


def visible_to(actor: Actor, procedures: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """What is published, and the drafts of the actor's own company."""
    if actor.is_centre:
        return procedures
    public = ~Q(state=Procedure.State.DRAFT)
    return procedures.filter(public | Q(buyer_id=actor.company_id) if actor.company_id else public)


def may_import(actor: Actor) -> bool:
    """Whether he runs the centre: what others published is brought in and taken out by operators alone."""
    return actor.is_staff(StaffRole.OPERATOR)


def is_buyer(actor: Actor) -> bool:
    """Whether he buys for his company at all: what the hall shows him."""
    return actor.has(BUYING)


def is_buyer_of(actor: Actor, procedure: Procedure) -> bool:
    """Whether this procedure is his company's, and he acts for it as a buyer."""
    return actor.company_id is not None and procedure.buyer_id == actor.company_id and actor.has(BUYING)


def require_buyer(actor: Actor, procedure: Procedure) -> None:
    """Raises NotFound for a foreign draft and for any foreign procedure's inside, NotAllowed for another role."""
    if actor.company_id is None or procedure.buyer_id != actor.company_id or not procedure.is_own:
        raise NotFound
    roles.require(actor, BUYING)


def may_ask(actor: Actor, procedure: Procedure) -> bool:
    """Whoever may bid may ask; the buyer doesn't ask himself."""
    return actor.company_id is not None and actor.company_id != procedure.buyer_id and actor.has(BIDDING)


def require_asker(actor: Actor, procedure: Procedure) -> tuple[UUID, UUID]:
    """The company and the person that ask. Raises NotAllowed."""
    if actor.company_id is None or actor.person_id is None or not may_ask(actor, procedure):
        raise NotAllowed
    return actor.company_id, actor.person_id
