"""Who looks at the page: what the frame needs to know of a person."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pazar.ground.identity.rules.actor import NOBODY, Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.ui.hall import Asked

ROLES: dict[Role, Promise] = {
    Role.OWNER: _("Owner"),
    Role.BUYER: _("Buyer"),
    Role.COMMITTEE_MEMBER: _("Committee member"),
    Role.EVALUATOR: _("Evaluator"),
    Role.TENDER_MANAGER: _("Tender manager"),
    Role.SALES_DIRECTOR: _("Sales director"),
    Role.CHANNEL_HEAD: _("Head of a channel"),
    Role.SALES_MANAGER: _("Sales manager"),
    Role.ANALYST: _("Analyst"),
    Role.ACCOUNTANT: _("Accountant"),
    Role.READER: _("Reader"),
}
STAFF_ROLES: dict[StaffRole, Promise] = {
    StaffRole.MODERATOR: _("Moderator"),
    StaffRole.HEAD_OF_MODERATORS: _("Head of the moderators"),
    StaffRole.ACCOUNTANT: _("Accountant of the centre"),
    StaffRole.OPERATOR: _("Operator of the centre"),
}


@dataclass(frozen=True, kw_only=True)
class Company:
    """One company the person may act for."""

    id: str
    name: str
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """A person at his desk; all empty for a visitor."""

    name: str = ""
    role: str | Promise = ""
    company: str = ""

    @property
    def known(self) -> bool:
        return bool(self.name)


_unread: Callable[[HttpRequest], Asked] | None = None


def provide_unread(unread: Callable[[HttpRequest], Asked]) -> None:
    """Name the function that answers the unread messages: an indexed QuerySet, counted on every page."""
    global _unread
    _unread = unread


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = getattr(request, "actor", NOBODY)
    return actor


def viewer(request: HttpRequest) -> Viewer:
    """Who looks at this page, in which role, for which company."""
    actor = _actor(request)
    if not actor.is_somebody:
        return Viewer()
    own = [word for role, word in ROLES.items() if role in actor.roles]
    staff = [word for role, word in STAFF_ROLES.items() if role in actor.staff_roles]
    return Viewer(name=actor.person_name, role=next(iter([*own, *staff]), ""), company=actor.company_name)


def companies(request: HttpRequest) -> list[Company]:
    """The companies he may act for."""
    actor = _actor(request)
    return [
        Company(id=str(company_id), name=name, current=company_id == actor.company_id)
        for company_id, name in actor.companies
    ]


def unread(request: HttpRequest) -> Asked:
    """The messages he hasn't read."""
    return _unread(request) if _unread is not None else 0


def address(name: str) -> str:
    """A page's address, empty while nothing answers there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
