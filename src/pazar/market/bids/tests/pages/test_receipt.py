"""A receipt proves itself, to its bidder; the public journal tells nobody that there is one."""

import base64
import json

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import actor_of, make_company, make_person

from pazar.ground.api.tests.factories import bearer, make_token
from pazar.ground.identity.rules.roles import Role
from pazar.ground.journal import sequencer
from pazar.ground.journal.models import Payload
from pazar.ground.journal.rules import receipt as receipts
from pazar.ground.journal.rules.verify import verify
from pazar.ground.journal.tests.journals import exported
from pazar.market.bids.tests.bidding import make_submitted
from pazar.market.procedures.tests.factories import make_procedure

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def firm():
    return make_company("Канарче Безименно ЕООД", number="987654321")


@pytest.fixture
def person(firm):
    return make_person(firm, Role.TENDER_MANAGER)


@pytest.fixture
def submitted(firm, person):
    _bidder, receipt = make_submitted(make_procedure(), actor_of(person, firm))
    return receipt


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def test_the_page_says_when_the_proof_is_there_and_the_file_holds_it(client, submitted):
    page = reverse("bids:receipt", args=[submitted.bid_id])
    file = reverse("bids:receipt_file", args=[submitted.bid_id, submitted.submission_id])
    assert "within a second or so" in client.get(page).content.decode()
    assert json.loads(client.get(file).content)["proof"] is None
    sequencer.sequence()
    assert "within a second or so" not in client.get(page).content.decode()
    answer = client.get(file)
    assert answer["Cache-Control"] == "no-store"
    kept = receipts.read(answer.content.decode())
    assert receipts.faults(kept) == []
    assert json.loads(kept.payload)["facts"]["digest"] == submitted.digest == kept.about["digest"]
    assert verify(exported().splitlines(), receipts={"mine": answer.content.decode()}).faults == []


def test_a_program_gets_the_same_receipt(firm, person, client, submitted):
    sequencer.sequence()
    secret = make_token(person, firm, "bids:read")
    path = f"/api/v1/bids/{submitted.bid_id}/submissions/{submitted.submission_id}/receipt"
    file = reverse("bids:receipt_file", args=[submitted.bid_id, submitted.submission_id])
    assert Client().get(path, headers=bearer(secret)).json() == json.loads(client.get(file).content)


def test_the_public_journal_tells_nothing_of_a_bid(firm, person, submitted):
    """No name, id, digest, salt or payload, in no answer of the journal's; its entry looks like cover."""
    sequencer.add_cover(1)
    sequencer.sequence()
    visitor = Client()
    size = json.loads(visitor.get("/api/v1/journal/heads/latest").content)["size"]
    answers = [
        b"".join(visitor.get(reverse("roof:journal_export"))) if path == "export" else visitor.get(path).content
        for path in (
            "/journal/",
            "/journal/?leaves=all",
            "/journal/heads/",
            f"/journal/heads/{size}/",
            "/api/v1/journal/heads",
            f"/api/v1/journal/inclusion?number={size}&size={size}",
            "export",
        )
    ]
    payload = next(one for one in Payload.objects.all() if b'"bid.submitted"' in bytes(one.content))
    secrets = [
        str(firm.pk),
        firm.name,
        firm.number,
        str(person.pk),
        str(submitted.bid_id),
        submitted.digest,
        "bid.submitted",
        bytes(payload.salt).hex(),
        base64.b64encode(bytes(payload.content)).decode()[:40],
    ]
    for answer in answers:
        assert len(answer) > 100
        for secret in secrets:
            assert secret.encode() not in answer
    leaf = bytes(payload.entry.leaf).hex().encode()
    assert leaf in answers[1]
    assert leaf in answers[-1]
    lines = [json.loads(line) for line in answers[-1].splitlines()[1:]]
    assert {tuple(line) for line in lines if line["seq"] >= size - 1} == {("seq", "leaf", "secret")}
