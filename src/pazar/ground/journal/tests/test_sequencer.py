"""Places without gaps and without skips, whoever commits when; the tree grows with them."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import make_company

from pazar.ground import journal
from pazar.ground.identity.rules.actor import CENTRE
from pazar.ground.journal import sequencer, tree
from pazar.ground.journal.models import Entry, Head, Node, Position, Waiting
from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules import merkle
from pazar.ground.journal.tests.journals import as_superuser, write

pytestmark = pytest.mark.django_db(transaction=True)


def placed() -> list[int]:
    return list(Position.objects.order_by("seq").values_list("seq", flat=True))


def order() -> list[int]:
    return list(Position.objects.order_by("seq").values_list("entry_id", flat=True))


class Slow(threading.Thread):
    """A transaction that appends, and commits only when it is told to."""

    def __init__(self, subject, *, commit=True):
        super().__init__(daemon=True)
        self.subject, self.commit = subject, commit
        self.appended, self.may_end = threading.Event(), threading.Event()
        self.entry_id = 0

    def run(self):
        try:
            with transaction.atomic():
                self.entry_id = journal.append("thing.done", actor=CENTRE, subject=self.subject).pk
                self.appended.set()
                assert self.may_end.wait(20)
                if not self.commit:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    def begin(self):
        self.start()
        assert self.appended.wait(20)
        return self

    def end(self):
        self.may_end.set()
        self.join(20)


def test_places_have_no_gaps_and_every_round_takes_what_is_new():
    write(3)
    assert sequencer.sequence() == 3
    assert sequencer.sequence() == 0
    write(1)
    assert sequencer.sequence() == 1
    assert placed() == [1, 2, 3, 4]
    assert not Waiting.objects.exists()
    assert list(Head.objects.order_by("size").values_list("size", flat=True)) == [3, 4]


def test_a_late_commit_is_not_skipped_and_holds_nobody_back():
    company = make_company()
    slow = Slow(company).begin()
    quick = write(2, subject=company)
    assert slow.entry_id < quick[0].pk  # it took its number early
    assert sequencer.sequence() == 2  # and commits late: the others have their proofs meanwhile
    slow.end()
    assert sequencer.sequence() == 1
    assert placed() == [1, 2, 3]
    assert order() == [quick[0].pk, quick[1].pk, slow.entry_id]


def test_what_was_rolled_back_leaves_no_gap():
    company = make_company()
    lost, kept = Slow(company, commit=False).begin(), Slow(company).begin()
    lost.end()
    kept.end()
    write(1, subject=company)
    assert sequencer.sequence() == 2
    assert placed() == [1, 2]
    assert lost.entry_id not in order()


def test_many_writers_and_two_sequencers_lose_and_double_nothing():
    company, stop = make_company(), threading.Event()

    def writing(n):
        try:
            for m in range(20):
                with transaction.atomic():
                    journal.append("thing.done", actor=CENTRE, subject=company, n=n, m=m)
        finally:
            connection.close()

    def sequencing():
        try:
            while not stop.is_set():
                sequencer.sequence()
        finally:
            connection.close()

    sequencers = [threading.Thread(target=sequencing) for _ in range(2)]
    writers = [threading.Thread(target=writing, args=[n]) for n in range(6)]
    for thread in sequencers + writers:
        thread.start()
    for thread in writers:
        thread.join(60)
    stop.set()
    for thread in sequencers:
        thread.join(60)
    sequencer.sequence()
    assert placed() == list(range(1, 121))
    assert sorted(order()) == sorted(Entry.objects.values_list("pk", flat=True))


def test_the_stored_tree_is_the_definitions_tree():
    for count in (1, 2, 5, 8, 1, 13):
        write(count)
        sequencer.sequence()
    leaves = [bytes(leaf) for leaf in Position.objects.order_by("seq").values_list("entry__leaf", flat=True)]
    for head in Head.objects.all():
        assert bytes(head.root) == merkle.root(leaves[: head.size])
        signed = heads.read(head.note)
        assert (signed.size, signed.root) == (head.size, bytes(head.root))
    last = tree.latest()
    for number in range(1, last.size + 1):
        proof = tree.inclusion(number, last.size)
        assert merkle.is_included(
            leaf=leaves[number - 1], place=number - 1, size=last.size, path=proof.path, root=bytes(last.root)
        )


def test_a_backlog_is_taken_in_by_several_transactions(monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 4)
    write(10)
    assert sequencer.sequence() == 10
    assert list(Head.objects.order_by("size").values_list("size", flat=True)) == [4, 8, 10]


def test_places_from_before_the_tree_get_theirs():
    """As an upgraded database has them: places, and no tree yet."""
    write(7)
    sequencer.sequence()
    roots = {head.size: bytes(head.root) for head in Head.objects.all()}
    as_superuser("TRUNCATE journal_node, journal_stamp, journal_head")
    write(2)
    assert sequencer.sequence() == 2
    assert {head.size: bytes(head.root) for head in Head.objects.filter(size=7)} == roots
    assert tree.latest().size == 9


def test_a_proof_reads_few_rows(django_assert_num_queries):
    write(200)
    sequencer.sequence()
    with django_assert_num_queries(4):  # head, entry, leaves, nodes
        tree.inclusion(77, 200)


@pytest.mark.parametrize(
    "act",
    [
        lambda: Head.objects.update(note="another"),
        lambda: Node.objects.update(hash=b"x"),
        lambda: Head.objects.all()._raw_delete("default"),
        lambda: Waiting.objects.bulk_create([Waiting(entry_id=1)]),
    ],
    ids=["change a head", "change a node", "remove heads", "wait without an entry"],
)
def test_the_app_can_not_change_the_tree(act):
    write(3)
    sequencer.sequence()
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        act()


def test_nodes_share_the_cover(settings, monkeypatch):
    """Ten nodes add no more of it than one would."""
    settings.JOURNAL_COVER_PER_HOUR = 36_000.0
    monkeypatch.setattr(sequencer, "_owed", 0)
    rounds = 0
    until = time.monotonic() + 3
    while time.monotonic() < until:
        rounds += 1
        for _node in range(10):
            sequencer.one_round()
    acts = Entry.objects.count() / 1.4  # entries that an act leaves, on average
    assert rounds > 1
    assert 5 < acts < 80  # 30 are expected


def test_no_cover_where_none_is_wanted(settings, monkeypatch):
    monkeypatch.setattr(sequencer, "_owed", 0)
    settings.JOURNAL_COVER_PER_HOUR = 0.0
    for _ in range(3):
        assert sequencer.one_round() == 0
    assert not Entry.objects.exists()


def test_cover_entries_look_like_any_secret_one_and_are_placed():
    sequencer.add_cover(3)
    write(1, kind="bid.submitted", secret_key="box:1")
    assert sequencer.sequence() == 4
    rows = Entry.objects.values_list("subject_id", "secret_key")
    assert all(subject_id and secret_key for subject_id, secret_key in rows)
    assert len(set(rows)) == 4
    from pazar.ground.journal import queries
    from pazar.ground.journal.tests.journals import exported

    assert queries.newest() == ([], None)
    rows, _next = queries.newest(with_leaves=True)
    assert {(row.kind, row.subject, str(row.facts)) for row in rows} == {("", "", "{}")}
    import json

    lines = [json.loads(line) for line in exported(public_only=True).splitlines()[1:]]
    assert {tuple(sorted(line)) for line in lines} == {("leaf", "secret", "seq")}
