"""Who is reminded of a deadline, and how often, wherever it moves and however the clock jumps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import make_actor

from pazar.ground import clock
from pazar.ground.jobs import clockwork
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Message
from pazar.market.bids.commands import withdraw
from pazar.market.bids.tests.bidding import make_bid, make_submitted
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel, change
from pazar.market.procedures.tests.factories import make_buyer, make_procedure
from pazar.roof.demo.commands.clock import run_until

pytestmark = pytest.mark.django_db(transaction=True)


def reminders(actor) -> list[str]:
    found = Message.objects.filter(person_id=actor.person_id).order_by("made_at", "id")
    return [message.title for message in found if message.kind == "bid_reminder"]


def pass_time(**span) -> None:
    run_until(clock.db_now() + timedelta(**span))


def open_procedure(days: float = 10):
    procedure = make_procedure(make_buyer(), closes_at=clock.db_now() + timedelta(days=days))
    drain()
    return procedure


def move_deadline(procedure, **span):
    procedure.refresh_from_db()
    facts = procedures.facts(procedure)
    buyer = make_actor(company=procedure.buyer)
    facts = replace(facts, closes_at=facts.closes_at + timedelta(**span))
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=facts, reason="Още време.")
    drain()


def test_four_reminders_come_to_whoever_drafts_and_none_to_others():
    procedure = open_procedure()
    bidder, _bid = make_bid(procedure)
    outsider = make_actor()
    counts = []
    for span in ({"days": 3.5}, {"days": 4}, {"days": 2}, {"hours": 10}):
        pass_time(**span)
        counts.append(len(reminders(bidder)))
    assert counts == [1, 2, 3, 4]
    assert reminders(outsider) == []
    pass_time(days=1)
    assert len(reminders(bidder)) == 4


def test_a_jump_over_all_of_them_sends_the_latest_alone():
    procedure = open_procedure()
    bidder, _bid = make_bid(procedure)
    pass_time(days=9, hours=22)
    assert len(reminders(bidder)) == 1
    assert procedure.reference in reminders(bidder)[0]


def test_a_jump_over_the_deadline_sends_none():
    bidder, _bid = make_bid(open_procedure())
    pass_time(days=11)
    assert reminders(bidder) == []


def test_who_submitted_is_left_alone_until_the_procedure_changes_and_who_withdrew_for_good():
    procedure = open_procedure()
    bidder, _receipt = make_submitted(procedure)
    gone, receipt = make_submitted(procedure)
    withdraw.withdraw_bid(actor=gone, bid_id=receipt.bid_id)
    pass_time(days=3.5)
    assert reminders(bidder) == reminders(gone) == []
    move_deadline(procedure, days=1)
    pass_time(days=5)
    assert len(reminders(bidder)) == 1
    assert reminders(gone) == []


def test_a_deadline_moved_away_is_reminded_of_anew_and_one_moved_a_little_is_not():
    procedure = open_procedure()
    bidder, _bid = make_bid(procedure)
    pass_time(days=3.5)
    assert len(reminders(bidder)) == 1
    move_deadline(procedure, hours=20)
    pass_time(hours=18)
    assert len(reminders(bidder)) == 1
    move_deadline(procedure, days=10)
    pass_time(days=9.8)
    assert len(reminders(bidder)) == 2


def test_a_cancelled_procedure_reminds_nobody():
    procedure = open_procedure()
    bidder, _bid = make_bid(procedure)
    buyer = make_actor(company=procedure.buyer)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна.")
    drain()
    pass_time(days=9)
    assert reminders(bidder) == []


def test_an_act_done_again_tells_nobody_again():
    procedure = open_procedure()
    bidder, _bid = make_bid(procedure)
    pass_time(days=3.5)
    from pazar.ground.jobs.models import DueAct

    DueAct.objects.filter(name="remind_7d").update(done_at=None)
    assert clockwork.run_due() == 1
    assert len(reminders(bidder)) == 1


def test_the_acts_do_not_tell_whether_anybody_drafts():
    from pazar.ground.jobs.models import DueAct

    bare = open_procedure()
    make_bid(procedure := open_procedure())
    names = [set(DueAct.objects.filter(subject_id=p.pk).values_list("name", flat=True)) for p in (bare, procedure)]
    assert names[0] == names[1]
    assert {"remind_7d", "remind_3d", "remind_1d", "remind_3h"} <= names[0]
