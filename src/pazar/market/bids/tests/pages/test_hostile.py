"""Bids as somebody hostile, hasty or unlucky posts them: over HTTP, as his browser or his program would."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from tests.factories import make_company

from pazar.ground.identity.models import Person
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.commands import sending
from pazar.ground.messages.models import Mail
from pazar.market.awards import queries as comparisons
from pazar.market.awards.commands import award
from pazar.market.bids import queries
from pazar.market.bids.commands import opening
from pazar.market.bids.models import Bid, Submission
from pazar.market.bids.rules import envelope, holders, manifest
from pazar.market.bids.rules.envelope import Kind
from pazar.market.bids.rules.manifest import Entry, Place, SealedBid
from pazar.market.bids.tests.bidding import make_bid, make_bidder, make_submitted, pass_deadline, seal_bid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.tests.factories import LOT, make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f'{SCRIPT}"><img src=x onerror=alert(2)> {{{{ 7*7 }}}}'


def of(actor) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=actor.person_id))
    return client


def body(sealed: SealedBid) -> dict:
    return {
        "manifest": sealed.manifest.decode(),
        "envelopes": [base64.b64encode(one).decode() for one in sealed.envelopes],
    }


def post(client: Client, bid_id, sealed: SealedBid):
    return client.post(f"/market/bids/{bid_id}/submit/", body(sealed), content_type="application/json")


def relabelled(sealed: SealedBid, bid, name=lambda place: place) -> SealedBid:
    """The same envelopes under an honest manifest of this bid's: what a bidder's own software can always write."""
    with acting(CENTRE):
        procedure = bid.procedure
        box = queries.holders_of(queries.box(procedure.pk)).holders
    parsed = [envelope.parse(data) for data in sealed.envelopes]
    found = sorted(
        (
            (Entry(name(Place(read.binding.lot or "", read.binding.kind)), len(data), read.digest), data)
            for read, data in zip(parsed, sealed.envelopes, strict=True)
        ),
        key=lambda pair: pair[0].place,
    )
    written = manifest.write(
        procedure=procedure.pk,
        version=procedure.version,
        bidder=bid.company_id,
        bid=bid.pk,
        holders_digest=box.digest,
        entries=tuple(entry for entry, _data in found),
    )
    return SealedBid(manifest=written, envelopes=tuple(data for _entry, data in found))


def for_another_procedure(bidder, bid):
    _bidder, other = make_bid(make_procedure(), bidder)
    lots = {str(lot.pk) for lot in procedures.lots(bid.procedure_id)}
    sealed = seal_bid(bidder, other.pk)
    return relabelled(sealed, bid, lambda place: Place(min(lots), place.kind))


def for_other_holders(bidder, bid):
    """Sealed to a list that he wrote himself: only he could open it."""
    with acting(bidder):
        asked = queries.to_seal(bidder, bid.pk, moment=bid.created_at)
    listed = holders.read(asked.holders, centre_key=asked.centre_key).holders
    mine = replace(listed, holders=(replace(listed.holders[0], name="Mine"),))
    return relabelled(seal_bid(bidder, bid.pk, holders=mine), bid)


def swapped_lots(bidder, bid):
    first, second = sorted(str(lot.pk) for lot in procedures.lots(bid.procedure_id))
    return relabelled(
        seal_bid(bidder, bid.pk), bid, lambda place: Place({first: second, second: first}[place.lot], place.kind)
    )


def swapped_kinds(bidder, bid):
    other = {Kind.PRICE: Kind.TECHNICAL, Kind.TECHNICAL: Kind.PRICE}
    return relabelled(seal_bid(bidder, bid.pk), bid, lambda place: Place(place.lot, other[place.kind]))


CRAFTED = {
    "another procedure": (for_another_procedure, "It is sealed for another procedure."),
    "another version": (
        lambda bidder, bid: relabelled(seal_bid(bidder, bid.pk, version=2), bid),
        "It is sealed for another version of the procedure.",
    ),
    "another lot": (swapped_lots, "It is sealed for another lot."),
    "another kind": (swapped_kinds, "It is sealed as another kind of envelope."),
    "another bidder": (
        lambda bidder, bid: relabelled(seal_bid(bidder, bid.pk, bidder=uuid4()), bid),
        "It is sealed in another bidder's name.",
    ),
    "another bid": (
        lambda bidder, bid: relabelled(seal_bid(bidder, bid.pk, bid=uuid4()), bid),
        "It is sealed for another bid.",
    ),
    "other holders": (for_other_holders, "It is sealed to other holders than those of this box."),
}


@pytest.mark.parametrize("what", list(CRAFTED))
def test_a_wellformed_envelope_sealed_for_something_else_is_refused_and_named(what):
    craft, sentence = CRAFTED[what]
    procedure = make_procedure(lots=(LOT, LOT))
    bidder, receipt = make_submitted(procedure)
    with acting(CENTRE):
        bid = Bid.objects.select_related("procedure").get(pk=receipt.bid_id)
    client = of(bidder)
    honest = relabelled(seal_bid(bidder, bid.pk), bid)
    assert post(client, bid.pk, honest).status_code == 201, "an honest manifest of honest envelopes is taken"
    answer = post(client, bid.pk, craft(bidder, bid))
    assert answer.status_code == 422
    assert answer.json()["code"] == "envelope_refused"
    assert sentence in answer.json()["breaches"]
    with acting(CENTRE):
        bid.refresh_from_db()
        assert bytes(bid.current.digest) == honest.digest, "what was in the box stays there"
        assert Submission.objects.filter(bid=bid).count() == 2


def at_once(count: int, act) -> list:
    gate = threading.Barrier(count)

    def run(number: int):
        try:
            gate.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run, number) for number in range(count)]]


def test_one_bid_posted_four_times_at_once_is_one_submission_and_one_answer():
    bidder, bid = make_bid(make_procedure())
    sealed = seal_bid(bidder, bid.pk)
    clients = [of(bidder) for _ in range(4)]
    answers = at_once(4, lambda number: post(clients[number], bid.pk, sealed))
    assert {answer.status_code for answer in answers} == {201}
    assert {json.dumps(answer.json()) for answer in answers} == {json.dumps(answers[0].json())}
    with acting(CENTRE):
        assert Submission.objects.filter(bid=bid).count() == 1


def test_two_sealings_of_one_bid_at_once_leave_the_later_in_the_box():
    bidder, bid = make_bid(make_procedure())
    sealed = [seal_bid(bidder, bid.pk) for _ in range(4)]
    clients = [of(bidder) for _ in range(4)]
    answers = at_once(4, lambda number: post(clients[number], bid.pk, sealed[number]))
    assert {answer.status_code for answer in answers} == {201}
    with acting(CENTRE):
        bid.refresh_from_db()
        numbers = list(Submission.objects.filter(bid=bid).order_by("received_at").values_list("number", flat=True))
        assert numbers == [1, 2, 3, 4]
        assert bid.current.number == 4
    with acting(bidder):
        assert [one.number for one in queries.receipts(bidder, bid) if one.counts] == [4]


def test_replaced_withdrawn_and_put_in_again_by_its_own_steps():
    procedure = make_procedure(buyer := make_buyer())
    bidder, bid = make_bid(procedure)
    client = of(bidder)
    first, second = seal_bid(bidder, bid.pk), seal_bid(bidder, bid.pk)
    assert post(client, bid.pk, first).status_code == 201
    assert post(client, bid.pk, second).status_code == 201
    assert post(client, bid.pk, first).json()["code"] == "bid_replaced"
    assert client.post(f"/market/bids/{bid.pk}/withdraw/").status_code == 302
    assert post(client, bid.pk, second).json()["code"] == "bid_replaced"
    assert client.post(f"/market/bids/{bid.pk}/withdraw/").status_code == 302, "withdrawing twice does nothing more"
    third = seal_bid(bidder, bid.pk)
    assert post(client, bid.pk, third).status_code == 201
    pass_deadline(procedure)
    assert post(client, bid.pk, third).status_code == 201, "a lost answer may be asked for again after the end"
    assert client.post(f"/market/bids/{bid.pk}/withdraw/").status_code == 409
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        assert [one.digest for one in queries.opened_bids(procedure.pk)] == [third.digest.hex()]


@pytest.mark.parametrize(
    "sent", [b"", b"[]", b"{}", b'{"manifest": 1}', b'{"manifest": "x", "envelopes": ["\xd0\xb6"]}', b"[" * 100_000]
)
def test_what_isnt_a_bid_is_refused_in_words(sent):
    bidder, bid = make_bid(make_procedure())
    answer = of(bidder).post(f"/market/bids/{bid.pk}/submit/", sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["code"] == "envelope_refused"


def test_nothing_typed_into_a_title_or_a_bid_becomes_a_header_or_a_script():
    buyer = make_buyer()
    title = f"Кабели\r\nBcc: evil@example.org\r\n\r\n{HOSTILE}"
    procedure = make_procedure(buyer, title=title)
    bidder, receipt = make_submitted(procedure, make_bidder(company=make_company(HOSTILE)), offer=HOSTILE)
    loser, _other = make_submitted(procedure, price="13", offer="Обикновена.")
    client = of(bidder)
    shown = [
        client.get(f"/market/bids/{receipt.bid_id}/{part}").content.decode()
        for part in ("", "preview/", "rail/", "receipt/")
    ]
    assert any("&lt;script&gt;alert(1)" in page for page in shown)
    pass_deadline(procedure)
    clockwork.run_due()
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    procedure.refresh_from_db()
    base = f"/market/procedures/{procedure.pk}/"
    shown.append(client.get(f"/market/bids/{receipt.bid_id}/").content.decode())
    shown += [of(buyer).get(base + part).content.decode() for part in ("opening/", "?tab=comparison", "award/")]
    record = of(loser).get(f"{base}opening/record.json")
    assert record["Content-Type"] == "application/json"
    assert "attachment" in record["Content-Disposition"]
    with acting(buyer):
        seen = award.fingerprint(comparisons.comparison(procedure))
    award.award_procedure(actor=buyer, procedure_id=procedure.pk, seen=seen, reason=HOSTILE)
    drain()
    shown += [of(someone).get(base + "?tab=award").content.decode() for someone in (buyer, bidder, loser)]
    shown += [of(someone).get("/messages/").content.decode() for someone in (buyer, bidder, loser)]
    for page in shown:
        assert SCRIPT not in page
        assert "<img src=x" not in page

    mails = list(Mail.objects.all())
    assert len(mails) >= 4
    for mail in mails:
        letter = message_from_bytes(sending._content(mail, mail.to))
        assert letter["Bcc"] is None and letter["Cc"] is None
        assert letter["To"] == mail.to
        assert "\n" not in mail.subject and "\r" not in mail.subject
        assert SCRIPT not in mail.html
