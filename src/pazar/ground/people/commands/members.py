"""Roles are given and taken, somebody leaves and another takes over (A4)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal, outbox
from pazar.ground.api.models import Token
from pazar.ground.entry.commands import links
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import policies
from pazar.ground.identity.commands import companies, sittings
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules import rights
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.rights import RIGHTS, Act
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.people.events import PersonLeft
from pazar.ground.people.models import ApprovalStep

KIND = "people.roles"


class LastOwner(Refusal):
    code = "last_owner"
    status = 409
    what = _("Nothing was changed: this is the company's last owner.")
    why = _("Without an owner nobody could let people in or give them roles.")
    remedy = _("Make somebody else an owner first.")


class WorksForCentre(Refusal):
    code = "works_for_centre"
    status = 409
    what = _("Nothing was changed: this person works for the centre.")
    why = _("The centre's people judge between companies, so that none of them acts for one.")
    remedy = _("Ask the operator to take the centre's roles from him first.")


def check_free(person: Person) -> None:
    """Raises WorksForCentre."""
    if person.staff_roles:
        raise WorksForCentre


class HoldsSeal(Refusal):
    """Somebody without whom bids that are running could never be opened."""

    code = "holds_seal"
    status = 409
    what = _("He can't leave yet: he holds a key that bids are sealed with.")
    why = _("Without his key they can't be opened: {titles}.")
    remedy = _("Open them first, or cancel these procedures.")


@dataclass(frozen=True, kw_only=True)
class Burden:
    """What somebody has in hand, as his colleagues read it.

    Whoever takes it over must have one of `roles`. What he `holds` keeps him from leaving, by these titles.
    """

    label: str | Promise
    count: int
    roles: frozenset[Role] = frozenset(Role)
    holds: tuple[str, ...] = ()


_burdens: list[Callable[[UUID, UUID], Sequence[Burden]]] = []


def provide_burdens(ask: Callable[[UUID, UUID], Sequence[Burden]]) -> None:
    """Name a function of company and person that answers what he has in hand; from `AppConfig.ready`."""
    if ask not in _burdens:
        _burdens.append(ask)


def burdens(actor: Actor, person_id: UUID) -> list[Burden]:
    """What a person of the actor's company has in hand. Within `acting`."""
    assert actor.company_id is not None
    return [burden for ask in _burdens for burden in ask(actor.company_id, person_id) if burden.count]


def require_manager(actor: Actor) -> UUID:
    """The company whose people he may let in and change. Raises NotAllowed."""
    policies.require(actor, RIGHTS[Act.MANAGE_PEOPLE])
    assert actor.company_id is not None
    return actor.company_id


def change_roles(*, actor: Actor, person_id: UUID, roles: Collection[str]) -> Membership:
    """Give a person exactly these roles. Raises NotAllowed, NotFound, Invalid, LastOwner, WorksForCentre."""
    company_id = require_manager(actor)
    wanted = _roles(roles)
    with acting(actor):
        membership = _lock(company_id, person_id)
        _keep_an_owner(company_id, person_id, wanted)
        check_free(membership.person)
        if membership.roles != [str(role) for role in wanted]:
            companies.give_roles(actor=actor, person=membership.person, company_id=company_id, roles=wanted)
            if person_id != actor.person_id:
                _tell(membership, said_changed(actor, membership, wanted))
    return membership


def demand_factors(*, actor: Actor, roles: Collection[str]) -> Company:
    """Of whom the company demands a second factor. Raises NotAllowed, Invalid."""
    company_id = require_manager(actor)
    if unknown := set(roles) - {str(role) for role in Role}:
        raise Invalid(fields={"roles": _("There is no role {names}.").format(names=", ".join(sorted(unknown)))})
    with acting(actor):
        company = Company.objects.select_for_update().get(pk=company_id)
        company.factor_roles = sorted(set(roles))
        company.save(update_fields=["factor_roles"])
        journal.append("company.factors_demanded", actor=actor, subject=company, roles=company.factor_roles)
    return company


