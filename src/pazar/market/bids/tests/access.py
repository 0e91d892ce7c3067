"""Who may prepare, submit, see and open bids. Half of a bid's routes are about the bidder's thing, half the buyer's."""

import base64
from collections.abc import Callable

from tests.access.matrix import OK, Call, Case, Stage, persons, public

from pazar.ground.identity.rules.actor import CENTRE, Actor
from pazar.ground.identity.rules.roles import BIDDING, BUYING, Role
from pazar.ground.identity.scope import acting
from pazar.ground.messages import feeds
from pazar.ground.messages.commands.feeds import make_address
from pazar.market.bids.commands import opening, sealing_keys
from pazar.market.bids.models import Bid, Envelope
from pazar.market.bids.rules import envelope, xwing
from pazar.market.bids.rules import opening as openings
from pazar.market.bids.tests.bidding import make_bid, make_bidder, make_submitted, pass_deadline, seal_bid
from pazar.market.procedures.models import Procedure
from pazar.market.procedures.tests.factories import make_procedure

KEY = xwing.PrivateKey(b"\x21" * 32)


def of_another(stage: Stage) -> Procedure:
    """One to bid on: its buyer is the other company."""
    return make_procedure(stage.other_actor)


def procedure_to_bid_on(stage: Stage) -> Call:
    return Call(kwargs={"procedure_id": of_another(stage).pk})


def _ready(stage: Stage) -> tuple[Actor, Bid]:
    return make_bid(of_another(stage), stage.actor())


def draft(stage: Stage) -> Call:
    return Call(kwargs={"bid_id": _ready(stage)[1].pk})


def saved(stage: Stage) -> Call:
    return Call(kwargs=draft(stage).kwargs, form={"valid_days": "30"})


def confirmed(stage: Stage) -> Call:
    return Call(kwargs=draft(stage).kwargs, form={"version": "1"})


def sealed(stage: Stage) -> Call:
    bidder, bid = _ready(stage)
    made = seal_bid(bidder, bid.pk)
    body = {"manifest": made.manifest.decode(), "envelopes": [base64.b64encode(one).decode() for one in made.envelopes]}
    return Call(kwargs={"bid_id": bid.pk}, json=body)


def submitted(stage: Stage) -> Call:
    _bidder, receipt = make_submitted(of_another(stage), stage.actor())
    return Call(kwargs={"bid_id": receipt.bid_id})


def submission(stage: Stage) -> Call:
    _bidder, receipt = make_submitted(of_another(stage), stage.actor())
    return Call(kwargs={"bid_id": receipt.bid_id, "submission_id": receipt.submission_id})


def own_box(stage: Stage) -> Call:
    return Call(kwargs={"procedure_id": make_procedure(stage.actor()).pk})


def shut_box(stage: Stage) -> Call:
    procedure = make_procedure(stage.actor())
    make_submitted(procedure, make_bidder())
    pass_deadline(procedure)
    return Call(kwargs={"procedure_id": procedure.pk})


def box_of_two(stage: Stage) -> Call:
    """The owner holds the second key."""
    owner = stage.actor()
    sealing_keys.enrol_key(actor=owner, public_key=KEY.public_bytes)
    procedure = make_procedure(owner, seal="server_and_person", seal_person_id=owner.person_id)
    make_submitted(procedure, make_bidder())
    pass_deadline(procedure)
    return Call(kwargs={"procedure_id": procedure.pk})


def shares(stage: Stage) -> Call:
    made = box_of_two(stage)
    with acting(CENTRE):
        row = Envelope.objects.get(kind="price", submission__bid__procedure_id=made.kwargs["procedure_id"])
    holder = f"person-{stage.actor().person_id}"
    released = openings.release(envelope.parse(bytes(row.content)), holder=holder, key=KEY)
    return Call(kwargs=made.kwargs, json={"shares": {str(row.pk): openings.write_release(released).decode()}})


def open_box(stage: Stage) -> Call:
    made = shut_box(stage)
    opening.open_box(actor=stage.actor(), procedure_id=made.kwargs["procedure_id"])
    return made


