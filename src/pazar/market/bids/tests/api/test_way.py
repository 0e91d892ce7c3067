"""A program of the bidder's own: drafts, seals by the reference client, submits; another opens."""

import base64
import itertools
import json
import os
from uuid import UUID

import pytest
from django.test import Client

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.models import Company, Person
from pazar.market.bids.rules import canonical, holders, seal
from pazar.market.bids.rules.envelope import Kind
from pazar.market.bids.rules.manifest import Place
from pazar.market.bids.tests.bidding import make_bidder, pass_deadline
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

pytestmark = pytest.mark.django_db

_keys = itertools.count()


class Program:
    def __init__(self, actor):
        person = Person.objects.get(pk=actor.person_id)
        self.headers = bearer(make_token(person, Company.objects.get(pk=actor.company_id)))
        self.client = Client()

    def ask(self, method: str, path: str, body=None):
        headers = {**self.headers, "Idempotency-Key": f"bids-way-{next(_keys):08}"}
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(self.client, method)(f"/api/v1{path}", headers=headers, **more)
        return answer.status_code, answer.json()


def test_a_program_bids_and_another_opens():
    procedure = make_procedure(buyer := make_buyer())
    program = Program(make_bidder())
    (lot,) = procedures.lots(procedure.pk)
    (item,) = lot.items.all()
    status, bid = program.ask("post", "/bids", {"procedure_id": str(procedure.pk)})
    assert status == 201
    path = f"/bids/{bid['id']}"
    status, refused = program.ask("get", f"{path}/seal")
    assert (status, refused["code"]) == (422, "bid_not_ready")
    assert any("Lot 1 lacks prices" in one for one in refused["breaches"])

    draft = {
        "lots": {str(lot.pk): {"prices": {str(item.pk): "12.5"}, "offer": "Кабел", "delivery_days": 14}},
        "valid_days": 60,
        "declarations": ["conditions", "no_grounds", "independent", "binding"],
    }
    status, ready = program.ask("put", f"{path}/draft", draft)
    assert (status, ready["is_ready"]) == (200, True)
    status, kept = program.ask("get", f"{path}/draft")
    assert status == 200
    assert kept["lots"][str(lot.pk)]["prices"] == {str(item.pk): "12.5"}

    status, asked = program.ask("get", f"{path}/seal")
    assert status == 200
    listed = holders.read(asked["holders"].encode(), centre_key=bytes.fromhex(asked["centre_key"])).holders
    sealed = seal.seal_bid(
        procedure=procedure.pk,
        version=asked["version"],
        bidder=UUID(asked["bidder"]),
        bid=UUID(asked["bid"]),
        holders=listed,
        contents=[
            seal.Content(Place(one["lot"], Kind(one["kind"])), canonical.encode(one["content"]))
            for one in asked["contents"]
        ],
        random=os.urandom,
    )
    body = {
        "manifest": sealed.manifest.decode(),
        "envelopes": [base64.b64encode(one).decode() for one in sealed.envelopes],
    }
    status, receipt = program.ask("post", f"{path}/submissions", body)
    assert (status, receipt["digest"], receipt["counts"]) == (201, sealed.digest.hex(), True)
    status, again = program.ask("post", f"{path}/submissions", body)
    assert (status, again) == (201, receipt)
    status, listed_receipts = program.ask("get", f"{path}/submissions")
    assert (status, listed_receipts) == (200, [receipt])

    opener = Program(buyer)
    assert opener.ask("post", f"/openings/{procedure.pk}")[1]["code"] == "not_yet_closed"
    assert opener.ask("get", f"/openings/{procedure.pk}")[0] == 404
    pass_deadline(procedure)
    assert opener.ask("post", f"/openings/{procedure.pk}")[0] == 200
    for anybody in (opener, program):
        status, record = anybody.ask("get", f"/openings/{procedure.pk}")
        assert status == 200
        assert [one["digest"] for one in record["bids"]] == [receipt["digest"]]
        assert record["box"]["bids"] == [receipt["digest"]]
    assert Program(make_bidder()).ask("get", f"/openings/{procedure.pk}")[0] == 404
