"""The matcher: nothing is missed and nothing doubled, whoever is slow, killed, or comes back."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from pyroaring import BitMap
from tests.factories import make_actor, make_company

from pazar import events
from pazar.ground import outbox
from pazar.ground.identity.rules.roles import Role
from pazar.ground.jobs.drain import drain
from pazar.ground.messages.models import Mail, Message
from pazar.ground.outbox.models import Event
from pazar.market.matching.commands import interests, match, portions, requests
from pazar.market.matching.commands.interests import Wanted
from pazar.market.matching.matcher import Followed, Round
from pazar.market.matching.models import (
    Interest,
    InterestChange,
    Match,
    Matcher,
    MatchPart,
    MatchProgress,
    MatchRequest,
)
from pazar.market.matching.queries import following, matchers, oracle
from pazar.market.matching.rules.meaning import LotFacts
from pazar.market.matching.tests import factories as made

pytestmark = pytest.mark.django_db(transaction=True)
CABLES = LotFacts(cpv=("31321000",), regions=("BG323",), lemmas=frozenset({"кабел"}), kind="open_tender")


@pytest.fixture
def buyer():
    return make_company(name="Електромрежа Изток")


def suppliers(count: int, **said) -> list[Interest]:
    return [made.make_interest(make_actor(Role.OWNER), **said) for _n in range(count)]


def publish(buyer, lot: LotFacts = CABLES, **said):
    """A procedure that becomes public with its request, as a publication's transaction leaves it."""
    with transaction.atomic():
        procedure = made.store_procedure(replace(lot, buyer_id=buyer.pk), **said)
        outbox.publish(events.ProcedurePublished(procedure_id=procedure.pk, version=1))
    return procedure


def announced() -> list[UUID]:
    return [
        UUID(found["company_id"])
        for event in Event.objects.filter(kind="SuppliersMatched").order_by("id")
        for found in event.content["matches"]
    ]


def elsewhere() -> psycopg.Connection:
    """A connection of somebody else."""
    return psycopg.connect(settings.DATABASE_URL)


def test_a_publication_is_matched_stored_and_announced_once(buyer):
    own = suppliers(3)
    suppliers(1, cpv=["45000000"])
    work = Round()
    work.load()
    procedure = publish(buyer)
    assert work.step() == 1
    assert set(Match.objects.values_list("interest_id", "procedure_id")) == {(i.pk, procedure.pk) for i in own}
    assert sorted(announced()) == sorted(i.company_id for i in own)
    assert MatchRequest.objects.get().finished_at is not None
    assert work.step() == 0
    assert len(announced()) == 3


def test_a_company_is_not_matched_with_what_it_buys_itself(buyer):
    made.make_interest(make_actor(Role.OWNER, company=buyer))
    work = Round()
    publish(buyer)
    assert work.step() == 1
    assert not Match.objects.exists()


def test_random_changes_are_followed_and_the_index_stays_equal_to_the_oracle(buyer):
    chance = random.Random(7)
    companies = [make_company().pk for _n in range(5)]
    work = Round()
    work.load()
    for _round in range(12):
        for _n in range(15):
            made.store_interest(made.random_interest(chance, companies))
        for interest in chance.sample(list(Interest.objects.all()), 5):
            facts = made.random_interest(chance, companies)
            Interest.objects.filter(pk=interest.pk).update(
                cpv=list(facts.cpv), regions=list(facts.regions), is_active=facts.is_active
            )
        chance.choice(list(Interest.objects.all())).delete()
        work.followed.follow()
        lot = made.random_lot(
            chance, chance.choice(companies), outside=False, kind=chance.choice(made.KINDS), regime="commercial"
        )
        procedure = made.store_procedure(lot)
        lots = oracle.open_lots_now([procedure.pk])
        own = following.own_numbers([lot.buyer_id]).get(lot.buyer_id, [])
        found = {
            number
            for lot_id, facts in oracle.lot_facts(lots).items()
            for number in work.followed.index.match(facts, own=own)
        }
        expected = {fit.interest_id for fit in oracle.fits_of_lots(lots)}
        assert set(Interest.objects.filter(number__in=found).values_list("pk", flat=True)) == expected
        assert Interest.objects.filter(number__in=found).count() == len(found)
    assert len(work.followed.index) == Interest.objects.filter(is_active=True).count()


