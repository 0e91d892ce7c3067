"""The centre's own people: who has which of its roles, and how an operator looks into a company (A4)."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _

from pazar.ground import clock, journal
from pazar.ground.errors import Invalid, NotFound, Refusal
from pazar.ground.identity import policies
from pazar.ground.identity import queries as identity
from pazar.ground.identity.commands import sittings
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.messages.commands.telling import Told, tell
from pazar.ground.people.models import LookIn
from pazar.ground.words.seen import seen

KIND = "people.look_ins"
LASTS = timedelta(hours=1)
SHORTEST, LONGEST = 15, 500


class LastOperator(Refusal):
    code = "last_operator"
    status = 409
    what = _("Nothing was changed: this is the centre's last operator.")
    why = _("Without an operator nobody could give such roles any more.")
    remedy = _("Make somebody else an operator first.")


def staff_of(actor: Actor) -> Sequence[Person]:
    """The centre's own people, by name. Raises NotFound for who isn't operator."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    return list(Person.objects.filter(is_active=True).exclude(staff_roles=[]).order_by("name", "id"))


def change_staff(*, actor: Actor, email: str, roles: Collection[str]) -> Person:
    """Give somebody exactly these roles of the centre; none takes them all, and logs him out.

    The centre's people judge between companies, so that none of them acts for one. Raises NotFound, Invalid,
    LastOperator.
    """
    policies.require_staff(actor, StaffRole.OPERATOR)
    if unknown := set(roles) - {str(role) for role in StaffRole}:
        raise Invalid(fields={"roles": _("There is no role {names}.").format(names=", ".join(sorted(unknown)))})
    with transaction.atomic(), connection.cursor() as cursor:
        # Two operators who take each other's role at once come one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('people.staff', 0))")
        found = Person.objects.select_for_update().filter(email__iexact=email.strip(), is_active=True).first()
        if found is None:
            raise Invalid(fields={"email": _("Nobody with this address is here. He registers by an invitation first.")})
        if roles and Membership.objects.filter(person=found, is_active=True).exists():
            raise Invalid(fields={"email": _("He acts for a company. Whoever works for the centre acts for none.")})
        wanted = [str(role) for role in StaffRole if str(role) in set(roles)]
        others = Person.objects.filter(is_active=True, staff_roles__contains=[str(StaffRole.OPERATOR)])
        if str(StaffRole.OPERATOR) not in wanted and not others.exclude(pk=found.pk).exists():
            raise LastOperator

        before = found.staff_roles
        if before != wanted:
            found.staff_roles = wanted
            found.save(update_fields=["staff_roles"])
            journal.append("staff.changed", actor=actor, subject=found, before=before, roles=wanted)
            # Who lost a role goes on in no page that he had open; who won one shows his second factor.
            if found.pk != actor.person_id:
                sittings.end_all(person_id=found.pk)
    return found


def look_in(*, actor: Actor, company_id: UUID, reason: str) -> LookIn:
    """Look into a company for an hour; its owners are told who looks, and why. Raises NotFound, Invalid.

    A look that still lasts is answered again, so that its owners aren't told at each click.
    """
    policies.require_staff(actor, StaffRole.OPERATOR)
    reason = " ".join(seen(reason).split())
    if len(reason) < SHORTEST:
        raise Invalid(fields={"reason": _("Say why in a sentence: the company reads it.")})
    if len(reason) > LONGEST:
        raise Invalid(fields={"reason": _("This is too long.")})
    with transaction.atomic():
        company = Company.objects.filter(pk=company_id, standing=Company.Standing.MEMBER).first()
        if company is None or actor.person_id is None:
            raise NotFound
        moment = clock.db_now()
        living = LookIn.objects.filter(company=company, person_id=actor.person_id, ends_at__gt=moment, reason=reason)
        if (before := living.first()) is not None:
            return before

        look = LookIn.objects.create(
            company=company, person_id=actor.person_id, reason=reason, begun_at=moment, ends_at=moment + LASTS
        )
        journal.append("company.looked_into", actor=actor, subject=company, reason=reason, until=str(look.ends_at))
        owners = identity.staff(company_id=company.pk, roles=[Role.OWNER])
        tell(
            person_ids=[person.pk for person in owners],
            kind=KIND,
            once=f"look:{look.pk}",
            path=reverse("people:list"),
            render=said_looked(actor, look),
            company_id=company.pk,
        )
    return look


def end_look(*, actor: Actor, look_id: UUID) -> None:
    """Before its hour is over. Raises NotFound."""
    look = living_look(actor, look_id)
    with transaction.atomic():
        look.ends_at = clock.db_now()
        look.save(update_fields=["ends_at"])
        journal.append("company.look_ended", actor=actor, subject=look.company)


def living_look(actor: Actor, look_id: UUID) -> LookIn:
    """His own, that still lasts. Raises NotFound."""
    policies.require_staff(actor, StaffRole.OPERATOR)
    assert actor.person_id is not None
    found = LookIn.objects.select_related("company").filter(pk=look_id, person_id=actor.person_id)
    look = found.filter(ends_at__gt=clock.db_now()).first()
    if look is None:
        raise NotFound
    return look


def looks_of(actor: Actor) -> Sequence[LookIn]:
    policies.require_staff(actor, StaffRole.OPERATOR)
    assert actor.person_id is not None
    found = LookIn.objects.filter(person_id=actor.person_id, ends_at__gt=clock.db_now())
    return list(found.select_related("company").order_by("-begun_at")[:20])


def looks_into(company_id: UUID) -> Sequence[LookIn]:
    """Who of the centre looked into this company, the newest first."""
    return list(LookIn.objects.filter(company_id=company_id).select_related("person").order_by("-begun_at", "-id")[:20])


def said_looked(actor: Actor, look: LookIn) -> Callable[[str], Told]:
    def render(_language: str) -> Told:
        return Told(
            title=said("The centre looks into your company's particulars"),
            text=said("{person} of the centre does so for an hour. The reason: {reason}").format(
                person=actor.person_name, reason=look.reason
            ),
        )

    return render
