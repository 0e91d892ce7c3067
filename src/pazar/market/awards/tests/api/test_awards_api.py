"""The awards' endpoints, from outside, by role."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.factories import actor_of, make_person

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.roles import Role
from pazar.market.awards.models import Award
from pazar.market.awards.tests.factories import make_opened
from pazar.market.procedures.tests.factories import make_buyer

pytestmark = pytest.mark.django_db


def get(actor, path):
    return Client().get(path, headers=bearer(token(actor)) if actor else {})


def post(actor, path, body, key=None):
    headers = {**bearer(token(actor)), "Idempotency-Key": key or uuid4().hex}
    return Client().post(path, body, content_type="application/json", headers=headers)


def token(actor):
    from pazar.ground.identity.models import Company

    return make_token(Person.objects.get(pk=actor.person_id), Company.objects.get(pk=actor.company_id))


def path_of(case, rest=""):
    return f"/api/v1/awards/{case.procedure.pk}{rest}"


def test_a_buyer_compares_sets_aside_takes_back_and_awards():
    case = make_opened("12", "11.5")
    seen = get(case.buyer, path_of(case, "/comparison")).json()
    assert seen["bidders"] == 2
    (lot,) = seen["lots"]
    assert [r["total"] for r in lot["ranking"]["ranked"]] == ["5750.00", "6000.00"]
    prices = {price["bid"]: price["unit_price"] for price in lot["unit_prices"]}
    assert prices == {str(case.receipts[0].bid_id): "12", str(case.receipts[1].bid_id): "11.5"}
    assert lot["offers"][0]["technical"]["delivery_days"] == 14

    lowest = {"lot": lot["lot"], "bid": lot["ranking"]["ranked"][0]["bid"]}
    answer = post(case.buyer, path_of(case, "/set-aside"), {**lowest, "reason": "The guarantee is missing."})
    assert answer.status_code == 204
    answer = post(case.buyer, path_of(case), {"seen": seen["seen"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "comparison_changed")
    assert post(case.buyer, path_of(case, "/take-back"), lowest).status_code == 204

    key = uuid4().hex
    answer = post(case.buyer, path_of(case), {"seen": seen["seen"], "reason": "Lowest."}, key)
    assert answer.status_code == 201
    assert answer.json()["lots"][0]["amount"] == "5750.00"
    again = post(case.buyer, path_of(case), {"seen": seen["seen"], "reason": "Lowest."}, key)
    assert again.status_code == 201 and again.json() == answer.json()
    assert Award.objects.count() == 1


def test_everybody_reads_the_award_but_not_the_ranking():
    case = make_opened("12", "11.5")
    assert get(None, path_of(case)).status_code == 404
    case.award()
    public = get(None, path_of(case)).json()
    assert public["lots"][0]["bids_count"] == 2
    assert public["lots"][0]["company"] == str(case.bidders[1].company_id)
    assert public["lots"][0]["ranking"] is None and public["protocols"] == {}
    assert case.bidders[0].company_name not in str(public)
    for actor in (case.buyer, case.bidders[0]):
        told = get(actor, path_of(case)).json()
        assert len(told["lots"][0]["ranking"]["ranked"]) == 2
        assert set(told["protocols"]) == {"en", "bg"}
    stranger = get(make_buyer(), path_of(case)).json()
    assert stranger["lots"][0]["ranking"] is None


def test_nobody_else_compares_or_decides():
    case = make_opened("12")
    reader = actor_of(make_person(case.procedure.buyer, Role.READER), case.procedure.buyer)
    body = {"seen": case.seen()}
    pair = {"lot": str(case.lot.pk), "bid": str(case.receipts[0].bid_id)}
    for actor, status in ((make_buyer(), 404), (case.bidders[0], 403), (reader, 403)):
        assert get(actor, path_of(case, "/comparison")).status_code == status
        assert post(actor, path_of(case), body).status_code == status
        assert post(actor, path_of(case, "/set-aside"), {**pair, "reason": "Not good enough."}).status_code == status
        assert post(actor, path_of(case, "/take-back"), pair).status_code == status
    assert Client().get(path_of(case, "/comparison")).status_code == 401
    assert not Award.objects.exists()
    assert get(case.buyer, path_of(case, "/comparison")).status_code == 200


def test_a_bidder_reads_no_comparison_before_the_award_nor_anybody_before_the_opening():
    from pazar.market.bids.tests.bidding import make_submitted
    from pazar.market.procedures.tests.factories import make_procedure

    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    answer = get(buyer, f"/api/v1/awards/{procedure.pk}/comparison")
    assert (answer.status_code, answer.json()["code"]) == (409, "bids_not_opened")