def test_a_slow_transaction_is_not_skipped_by_a_quick_one(buyer):
    """The slow one takes its number first and commits last: reading by numbers alone would lose it."""
    slow, quick = suppliers(2, cpv=["45000000"])
    work = Round()
    work.load()
    with elsewhere() as other:
        other.execute("UPDATE matching_interest SET cpv = '{31300000}' WHERE id = %s", [slow.pk])
        Interest.objects.filter(pk=quick.pk).update(cpv=["31300000"])
        numbers = InterestChange.objects.order_by("-number").values_list("number", "interest_id")
        assert numbers[0][1] == quick.pk
        work.step()
        publish(buyer)
        work.step()
        assert set(Match.objects.values_list("interest_id", flat=True)) == {quick.pk}
        other.commit()
    second = publish(buyer)
    work.step()
    assert set(Match.objects.filter(procedure=second).values_list("interest_id", flat=True)) == {slow.pk, quick.pk}


def test_a_change_is_not_taken_in_twice_while_a_slow_transaction_runs(buyer):
    (interest,) = suppliers(1)
    work = Round()
    work.load()
    with elsewhere() as other:
        other.execute("UPDATE matching_interest SET name = 'x', cpv = '{45000000}' WHERE false")
        other.execute("SELECT pg_current_xact_id()")
        for code in ("45000000", "31300000", "31320000"):
            Interest.objects.filter(pk=interest.pk).update(cpv=[code])
            assert work.followed.follow() == 1
            assert work.followed.follow() == 0
    publish(buyer)
    work.step()
    assert Match.objects.count() == 1


def test_an_interest_changed_after_the_request_was_seen_leaves_no_match_of_its_old_version(buyer, monkeypatch):
    actor = make_actor(Role.OWNER)
    interest = made.make_interest(actor)
    work = Round()
    work.load()
    drain()
    publish(buyer)
    store = match.store_found

    def late(**said):
        interests.save_interest(actor=actor, interest_id=interest.pk, wanted=Wanted(name="Roads", cpv=["45000000"]))
        return store(**said)

    monkeypatch.setattr(match, "store_found", late)
    assert work.step() == 1
    drain()
    assert not Match.objects.exists()


def test_an_interest_changed_to_fit_meanwhile_finds_the_procedure_itself(buyer, monkeypatch):
    actor = make_actor(Role.OWNER)
    interest = made.make_interest(actor, cpv=["45000000"])
    work = Round()
    work.load()
    drain()
    publish(buyer)
    store = match.store_found

    def late(**said):
        interests.save_interest(actor=actor, interest_id=interest.pk, wanted=Wanted(name="Cables", cpv=["31300000"]))
        return store(**said)

    monkeypatch.setattr(match, "store_found", late)
    work.step()
    drain()
    assert Match.objects.get().interest_version == 2


def test_who_saves_an_interest_waits_for_matches_being_stored(buyer):
    """Matches of the old version that are stored but not committed are found and dropped."""
    actor = make_actor(Role.OWNER)
    interest = made.make_interest(actor)
    drain()
    procedure = publish(buyer)
    stored, go_on = threading.Event(), threading.Event()
    work = Round()
    work.load()

    def slowly():
        try:
            with transaction.atomic():
                work.step()
                stored.set()
                go_on.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    assert stored.wait(10)
    interests.save_interest(actor=actor, interest_id=interest.pk, wanted=Wanted(name="Roads", cpv=["45000000"]))
    threading.Timer(0.5, go_on.set).start()
    match.match_interest(interest_id=interest.pk)
    thread.join()
    assert not Match.objects.filter(procedure=procedure).exists()


