"""A payload goes, its leaf stays, and somebody stands for it."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import make_person

from pazar.ground.errors import NotFound
from pazar.ground.identity.queries import actor_for
from pazar.ground.identity.rules.roles import StaffRole
from pazar.ground.journal import queries, sequencer, tree
from pazar.ground.journal.erasure import MayNotBeErased, erase_payload
from pazar.ground.journal.models import Entry, Erasure, Payload, Position
from pazar.ground.journal.rules import erasure
from pazar.ground.journal.tests.journals import as_superuser, checked, exported, faults, write

pytestmark = pytest.mark.django_db(transaction=True)
GROUND = erasure.Ground.PERSON_ASKED


@pytest.fixture
def operator():
    return actor_for(make_person(staff_roles=[StaffRole.OPERATOR]))


def placed(kind, **given) -> int:
    [entry] = write(1, kind=kind, **given)
    sequencer.sequence()
    return Position.objects.get(entry=entry).seq


def test_the_chain_stays_whole_and_says_who_erased_why(operator):
    number = placed("person.changed", email="maria@example.bg")
    write(3)
    sequencer.sequence()
    kept = tree.latest().note
    assert "maria@example.bg" in _payloads()
    erase_payload(actor=operator, number=number, ground=GROUND)
    assert "maria@example.bg" not in _payloads()
    report = checked(exported(), older={"kept.txt": kept})
    assert (report.faults, report.erased) == ([], 1)
    record = Erasure.objects.get().record
    content = json.loads(bytes(Payload.objects.get(entry=record).content))
    assert content["person"] == str(operator.person_id)
    assert (content["kind"], content["facts"]["number"]) == ("journal.payload_erased", number)
    assert content["facts"]["ground"] == "person-asked"
    shown = queries.newest(with_leaves=True)[0]
    assert {row.number: row.kind for row in shown}[number] == ""
    assert shown[0].kind == "journal.payload_erased"
    public = checked(exported(public_only=True))
    assert (public.faults, public.erased) == ([], 1)


def test_erasing_again_gives_the_first_erasure(operator):
    number = placed("person.changed")
    first = erase_payload(actor=operator, number=number, ground=GROUND)
    assert erase_payload(actor=operator, number=number, ground=erasure.Ground.AUTHORITY_ORDERED) == first
    assert Erasure.objects.count() == 1


@pytest.mark.parametrize(
    "kind",
    ["bid.submitted", "procedure.published", "box.opened", "lots.awarded", "clock.moved", "journal.payload_erased"],
)
def test_what_others_rely_on_stays(operator, kind):
    number = placed(kind)
    with pytest.raises(MayNotBeErased):
        erase_payload(actor=operator, number=number, ground=GROUND)
    assert Payload.objects.filter(entry__position__seq=number).exists()
    assert not Erasure.objects.exists()


def test_a_desks_entry_that_is_never_disclosed_may_go(operator):
    number = placed("account.noted", secret_key="desk:1")
    erase_payload(actor=operator, number=number, ground=GROUND)
    assert not Payload.objects.filter(entry__position__seq=number).exists()
    assert faults(exported()) == []


def test_only_the_operator_erases_and_only_what_is_there(operator):
    number = placed("person.changed")
    with pytest.raises(NotFound):
        erase_payload(actor=actor_for(make_person()), number=number, ground=GROUND)
    with pytest.raises(NotFound):
        erase_payload(actor=operator, number=number + 1000, ground=GROUND)


def test_the_app_can_erase_nothing_without_a_trace():
    placed("person.changed")
    entry = Entry.objects.get()
    with pytest.raises(DatabaseError, match="recorded before"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT journal_erase(%s)", [entry.pk])
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Payload.objects.all()._raw_delete("default")


def test_who_erases_behind_the_applications_back_is_found(operator):
    number = placed("person.changed")
    other = placed("person.changed")
    erase_payload(actor=operator, number=other, ground=GROUND)
    entry_id = Position.objects.get(seq=number).entry_id
    as_superuser(f"DELETE FROM journal_payload WHERE entry_id = {entry_id}")
    assert faults(exported()) == [f"line {number + 1}: entry {number} was erased, and no entry says so"]
    record = Erasure.objects.get().record_id
    as_superuser(
        f"UPDATE journal_erasure SET entry_id = {entry_id} WHERE record_id = {record}",
    )
    assert f"line {number + 1}: entry {number} was erased, and entry 3 doesn't say so" in faults(exported())


def test_an_erasure_while_the_export_is_read_is_no_fault(operator, monkeypatch):
    from pazar.ground.journal import export

    monkeypatch.setattr(export, "CHUNK", 1)
    write(2)
    number = placed("person.changed")
    lines = export.lines()
    read = [next(lines) for _ in range(2)]
    erase_payload(actor=operator, number=number, ground=GROUND)
    report = checked("".join([*read, *lines]))
    assert report.faults == []
    assert any("after this export, says so" in one for one in report.holds)


def _payloads() -> str:
    return " ".join(bytes(one.content).decode() for one in Payload.objects.all())
