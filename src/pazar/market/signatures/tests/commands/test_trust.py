"""Trusted lists in the centre: the newest stands, an older one brings nobody back."""

import datetime as dt

import pytest

from pazar.ground.identity.rules.actor import CENTRE
from pazar.market.signatures.adapters import desk
from pazar.market.signatures.adapters.trusted_list import ListRefused
from pazar.market.signatures.commands.trust import load_list
from pazar.market.signatures.models import TrustAnchor, TrustedListLoad
from pazar.market.signatures.rules.verify import verify
from pazar.market.signatures.tests import lists
from pazar.market.signatures.tests.world import NOW

pytestmark = pytest.mark.django_db


def _load(world, text):
    return load_list(actor=CENTRE, raw=lists.sign(world, text), signers=[world.certificate("tsl")])


def test_who_is_on_a_loaded_list_is_trusted_from_then_on(world, settings):
    settings.RESPONDERS_INSIDE = ["127.0.0.0/8"]
    signature = world.sign("good", b"x")
    assert "chain-nobody-trusted" in verify(b"x", signature, desk.ask(company=None)).codes
    _load(world, lists.make(world))
    assert verify(b"x", signature, desk.ask(company=None)).is_good


def test_a_newer_list_takes_the_place_of_the_one_before(world):
    _load(world, lists.make(world))
    ended = (NOW - dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    newer = lists.make(world, status="withdrawn", ended=ended).replace("Number>7<", "Number>8<")
    _load(world, newer)
    assert TrustedListLoad.objects.get().number == 8
    assert "chain-withdrawn" in verify(b"x", world.sign("good", b"x"), desk.ask(company=None)).codes


def test_an_older_list_is_refused(world):
    _load(world, lists.make(world).replace("Number>7<", "Number>8<"))
    with pytest.raises(ListRefused) as caught:
        _load(world, lists.make(world))
    assert caught.value.fault == "old"
    assert TrustedListLoad.objects.get().number == 8


def test_a_list_past_its_next_update_is_refused(world):
    with pytest.raises(ListRefused) as caught:
        _load(world, lists.make(world).replace("2036-12-01", "2026-07-01"))
    assert caught.value.fault == "old"
    assert not TrustAnchor.objects.exists()