def test_two_matchers_of_one_part_do_it_once(buyer):
    suppliers(2)
    one, other = Round(), Round()
    one.load()
    other.load()
    publish(buyer)
    assert [one.step(), other.step()] == [1, 0]
    assert len(announced()) == 2


def test_parts_by_hash_do_the_whole_together_and_tell_each_company_once(buyer):
    actors = [make_actor(Role.OWNER) for _n in range(12)]
    for actor in actors:
        made.make_interest(actor)
        made.make_interest(actor, name="All of it", cpv=["31000000"])
    parts = [Round(shard=shard, shards=3) for shard in (1, 2, 3)]
    publish(buyer)
    for part in parts[:2]:
        part.step()
    assert MatchRequest.objects.get().finished_at is None
    parts[2].step()
    assert MatchRequest.objects.get().finished_at is not None
    assert Match.objects.count() == 24
    assert sorted(announced()) == sorted(actor.company_id for actor in actors)
    assert sum(len(part.followed.index) for part in parts) == 24
    assert all(len(part.followed.index) for part in parts)


@pytest.fixture
def two_at_a_time(monkeypatch):
    monkeypatch.setattr(portions, "COMPANIES", 2)


def everything() -> tuple[list, list, list, list]:
    """What was stored, announced and told."""
    drain()
    told = sorted((str(m.person_id), m.title, m.text, m.company, *m.topics) for m in Message.objects.all())
    matches = sorted(map(str, Match.objects.values_list("interest_id", "lot_id", "company_id", "dismissed_why")))
    return matches, sorted(announced()), told, sorted(map(str, Mail.objects.values_list("to", "subject")))


def many_who_fit() -> list[UUID]:
    """Companies in no order, some with several interests; the lots fit some of these only."""
    ids = []
    for number in range(7):
        actor = make_actor(Role.OWNER)
        ids.append(actor.company_id)
        made.make_interest(actor)
        if number % 2:
            made.make_interest(actor, name="All of it", cpv=["31000000"], mail_outside=True)
        made.make_interest(actor, name="Roads", cpv=["45000000"])
    drain()
    return ids


ROADS = LotFacts(cpv=("45233000",), regions=("BG323",), kind="open_tender")


def publish_two_lots(buyer):
    with transaction.atomic():
        lots = [replace(lot, buyer_id=buyer.pk) for lot in (CABLES, ROADS)]
        procedure = made.store_procedure(*lots)
        outbox.publish(events.ProcedurePublished(procedure_id=procedure.pk, version=1))
    return procedure


def test_in_portions_all_is_as_in_one(buyer, monkeypatch):
    ids = many_who_fit()
    work = Round()
    work.load()
    work.beat(at_once=True)  # or the oracle would match as well
    procedure = publish_two_lots(buyer)
    assert work.step() == 1
    in_one = everything()
    assert in_one[1] == sorted(ids)
    Match.objects.all().delete()
    Message.objects.all().delete()
    Mail.objects.all().delete()
    MatchRequest.objects.all().delete()
    earlier = set(Event.objects.values_list("pk", flat=True))
    monkeypatch.setattr(portions, "COMPANIES", 2)
    requests.ask(procedure_ids=[procedure.pk], just_published=True)
    assert work.step() == 1
    events_now = Event.objects.filter(kind="SuppliersMatched").exclude(pk__in=earlier).order_by("id")
    sizes = [len(event.content["matches"]) for event in events_now]
    assert sizes == [2, 2, 2, 1]
    matches, told_of, told, mails = everything()
    assert (matches, told, mails) == (in_one[0], in_one[2], in_one[3])
    assert told_of == sorted(ids * 2)
    assert MatchPart.objects.get().found == len(matches)
    assert not MatchProgress.objects.exists()


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_killed_between_portions_it_goes_on_and_announces_each_once(buyer, monkeypatch, two_at_a_time, dies_at):
    ids = many_who_fit()
    publish_two_lots(buyer)
    store, calls = match._store_portion, []

    def dying(*args, **said):
        calls.append(args)
        if len(calls) == dies_at:
            raise KeyboardInterrupt
        return store(*args, **said)

    monkeypatch.setattr(match, "_store_portion", dying)
    work = Round()
    work.load()
    with pytest.raises(KeyboardInterrupt):
        work.step()
    assert MatchRequest.objects.get().finished_at is None
    assert sorted(announced()) == sorted(ids)[: 2 * (dies_at - 1)]
    another = Round()
    another.load()
    assert another.step() == 1
    assert sorted(announced()) == sorted(ids)
    assert MatchRequest.objects.get().finished_at is not None
    drain()
    assert Message.objects.count() == len(ids)
    assert Match.objects.count() == 7 + 3 + 7


