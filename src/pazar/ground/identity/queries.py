"""Reads of persons and companies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Func, Q, QuerySet, Subquery, TextField, Value
from django.utils import timezone

from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Company, Membership, Person, SealingKey, Sitting
from pazar.ground.identity.rules import factors
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.postgres.arrays import one_of

LONGEST_SITTING = timedelta(seconds=settings.SESSION_COOKIE_AGE)


def person_by_email(email: str) -> Person | None:
    return Person.objects.filter(email__iexact=email.strip()).first()


def company(company_id: UUID) -> Company:
    """Raises NotFound."""
    found = Company.objects.filter(pk=company_id).first()
    if found is None:
        raise NotFound
    return found


def companies(company_ids: Collection[UUID]) -> dict[UUID, Company]:
    return Company.objects.in_bulk(list(company_ids))


def member_by_number(country: str, number: str) -> Company | None:
    """The member of the centre with this register number."""
    return Company.objects.filter(country=country, number=number, standing=Company.Standing.MEMBER).first()


def members_by_number(typed: str) -> Sequence[Company]:
    """Members with this number, in any country; a country may stand before it ("BG 831902088")."""
    text = "".join(typed.split()).upper()
    number = Q(number=text) | Q(country=text[:2], number=text[2:])
    return list(Company.objects.filter(number, standing=Company.Standing.MEMBER).order_by("country")[:9])


def company_by_number(country: str, number: str) -> Company | None:
    """Whether a member or only known from notices."""
    return Company.objects.filter(country=country, number=number).first()


def members() -> QuerySet[Company]:
    """Every company that is one of the centre's."""
    return Company.objects.filter(standing=Company.Standing.MEMBER)


def member_names() -> dict[UUID, str]:
    return dict(Company.objects.filter(standing=Company.Standing.MEMBER).values_list("pk", "name"))


def companies_with_mail_domain(domain: str) -> Sequence[Company]:
    """Members whose people have addresses at `domain`; five, by name."""
    found = Company.objects.filter(
        standing=Company.Standing.MEMBER,
        memberships__is_active=True,
        memberships__person__email__iendswith="@" + domain,
    )
    return list(found.order_by("name", "id").distinct()[:5])


def centre_staff(role: StaffRole) -> Sequence[Person]:
    """The centre's own active people in `role`."""
    return list(Person.objects.filter(is_active=True, staff_roles__contains=[str(role)]).order_by("name", "id"))


def member_count() -> int:
    """Companies that are members of the centre."""
    return Company.objects.filter(standing=Company.Standing.MEMBER).count()


def _latin(text: F | Value) -> Func:
    """Small letters of one script: as the index has the names."""
    return Func(text, function="identity_latin", output_field=TextField())


def named(text: str) -> QuerySet[Company]:
    """Companies whose name holds every word of `text`, in Cyrillic or in Latin letters, or whose register number it is.

    To be paged by "standing", which puts members first, "name" and "id".
    """
    found = Company.objects.alias(latin=_latin(F("name")))
    said = Q()
    for word in text.split()[:MOST_WORDS]:
        said &= Q(latin__contains=_latin(Value(word)))
    if any(sign.isdigit() for sign in text):
        said |= Q(number="".join(text.split()))
    return found.filter(said) if said else found


def exactly(text: str) -> Company | None:
    """The company of this whole name, in letters of any size, or of this register number; none where two are so."""
    number = "".join(text.split())
    same = Company.objects.alias(latin=_latin(F("name"))).filter(latin__contains=_latin(Value(text)))
    found: list[Company] = [*same.filter(name__iexact=text)[:2]]
    if not found and any(sign.isdigit() for sign in number):
        found = [*Company.objects.filter(number=number)[:2]]
    return found[0] if len(found) == 1 else None


MOST_WORDS: Final = 8


def listed(*, text: str = "", country: str = "", only_members: bool = False) -> QuerySet[Company]:
    """Companies by what a list of them is narrowed to; paged as `named` is, or by "-id", the newest first."""
    found = named(text) if text else Company.objects.all()
    if country:
        found = found.filter(country=country)
    return found.filter(standing=Company.Standing.MEMBER) if only_members else found


@dataclass(frozen=True, kw_only=True)
class CompanyFacets:
    """How many of a list are members, and of which countries; `capped` where it has more than are looked at."""

    of: int
    members: int
    by_country: Sequence[tuple[str, int]]  # the most frequent first
    capped: bool


