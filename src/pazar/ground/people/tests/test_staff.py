"""The centre's own people: each his own pages, none a company's, and a look that its company reads of (A4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground.errors import Invalid, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role, StaffRole
from pazar.ground.journal.models import Entry
from pazar.ground.messages.models import Message
from pazar.ground.people.commands import invitations, members, staff
from pazar.ground.people.models import LookIn
from pazar.market.procedures import queries as procedures

pytestmark = pytest.mark.django_db
REASON = "The owner asked for help by telephone."


def make_staff(*roles: StaffRole) -> Person:
    return make_person(name="Of the centre", staff_roles=[str(role) for role in roles])


@pytest.fixture
def operator(db: None) -> Actor:
    return actor_of(make_staff(StaffRole.OPERATOR))


@pytest.mark.parametrize("role", [role for role in StaffRole if role is not StaffRole.OPERATOR])
def test_no_other_of_the_staff_gives_roles_or_looks(role: StaffRole) -> None:
    actor = actor_of(make_staff(role))
    with pytest.raises(NotFound):
        staff.change_staff(actor=actor, email="x@example.org", roles=[])
    with pytest.raises(NotFound):
        staff.look_in(actor=actor, company_id=make_company().pk, reason=REASON)


def test_roles_are_given_taken_and_end_sessions(operator: Actor, client: Client) -> None:
    person = make_person()
    staff.change_staff(actor=operator, email=person.email.upper(), roles=["moderator", "accountant"])
    person.refresh_from_db()
    assert person.staff_roles == ["moderator", "accountant"]
    staff.change_staff(actor=operator, email=person.email, roles=[])
    person.refresh_from_db()
    assert person.staff_roles == []


def test_the_last_operator_stays(operator: Actor) -> None:
    own = Person.objects.get(pk=operator.person_id)
    with pytest.raises(staff.LastOperator):
        staff.change_staff(actor=operator, email=own.email, roles=["moderator"])
    second = make_staff(StaffRole.OPERATOR)
    staff.change_staff(actor=operator, email=own.email, roles=[])
    with pytest.raises(staff.LastOperator):
        staff.change_staff(actor=actor_of(second), email=second.email, roles=[])


def test_who_works_for_the_centre_acts_for_no_company(operator: Actor) -> None:
    company = make_company()
    owner = actor_of(make_person(company), company)
    buyer = make_person(company, Role.BUYER)
    with pytest.raises(Invalid):
        staff.change_staff(actor=operator, email=buyer.email, roles=["operator"])
    moderator = make_staff(StaffRole.MODERATOR)
    made = invitations.invite(actor=owner, email=moderator.email, roles=["buyer"], language="en")
    assert made.pk
    with pytest.raises(members.WorksForCentre):
        members.check_free(moderator)
    # An older centre may have one that is both: he is no holder of a seal.
    Person.objects.filter(pk=buyer.pk).update(staff_roles=["operator"])
    assert buyer.pk not in {person.pk for person in procedures.possible_holders(company.pk)}


def test_a_look_has_a_reason_an_end_and_is_told(operator: Actor, client: Client) -> None:
    company = make_company("Cables")
    owner = make_person(company)
    make_person(company, Role.READER)
    with pytest.raises(Invalid):
        staff.look_in(actor=operator, company_id=company.pk, reason="because")
    look = staff.look_in(actor=operator, company_id=company.pk, reason=REASON)
    assert staff.look_in(actor=operator, company_id=company.pk, reason=REASON).pk == look.pk
    told = Message.objects.get()
    assert told.person_id == owner.pk and REASON in told.text
    assert Entry.objects.filter(subject_id=company.pk).count() == 1
    client.force_login(Person.objects.get(pk=operator.person_id))
    page = client.get(reverse("people:look", args=[look.pk])).content.decode()
    assert owner.email in page
    client.force_login(owner)
    assert REASON in client.get(reverse("people:list")).content.decode()
    # Another operator begins his own.
    with pytest.raises(NotFound):
        staff.living_look(actor_of(make_staff(StaffRole.OPERATOR)), look.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [staff.LASTS + timedelta(seconds=1)])
    with pytest.raises(NotFound):
        staff.living_look(operator, look.pk)


def test_a_look_is_ended(operator: Actor) -> None:
    look = staff.look_in(actor=operator, company_id=make_company().pk, reason=REASON)
    staff.end_look(actor=operator, look_id=look.pk)
    with pytest.raises(NotFound):
        staff.living_look(operator, look.pk)
    assert LookIn.objects.get().ends_at > look.begun_at
