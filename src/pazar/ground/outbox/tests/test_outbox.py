import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection, transaction

from pazar import events
from pazar.ground.jobs.drain import drain
from pazar.ground.outbox import commands, wire
from pazar.ground.outbox.models import Event, Handled

seen: list[events.ProcedureChanged] = []


def note(event: events.ProcedureChanged) -> None:
    seen.append(event)


@pytest.fixture
def wired(db, monkeypatch):
    seen.clear()
    monkeypatch.setattr(commands, "_later", {**commands._later})
    commands.connect(events.ProcedureChanged, later=[note])


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return cursor.fetchone()[0]


EVENT = events.ProcedureChanged(procedure_id=uuid4(), version=2)


def test_an_event_and_its_jobs_are_there_or_neither(wired):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        commands.publish(EVENT)
        1 / 0  # noqa: B018
    assert (Event.objects.count(), jobs()) == (0, 0)
    with transaction.atomic():
        commands.publish(EVENT)
    assert (Event.objects.count(), jobs()) == (1, 1)


def test_a_handler_called_twice_does_nothing_the_second_time(wired):
    with transaction.atomic():
        commands.publish(EVENT)
    drain()
    assert seen == [EVENT]
    commands.react(event_id=Event.objects.get().pk, handler=Handled.objects.get().handler)
    assert seen == [EVENT]


def test_an_event_survives_the_way_into_the_database_and_back():
    event = events.ProcedureAwarded(
        procedure_id=uuid4(),
        reference="PZ",
        title="Кабели",
        awarded_at=datetime(2026, 11, 23, tzinfo=UTC),
        outcomes=(
            events.BidOutcome(bid_id=uuid4(), company_id=uuid4(), won=True, amount=Decimal("1.10"), currency="EUR"),
        ),
    )
    assert wire.load(events.ProcedureAwarded, wire.dump(event)) == event


@dataclass(frozen=True, kw_only=True)
class Amount:
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Row:
    amount: Amount | None
    notes: tuple[Amount, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Many:
    rows: tuple[Row, ...]


def test_what_an_event_says_at_several_places_is_written_once_and_exactly():
    same = Amount(value=Decimal("1.50"))
    event = Many(
        rows=(
            Row(amount=same),
            Row(amount=same, notes=(same, Amount(value=Decimal("1.5")))),
            Row(amount=Amount(value=Decimal("1.5"))),
            Row(amount=None),
        )
    )
    content = json.loads(json.dumps(wire.dump(event)))
    assert json.dumps(content).count("1.50") == 1
    again = wire.load(Many, content)
    assert again == event
    # Equal amounts may be written in two ways, and each stays as it was.
    assert [str(row.amount.value) for row in again.rows if row.amount] == ["1.50", "1.50", "1.5"]
    assert again.rows[0].amount is again.rows[1].notes[0]


def test_an_event_of_before_that_shares_nothing_is_read():
    content = {"rows": [{"amount": {"value": "1.50"}, "notes": []}, {"amount": {"value": "1.50"}}]}
    one = Amount(value=Decimal("1.50"))
    assert wire.load(Many, content) == Many(rows=(Row(amount=one), Row(amount=one)))