def leave(*, actor: Actor, person_id: UUID, heir_id: UUID) -> None:
    """A person leaves the company, and `heir_id` takes over all that he had in hand, in one act.

    An owner sends anybody away; everybody may go himself. His tokens for the company open nothing any more, his
    browsers are logged out. Raises NotAllowed, NotFound, LastOwner, HoldsSeal, Invalid.
    """
    if person_id != actor.person_id:
        require_manager(actor)
    if actor.company_id is None:
        raise NotFound
    company_id = actor.company_id
    with acting(actor):
        membership = _lock(company_id, person_id)
        heir = _heir(company_id, person_id, heir_id)
        _keep_an_owner(company_id, person_id, [])
        carried = burdens(actor, person_id)
        if titles := [title for burden in carried for title in burden.holds]:
            raise HoldsSeal(titles=", ".join(titles))
        if any(burden.roles.isdisjoint(heir.roles) for burden in carried):
            raise Invalid(fields={"heir": _("This colleague's roles don't let him take all of it over.")})

        moment = clock.db_now()
        companies.take_roles(actor=actor, person=membership.person, company_id=company_id)
        Token.objects.filter(person_id=person_id, company_id=company_id, revoked_at=None).update(revoked_at=moment)
        ApprovalStep.objects.filter(company_id=company_id, lent_to_id=person_id, decided_at=None).update(
            lent_to_id=heir_id
        )
        sittings.end_all(person_id=person_id)
        links.void_links(person_id=person_id)
        journal.append("membership.handed_over", actor=actor, subject=membership, heir=str(heir_id))
        outbox.publish(PersonLeft(company_id=company_id, person_id=person_id, heir_id=heir_id))
        _tell(membership, said_left(membership))
        tell(
            person_ids=[heir_id],
            kind=KIND,
            once=f"heir:{membership.pk}:{moment.isoformat()}",
            path="/",
            render=said_inherited(membership),
            company_id=company_id,
        )


def _roles(roles: Collection[str]) -> list[Role]:
    known = {str(role): role for role in Role}
    if not roles:
        raise Invalid(fields={"roles": _("Choose at least one role; whoever needs none any more leaves.")})
    if unknown := set(roles) - set(known):
        raise Invalid(fields={"roles": _("There is no role {names}.").format(names=", ".join(sorted(unknown)))})
    return [role for role in Role if str(role) in set(roles)]


def _lock(company_id: UUID, person_id: UUID) -> Membership:
    # The company's row first: two owners who send each other away at once come one after the other.
    Company.objects.select_for_update().get(pk=company_id)
    found = Membership.objects.select_for_update(of=("self",)).select_related("person", "company")
    membership = found.filter(company_id=company_id, person_id=person_id, is_active=True).first()
    if membership is None:
        raise NotFound
    return membership


def _heir(company_id: UUID, person_id: UUID, heir_id: UUID) -> Membership:
    found = Membership.objects.filter(company_id=company_id, person_id=heir_id, is_active=True, person__is_active=True)
    membership = found.exclude(person_id=person_id).select_related("person").first()
    if membership is None:
        raise Invalid(fields={"heir": _("Choose one of your colleagues.")})
    return membership


def _keep_an_owner(company_id: UUID, person_id: UUID, roles: Collection[Role]) -> None:
    owners = Membership.objects.filter(
        Q(company_id=company_id, is_active=True, person__is_active=True), roles__contains=[str(Role.OWNER)]
    )
    found = frozenset(str(one) for one in owners.values_list("person_id", flat=True))
    if not rights.leaves_an_owner(found, person=str(person_id), roles=frozenset(roles)):
        raise LastOwner


def _tell(membership: Membership, render: Callable[[str], Told]) -> None:
    moment = clock.db_now().isoformat()
    tell(
        person_ids=[membership.person_id],
        kind=KIND,
        once=f"roles:{membership.pk}:{moment}",
        path="/",
        render=render,
        company_id=membership.company_id,
    )


def said_changed(actor: Actor, membership: Membership, roles: Sequence[Role]) -> Callable[[str], Told]:
    from pazar.ground.ui.viewer import ROLES

    def render(_language: str) -> Told:
        return Told(
            title=said("Your roles in {company} are others now").format(company=membership.company.name),
            text=said("{person} gave you these: {roles}.").format(
                person=actor.person_name, roles=", ".join(str(ROLES[role]) for role in roles)
            ),
        )

    return render


def said_left(membership: Membership) -> Callable[[str], Told]:
    def render(_language: str) -> Told:
        return Told(
            title=said("You don't act for {company} any more").format(company=membership.company.name),
            text=said("What you had in hand there went to a colleague; your tokens for it open nothing any more."),
        )

    return render


def said_inherited(membership: Membership) -> Callable[[str], Told]:
    def render(_language: str) -> Told:
        return Told(
            title=said("You take over from {person}").format(person=membership.person.name),
            text=said(
                "{person} left {company}. His customers, leads, deals and approvals are yours from now on."
            ).format(person=membership.person.name, company=membership.company.name),
        )

    return render
