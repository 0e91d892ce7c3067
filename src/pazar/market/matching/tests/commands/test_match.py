import re
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import make_actor, make_company, make_person

from pazar import events
from pazar.ground import clock, outbox
from pazar.ground.errors import NotAllowed, NotFound
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail, Message
from pazar.ground.outbox.models import Event
from pazar.market.matching import handlers
from pazar.market.matching.commands import interests, match
from pazar.market.matching.models import Match
from pazar.market.matching.queries import matches
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests.factories import make_interest, store_procedure

pytestmark = pytest.mark.django_db

CABLES = {"cpv": ("31321000",), "regions": ("BG411",), "lemmas": frozenset({"кабел"})}


@pytest.fixture
def buyer():
    return make_company(name="Buyer AD")


@pytest.fixture
def supplier():
    return make_actor(Role.TENDER_MANAGER)


def cables(buyer, **said):
    facts = {key: said.pop(key) for key in ("is_outside",) if key in said}
    return store_procedure(LotFacts(buyer_id=buyer.pk, kind="open_tender", **CABLES, **facts), **said)


def announced() -> list[dict]:
    return [event.content for event in Event.objects.filter(kind="SuppliersMatched").order_by("pk")]


def test_a_publication_finds_its_suppliers_and_tells_their_people_once(supplier, buyer):
    make_interest(supplier, words_any="кабели")
    drain()
    procedure = cables(buyer, title="Доставка на кабели", value_amount=Decimal(40000), currency="EUR")
    with transaction.atomic():
        outbox.publish(events.ProcedurePublished(procedure_id=procedure.pk, version=1))
    drain()

    found = Match.objects.get()
    assert (found.company_id, found.interest_version) == (supplier.company_id, 1)
    assert found.told_at is not None
    message = Message.objects.get(person_id=supplier.person_id)
    assert message.title == "Fits your interests: Доставка на кабели"
    assert f"/market/procedures/{procedure.pk}/" == message.path
    assert "Power cables" in message.text or "31321000" in message.text
    assert "word кабели" in message.text
    assert Mail.objects.get().person_id == supplier.person_id


def test_an_interest_saved_in_the_moment_of_publication_misses_neither_match_nor_message(supplier, buyer):
    procedure = cables(buyer)
    interest = make_interest(supplier)
    match.match_interest(interest_id=interest.pk)
    assert announced()[0]["quiet"] is True
    handlers.match_published(events.ProcedurePublished(procedure_id=procedure.pk, version=1))
    drain()
    assert (Match.objects.count(), Message.objects.count()) == (1, 1)


def test_handlers_called_twice_tell_once(supplier, buyer):
    make_interest(supplier)
    drain()
    procedure = cables(buyer)
    published = events.ProcedurePublished(procedure_id=procedure.pk, version=1)
    with transaction.atomic():
        handlers.match_published(published)
    drain()
    with transaction.atomic():
        handlers.match_published(published)
    drain()
    assert len(announced()) == 1
    from pazar.ground.outbox import wire

    again = wire.load(events.SuppliersMatched, announced()[0])
    handlers.tell_suppliers(again)
    assert (Match.objects.count(), Message.objects.count(), Mail.objects.count()) == (1, 1, 1)


def test_one_company_is_announced_once_though_two_lots_and_interests_fit(supplier, buyer):
    make_interest(supplier)
    make_interest(supplier, name="Everything electrical", cpv=["31000000"])
    lot = LotFacts(buyer_id=buyer.pk, **CABLES)
    procedure = store_procedure(lot, lot)
    assert match.match_procedure(procedure_id=procedure.pk) == 4
    assert len(announced()) == 1
    assert [m["company_id"] for m in announced()[0]["matches"]] == [str(supplier.company_id)]
    told = announced()[0]["matches"][0]
    assert (told["reason"]["lot_number"], told["reason"]["more_lots"]) == ("1", 1)
    assert (told["interest_name"], told["interest_version"]) in {("Cables", 1), ("Everything electrical", 1)}
    assert "sentence" not in told  # no words of any language travel
    drain()
    message = Message.objects.get(person_id=supplier.person_id)
    assert "Lot 1: " in message.text and "; 1 more lot fits" in message.text
    # The message counts as My matches does.
    rows, _more = matches.matched(supplier, moment=clock.db_now(), chip=matches.Chip.ALL, begun=frozenset())
    shown = "".join(piece.text for piece in rows[0].why)
    assert f"Why it fits you: {shown}." in message.text


def test_owners_and_tender_managers_are_told_in_their_language_others_not(supplier, buyer):
    from pazar.ground.identity.models import Company

    company = Company.objects.get(pk=supplier.company_id)
    owner = make_person(company, Role.OWNER, language="bg")
    make_person(company, Role.READER)
    make_interest(supplier)
    match.match_procedure(procedure_id=cables(buyer, title="Кабели").pk)
    drain()
    assert set(Message.objects.values_list("person_id", flat=True)) == {supplier.person_id, owner.pk}
    told = Message.objects.get(person=owner)
    assert told.title == "Отговаря на интересите Ви: Кабели"
    assert "31321000" in told.text and "Why" not in told.text


