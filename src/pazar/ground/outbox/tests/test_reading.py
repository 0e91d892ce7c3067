"""Events are read in commit order without gaps, however slow some transactions are."""

import random
import threading
import time

import pytest
from django.db import connection, transaction

from pazar import events
from pazar.ground.ids import new_id
from pazar.ground.outbox import commands, reading
from pazar.ground.outbox.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unheard(monkeypatch):
    monkeypatch.setattr(commands, "_later", {**commands._later})
    commands.connect(events.ProcedureChanged, later=[])


def publish(version: int = 1) -> None:
    commands.publish(events.ProcedureChanged(procedure_id=new_id(), version=version))


def read_all(place: reading.Place) -> list[reading.Read]:
    return reading.after(place, limit=1000)


START = reading.Place(txid=0, event_id=0)


def test_what_took_its_id_early_and_was_committed_late_is_not_skipped():
    written, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            publish(1)
            written.set()
            may_end.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    with transaction.atomic():
        publish(2)
    assert Event.objects.count() == 1, "the quick one is committed, the slow one isn't"
    assert read_all(START) == [], "the quick one waits for the slow one"
    may_end.set()
    thread.join()
    assert [row.event().version for row in read_all(START)] == [1, 2]


def test_many_writers_of_every_speed_lose_nothing_and_repeat_nothing():
    seed = random.Random(7)
    pauses = [[seed.random() * 0.02 for _n in range(12)] for _writer in range(6)]

    def write(own: list[float]) -> None:
        for pause in own:
            with transaction.atomic():
                publish()
                time.sleep(pause)
        connection.close()

    writers = [threading.Thread(target=write, args=(own,)) for own in pauses]
    for writer in writers:
        writer.start()
    place, seen = START, []
    while any(writer.is_alive() for writer in writers):
        rows = reading.after(place, limit=5)
        seen += [row.place.event_id for row in rows]
        place = rows[-1].place if rows else place
    for writer in writers:
        writer.join()
    while rows := reading.after(place, limit=5):
        seen += [row.place.event_id for row in rows]
        place = rows[-1].place
    assert sorted(seen) == sorted(Event.objects.values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == 72


def test_a_reader_who_begins_now_sees_what_comes_from_now_on():
    with transaction.atomic():
        publish(1)
    place = reading.end()
    with transaction.atomic():
        publish(2)
    assert [row.event().version for row in read_all(place)] == [2]
