"""What a centre could try on its own journal, and who notices (J1)."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from tests.factories import make_company

from pazar.ground import journal, keys
from pazar.ground.journal import proofs, sequencer, tree
from pazar.ground.journal.models import Head, Position
from pazar.ground.journal.rules import compare, merkle, receipt
from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules import leaf as leaves
from pazar.ground.journal.tests.journals import (
    as_superuser,
    checked,
    exported,
    faults,
    rebuild_everything,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept():
    """Somebody's receipt and head, taken from a journal of ten entries that grew on since."""
    company = make_company()
    write(6)
    write(1, kind="bid.submitted", subject=company, secret_key="box:1", digest="ab")
    write(3)
    sequencer.sequence()
    mine = proofs.receipt(subject_id=company.pk, kind="bid.submitted", about={"of": "a bid"}, digest="ab")
    head = tree.latest().note
    write(5)
    sequencer.sequence()
    return {"receipts": {"mine.json": receipt.write(mine)}, "older": {"kept.txt": head}}


def test_an_honest_journal_holds(kept):
    report = checked(exported(), **kept, keys=[keys.centre_public()])
    assert report.faults == []
    assert (report.entries, report.checked, report.secret) == (15, 14, 1)
    assert "kept.txt: the head of 10 entries fits" in report.holds
    assert "mine.json: its entry stands in the journal" in report.holds


def test_an_altered_payload_is_found():
    write(3)
    lines = exported().splitlines()
    entry = json.loads(lines[2])
    entry["payload"] = json.loads(lines[1])["payload"]
    lines[2] = json.dumps(entry)
    assert faults("\n".join(lines)) == ["line 3: entry 2 was altered: its payload doesn't fit its leaf"]


@pytest.mark.parametrize("number", [1, 4, 7, 15])
def test_an_entry_left_out_of_an_export_is_found(number):
    write(15)
    lines = exported().splitlines()
    del lines[number]
    assert faults("\n".join(lines))


def test_an_entry_altered_and_everything_recomputed_is_found_by_an_older_receipt_and_head(kept):
    salt = bytes(32)
    payload = leaves.canonical({"v": 1, "kind": "procedure.published", "facts": {"n": "another"}})
    leaf = leaves.leaf(salt=salt, payload=payload)
    entry_id = Position.objects.get(seq=3).entry_id
    as_superuser(
        f"UPDATE journal_entry SET leaf = '\\x{leaf.hex()}' WHERE id = {entry_id}",
        f"UPDATE journal_payload SET salt = '\\x{salt.hex()}', content = '\\x{payload.hex()}'"
        f" WHERE entry_id = {entry_id}",
    )
    rebuild_everything()
    assert faults(exported()) == []  # in itself the rewritten journal holds: signed anew, all hashes right
    assert faults(exported(), **kept) == [
        "kept.txt: the first 10 entries of the export are others than this head was made over",
        "mine.json: the first 10 entries of the export are others than this head was made over",
    ]


def test_an_entry_removed_and_everything_recomputed_is_found_by_an_older_receipt_and_head(kept):
    entry_id = Position.objects.get(seq=3).entry_id
    as_superuser(
        "DELETE FROM journal_position WHERE seq = 3",
        f"DELETE FROM journal_payload WHERE entry_id = {entry_id}",
        f"DELETE FROM journal_entry WHERE id = {entry_id}",
        "UPDATE journal_position SET seq = -seq WHERE seq > 3",
        "UPDATE journal_position SET seq = -seq - 1 WHERE seq < 0",
    )
    rebuild_everything()
    assert faults(exported()) == []
    found = faults(exported(), **kept)
    assert "kept.txt: the first 10 entries of the export are others than this head was made over" in found
    assert "mine.json: entry 7 is another one in the export than in the receipt" in found


def test_ones_own_entry_removed_is_found_by_the_receipt_alone(kept):
    del kept["older"]
    entry_id = Position.objects.get(seq=7).entry_id
    as_superuser(
        "DELETE FROM journal_position WHERE seq = 7",
        f"DELETE FROM journal_payload WHERE entry_id = {entry_id}",
        f"DELETE FROM journal_entry WHERE id = {entry_id}",
        "UPDATE journal_position SET seq = 7 WHERE seq = 15",
    )
    rebuild_everything()
    assert faults(exported()) == []
    assert "mine.json: entry 7 is another one in the export than in the receipt" in faults(exported(), **kept)


def test_a_shortened_journal_is_found_by_an_older_head(kept):
    as_superuser("DELETE FROM journal_position WHERE seq > 8", "TRUNCATE journal_waiting")
    rebuild_everything()
    assert "kept.txt: it covers 10 entries, the export ends at 8" in faults(exported(), **kept)


