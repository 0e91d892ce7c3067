"""Invitations, roles and leaving, as people and as attackers meet them (A4)."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground import clock
from pazar.ground.api.models import Token
from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity import queries as identity
from pazar.ground.identity.middleware import COMPANY_KEY
from pazar.ground.identity.models import Membership, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.messages.models import Mail, Message
from pazar.ground.people import queries
from pazar.ground.people.commands import approvals, invitations, members
from pazar.ground.people.models import Invitation
from pazar.sales.channels.models import Lead
from pazar.sales.customers.models import Account

pytestmark = pytest.mark.django_db
PASSWORD = "quiet-harbour-81"


def link(email: str) -> str:
    mail = Mail.objects.filter(to=email).order_by("-made_at", "-id").first()
    assert mail is not None
    found = re.search(r"/invitations/[\w-]+/", mail.text)
    assert found is not None, mail.text
    return found[0]


def asked(company: Any, email: str = "new@example.org", *roles: Role) -> Invitation:
    owner = actor_of(make_person(company, Role.OWNER), company)
    return invitations.invite(actor=owner, email=email, roles=[str(r) for r in roles or (Role.BUYER,)], language="en")


class TestInvitations:
    def test_somebody_new_comes_in_once(self, client: Client) -> None:
        company = make_company("Cables")
        asked(company)
        path = link("new@example.org")
        page = client.get(path)
        assert page.status_code == 200 and "Cables" in page.content.decode()
        assert client.post(path, {"name": "Vera", "password": "short"}).status_code == 422
        done = client.post(path, {"name": "Vera", "password": PASSWORD})
        assert done["Location"] == reverse("people:list")
        person = Person.objects.get(email="new@example.org")
        assert identity.actor_for(person).roles == {Role.BUYER}
        assert client.get(reverse("people:list")).status_code == 200
        assert Client().get(path).status_code == 410

    def test_somebody_who_is_here_logs_in_and_accepts(self, client: Client) -> None:
        company = make_company("Cables")
        person = make_person(make_company("First"), email="old@example.org")
        asked(company, "OLD@example.org")
        path = link("OLD@example.org")
        # A visitor can't make a second person of that address, nor set its password.
        assert "log in" in client.get(path).content.decode()
        assert client.post(path, {"name": "Mallory", "password": PASSWORD}).status_code == 200
        assert Person.objects.filter(email__iexact="old@example.org").count() == 1
        client.force_login(person)
        assert client.post(path).status_code == 302
        assert client.session[COMPANY_KEY] == str(company.pk)
        assert {m.company_id for m in identity.memberships(person)} >= {company.pk}

    def test_a_link_that_was_passed_on_is_nobody_elses(self, client: Client) -> None:
        company = make_company()
        asked(company, "for.vera@example.org")
        other = make_person(make_company())
        client.force_login(other)
        answer = client.post(link("for.vera@example.org"))
        assert answer.status_code == 403
        assert company.pk not in {m.company_id for m in identity.memberships(other)}

    def test_revoked_sent_again_and_too_old_are_dead(self, client: Client) -> None:
        company = make_company()
        made = asked(company)
        owner = actor_of(make_person(company), company)
        first = link("new@example.org")
        invitations.resend(actor=owner, invitation_id=made.pk)
        second = link("new@example.org")
        assert first != second
        assert client.get(first).status_code == 410 and client.get(second).status_code == 200
        Invitation.objects.filter(pk=made.pk).update(expires_at=clock.db_now() - timedelta(seconds=1))
        assert client.get(second).status_code == 410
        invitations.resend(actor=owner, invitation_id=made.pk)
        third = link("new@example.org")
        invitations.revoke(actor=owner, invitation_id=made.pk)
        assert client.post(third, {"name": "Vera", "password": PASSWORD}).status_code == 410
        assert not Person.objects.filter(email="new@example.org").exists()

    def test_guessing_ends_even_for_the_right_one(self, client: Client) -> None:
        asked(make_company())
        path = link("new@example.org")
        for _number in range(invitations.GUESSES_FROM_PLACE + 1):
            assert client.get(reverse("people:accept", args=[uuid4().hex])).status_code == 410
        assert client.get(path).status_code == 410
        assert Client(REMOTE_ADDR="192.0.2.7").get(path).status_code == 200

    def test_the_secret_is_not_in_the_database(self) -> None:
        made = asked(make_company())
        token = link("new@example.org").split("/")[-2]
        assert token.encode() not in bytes(made.digest)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
    def test_only_an_owner_invites(self, role: Role) -> None:
        company = make_company()
        actor = actor_of(make_person(company, role), company)
        with pytest.raises(NotAllowed):
            invitations.invite(actor=actor, email="x@example.org", roles=["reader"], language="en")

    @pytest.mark.parametrize("roles", [[], ["king"], ["moderator"], ["owner", "operator"]])
    def test_no_role_of_the_centre_comes_by_an_invitation(self, roles: list[str]) -> None:
        company = make_company()
        with pytest.raises(Invalid):
            invitations.invite(
                actor=actor_of(make_person(company), company), email="x@example.org", roles=roles, language="en"
            )

    def test_another_companys_invitation_is_not_found(self) -> None:
        made = asked(make_company())
        stranger = make_company()
        with pytest.raises(NotFound):
            invitations.revoke(actor=actor_of(make_person(stranger), stranger), invitation_id=made.pk)


class TestRoles:
    def test_the_last_owner_stays_one(self) -> None:
        company = make_company()
        owner = make_person(company)
        actor = actor_of(owner, company)
        with pytest.raises(members.LastOwner):
            members.change_roles(actor=actor, person_id=owner.pk, roles=["reader"])
        second = make_person(company, Role.BUYER)
        with pytest.raises(members.LastOwner):
            members.leave(actor=actor, person_id=owner.pk, heir_id=second.pk)
        members.change_roles(actor=actor, person_id=second.pk, roles=["owner", "buyer"])
        members.change_roles(actor=actor, person_id=owner.pk, roles=["reader"])
        assert identity.actor_for(owner, company_id=company.pk).roles == {Role.READER}
        assert Message.objects.filter(person_id=second.pk).count() == 1

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
    def test_nobody_lifts_himself(self, client: Client, role: Role) -> None:
        company = make_company()
        person = make_person(company, role)
        make_person(company)
        client.force_login(person)
        address = reverse("people:person", args=[person.pk])
        assert client.post(address, {"roles": ["owner"]}).status_code == 403
        answer = Client().put(
            f"/api/v1/people/{person.pk}/roles",
            {"roles": ["owner"]},
            content_type="application/json",
            headers=bearer(make_token(person, company, "people:write")),
        )
        assert answer.status_code == 403
        assert identity.actor_for(person).roles == {role}

    def test_a_token_without_the_scope_gives_no_role(self) -> None:
        company = make_company()
        owner, other = make_person(company), make_person(company, Role.READER)
        answer = Client().put(
            f"/api/v1/people/{other.pk}/roles",
            {"roles": ["owner"]},
            content_type="application/json",
            headers=bearer(make_token(owner, company, "people:read")),
        )
        assert answer.status_code == 403 and answer.json()["code"] == "scope_missing"

    def test_another_companys_person_is_not_found(self) -> None:
        company, other = make_company(), make_company()
        actor = actor_of(make_person(company), company)
        with pytest.raises(NotFound):
            members.change_roles(actor=actor, person_id=make_person(other).pk, roles=["reader"])


class TestLeaving:
    def test_all_that_he_had_in_hand_goes_to_his_heir(self, client: Client) -> None:
        company = make_company()
        owner, leaver = make_person(company), make_person(company, Role.SALES_MANAGER)
        heir = make_person(company, Role.SALES_DIRECTOR)
        reader = make_person(company, Role.READER)
        actor = actor_of(owner, company)
        with acting(actor):
            account = Account.objects.create(company=company, name="Община", manager=leaver, created_at=clock.db_now())
            lead = Lead.objects.create(company=company, title="Кабели", manager=leaver, taken_at=clock.db_now())
        secret = make_token(leaver, company)
        browser = Client()
        browser.force_login(leaver)
        with acting(actor):
            assert {burden.count for burden in members.burdens(actor, leaver.pk)} == {1}
        with pytest.raises(Invalid):
            members.leave(actor=actor, person_id=leaver.pk, heir_id=reader.pk)
        members.leave(actor=actor, person_id=leaver.pk, heir_id=heir.pk)
        with acting(actor):
            account.refresh_from_db()
            lead.refresh_from_db()
            assert (account.manager_id, lead.manager_id) == (heir.pk, heir.pk)
        assert client.get("/api/v1/messages", headers=bearer(secret)).status_code == 401
        assert not Token.objects.filter(person=leaver, revoked_at=None).exists()
        assert browser.get(reverse("people:list")).status_code == 404
        assert [one.person_id for one in queries.people_of(actor)].count(leaver.pk) == 0
        assert Message.objects.filter(person_id__in=[leaver.pk, heir.pk]).count() == 2

    def test_who_is_no_owner_goes_himself_and_sends_nobody(self) -> None:
        company = make_company()
        owner, buyer = make_person(company), make_person(company, Role.BUYER)
        actor = actor_of(buyer, company)
        with pytest.raises(NotAllowed):
            members.leave(actor=actor, person_id=owner.pk, heir_id=buyer.pk)
        members.leave(actor=actor, person_id=buyer.pk, heir_id=owner.pk)
        assert not Membership.objects.get(person=buyer, company=company).is_active

    def test_an_heir_is_a_colleague(self) -> None:
        company, other = make_company(), make_company()
        actor = actor_of(make_person(company), company)
        buyer = make_person(company, Role.BUYER)
        for heir in (make_person(other), buyer):
            with pytest.raises(Invalid):
                members.leave(actor=actor, person_id=buyer.pk, heir_id=heir.pk)


class TestSeveralCompanies:
    def test_who_was_removed_acts_for_none_by_the_page_he_had_open(self, client: Client) -> None:
        first, second = make_company("First"), make_company("Second")
        person = make_person(first, Role.OWNER)
        Membership.objects.create(person=person, company=second, roles=["owner"])
        client.force_login(person)
        session = client.session
        session[COMPANY_KEY] = str(second.pk)
        session.save()
        assert "Second" in client.get(reverse("people:list")).content.decode()
        Membership.objects.filter(person=person, company=second).update(is_active=False)
        # What he typed for the second isn't done for the first.
        wish = {"email": "x@example.org", "roles": ["reader"], "language": "en"}
        assert client.post(reverse("people:invite"), wish).status_code == 404
        assert not Invitation.objects.exists()
        assert client.post(reverse("identity:act_for"), {"company": str(second.pk)}).status_code == 404
        page = client.get(reverse("people:list")).content.decode()
        assert "First" in page
        assert client.post(reverse("people:invite"), wish).status_code == 302
        assert Invitation.objects.get().company_id == first.pk

    def test_a_page_opened_for_one_does_nothing_for_another(self, client: Client) -> None:
        first, second = make_company("First"), make_company("Second")
        person = make_person(first, Role.OWNER)
        Membership.objects.create(person=person, company=second, roles=["owner"])
        client.force_login(person)
        wish = {"email": "x@example.org", "roles": ["reader"], "language": "en", "acting": str(first.pk)}
        client.post(reverse("identity:act_for"), {"company": str(second.pk)})
        answer = client.post(reverse("people:invite"), wish)
        assert answer.status_code == 409 and "Second" in answer.content.decode()
        assert client.post(reverse("people:invite"), wish, headers={"X-Acting": str(first.pk)}).status_code == 409
        assert not Invitation.objects.exists()
        client.post(reverse("identity:act_for"), {"company": str(first.pk)})
        assert client.post(reverse("people:invite"), wish).status_code == 302

    def test_a_token_is_of_one_company(self, client: Client) -> None:
        first, second = make_company(), make_company()
        person = make_person(first, Role.OWNER)
        Membership.objects.create(person=person, company=second, roles=["reader"])
        both = [
            client.get("/api/v1/people", headers=bearer(make_token(person, company, "people:read"))).json()
            for company in (first, second)
        ]
        assert [len(answer["items"]) for answer in both] == [1, 1]
        assert [answer["items"][0]["roles"] for answer in both] == [["owner"], ["reader"]]


class TestChain:
    def test_only_owners_set_it(self) -> None:
        company = make_company()
        for role in (Role.BUYER, Role.ACCOUNTANT):
            with pytest.raises(NotAllowed):
                approvals.add_step(
                    actor=actor_of(make_person(company, role), company),
                    kind="bid",
                    above=Decimal(0),
                    currency="EUR",
                    role="owner",
                )

    def test_a_role_that_may_not_do_it_does_not_approve_it(self) -> None:
        company = make_company()
        actor = actor_of(make_person(company), company)
        with pytest.raises(Invalid):
            approvals.add_step(actor=actor, kind="bid", above=Decimal(0), currency="EUR", role="buyer")
