"""Trusted lists: whose signature they need, what they vouch for and when."""

import datetime as dt

import pytest

from pazar.market.signatures.adapters import trusted_list
from pazar.market.signatures.adapters.trusted_list import ListRefused
from pazar.market.signatures.rules.trust import Purpose, TrustStore
from pazar.market.signatures.rules.verify import verify
from pazar.market.signatures.tests import lists
from pazar.market.signatures.tests.world import NOW


def _read(world, raw):
    return trusted_list.read(raw, signers=[world.certificate("tsl")])


def test_a_list_names_authorities_and_stamps(world):
    found = _read(world, lists.sign(world, lists.make(world)))
    assert (found.territory, found.number, found.unread) == ("BG", 7, 0)
    assert {(one.purpose, one.certificate.subject.native["common_name"]) for one in found.anchors} == {
        (Purpose.SIGNING, "Test issuer"),
        (Purpose.STAMPING, "Test stamp"),
    }


def test_signatures_are_judged_by_a_list(world):
    trust = TrustStore(_read(world, lists.sign(world, lists.make(world))).anchors)
    report = verify(b"x", world.sign("good", b"x", stamper=world.stamper()), world.ask(trust=trust))
    assert report.is_good, report
    assert {"chain-trusted", "stamp-good"} <= report.codes


def test_a_stamp_vouches_for_no_signer(world):
    """A unit that may stamp isn't an authority over people."""
    anchors = _read(world, lists.sign(world, lists.make(world))).anchors
    trust = TrustStore(tuple(one for one in anchors if one.purpose is Purpose.STAMPING))
    assert "chain-incomplete" not in verify(b"x", world.sign("tsa", b"x"), world.ask(trust=trust)).codes - {
        "chain-incomplete"
    }
    assert not verify(b"x", world.sign("good", b"x"), world.ask(trust=trust)).is_good


def test_what_was_withdrawn_is_no_longer_vouched_for(world):
    ended = (NOW - dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    raw = lists.sign(world, lists.make(world, status="withdrawn", ended=ended))
    trust = TrustStore(_read(world, raw).anchors)
    assert "chain-withdrawn" in verify(b"x", world.sign("good", b"x"), world.ask(trust=trust)).codes
    before = world.ask(trust=trust, moment=NOW - dt.timedelta(days=10))
    assert "chain-trusted" in verify(b"x", world.sign("good", b"x"), before).codes


def test_a_list_by_somebody_else_is_refused(world):
    raw = lists.sign(world, lists.make(world), label="other")
    with pytest.raises(ListRefused) as caught:
        _read(world, raw)
    assert caught.value.fault == "signature"


def test_a_list_that_was_changed_after_signing_is_refused(world):
    raw = lists.sign(world, lists.make(world)).replace(b"<SchemeTerritory>BG<", b"<SchemeTerritory>RO<")
    with pytest.raises(ListRefused) as caught:
        _read(world, raw)
    assert caught.value.fault == "signature"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<a/>",
        b"not xml",
        b'<!DOCTYPE a [<!ENTITY b "c">]><TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#">&b;</TrustServiceStatusList>',
        b'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><SchemeInformation/></TrustServiceStatusList>',
    ],
    ids=["empty", "other", "noise", "entities", "unsigned"],
)
def test_what_is_no_list_is_refused(world, raw):
    with pytest.raises(ListRefused):
        _read(world, raw)


def test_a_signed_list_inside_an_unsigned_one_is_refused(world):
    inner = lists.sign(world, lists.make(world)).split(b"?>", 1)[1]
    raw = lists.make(world).encode().replace(b"</TrustServiceStatusList>", inner + b"</TrustServiceStatusList>")
    with pytest.raises(ListRefused) as caught:
        _read(world, raw)
    assert caught.value.fault == "not_a_list"
