"""Heads stamped outside: by whom, when, and that nothing waits for it."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import connection
from tests.factories import make_company

from pazar.ground.journal import proofs, queries, sequencer, stamping, tree
from pazar.ground.journal.adapters.authority import Authority
from pazar.ground.journal.models import Stamp, StampTry
from pazar.ground.journal.rules import head, receipt, stamp
from pazar.ground.journal.tests import authority
from pazar.ground.journal.tests.journals import checked, exported, faults, rebuild_everything, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def keys():
    return authority.keys_of("Test authority")


@pytest.fixture(scope="module")
def others():
    return authority.keys_of("Another authority")


def test_the_newest_head_is_stamped_once(keys):
    write(3)
    sequencer.sequence()
    with authority.running(keys) as url:
        asked = Authority(url=url, roots=(keys.root,))
        made = stamping.stamp_latest(asked)
        assert stamping.stamp_latest(asked) is None
    assert Stamp.objects.get() == made
    assert (made.head_id, made.authority) == (3, "CN=Test authority")
    assert abs(made.stamped_at - datetime.now(UTC)) < timedelta(seconds=10)
    signed = head.read(tree.latest().note).signed
    assert stamp.check(bytes(made.answer), signed, roots=[keys.root]).is_trusted
    with pytest.raises(stamp.StampWrong):
        stamp.check(bytes(made.answer), signed + b"x", roots=[keys.root])


@pytest.mark.parametrize(
    ("manner", "fault"),
    [("refusing", "refused"), ("garbage", "no-stamp"), ("another-text", "no-stamp"), ("slow", "unreached")],
)
def test_an_authority_that_does_not_stamp_is_noted_and_asked_again_sooner(keys, settings, manner, fault):
    write(1)
    sequencer.sequence()
    with authority.running(keys, manner=manner) as url:
        assert stamping.stamp_latest(Authority(url=url, roots=(keys.root,), timeout=0.5)) is None
    assert not Stamp.objects.exists()
    tried = StampTry.objects.get()
    assert tried.fault == fault
    assert queries.state(datetime.now(UTC)).stamp_fault == fault
    settings.TSA_MINUTES = 60
    assert not stamping.is_due(tried.at + timedelta(minutes=5))
    assert stamping.is_due(tried.at + timedelta(minutes=6))


def test_an_authority_we_do_not_trust_is_none(keys, others):
    write(1)
    sequencer.sequence()
    with authority.running(others) as url:
        assert stamping.stamp_latest(Authority(url=url, roots=(keys.root,))) is None
    assert StampTry.objects.get().fault == "no-stamp"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:1/", "ftp://127.0.0.1/"])
def test_an_address_where_nobody_is_hurts_nobody(url):
    write(1)
    sequencer.sequence()
    assert stamping.stamp_latest(Authority(url=url, timeout=0.5)) is None
    assert StampTry.objects.get().fault in {"address", "unreached"}


def test_a_silent_authority_blocks_nothing(keys):
    """While it is waited for, entries are appended, placed and proven."""
    write(1)
    sequencer.sequence()

    def stamping_meanwhile(url):
        try:
            stamping.stamp_latest(Authority(url=url, roots=(keys.root,)))
        finally:
            connection.close()

    with authority.running(keys, manner="slow") as url:
        thread = threading.Thread(target=stamping_meanwhile, args=[url])
        thread.start()
        time.sleep(0.3)
        began = time.monotonic()
        write(2)
        assert sequencer.sequence() == 2
        assert time.monotonic() - began < 2
        assert thread.is_alive()
        thread.join(20)
    assert Stamp.objects.get().head_id == 1


def test_a_round_does_nothing_without_an_authority_and_keeps_its_period(keys, settings, tmp_path):
    write(1)
    sequencer.sequence()
    settings.TSA_URL = ""
    stamping.one_round()
    assert not StampTry.objects.exists()
    roots = tmp_path / "roots.pem"
    roots.write_bytes(keys.root.public_bytes(Encoding.PEM))
    with authority.running(keys) as url:
        settings.TSA_URL, settings.TSA_ROOTS, settings.TSA_MINUTES = url, str(roots), 60
        stamping.one_round()
        write(1)
        sequencer.sequence()
        stamping.one_round()
    assert list(Stamp.objects.values_list("head_id", flat=True)) == [1]


def test_a_stamp_in_export_and_receipt_is_checked_without_a_server(keys, others):
    company = make_company()
    write(2)
    write(1, kind="bid.submitted", subject=company, secret_key="box:1")
    sequencer.sequence()
    write(2)
    sequencer.sequence()
    with authority.running(keys) as url:
        stamping.stamp_latest(Authority(url=url, roots=(keys.root,)))
    write(1)
    kept = proofs.receipt(subject_id=company.pk, kind="bid.submitted", about={})
    assert (kept.proof.head.size, len(kept.proof.stamps)) == (5, 1)  # the stamped head, not the first one
    given = {"receipts": {"mine.json": receipt.write(kept)}}
    report = checked(exported(), roots=[keys.root], **given)
    assert report.faults == []
    assert any("stamped at" in one and one.endswith("by CN=Test authority") for one in report.holds)
    unproven = checked(exported(), **given)
    assert unproven.faults == []
    assert any("whom you didn't say you trust" in one for one in unproven.holds)
    assert faults(exported(), roots=[others.root], **given) == [
        "line 2: the time stamp of the head of 5 entries is wrong",
        "mine.json: the time stamp of the head of 5 entries is wrong",
    ]


def test_a_stamp_of_a_head_from_before_a_rewriting_gives_it_away(keys):
    """Even who kept nothing: the old stamp fits no head of the new tree."""
    write(5)
    sequencer.sequence()
    with authority.running(keys) as url:
        stamping.stamp_latest(Authority(url=url, roots=(keys.root,)))
    before = exported().splitlines()
    from pazar.ground.journal.tests.journals import as_superuser

    as_superuser(f"UPDATE journal_entry SET leaf = '\\x{'11' * 32}' WHERE id = (SELECT min(id) FROM journal_entry)")
    rebuild_everything()
    after = exported().splitlines()
    assert '"stamp"' in before[1]
    found = faults("\n".join([after[0], before[1], *after[1:]]), roots=[keys.root])
    assert "line 2: the first 5 entries of the export are others than this head was made over" in found
