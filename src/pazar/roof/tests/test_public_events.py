"""Whose systems are told what, and that none is told twice or of what isn't his."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import make_actor

from pazar import events
from pazar.ground import clock, outbox
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.identity.rules.roles import Role
from pazar.ground.identity.scope import acting
from pazar.ground.ids import new_id
from pazar.ground.jobs import queries as jobs
from pazar.ground.jobs.drain import drain
from pazar.ground.webhooks import kinds
from pazar.ground.webhooks.commands import reading
from pazar.ground.webhooks.models import Delivery, Endpoint, Reader
from pazar.market.bids.tests.bidding import make_bid
from pazar.market.procedures.commands import cancel
from pazar.market.procedures.tests.factories import make_buyer, make_procedure
from pazar.roof import public_events

pytestmark = pytest.mark.django_db(transaction=True)


def listen(actor, *types: str) -> None:
    with acting(actor):
        Endpoint.objects.create(
            company_id=actor.company_id,
            url="https://example.org/",
            events=list(types or public_events.TYPES),
            secret="whsec_c2VjcmV0",
            made_by_id=actor.person_id,
            made_at=clock.db_now(),
        )


def told(actor) -> list[str]:
    while reading.read_on():
        pass
    with acting(actor):
        return list(Delivery.objects.order_by("made_at", "id").values_list("type", flat=True))


@pytest.fixture(autouse=True)
def from_the_beginning():
    Reader.objects.create(name=reading.READER)


def match(company_id, *, quiet=False) -> events.SuppliersMatched:
    return events.SuppliersMatched(
        procedure_id=new_id(),
        reference="PZ-1",
        title="Кабели",
        buyer_name="Община",
        buyer_country="BG",
        buyer_number="000",
        closes_at=None,
        value_amount=None,
        currency="EUR",
        cpv=("31321000",),
        is_outside=False,
        quiet=quiet,
        matches=(events.MatchFound(company_id=company_id, match_id=new_id()),),
    )


def test_a_match_comes_to_its_company_alone_once_and_a_quiet_one_to_nobody():
    supplier, other = make_actor(Role.OWNER), make_actor(Role.OWNER)
    listen(supplier)
    listen(other)
    with transaction.atomic():
        outbox.publish(match(supplier.company_id))
        outbox.publish(match(other.company_id, quiet=True))
    assert told(supplier) == ["match.found"]
    assert told(other) == []
    Reader.objects.update(txid=0, event_id=0)  # read again from the beginning, as after a restored backup
    assert told(supplier) == ["match.found"]
    with acting(supplier):
        content = Delivery.objects.get().content
    assert (content["type"], content["data"]["title"]) == ("match.found", "Кабели")
    assert content["data"]["url"].startswith("http://testserver/market/procedures/")


def test_an_endpoint_gets_only_what_it_asked_for():
    supplier = make_actor(Role.OWNER)
    listen(supplier, "lead.taken")
    with transaction.atomic():
        outbox.publish(match(supplier.company_id))
    assert told(supplier) == []


def test_an_end_comes_to_the_buyer_and_to_whoever_began_a_bid():
    buyer = make_buyer()
    procedure = make_procedure(buyer)
    bidder, _bid = make_bid(procedure)
    stranger = make_actor(Role.OWNER)
    for actor in (buyer, bidder, stranger):
        listen(actor)
    cancel.cancel_procedure(actor=buyer, procedure_id=procedure.pk, reason="Отпадна.")
    assert told(buyer) == ["procedure.published", "procedure.cancelled"]
    assert told(bidder) == ["procedure.cancelled"]
    assert told(stranger) == []


def test_every_type_that_is_told_has_a_name_to_choose_it_by():
    supplier = make_actor(Role.OWNER)
    event = match(supplier.company_id)
    with acting(CENTRE):
        assert {public.type for public in public_events.TRANSLATIONS[type(event)](event)} <= set(public_events.TYPES)


def test_an_event_that_cannot_be_told_becomes_a_job_and_holds_up_nobody(monkeypatch):
    """It isn't merely logged: the job is tried again, and the operator sees it where failing jobs stand."""
    supplier = make_actor(Role.OWNER)
    listen(supplier)
    with transaction.atomic():
        outbox.publish(match(supplier.company_id))
    with transaction.atomic():
        outbox.publish(match(supplier.company_id))
    usual, came = kinds.translation, []

    def first_fails(kind):
        came.append(kind)
        if len(came) in (1, 3):  # when it is read, and at the job's first try
            raise ValueError("cable 12.50")
        return usual(kind)

    monkeypatch.setattr(kinds, "translation", first_fails)
    assert told(supplier) == ["match.found"]
    drain()
    (job,) = jobs.ProcrastinateJob.objects.filter(task_name=reading.AGAIN)
    assert set(job.args) == {"event_id"} and any("ValueError" in fault for fault in jobs.faults())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE id = %s", [job.id])
    drain()
    assert told(supplier) == ["match.found", "match.found"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = %s", [job.id])
    drain()
    assert told(supplier) == ["match.found", "match.found"], "twice tells nobody twice"


def test_with_nothing_new_the_reader_asks_little():
    supplier = make_actor(Role.OWNER)
    listen(supplier)
    told(supplier)
    with CaptureQueriesContext(connection) as asked:
        assert reading.read_on() == 0
    assert len(asked) == 2
