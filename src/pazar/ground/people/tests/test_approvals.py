"""A second person approves before something is published, awarded or bid (A4)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground.errors import Invalid, NotAllowed, NotFound
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import Actor
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.messages.models import Message
from pazar.ground.people.commands import approvals
from pazar.ground.people.models import Approval
from pazar.market.awards.tests.factories import make_opened
from pazar.market.bids.commands import drafts as bid_drafts
from pazar.market.bids.commands import submit
from pazar.market.bids.tests.bidding import make_bid, make_typed, seal_bid
from pazar.market.procedures.commands import drafts
from pazar.market.procedures.commands.publish import publish_procedure
from pazar.market.procedures.tests.factories import make_draft, make_facts, make_procedure

pytestmark = pytest.mark.django_db


class House:
    """A company with an owner, two buyers, two tender managers, and a chain."""

    def __init__(self) -> None:
        self.company = make_company("Municipality")
        self.owner = self.somebody(Role.OWNER)
        self.buyer, self.second = self.somebody(Role.BUYER), self.somebody(Role.BUYER)
        self.bidder, self.other_bidder = self.somebody(Role.TENDER_MANAGER), self.somebody(Role.TENDER_MANAGER)

    def somebody(self, *roles: Role) -> Actor:
        return actor_of(make_person(self.company, *roles), self.company)

    def wants(self, kind: str, role: Role, above: str = "0") -> None:
        approvals.add_step(actor=self.owner, kind=kind, above=Decimal(above), currency="EUR", role=str(role))


@pytest.fixture
def house(db: None) -> House:
    return House()


def refused(act: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(approvals.ApprovalMissing) as found:
        act()
    assert found.value.way[1].startswith("/company/approvals/ask/")
    return found.value.params["kind"], found.value.params["subject_id"]


def test_a_publication_waits_for_both_of_its_chain(house: House) -> None:
    house.wants("publication", Role.BUYER)
    house.wants("publication", Role.OWNER, "1000")
    draft = make_draft(house.buyer, value_amount=Decimal(5000))
    kind, subject = refused(lambda: publish_procedure(actor=house.buyer, procedure_id=draft.pk))
    asked = approvals.ask(actor=house.buyer, kind=kind, subject_id=draft.pk, note="Моля, до петък.")
    assert subject == str(draft.pk)
    # Whose turn it isn't can't decide: whoever asked, the owner before the buyer, a stranger.
    for nobody in (house.buyer, house.bidder):
        with pytest.raises(NotAllowed):
            approvals.approve(actor=nobody, approval_id=asked.pk)
    stranger = House()
    with pytest.raises(NotFound):
        approvals.approve(actor=stranger.owner, approval_id=asked.pk)
    approvals.approve(actor=house.second, approval_id=asked.pk)
    refused(lambda: publish_procedure(actor=house.buyer, procedure_id=draft.pk))
    approvals.approve(actor=house.owner, approval_id=asked.pk)
    assert publish_procedure(actor=house.buyer, procedure_id=draft.pk).state == "published"
    told = Message.objects.values_list("person_id", flat=True)
    assert {house.second.person_id, house.owner.person_id, house.buyer.person_id} <= set(told)


def test_under_the_bound_nobody_is_asked(house: House) -> None:
    house.wants("publication", Role.OWNER, "10000")
    draft = make_draft(house.buyer, value_amount=Decimal(10000))
    assert publish_procedure(actor=house.buyer, procedure_id=draft.pk).state == "published"


def test_what_changed_since_is_asked_anew(house: House) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.buyer)
    asked = approvals.ask(actor=house.buyer, kind="publication", subject_id=draft.pk)
    approvals.approve(actor=house.owner, approval_id=asked.pk)
    facts = make_facts(closes_at=draft.closes_at, title="Something quite different")
    drafts.save_draft(actor=house.buyer, procedure_id=draft.pk, facts=facts)
    refused(lambda: publish_procedure(actor=house.buyer, procedure_id=draft.pk))
    again = approvals.ask(actor=house.buyer, kind="publication", subject_id=draft.pk)
    assert again.pk != asked.pk
    # A chain that grew on the way asks for what it wants now.
    approvals.approve(actor=house.owner, approval_id=again.pk)
    house.wants("publication", Role.BUYER)
    refused(lambda: publish_procedure(actor=house.buyer, procedure_id=draft.pk))


def test_a_refusal_says_why_and_ends_it(house: House) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.buyer)
    asked = approvals.ask(actor=house.buyer, kind="publication", subject_id=draft.pk)
    with pytest.raises(Invalid):
        approvals.refuse(actor=house.owner, approval_id=asked.pk, reason=" ")
    approvals.refuse(actor=house.owner, approval_id=asked.pk, reason="Too dear.")
    refused(lambda: publish_procedure(actor=house.buyer, procedure_id=draft.pk))
    with pytest.raises(approvals.ApprovalDecided):
        approvals.approve(actor=house.owner, approval_id=asked.pk)
    told = Message.objects.filter(person_id=house.buyer.person_id).latest("made_at")
    assert told.text == "Too dear."


def test_it_is_handed_on_to_one_who_did_not_ask(house: House) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.buyer)
    asked = approvals.ask(actor=house.buyer, kind="publication", subject_id=draft.pk)
    for nobody in (house.buyer, House().owner):
        assert nobody.person_id is not None
        with pytest.raises(Invalid):
            approvals.hand_on(actor=house.owner, approval_id=asked.pk, person_id=nobody.person_id)
    assert house.bidder.person_id is not None
    approvals.hand_on(actor=house.owner, approval_id=asked.pk, person_id=house.bidder.person_id)
    with pytest.raises(NotAllowed):
        approvals.approve(actor=house.owner, approval_id=asked.pk)
    approvals.approve(actor=house.bidder, approval_id=asked.pk)
    assert publish_procedure(actor=house.buyer, procedure_id=draft.pk).state == "published"


def test_one_alone_has_nobody_to_ask(house: House) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.owner)
    with pytest.raises(approvals.NobodyApproves):
        approvals.ask(actor=house.owner, kind="publication", subject_id=draft.pk)


def test_whoever_asked_takes_it_back(house: House) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.buyer)
    asked = approvals.ask(actor=house.buyer, kind="publication", subject_id=draft.pk)
    with pytest.raises(NotAllowed):
        approvals.withdraw(actor=house.second, approval_id=asked.pk)
    approvals.withdraw(actor=house.buyer, approval_id=asked.pk)
    with pytest.raises(approvals.ApprovalDecided):
        approvals.approve(actor=house.owner, approval_id=asked.pk)


def test_an_award_waits_by_the_sum_of_what_it_awards(house: House) -> None:
    case = make_opened("12", "11", buyer=house.buyer)
    house.wants("award", Role.OWNER, "5500")  # 500 m at 11
    assert approvals.demanded(house.company.pk, approvals.wish(house.buyer, "award", case.procedure.pk)) == ()
    house.wants("award", Role.BUYER, "5499.99")
    refused(case.award)
    asked = approvals.ask(actor=house.buyer, kind="award", subject_id=case.procedure.pk)
    assert asked.about["amount"] == "5500.00"
    approvals.approve(actor=house.second, approval_id=asked.pk)
    assert len(case.award()) == 1


def test_a_bid_waits_and_is_of_the_draft_that_was_approved(house: House) -> None:
    procedure = make_procedure()
    house.wants("bid", Role.TENDER_MANAGER, "6000")
    bidder, bid = make_bid(procedure, house.bidder, price="12.50")
    refused(lambda: submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk)))
    asked = approvals.ask(actor=bidder, kind="bid", subject_id=bid.pk)
    assert asked.about["amount"] == "6250.00"
    approvals.approve(actor=house.other_bidder, approval_id=asked.pk)
    bid_drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, price="13"))
    refused(lambda: submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk)))
    bid_drafts.save_draft(actor=bidder, bid_id=bid.pk, draft=make_typed(procedure, price="12.50"))
    assert submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=seal_bid(bidder, bid.pk)).number == 1


def test_that_a_company_bids_shows_to_nobody_else(house: House) -> None:
    procedure = make_procedure()
    house.wants("bid", Role.OWNER)
    bidder, bid = make_bid(procedure, house.bidder)
    approvals.ask(actor=bidder, kind="bid", subject_id=bid.pk)
    assert Approval.objects.count() == 0  # row security: nobody acts
    with acting(House().owner):
        assert Approval.objects.count() == 0
    with acting(house.owner), connection.cursor() as cursor:
        assert Approval.objects.count() == 1
        cursor.execute("SELECT about::text FROM people_approval")
        assert procedure.title not in cursor.fetchone()[0]


def test_the_pages_ask_and_show(house: House, client: Client) -> None:
    house.wants("publication", Role.OWNER)
    draft = make_draft(house.buyer)
    client.force_login(Person.objects.get(pk=house.buyer.person_id))
    where = reverse("people:ask", args=["publication", draft.pk])
    assert draft.title in client.get(where).content.decode()
    made = client.post(where, {"note": "<b>Моля</b>"})
    page = client.get(made["Location"]).content.decode()
    assert "&lt;b&gt;Моля&lt;/b&gt;" in page
    assert client.post(reverse("people:ask", args=["nonsense", draft.pk]), {"note": ""}).status_code == 404
    assert client.get(reverse("people:ask", args=["bid", draft.pk])).status_code == 404
