"""Factories that speak the domain, shared by all tests."""

import itertools
import uuid

import pytest

from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role

_numbers = itertools.count(1)


def make_company(name: str = "", **facts: object):
    from pazar.ground.identity.models import Company

    n = next(_numbers)
    return Company.objects.create(
        **{
            "name": name or f"Company {n}",
            "country": "BG",
            "number_scheme": "BG-EIK",
            "number": f"{100000000 + n}",
            "standing": Company.Standing.MEMBER,
            **facts,
        }
    )


def make_person(company=None, *roles: Role, name: str = "", **facts: object):
    from pazar.ground.identity.models import Membership, Person

    n = next(_numbers)
    person = Person(**{"email": f"person{n}@example.org", "name": name or f"Person {n}", **facts})
    person.set_unusable_password()
    person.save()
    if company is not None:
        Membership.objects.create(person=person, company=company, roles=[str(r) for r in roles or (Role.OWNER,)])
    return person


def actor_of(person, company=None) -> Actor:
    from pazar.ground.identity import queries

    return queries.actor_for(person, company_id=company.pk if company else None)


def make_actor(*roles: Role, company=None) -> Actor:
    """Somebody of `company` (a new one if none is named) in `roles` (an owner if none is named)."""
    company = company or make_company()
    return actor_of(make_person(company, *roles), company)


@pytest.fixture
def somebody(db: None) -> Actor:
    return make_actor()


@pytest.fixture
def nowhere() -> uuid.UUID:
    """An id that nothing has."""
    return uuid.uuid4()