def test_two_matchers_in_portions_do_each_once(buyer, two_at_a_time):
    ids = many_who_fit()
    publish_two_lots(buyer)
    failures = []

    def go():
        try:
            work = Round()
            work.load()
            work.step()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(announced()) == sorted(ids)
    assert MatchRequest.objects.get().finished_at is not None


def test_who_was_found_early_is_announced_with_its_portion(buyer, two_at_a_time):
    """Saved in the moment of publication: its quiet match is stored before the matcher comes, in any portion."""
    ids = many_who_fit()
    late = [make_actor(Role.OWNER) for _n in range(3)]
    procedure = publish_two_lots(buyer)
    for actor in late:
        match.match_interest(interest_id=made.make_interest(actor).pk)
    work = Round()
    work.load()
    work.step()
    loud = [
        UUID(found["company_id"])
        for event in Event.objects.filter(kind="SuppliersMatched")
        for found in event.content["matches"]
        if not event.content["quiet"]
    ]
    assert sorted(loud) == sorted(ids + [actor.company_id for actor in late])
    assert Match.objects.filter(procedure=procedure).count() == 17 + 3


def test_another_division_begins_anew_and_doubles_nothing(buyer):
    suppliers(6)
    publish(buyer)
    Round(shard=1, shards=2).step()
    Round().step()
    assert MatchRequest.objects.get().finished_at is not None
    drain()
    assert (Match.objects.count(), Message.objects.count()) == (6, 6)


def test_without_a_matcher_the_oracle_matches_and_with_one_it_does_not(buyer):
    suppliers(1)
    first = publish(buyer)
    drain()
    assert Match.objects.filter(procedure=first).count() == 1
    assert MatchPart.objects.get().shards == 0
    work = Round()
    work.load()
    work.beat()
    second = publish(buyer)
    drain()
    assert not Match.objects.filter(procedure=second).exists()
    assert work.step() == 1
    work.end()
    assert not matchers.all_alive()
    assert Match.objects.filter(procedure=second).count() == 1


def test_half_a_division_is_no_matcher(buyer):
    one, other = Round(shard=1, shards=2), Round(shard=2, shards=2)
    one.beat()
    assert not matchers.all_alive()
    other.beat()
    assert matchers.all_alive()
    Matcher.objects.filter(shard=2).update(seen_at=matchers.Now() - timedelta(minutes=1))
    assert not matchers.all_alive()


def test_what_waits_for_a_matcher_that_hangs_is_matched_after_a_minute(buyer):
    suppliers(1)
    Round().beat()
    publish(buyer)
    drain()
    assert requests.settle_overdue() == 0
    MatchRequest.objects.update(made_at=matchers.Now() - timedelta(seconds=61))
    assert requests.settle_overdue() == 1
    assert (Match.objects.count(), requests.settle_overdue()) == (1, 0)


