"""The desk by a program: what a token may, and the same rules as on the pages."""

import itertools

import pytest
from django.test import Client
from tests.factories import make_company, make_person
from tests.sales import bid_of, matched

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.sales.channels import commands as channels
from pazar.sales.channels.models import Lead
from pazar.sales.pipeline import commands
from pazar.sales.pipeline.models import Deal

pytestmark = pytest.mark.django_db
_keys = itertools.count()


class Program:
    """Somebody's software with his token."""

    def __init__(self, person, company, *scopes):
        self.token = make_token(person, company, *scopes)

    def get(self, path):
        return Client(headers=bearer(self.token)).get(f"/api/v1{path}")

    def post(self, path, sent, key=""):
        headers = {**bearer(self.token), "Idempotency-Key": key or f"sales-test-{next(_keys):06}"}
        return Client(headers=headers).post(f"/api/v1{path}", sent, content_type="application/json")


@pytest.fixture
def desk():
    return make_company()


@pytest.fixture
def manager(desk):
    return make_person(desk, Role.SALES_MANAGER)


@pytest.fixture
def program(desk, manager):
    return Program(manager, desk, "sales:read", "sales:write")


def test_a_program_takes_an_opportunity_to_a_deal(desk, program):
    channels.note_opportunities(matched(desk))
    (found,) = program.get("/opportunities").json()["items"]
    assert found["value"] == "120000.0000"
    lead = program.post(f"/opportunities/{found['id']}/take-up", {}).json()
    given = program.post(f"/leads/{lead['id']}/give", {"manager_id": lead["manager_id"]}).json()
    assert (given["id"], given["reason"]) == (lead["id"], lead["reason"])
    deal = program.post(f"/leads/{lead['id']}/deal", {}).json()
    (listed,) = program.get("/deals").json()["items"]
    for shown in (found, lead, deal, listed, program.get(f"/leads/{lead['id']}").json()):
        assert shown["reason"].endswith(" 31300000, word кабели; 1 more lot fits")
        assert shown["why"]["categories"] == [{"code": "31321000", "asked": "31300000"}]
        assert (shown["why"]["interest_name"], shown["why"]["interest_version"]) == ("Кабели, изток", 2)
    assert (deal["stage"], deal["account_name"]) == ("new", "Община Речна")
    assert "won" not in deal["moves"]
    moved = program.post(f"/deals/{deal['id']}/move", {"stage": "qualified"}).json()
    assert moved["stage"] == "qualified"
    said = [touch["kind"] for touch in program.get(f"/accounts/{deal['account_id']}/touches").json()["items"]]
    assert said == ["deal_moved", "deal_made", "lead_taken", "account_noted"]


def test_the_same_post_twice_does_it_once(desk, program):
    channels.note_opportunities(matched(desk))
    (found,) = program.get("/opportunities").json()["items"]
    answers = [program.post(f"/opportunities/{found['id']}/take-up", {}, key="one-and-the-same") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    with acting(CENTRE):
        assert Lead.objects.count() == 1


def test_a_refusal_says_its_code_and_reason(desk, manager, program):
    event = matched(desk)
    commands.note_bid(bid_of(desk, manager, event))
    with acting(CENTRE):
        deal = Deal.objects.get()
    refused = program.post(f"/deals/{deal.pk}/move", {"stage": "won"})
    assert (refused.status_code, refused.json()["code"]) == (409, "move_refused")
    assert "the deal follows it" in refused.json()["detail"]


def test_reading_doesnt_allow_writing(desk, manager):
    channels.note_opportunities(matched(desk))
    reader = Program(manager, desk, "sales:read")
    (found,) = reader.get("/opportunities").json()["items"]
    assert reader.post(f"/opportunities/{found['id']}/take-up", {}).json()["code"] == "scope_missing"


def test_a_foreign_desk_is_not_found(desk, manager, program):
    other = make_company()
    event = matched(other)
    channels.note_opportunities(event)
    commands.note_bid(bid_of(other, make_person(other, Role.TENDER_MANAGER), event))
    with acting(CENTRE):
        deal = Deal.objects.get()
    for path in (f"/deals/{deal.pk}", f"/leads/{deal.lead_id}", f"/accounts/{deal.account_id}"):
        assert program.get(path).status_code == 404
    for path in ("/deals", "/leads?state=became_deal", "/accounts", "/opportunities?state=taken"):
        assert program.get(path).json()["items"] == []
