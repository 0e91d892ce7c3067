"""Companies: taken in as members, or noted from what others publish."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from pazar.ground import journal
from pazar.ground.identity.models import Company, Membership, Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role


@dataclass(frozen=True, kw_only=True)
class CompanyFacts:
    """What is known of a company; `country` ISO 3166 alpha-2, `number` canonical within `number_scheme`."""

    name: str
    country: str = ""
    number_scheme: str = ""
    number: str = ""
    town: str = ""
    region: str = ""
    address: str = ""


def make_member(*, actor: Actor, facts: CompanyFacts) -> Company:
    """A company as a member of the centre (thin: registration and moderation come with A1 to A3).

    One that was only known from notices becomes the member; its history stays its own.
    """
    with transaction.atomic():
        found = (
            Company.objects.select_for_update().filter(country=facts.country, number=facts.number).first()
            if facts.number
            else None
        )
        company = found or Company()
        for name, value in vars(facts).items():
            setattr(company, name, value)
        company.standing = Company.Standing.MEMBER
        company.save()
        journal.append("company.admitted", actor=actor, subject=company, name=company.name, number=company.number)
        return company


def give_roles(*, actor: Actor, person: Person, company_id: UUID, roles: list[Role]) -> Membership:
    """Make `person` one of the company's people in exactly `roles`. Repeating changes nothing."""
    with transaction.atomic():
        membership, _made = Membership.objects.update_or_create(
            person=person,
            company_id=company_id,
            defaults={"roles": [str(role) for role in roles], "is_active": True},
        )
        journal.append("membership.given", actor=actor, subject=membership, roles=membership.roles)
        return membership


def take_roles(*, actor: Actor, person: Person, company_id: UUID) -> None:
    """`person` isn't one of the company's people any more. Repeating changes nothing."""
    with transaction.atomic():
        found = Membership.objects.select_for_update().filter(person=person, company_id=company_id, is_active=True)
        for membership in found:
            membership.is_active = False
            membership.save(update_fields=["is_active"])
            journal.append("membership.taken", actor=actor, subject=membership)


def unmake_member(*, actor: Actor, company_id: UUID) -> None:
    """Take an admission back: the company is known again and no member. Repeating changes nothing."""
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=company_id)
        if company.standing == Company.Standing.MEMBER:
            company.standing = Company.Standing.OUTSIDE
            company.save(update_fields=["standing"])
            journal.append("company.admission_undone", actor=actor, subject=company)


def rename(*, actor: Actor, company_id: UUID, name: str) -> None:
    """Call a company otherwise from now on. What bears its name already is its keeper's matter."""
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=company_id)
        if company.name != name:
            before, company.name = company.name, name
            company.save(update_fields=["name"])
            journal.append("company.renamed", actor=actor, subject=company, before=before, name=name)


def note_companies(facts: list[CompanyFacts]) -> dict[tuple[str, str], UUID]:
    """Companies by (country, number), made as *outside* where unknown; one without a number is left out.

    For importers: two statements whatever the number of companies, nothing changed on those already known.
    """
    named = {(f.country, f.number): f for f in facts if f.number}
    Company.objects.bulk_create(
        [Company(**vars(f), standing=Company.Standing.OUTSIDE) for f in named.values()],
        ignore_conflicts=True,
    )
    rows = Company.objects.filter(number__in=[number for _country, number in named]).values_list(
        "country", "number", "id"
    )
    return {(country, number): pk for country, number, pk in rows if (country, number) in named}