def test_batches_hold_at_most_what_an_event_may(buyer, monkeypatch):
    monkeypatch.setattr(match, "BATCH", 2)
    for _n in range(5):
        make_interest(make_actor(Role.TENDER_MANAGER))
    match.match_procedure(procedure_id=cables(buyer).pk)
    assert [len(event["matches"]) for event in announced()] == [2, 2, 1]
    drain()
    assert Message.objects.count() == 5


@pytest.mark.parametrize("closes_in", [timedelta(minutes=-1), None])
def test_what_is_closed_or_says_no_deadline_is_not_matched(supplier, buyer, closes_in):
    make_interest(supplier)
    procedure = cables(buyer, closes_in=closes_in, is_outside=True)
    assert match.match_procedure(procedure_id=procedure.pk) == 0


def test_an_outside_procedure_is_mailed_only_where_the_interest_says_so(supplier, buyer):
    eager = make_actor(Role.TENDER_MANAGER)
    make_interest(supplier)
    make_interest(eager, mail_outside=True)
    procedure = cables(buyer, is_outside=True)
    handlers.match_imported(events.OutsideProceduresImported(procedure_ids=(procedure.pk,), first_bulk=False))
    drain()
    assert Message.objects.count() == 2
    assert [mail.person_id for mail in Mail.objects.all()] == [eager.person_id]


def test_a_first_bulk_import_matches_and_tells_nobody(supplier, buyer):
    make_interest(supplier, mail_outside=True)
    ids = tuple(cables(buyer, is_outside=True).pk for _n in range(3))
    handlers.match_imported(events.OutsideProceduresImported(procedure_ids=ids, first_bulk=True))
    drain()
    assert (Match.objects.count(), Message.objects.count()) == (3, 0)
    assert [event["quiet"] for event in announced()] == [True, True, True]


def test_a_saved_interest_is_matched_against_everything_open_quietly(supplier, buyer):
    procedure = cables(buyer)
    cables(buyer, closes_in=timedelta(minutes=-1))
    make_interest(supplier)
    drain()
    assert [found.procedure_id for found in Match.objects.all()] == [procedure.pk]
    assert Message.objects.count() == 0
    assert announced()[0]["quiet"] is True


def test_a_narrowed_interest_loses_what_fits_no_more_and_keeps_what_is_over(supplier, buyer):
    interest = make_interest(supplier)
    kept, over = cables(buyer), cables(buyer)
    lost = store_procedure(LotFacts(buyer_id=buyer.pk, cpv=("31310000",)))
    for procedure in (kept, over, lost):
        match.match_procedure(procedure_id=procedure.pk)
    type(over).objects.filter(pk=over.pk).update(state="closed")
    interests.save_interest(
        actor=supplier, interest_id=interest.pk, wanted=interests.Wanted(name="Cables", cpv=["31320000"])
    )
    drain()
    found = {row.procedure_id: row.interest_version for row in Match.objects.all()}
    assert found == {kept.pk: 2, over.pk: 1}


def test_a_dismissed_procedure_stays_away_and_can_be_brought_back(supplier, buyer):
    make_interest(supplier)
    procedure = cables(buyer)
    match.match_procedure(procedure_id=procedure.pk)
    match.dismiss_match(actor=supplier, procedure_id=procedure.pk, why="Too small")
    match.dismiss_match(actor=supplier, procedure_id=procedure.pk, why="Again")
    match.match_procedure(procedure_id=procedure.pk)
    found = Match.objects.get()
    assert (found.dismissed_why, found.dismissed_at is not None) == ("Too small", True)
    match.restore_match(actor=supplier, procedure_id=procedure.pk)
    assert Match.objects.get().dismissed_at is None


def test_a_foreign_match_is_not_found_and_a_reader_may_not_dismiss(supplier, buyer):
    from pazar.ground.identity.models import Company

    make_interest(supplier)
    procedure = cables(buyer)
    match.match_procedure(procedure_id=procedure.pk)
    reader = make_actor(Role.READER, company=Company.objects.get(pk=supplier.company_id))
    with pytest.raises(NotFound):
        match.dismiss_match(actor=make_actor(Role.OWNER), procedure_id=procedure.pk)
    with pytest.raises(NotAllowed):
        match.dismiss_match(actor=reader, procedure_id=procedure.pk)
    with pytest.raises(NotFound):
        match.dismiss_match(actor=supplier, procedure_id=UUID(int=5))


def test_many_procedures_are_matched_with_few_statements(supplier, buyer):
    make_interest(supplier)
    ids = [cables(buyer, is_outside=True).pk for _n in range(20)]
    with CaptureQueriesContext(connection) as asked:
        match.match_procedures(procedure_ids=ids, quiet=True)
    assert Match.objects.count() == 20
    # What an announcement costs depends on who listens; the matching itself doesn't grow with the procedures.
    own = [query["sql"] for query in asked if not re.search("outbox_event|procrastinate|pazar_now", query["sql"])]
    assert len(own) <= 12
