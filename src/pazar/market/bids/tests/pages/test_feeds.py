"""Feeds and calendars by a secret address, read as programs read them."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import feedparser
import icalendar
import pytest
from django.test import Client
from tests.factories import make_actor

from pazar.ground.errors import NotFound
from pazar.ground.identity.models import Membership, Person
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages import feeds
from pazar.ground.messages.commands.feeds import make_address, revoke_address
from pazar.market.bids.tests.bidding import make_bid, make_submitted
from pazar.market.matching.commands import match
from pazar.market.matching.tests.factories import make_interest
from pazar.market.procedures import queries as procedures
from pazar.market.procedures.commands import cancel, change
from pazar.market.procedures.tests.factories import make_buyer, make_procedure

pytestmark = pytest.mark.django_db(transaction=True)


def get(row):
    # A program's own client: no cookie, no session.
    return Client().get(urlsplit(feeds.address(row)).path)


def events(row) -> list[icalendar.Event]:
    answer = get(row)
    assert answer["Content-Type"].startswith("text/calendar")
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


@pytest.fixture
def buyer():
    return make_buyer()


@pytest.fixture
def matched(buyer):
    supplier = make_actor(Role.TENDER_MANAGER)
    Person.objects.filter(pk=supplier.person_id).update(language="en")
    make_interest(supplier)
    procedure = make_procedure(buyer, title="Кабели <за> „ремонт“ & още")
    match.match_procedure(procedure_id=procedure.pk)
    drain()
    return supplier, procedure


def test_matches_come_as_atom_with_their_reasons(matched):
    supplier, procedure = matched
    answer = get(make_address(actor=supplier, feed="matches"))
    assert answer["Cache-Control"].startswith("private")
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.version == "atom10"
    (entry,) = read.entries
    assert entry.title == "Кабели <за> „ремонт“ & още" or "Кабели" in entry.title
    assert entry.link == f"http://testserver/market/procedures/{procedure.pk}/"
    assert entry.summary
    assert get(make_address(actor=make_actor(Role.OWNER), feed="matches")).content.count(b"<entry>") == 0


def test_their_deadlines_come_as_a_calendar(matched):
    supplier, procedure = matched
    (event,) = events(make_address(actor=supplier, feed="matches_deadlines"))
    assert abs(event.start - procedure.closes_at) < timedelta(seconds=1)
    assert str(event["UID"]).startswith(str(procedure.pk))
    assert "Кабели" in event["SUMMARY"]


def test_a_moved_deadline_moves_the_entry_it_was(matched, buyer):
    supplier, procedure = matched
    row = make_address(actor=supplier, feed="matches_deadlines")
    (before,) = events(row)
    later = replace(procedures.facts(procedure), closes_at=procedure.closes_at + timedelta(days=30))
    change.change_procedure(actor=buyer, procedure_id=procedure.pk, facts=later, reason="Повече време.")
    (after,) = events(row)
    assert (before["UID"], before.start) != (after["UID"], after.start)
    assert before["UID"] == after["UID"]


def test_deadlines_of_own_bids_say_whether_they_are_sealed_and_what_was_given_up():
    procedure, given_up = make_procedure(make_buyer()), make_procedure(buyer := make_buyer())
    bidder, _receipt = make_submitted(procedure)
    make_bid(given_up, bidder)
    cancel.cancel_procedure(actor=buyer, procedure_id=given_up.pk, reason="Отпадна.")
    Person.objects.filter(pk=bidder.person_id).update(language="en")
    found = {
        str(event["DESCRIPTION"]) + str(event["SUMMARY"]): event
        for event in events(make_address(actor=bidder, feed="bids_deadlines"))
    }
    assert sorted(str(event["STATUS"]) for event in found.values()) == ["CANCELLED", "CONFIRMED"]
    assert sum("Sealed: " in name for name in found) == 1
    other = make_address(actor=make_actor(Role.OWNER), feed="bids_deadlines")
    assert events(other) == []


def test_a_revoked_address_opens_nothing_nor_does_one_made_anew_leave_the_old_one_open(matched):
    supplier, _procedure = matched
    first = make_address(actor=supplier, feed="matches")
    second = make_address(actor=supplier, feed="matches")
    assert (get(first).status_code, get(second).status_code) == (404, 200)
    with pytest.raises(NotFound):
        revoke_address(actor=make_actor(Role.OWNER), address_id=second.pk)
    revoke_address(actor=supplier, address_id=second.pk)
    assert get(second).status_code == 404


def test_an_address_made_up_or_of_another_feed_opens_nothing(matched):
    supplier, _procedure = matched
    row = make_address(actor=supplier, feed="matches")
    path = urlsplit(feeds.address(row)).path
    assert Client().get(path.replace("matches.atom", "matches.ics")).status_code == 404
    assert Client().get(path.replace(row.pk.hex, "0" * 32)).status_code == 404
    assert Client().get("/market/feeds/nothing/bids.ics").status_code == 404


def test_who_left_the_company_reads_no_more(matched):
    supplier, _procedure = matched
    row = make_address(actor=supplier, feed="matches")
    assert get(row).status_code == 200
    Membership.objects.filter(person_id=supplier.person_id).update(is_active=False)
    assert get(row).status_code == 404
