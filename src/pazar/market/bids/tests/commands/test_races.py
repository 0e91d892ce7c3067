"""Real threads, real transactions: one receipt for one bid, and what was acknowledged is exactly what is in the box."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection, transaction
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.scope import acting
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.models import DueAct
from pazar.market.bids import queries
from pazar.market.bids.adapters import keys
from pazar.market.bids.commands import close, opening, submit, withdraw
from pazar.market.bids.models import Envelope, Submission
from pazar.market.bids.refusals import BidTooLate
from pazar.market.bids.rules import box as boxes
from pazar.market.bids.tests.bidding import make_bid, make_submitted, seal_bid
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands.shared import keep_version
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(act: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        try:
            return act()
        finally:
            connection.close()

    return run


def leave(procedure, seconds: float) -> None:
    """Move the centre's clock so that the tender period ends in so many real seconds."""
    rest = procedure.closes_at - clock.db_now() - timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_centre SET shift = shift + %s", [rest])


def test_two_posts_of_one_bid_at_once_give_one_receipt():
    procedure = make_procedure()
    bidder, bid = make_bid(procedure)
    sealed = seal_bid(bidder, bid.pk)
    gate = threading.Barrier(4)

    def post():
        gate.wait()
        return submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=sealed)

    with ThreadPoolExecutor(4) as pool:
        receipts = {future.result() for future in [pool.submit(in_thread(post)) for _ in range(4)]}
    assert len(receipts) == 1
    with acting(bidder):
        assert Submission.objects.count() == 1
        assert Envelope.objects.count() == 2


def test_two_people_opening_at_once_open_one_box():
    procedure = make_procedure(buyer := make_buyer())
    make_submitted(procedure)
    leave(procedure, 0)
    gate = threading.Barrier(3)

    def opens():
        gate.wait()
        return opening.open_box(actor=buyer, procedure_id=procedure.pk).opened_at

    with ThreadPoolExecutor(3) as pool:
        assert len({future.result() for future in [pool.submit(in_thread(opens)) for _ in range(3)]}) == 1


def test_what_was_acknowledged_across_the_deadline_is_exactly_what_is_in_the_box():
    """Bidders put in and take out until they are refused; whoever shuts the box tries all the while."""
    procedure = make_procedure(buyer := make_buyer())
    bids = []
    for _ in range(12):
        bidder, bid = make_bid(procedure)
        bids.append((bidder, bid, [seal_bid(bidder, bid.pk) for _ in range(60)]))
    leave(procedure, 1.5)
    until = time.monotonic() + 3.0
    standing: dict = {}
    """By bid, the digest last acknowledged, or None after a withdrawal."""
    refused: list = []

    def bids_on(bidder, bid, sealed):
        for number, one in enumerate(sealed):
            try:
                receipt = submit.submit_bid(actor=bidder, bid_id=bid.pk, sealed=one)
                standing[bid.pk] = receipt.digest
                assert receipt.received_at < procedure.closes_at
                if number % 5 == 4:
                    withdraw.withdraw_bid(actor=bidder, bid_id=bid.pk)
                    standing[bid.pk] = None
            except BidTooLate as late:
                assert late.moment >= late.closes_at
                refused.append(bid.pk)
                return
            if time.monotonic() > until:
                return

    def shuts():
        while time.monotonic() < until and queries.box(procedure.pk).closed_at is None:
            close.close_box(procedure.pk)

    with ThreadPoolExecutor(13) as pool:
        work = [pool.submit(in_thread(lambda b=b: bids_on(*b))) for b in bids] + [pool.submit(in_thread(shuts))]
        for future in work:
            future.result()
    close_old_connections()

    assert refused, "somebody must have come too late, or the deadline was not crossed"
    acknowledged = {digest for digest in standing.values() if digest}
    assert acknowledged
    with acting(CENTRE):
        box = queries.box(procedure.pk)
        found = queries.in_the_box(procedure.pk)
        salt = keys.draft_key().unlock(bytes(box.sealed_salt), about=procedure.pk.bytes)
    assert {bytes(one.digest).hex() for one in found} == acknowledged
    shut_over = boxes.digest(procedure=procedure.pk, bid_digests=map(bytes.fromhex, acknowledged), salt=salt)
    assert bytes(box.digest) == shut_over
    opening.open_box(actor=buyer, procedure_id=procedure.pk)
    with acting(buyer):
        assert {bid.digest for bid in queries.opened_bids(procedure.pk)} == acknowledged


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("way", ["moves the end", "gives up"])
def test_a_buyer_at_the_very_deadline_and_the_clockwork_dont_hold_each_other_up(way, caplog):
    """He holds the procedure and comes to the due act; the clockwork has the act and waits for the procedure."""
    procedure = make_procedure(make_buyer())
    make_submitted(procedure)
    leave(procedure, 0)
    later = procedure.closes_at + timedelta(days=3)
    holds = threading.Event()

    def buyer():
        with transaction.atomic():
            held = procedures.lock_procedure(procedure.pk)
            holds.set()
            until = time.monotonic() + 10
            while not waiting_for_a_lock():
                assert time.monotonic() < until, "the clockwork never came to the procedure"
                time.sleep(0.02)
            if way == "gives up":
                clockwork.cancel("close_procedure", subject_id=procedure.pk)
                return
            # As a change does it; the database takes a moved end with the version that says so alone.
            held.closes_at, held.version = later, held.version + 1
            held.save()
            keep_version(held, actor=make_actor(), moment=clock.db_now())
            clockwork.schedule("close_procedure", subject_id=procedure.pk, due_at=later)

    def worker():
        assert holds.wait(10)
        clockwork.run_due()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(in_thread(buyer)), pool.submit(in_thread(worker))]:
            future.result()
    assert "due act failed" not in caplog.text, "the database had to end one of the two"
    acts = DueAct.objects.filter(name="close_procedure", subject_id=procedure.pk)
    if way == "gives up":
        assert not acts.exists()
        return
    (act,) = acts
    assert (act.due_at, act.done_at, act.tries, act.fault) == (later, None, 0, "")
    assert queries.box(procedure.pk).closed_at is None, "bids are taken on"


def test_two_workers_do_a_due_act_once():
    procedure = make_procedure(make_buyer())
    make_submitted(procedure)
    leave(procedure, 0)
    gate = threading.Barrier(3)

    def worker():
        gate.wait()
        return clockwork.run_due()

    with ThreadPoolExecutor(3) as pool:
        assert sum(future.result() for future in [pool.submit(in_thread(worker)) for _ in range(3)]) == 1