def test_a_request_that_fails_does_not_stop_the_others(buyer, monkeypatch):
    suppliers(1)
    work = Round()
    work.load()
    bad, good = publish(buyer), publish(buyer)
    facts = oracle.lot_facts
    bad_lots = set(oracle.open_lots_now([bad.pk]))
    monkeypatch.setattr(oracle, "lot_facts", lambda ids: 1 / 0 if bad_lots & set(ids) else facts(ids))
    for _n in range(5):
        work.step()
    assert set(Match.objects.values_list("procedure_id", flat=True)) == {good.pk}
    monkeypatch.setattr(oracle, "lot_facts", facts)
    MatchRequest.objects.update(made_at=matchers.Now() - timedelta(minutes=2))
    requests.settle_overdue()
    assert Match.objects.filter(procedure=bad).count() == 1


def test_an_index_that_is_worn_is_built_anew_beside(buyer, monkeypatch):
    monkeypatch.setattr("pazar.market.matching.matcher.REBUILD_FROM", 3)
    (interest, *_others) = suppliers(4)
    work = Round()
    work.load()
    old = work.followed
    for code in ("45000000", "31300000", "45000000", "31300000", "31000000"):
        Interest.objects.filter(pk=interest.pk).update(cpv=[code])
        work.step()
    work._rebuilding.join()
    Interest.objects.filter(pk=interest.pk).update(cpv=["31320000"])
    publish(buyer)
    work.step()
    assert work.followed is not old
    assert Match.objects.count() == 4


def test_the_log_cannot_be_altered_by_the_app(buyer):
    suppliers(1)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        InterestChange.objects.update(txid=0)


def test_a_new_name_is_no_change_for_the_index():
    (interest,) = suppliers(1)
    before = Interest.objects.get().number
    Interest.objects.filter(pk=interest.pk).update(name="Another", mail_outside=True, version=2)
    assert Interest.objects.get().number == before
    assert Followed.load(shard=1, shards=1).index.alive == BitMap([before])


# --- processes -------------------------------------------------------------------------------
def start(*, shard: str = "1/1") -> subprocess.Popen:
    environment = {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_URL,
        "DJANGO_SETTINGS_MODULE": "pazar.config.settings",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    program = (
        "import django; django.setup(); from pazar.roof import wiring; from pazar.market.matching import matcher;"
        f"matcher.run(shard={int(shard[0])}, shards={int(shard[-1])}, stop=lambda: False)"
    )
    return subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.DEVNULL)


def wait_for(true, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it didn't come"
        time.sleep(0.02)


def test_matchers_killed_in_the_middle_miss_nothing_and_double_nothing(buyer):
    """Publications go on while matchers are killed at any moment and others come; interests change meanwhile."""
    chance = random.Random(3)
    actors = [make_actor(Role.OWNER) for _n in range(40)]
    for actor in actors:
        made.make_interest(actor)
    drain()
    procedures, running = [], [start(), start()]
    try:
        wait_for(matchers.all_alive)
        for _round in range(5):
            for _n in range(6):
                procedures.append(publish(buyer))
                time.sleep(chance.random() * 0.05)
            victim = running.pop(0)
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            late = make_actor(Role.OWNER)
            made.make_interest(late)
            actors.append(late)
            running.append(start())
        drain()  # the late ones' own matching
        wait_for(lambda: not MatchRequest.objects.filter(finished_at=None).exists(), 60)
    finally:
        for process in running:
            process.kill()
            process.wait()
    drain()
    wanted = {(i, p.pk) for i in Interest.objects.values_list("pk", flat=True) for p in procedures}
    found = list(Match.objects.values_list("interest_id", "procedure_id"))
    assert len(found) == len(set(found))
    assert set(found) == wanted
    told = [
        (event.content["procedure_id"], one["company_id"])
        for event in Event.objects.filter(kind="SuppliersMatched")
        if not event.content["quiet"]
        for one in event.content["matches"]
    ]
    first = {str(actor.company_id) for actor in actors[:40]}
    assert sorted(t for t in told if t[1] in first) == sorted((str(p.pk), c) for p in procedures for c in first)