def opened_envelope(stage: Stage) -> Call:
    made = open_box(stage)
    with acting(CENTRE):
        row = Envelope.objects.filter(submission__bid__procedure_id=made.kwargs["procedure_id"]).first()
    assert row is not None
    return Call(kwargs={**made.kwargs, "envelope_id": row.pk})


def to_begin(stage: Stage) -> Call:
    return Call(json={"procedure_id": str(of_another(stage).pk)})


def whole_draft(stage: Stage) -> Call:
    return Call(kwargs=draft(stage).kwargs, json={"valid_days": 30})


def version(stage: Stage) -> Call:
    return Call(kwargs=draft(stage).kwargs, json={"version": 1})


HOLDER = frozenset({Role.OWNER})


def feed_address(feed: str) -> Callable[[Stage], Call]:
    """Whoever has the address reads it: the token in it is the proof."""

    def make(stage: Stage) -> Call:
        row = make_address(actor=stage.actor(Role.OWNER), feed=feed)
        return Call(kwargs={"token": feeds.address(row).split("/")[-2]})

    return make


CASES = [
    # Everybody sees his own company's list.
    Case(route="bids:mine", foreign=OK),
    # The buyer's own people are told that they can't bid: the procedure is public.
    Case(route="bids:begin", method="POST", make=procedure_to_bid_on, allowed=BIDDING, foreign=403),
    # Colleagues who don't bid see how far it is, without prices (tests/pages/test_bid_page.py).
    Case(route="bids:bid", make=draft),
    Case(route="bids:bid", method="POST", make=saved, allowed=BIDDING),
    Case(route="bids:rail", make=draft),
    Case(route="bids:confirm", method="POST", make=confirmed, allowed=BIDDING),
    # Whoever may not submit is sent back to the draft.
    Case(route="bids:preview", make=draft),
    Case(route="bids:to_seal", make=draft, allowed=BIDDING),
    Case(route="bids:submit", method="POST", make=sealed, allowed=BIDDING),
    Case(route="bids:receipt", make=submitted),
    Case(route="bids:receipt_file", make=submission),
    Case(route="api:bid_receipt", make=submission, nobody=404),
    Case(route="bids:withdraw", method="POST", make=submitted, allowed=BIDDING),
    Case(route="bids:opening", make=own_box),
    Case(route="bids:open", method="POST", make=shut_box, allowed=BUYING),
    Case(route="bids:ask_shares", method="POST", make=box_of_two, allowed=HOLDER),
    Case(route="bids:release_shares", method="POST", make=shares, allowed=HOLDER),
    Case(route="bids:record", make=open_box),
    Case(route="bids:envelope", make=opened_envelope),
    persons("bids:sealing_key"),
    persons("bids:enrol_key", lambda stage: Call(json={"public_key": KEY.public_bytes.hex()}), method="POST"),
    Case(route="api:bids", foreign=OK, nobody=OK, staff=frozenset()),
    Case(route="api:bids", method="POST", make=to_begin, allowed=BIDDING, foreign=403),
    Case(route="api:bid", make=draft, nobody=404),
    Case(route="api:bid_readiness", make=draft, nobody=404),
    Case(route="api:bid_draft", make=draft, allowed=BIDDING),
    Case(route="api:bid_draft", method="PUT", make=whole_draft, allowed=BIDDING),
    Case(route="api:bid_confirm", method="POST", make=version, allowed=BIDDING),
    Case(route="api:bid_seal", make=draft, allowed=BIDDING),
    Case(route="api:bid_submissions", method="POST", make=sealed, allowed=BIDDING),
    Case(route="api:bid_submissions", make=submitted, nobody=404),
    Case(route="api:bid_withdraw", method="POST", make=submitted, allowed=BIDDING),
    Case(route="api:opening", make=open_box, nobody=404),
    Case(route="api:opening", method="POST", make=shut_box, allowed=BUYING),
    Case(route="api:opening_share_requests", method="POST", make=box_of_two, allowed=HOLDER),
    Case(route="api:opening_shares", method="POST", make=shares, allowed=HOLDER),
    public("bids:feed_calendar", feed_address("bids_deadlines")),
]