SAMPLED: Final = 5_000


def company_facets(found: QuerySet[Company], *, limit: int = 12) -> CompanyFacets:
    """What a list of companies could be narrowed to; of one longer than five thousand at least how many."""
    places = found.order_by()[: SAMPLED + 1].values("pk")
    sample = Company.objects.filter(pk__in=Subquery(places))
    numbers = sample.aggregate(of=Count("pk"), members=Count("pk", filter=Q(standing=Company.Standing.MEMBER)))
    countries = sample.exclude(country="").order_by().values_list("country").annotate(number=Count("pk"))
    return CompanyFacets(
        of=min(numbers["of"], SAMPLED),
        members=numbers["members"],
        by_country=[(str(code), int(number)) for code, number in countries.order_by("-number", "country")[:limit]],
        capped=numbers["of"] > SAMPLED,
    )


def memberships(person: Person) -> Sequence[Membership]:
    """The companies `person` may act for, by name."""
    found = Membership.objects.filter(person=person, is_active=True, company__standing=Company.Standing.MEMBER)
    return list(found.select_related("company").order_by("company__name"))


def staff(*, company_id: UUID, roles: Collection[Role]) -> Sequence[Person]:
    """Active people of a company who have one of `roles`, by name."""
    found = Person.objects.filter(
        is_active=True,
        memberships__company_id=company_id,
        memberships__is_active=True,
        memberships__roles__overlap=[str(role) for role in roles],
    )
    return list(found.order_by("name", "id").distinct())


def staff_by_company(*, company_ids: Collection[UUID], roles: Collection[Role]) -> dict[UUID, list[Person]]:
    """The same for many companies at once; a company without such people is left out."""
    by_company: dict[UUID, list[Person]] = {}
    for membership in _of_companies(company_ids, roles).select_related("person"):
        by_company.setdefault(membership.company_id, []).append(membership.person)
    return by_company


def staff_ids_by_company(*, company_ids: Collection[UUID], roles: Collection[Role]) -> dict[UUID, list[UUID]]:
    """Their ids alone, in the same order: for thousands of companies."""
    by_company: dict[UUID, list[UUID]] = {}
    for company_id, person_id in _of_companies(company_ids, roles).values_list("company_id", "person_id"):
        by_company.setdefault(company_id, []).append(person_id)
    return by_company


def _of_companies(company_ids: Collection[UUID], roles: Collection[Role]) -> QuerySet[Membership]:
    found = Membership.objects.filter(
        one_of("company_id", company_ids),
        is_active=True,
        person__is_active=True,
        roles__overlap=[str(role) for role in roles],
    )
    return found.order_by("person__name", "person_id")


def company_country(company_id: UUID) -> str:
    """The ISO 3166 alpha-2 code of a company's country; empty where none is known."""
    return Company.objects.filter(pk=company_id).values_list("country", flat=True).first() or ""


def actor_for(person: Person, *, company_id: UUID | None = None, scopes: Collection[str] | None = None) -> Actor:
    """The actor that `person` is for the company asked for, or for the first of his; for none if he has none."""
    mine = memberships(person)
    chosen = next((m for m in mine if m.company_id == company_id), mine[0] if mine else None)
    roles = frozenset(Role(role) for role in chosen.roles) if chosen else frozenset()
    staff_roles = frozenset(StaffRole(role) for role in person.staff_roles)
    return Actor(
        person_id=person.pk,
        person_name=person.name,
        company_id=chosen.company_id if chosen else None,
        company_name=chosen.company.name if chosen else "",
        roles=roles,
        staff_roles=staff_roles,
        scopes=None if scopes is None else frozenset(scopes),
        companies=tuple((m.company_id, m.company.name) for m in mine),
        wants_factor=factors.is_wanted(
            staff_roles=staff_roles,
            roles=roles,
            roles_of_company=frozenset(Role(role) for role in chosen.company.factor_roles) if chosen else frozenset(),
        ),
    )


def sittings(person_id: UUID) -> Sequence[Sitting]:
    """Where a person is logged in, the newest first."""
    living = Sitting.objects.filter(person_id=person_id, begun_at__gt=timezone.now() - LONGEST_SITTING)
    return list(living.order_by("-begun_at", "-id"))


def living_sealing_keys(person_ids: Collection[UUID]) -> dict[UUID, SealingKey]:
    found = SealingKey.objects.filter(person_id__in=list(person_ids), revoked_at=None)
    return {key.person_id: key for key in found}
