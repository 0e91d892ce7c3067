"""Who sees and decides cases: the centre's moderators, their head, and the owners of a company that is here."""

from uuid import UUID

from django.db.models import QuerySet

from pazar.ground.errors import NotFound
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.market.companies.models import Application, RegisterChange
from pazar.market.companies.rules.applying import State

MODERATORS = (StaffRole.MODERATOR, StaffRole.HEAD_OF_MODERATORS)


def is_moderator(actor: Actor) -> bool:
    return any(actor.is_staff(role) for role in MODERATORS)


def require_moderator(actor: Actor) -> None:
    """Raises NotFound: for anybody else there are no cases."""
    if not is_moderator(actor):
        raise NotFound


def cases(actor: Actor) -> QuerySet[Application]:
    """The moderators' cases; what nobody confirmed, and what owners decide, is none."""
    if not is_moderator(actor):
        return Application.objects.none()
    return Application.objects.filter(state__in=[State.WAITING, State.ASKED, State.APPROVED, State.REFUSED])


def asks_to_be_admitted(actor: Actor) -> QuerySet[Application]:
    """Those who want into the company whose owner `actor` is."""
    if actor.company_id is None or not actor.has({Role.OWNER}):
        return Application.objects.none()
    return Application.objects.filter(
        company_id=actor.company_id, state__in=[State.WITH_OWNERS, State.ADMITTED, State.DECLINED]
    )


def is_asked(actor: Actor, application_id: UUID) -> bool:
    """Whether this application is about the company he acts for."""
    if actor.company_id is None:
        return False
    return (
        Application.objects.filter(pk=application_id, company_id=actor.company_id)
        .exclude(state__in=[State.APPROVED, State.WAITING])
        .exists()
    )


def changes(actor: Actor) -> QuerySet[RegisterChange]:
    """What registers say anew of any member, for moderators."""
    return RegisterChange.objects.all() if is_moderator(actor) else RegisterChange.objects.none()


def own_changes(actor: Actor) -> QuerySet[RegisterChange]:
    """What registers say anew of the company he acts for."""
    if actor.company_id is None:
        return RegisterChange.objects.none()
    return RegisterChange.objects.filter(company_id=actor.company_id)