def test_two_versions_shown_to_two_readers_are_found_when_they_compare_heads():
    """The centre shows each a journal of its own, both whole and signed: two heads of it can't both be true."""
    key = keys.signing()
    ours, theirs = [bytes([n]) * 32 for n in range(9)], [bytes([n]) * 32 for n in range(9)]
    theirs[4] = b"\xff" * 32

    def head_of(entries):
        return heads.sign(
            origin="centre.example/journal",
            size=len(entries),
            root=merkle.root(entries),
            at=datetime.now(UTC),
            key=key,
        )

    first, second, later = head_of(ours), head_of(theirs), head_of([*theirs, b"\x10" * 32])
    public = [keys.centre_public()]
    assert compare.differences(first, first, keys=public) == []
    assert compare.differences(first, second, keys=public) == [
        "Both cover 9 entries, and they aren't the same entries."
    ]
    frontier_nodes = {}
    for n, leaf in enumerate([*theirs, b"\x10" * 32]):
        frontier_nodes[0, n] = merkle.leaf_hash(leaf)
    frontier = merkle.Frontier()
    for leaf in [*theirs, b"\x10" * 32]:
        frontier_nodes |= dict(frontier.append(leaf))
    path = merkle.hashes(merkle.consistency_spans(9, 10), lambda nodes: {n: frontier_nodes[n] for n in nodes})
    assert compare.differences(second, later, path=path, keys=public) == []
    assert len(compare.differences(first, later, path=path, keys=public)) == 1
    assert len(compare.differences(first, later, keys=public)) == 1  # no proof given


def test_a_head_signed_by_somebody_else_is_found(kept):
    own = heads.read(kept["older"]["kept.txt"])
    forged = heads.sign(origin=own.origin, size=own.size, root=own.root, at=own.at, key=Ed25519PrivateKey.generate())
    assert faults(exported(), older={"forged.txt": forged.note}) == [
        "forged.txt: the head of 10 entries isn't signed by the centre"
    ]


def test_an_export_with_another_key_than_the_readers_is_found():
    write(2)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert faults(exported(), keys=[other])


def test_a_receipt_from_the_second_before_its_proof_is_found_by_its_leaf():
    company = make_company()
    write(1, kind="bid.submitted", subject=company, secret_key="box:1")
    early = proofs.receipt(subject_id=company.pk, kind="bid.submitted", about={})
    assert early.proof is None
    assert receipt.faults(early)
    text = receipt.write(early)
    assert receipt.read(text) == early
    report = checked(exported(), receipts={"early.json": text})
    assert "early.json: its entry has the number 1" in report.holds


def test_a_receipt_altered_in_any_part_is_refused(kept):
    whole = json.loads(kept["receipts"]["mine.json"])
    assert receipt.faults(receipt.read(json.dumps(whole))) == []
    for change in (
        lambda r: r["entry"].update(leaf="00" * 32),
        lambda r: r["entry"].update(salt="00" * 32),
        lambda r: r["entry"].update(payload="e30="),
        lambda r: r["proof"].update(number=8),
        lambda r: r["proof"].update(size=11),
        lambda r: r["proof"]["path"].pop(),
        lambda r: r["proof"].update(head=r["proof"]["head"].replace("\n10\n", "\n11\n")),
    ):
        altered = json.loads(kept["receipts"]["mine.json"])
        change(altered)
        assert _is_refused(json.dumps(altered))


def _is_refused(text):
    try:
        return bool(receipt.faults(receipt.read(text)))
    except receipt.ReceiptUnreadable:
        return True


def test_an_export_while_entries_come_in_stays_whole(monkeypatch):
    from pazar.ground.journal import export

    monkeypatch.setattr(export, "CHUNK", 2)
    write(5)
    lines = export.lines()
    read = [next(lines), next(lines)]
    write(4)
    sequencer.sequence()
    report = checked("".join([*read, *lines]))
    assert (report.entries, report.faults) == (5, [])
    assert Head.objects.count() == 2


def test_what_is_secret_leaves_an_export_with_its_disclosure_only():
    write(1, kind="procedure.published", secret_key="box:1", digest="secret-digest")
    assert all("payload" not in line for line in exported().splitlines())
    with transaction.atomic():
        journal.disclose("box:1")
    assert "payload" in exported().splitlines()[1]


def test_an_older_export_without_a_tree_is_still_checked():
    text = '{"format": "pazar-journal-1"}\n'
    salt, payload = bytes(32), b"{}"
    line = {
        "seq": 1,
        "leaf": leaves.leaf(salt=salt, payload=payload).hex(),
        "salt": salt.hex(),
        "payload": base64.b64encode(payload).decode(),
    }
    assert faults(text + json.dumps(line)) == []
    assert faults(text + json.dumps(line | {"seq": 2}))


@pytest.mark.parametrize("text", ["", "x", "[]", '{"format": "other"}', "null\n1\n"])
def test_what_is_no_export_is_said_to_be_none(text):
    assert faults(text)
