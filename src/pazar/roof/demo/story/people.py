"""Chapter one: companies, their people, the staff of the centre."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from pazar.ground.identity import queries
from pazar.ground.identity.commands import companies, persons
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.roof.demo import cast


@dataclass(frozen=True)
class Actors:
    """Everybody of the story as the actor he is, by e-mail address before the @."""

    by_name: dict[str, Actor]

    def __getitem__(self, name: str) -> Actor:
        return self.by_name[name]


def tell() -> Actors:
    """Let everybody in."""
    found: dict[str, Actor] = {}
    # One password is one hash: made anew for each it would be the longest chapter of the story.
    hashed = make_password(cast.PASSWORD)
    for company in cast.COMPANIES:
        made = companies.make_member(
            actor=CENTRE,
            facts=companies.CompanyFacts(
                name=company.name,
                country=company.country,
                number_scheme="BG-EIK" if company.country == "BG" else "AT-UID",
                number=company.number,
                town=company.town,
                region=company.region,
            ),
        )
        for person in company.people:
            joined = queries.person_by_email(person.email) or _person(person, hashed)
            companies.give_roles(actor=CENTRE, person=joined, company_id=made.pk, roles=list(person.roles))
            found[person.email.partition("@")[0]] = queries.actor_for(joined, company_id=made.pk)
    for person in cast.STAFF:
        found[person.email.partition("@")[0]] = queries.actor_for(_person(person, hashed))
    return Actors(found)


def _person(person: cast.Person, hashed: str) -> Person:
    return persons.create_person(
        actor=CENTRE,
        email=person.email,
        name=person.name,
        password=cast.PASSWORD,
        hashed=hashed,
        language=person.language,
        staff_roles=person.staff_roles,
    )
