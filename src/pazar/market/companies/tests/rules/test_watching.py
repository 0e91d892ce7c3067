"""What counts as a change in a register, and when it is looked for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from pazar.market.companies.rules import watching
from pazar.market.companies.rules.particulars import Status
from pazar.market.companies.rules.watching import Change, Field, Seen

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
SOFIA = ZoneInfo("Europe/Sofia")


def seen(**facts):
    return Seen(
        **({"register": "r", "name": "Альфа ООД", "status": Status.ACTIVE, "representatives": ("Ана",)} | facts)
    )


def fields(before, after):
    return [change.field for change in watching.changes(before, after)]


def test_each_field_is_told_by_itself():
    assert watching.changes(seen(), seen(name="Бета ООД")) == [
        Change(field=Field.NAME, before="Альфа ООД", after="Бета ООД")
    ]
    assert fields(seen(), seen(status=Status.DISSOLVED, representatives=("Боян",))) == ["status", "representatives"]


def test_writing_and_order_change_nothing():
    assert not watching.changes(seen(), seen(name="АЛЬФА  «ООД»"))
    assert not watching.changes(seen(representatives=("Ана", "Боян")), seen(representatives=("Боян", "АНА")))


def test_what_a_register_stops_saying_has_not_changed():
    assert not watching.changes(seen(), seen(name="", status=Status.UNKNOWN, representatives=()))


def test_another_register_is_believed_only_for_the_worse():
    assert not watching.changes(seen(), seen(register="other", name="Alpha Ltd", representatives=("Ana",)))
    assert fields(seen(), seen(register="other", status=Status.DISSOLVED)) == ["status"]
    assert not watching.changes(seen(status=Status.DISSOLVED), seen(register="other", status=Status.ACTIVE))


@given(st.integers(0, 15 * 366 * 24 * 60).map(lambda n: BEGIN + timedelta(minutes=n)), st.text(max_size=40))
def test_a_member_has_his_moment_each_night(moment, key):
    at = watching.next_night(moment, zone=SOFIA, key=key)
    assert moment < at <= moment + timedelta(hours=26)
    assert 1 <= at.astimezone(SOFIA).hour <= 5
    after = watching.next_night(at, zone=SOFIA, key=key)
    assert timedelta(hours=22) <= after - at <= timedelta(hours=26)


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_the_same_again_is_no_change(one, other):
    assert not watching.changes(seen(status=one), seen(status=one))
    assert all(c.field == Field.STATUS for c in watching.changes(seen(status=one), seen(status=other)))
