"""The holders' list, the whole bid, the box, the personal key."""

import dataclasses
import hashlib
import os
import random
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from pazar.market.bids.rules import box, canonical, holders, manifest, opening, personal_key, seal
from pazar.market.bids.rules.envelope import Breach, EnvelopeRefused, Kind, Reason
from pazar.market.bids.rules.holders import HolderKind, HoldersReason, HoldersRefused
from pazar.market.bids.rules.manifest import Expected, Place, SealedBid
from pazar.market.bids.rules.personal_key import KeyFileReason, KeyFileRefused
from pazar.market.bids.rules.seal import Content
from pazar.market.bids.tests import factories
from pazar.market.bids.tests.factories import key, make_holders

CENTRE = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
CENTRE_KEY = CENTRE.public_key().public_bytes_raw()
PRICE_1, PRICE_2 = Place("1", Kind.PRICE), Place("2", Kind.PRICE)
TECHNICAL, QUALIFICATION = Place("1", Kind.TECHNICAL), Place("", Kind.QUALIFICATION)
CONTENTS = {
    PRICE_1: b'{"amount":"10.00"}',
    PRICE_2: b'{"amount":"20.00"}',
    TECHNICAL: "описание".encode(),
    QUALIFICATION: b"",
}


def make_sealed(*, contents: dict[Place, bytes] | None = None, **other: Any) -> SealedBid:
    named: dict[str, Any] = {
        "procedure": factories.PROCEDURE,
        "version": 1,
        "bidder": factories.BIDDER,
        "bid": factories.BID,
        "holders": make_holders(count=2, threshold=2),
        **other,
    }
    return seal.seal_bid(
        contents=[Content(place, content) for place, content in (contents or CONTENTS).items()],
        random=os.urandom,
        **named,
    )


def make_expected(**other: Any) -> Expected:
    named: dict[str, Any] = {
        "procedure": factories.PROCEDURE,
        "version": 1,
        "bidder": factories.BIDDER,
        "bid": factories.BID,
        "holders": make_holders(count=2, threshold=2),
        "places": frozenset(CONTENTS),
        "required": frozenset({PRICE_1}),
        **other,
    }
    return Expected(**named)


def breaches(sealed: SealedBid, **other: Any) -> set[Breach]:
    with pytest.raises(EnvelopeRefused) as caught:
        manifest.check(sealed, expected=make_expected(**other))
    return set(caught.value.breaches)


def test_a_bid_of_many_envelopes_is_taken_and_opened() -> None:
    sealed = make_sealed()
    taken = manifest.check(sealed, expected=make_expected())
    assert [(one.binding.lot, one.binding.kind) for one in taken] == [
        (place.lot_or_none, place.kind) for place in sorted(CONTENTS)
    ]
    for place, one in zip(sorted(CONTENTS), taken, strict=True):
        out = [opening.release(one, holder="server", key=key(0))]
        out.append(opening.release(one, holder="member-1", key=key(1)))
        assert opening.open_envelope(one, releases=out).content == CONTENTS[place]
    assert sealed.digest == hashlib.sha256(sealed.manifest).digest()


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({"version": 2}, Reason.OTHER_VERSION),
        ({"bidder": factories.OTHER}, Reason.OTHER_BIDDER),
        ({"bid": factories.OTHER}, Reason.OTHER_BID),
        ({"holders": make_holders()}, Reason.OTHER_HOLDERS),
    ],
)
def test_a_bid_for_something_else_is_refused(other: dict[str, Any], wanted: Reason) -> None:
    assert breaches(make_sealed(**other)) == {Breach(wanted, "manifest")}


def test_a_bid_for_another_procedure_is_refused() -> None:
    there = make_holders(count=2, threshold=2, procedure=factories.OTHER)
    assert breaches(make_sealed(procedure=factories.OTHER, holders=there)) == {
        Breach(Reason.OTHER_PROCEDURE, "manifest"),
        Breach(Reason.OTHER_HOLDERS, "manifest"),
    }


def test_an_envelope_missing_or_not_asked_for_is_named() -> None:
    sealed = make_sealed(contents={PRICE_2: b"", TECHNICAL: b""})
    assert breaches(sealed, places=frozenset({PRICE_1, PRICE_2})) == {
        Breach(Reason.ENVELOPE_MISSING, "1/price"),
        Breach(Reason.ENVELOPE_NOT_ASKED, "1/technical"),
    }


def test_envelopes_that_changed_places_are_named() -> None:
    sealed = make_sealed(contents={PRICE_1: b"", PRICE_2: b""})
    swapped = dataclasses.replace(sealed, envelopes=sealed.envelopes[::-1])
    assert breaches(swapped) == {Breach(Reason.CHANGED, "1/price"), Breach(Reason.CHANGED, "2/price")}


def test_a_manifest_that_names_anothers_envelope_is_refused() -> None:
    """The thief writes a manifest of his own round an envelope he copied."""
    stolen = make_sealed(contents={PRICE_1: b""}).envelopes[0]
    entry = manifest.Entry(PRICE_1, len(stolen), hashlib.sha256(stolen).digest())
    written = manifest.write(
        procedure=factories.PROCEDURE,
        version=1,
        bidder=factories.OTHER,
        bid=factories.BID,
        holders_digest=make_holders(count=2, threshold=2).digest,
        entries=(entry,),
    )
    found = breaches(SealedBid(manifest=written, envelopes=(stolen,)), bidder=factories.OTHER)
    assert found == {Breach(Reason.OTHER_BIDDER)}


def test_a_signature_has_a_place_and_is_not_taken_yet() -> None:
    sealed = dataclasses.replace(make_sealed(), signature=b"\x30\x00")
    assert breaches(sealed) == {Breach(Reason.SIGNATURE_NOT_ASKED)}


SEALED = make_sealed(contents={PRICE_1: b"", PRICE_2: b""})


@settings(deadline=None, max_examples=200)
@given(at=st.integers(0, len(SEALED.manifest) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_of_the_manifest_is_refused(at: int, flip: int) -> None:
    changed = bytearray(SEALED.manifest)
    changed[at] ^= flip
    assert breaches(dataclasses.replace(SEALED, manifest=bytes(changed)))


@settings(deadline=None, max_examples=100)
@given(at=st.integers(0, len(SEALED.envelopes[1]) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_of_an_envelope_is_refused_at_the_door(at: int, flip: int) -> None:
    changed = bytearray(SEALED.envelopes[1])
    changed[at] ^= flip
    found = breaches(dataclasses.replace(SEALED, envelopes=(SEALED.envelopes[0], bytes(changed))))
    assert found == {Breach(Reason.CHANGED, "2/price")}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda entries: [*entries, entries[0]], Breach(Reason.ENVELOPE_MISSING)),
        (lambda entries: entries[:1], Breach(Reason.ENVELOPE_MISSING)),
        (lambda entries: [], Breach(Reason.SIZE, "manifest.envelopes")),
        (lambda entries: [entries[0], entries[0]], Breach(Reason.ENVELOPE_TWICE)),
        (lambda entries: entries[::-1], Breach(Reason.MANIFEST_NOT_CANONICAL, "envelopes")),
        (
            lambda entries: [{**entries[0], "note": ""}, entries[1]],
            Breach(Reason.FIELD, "manifest.envelopes.note"),
        ),
    ],
)
def test_a_manifest_out_of_form_is_refused(change: Any, wanted: Breach) -> None:
    read: Any = canonical.decode(SEALED.manifest)
    read["envelopes"] = change(read["envelopes"])
    if wanted.reason is Reason.ENVELOPE_MISSING and len(read["envelopes"]) == 3:
        read["envelopes"][2] = {**read["envelopes"][2], "lot": "3"}
    assert wanted in breaches(dataclasses.replace(SEALED, manifest=canonical.encode(read)))


def test_a_manifest_that_lies_about_a_size_is_refused() -> None:
    read: Any = canonical.decode(SEALED.manifest)
    read["envelopes"][0]["size"] += 1
    lying = dataclasses.replace(SEALED, manifest=canonical.encode(read))
    assert breaches(lying) == {Breach(Reason.CHANGED, "1/price")}


def test_the_signed_list_of_holders_is_read_back() -> None:
    signed = holders.sign(make_holders(count=3, threshold=2), key=CENTRE)
    assert holders.read(signed.document, centre_key=CENTRE_KEY) == signed


SIGNED = holders.sign(make_holders(count=2, threshold=2), key=CENTRE).document


@settings(deadline=None, max_examples=200)
@given(at=st.integers(0, len(SIGNED) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_of_the_list_is_refused(at: int, flip: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= flip
    with pytest.raises(HoldersRefused):
        holders.read(bytes(changed), centre_key=CENTRE_KEY)


def test_a_list_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(HoldersRefused) as caught:
        holders.read(SIGNED, centre_key=b"\x01" * 32)
    assert caught.value.reason is HoldersReason.OTHER_CENTRE
    forged = holders.sign(make_holders(), key=Ed25519PrivateKey.generate())
    with pytest.raises(HoldersRefused) as caught:
        holders.read(
            dataclasses.replace(forged, centre_key=CENTRE_KEY).document,
            centre_key=CENTRE_KEY,
        )
    assert caught.value.reason is HoldersReason.SIGNATURE_WRONG


def _two_alike(part: str) -> Any:
    def change(first: holders.Holder, second: holders.Holder) -> tuple[holders.Holder, ...]:
        return first, dataclasses.replace(second, **{part: getattr(first, part)})

    return change


def _second(**changes: Any) -> Any:
    return lambda first, second: (first, dataclasses.replace(second, **changes))


LOW_ORDER = key(1).public_bytes[:1184] + bytes(32)
OVER_THE_MODULUS = b"\xff" * 1184 + key(1).public_bytes[1184:]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_two_alike("id"), HoldersReason.SAME_HOLDER),
        (_two_alike("public_key"), HoldersReason.SAME_KEY),
        (_second(public_key=b"\x00"), HoldersReason.KEY_WRONG),
        (_second(public_key=LOW_ORDER), HoldersReason.KEY_WRONG),
        (_second(public_key=OVER_THE_MODULUS), HoldersReason.KEY_WRONG),
        (_second(id="Member"), HoldersReason.FIELD),
        (_second(name=""), HoldersReason.FIELD),
        (_second(name="a\nb"), HoldersReason.FIELD),
    ],
)
def test_holders_that_can_not_be_are_refused(change: Any, reason: HoldersReason) -> None:
    good = make_holders(count=2, threshold=2)
    with pytest.raises(HoldersRefused) as caught:
        dataclasses.replace(good, holders=change(*good.holders))
    assert caught.value.reason is reason


@pytest.mark.parametrize(("count", "threshold"), [(0, 0), (1, 0), (1, 2), (2, 1), (2, 3), (13, 2)])
def test_numbers_that_do_not_fit_are_refused(count: int, threshold: int) -> None:
    with pytest.raises(HoldersRefused) as caught:
        make_holders(count=count, threshold=threshold)
    assert caught.value.reason is HoldersReason.NUMBERS


def test_a_list_without_a_zone_is_refused() -> None:
    with pytest.raises(HoldersRefused):
        dataclasses.replace(make_holders(), made_at=datetime(2026, 5, 4))  # noqa: DTZ001


def test_it_is_said_when_the_operator_needs_nobody() -> None:
    assert make_holders().server_alone_opens
    assert not make_holders(count=2, threshold=2).server_alone_opens
    person = dataclasses.replace(make_holders().holders[0], kind=HolderKind.PERSON)
    assert not dataclasses.replace(make_holders(), holders=(person,)).server_alone_opens


digests = st.lists(st.binary(min_size=32, max_size=32), max_size=8, unique=True)


@given(bids=digests, salt=st.binary(min_size=32, max_size=32), seed=st.integers())
def test_the_box_does_not_know_the_order(bids: list[bytes], salt: bytes, seed: int) -> None:
    mixed = list(bids)
    random.Random(seed).shuffle(mixed)
    first = box.digest(procedure=factories.PROCEDURE, bid_digests=bids, salt=salt)
    assert box.digest(procedure=factories.PROCEDURE, bid_digests=mixed, salt=salt) == first


@given(bids=digests, other=digests, salt=st.binary(min_size=32, max_size=32))
def test_another_box_has_another_digest(bids: list[bytes], other: list[bytes], salt: bytes) -> None:
    same = set(bids) == set(other)
    one = box.digest(procedure=factories.PROCEDURE, bid_digests=bids, salt=salt)
    assert (box.digest(procedure=factories.PROCEDURE, bid_digests=other, salt=salt) == one) is same
    assert box.digest(procedure=factories.OTHER, bid_digests=bids, salt=salt) != one


def test_a_box_takes_no_bid_twice_and_needs_its_salt() -> None:
    for bids, salt in (([b"a" * 32] * 2, bytes(32)), ([], b""), ([b"short"], bytes(32))):
        with pytest.raises(ValueError, match=r"bid|salt"):
            box.digest(procedure=factories.PROCEDURE, bid_digests=bids, salt=salt)


PASSPHRASE = "парола за ключа №1"
SEED = bytes(range(32))
FILE = personal_key.lock(SEED, passphrase=PASSPHRASE, random=os.urandom)


def test_a_key_file_opens_under_its_passphrase_however_it_was_typed() -> None:
    assert personal_key.unlock(FILE, passphrase=PASSPHRASE).seed == SEED
    accented = personal_key.lock(SEED, passphrase="cafe\u0301 au lait", random=os.urandom)
    assert personal_key.unlock(accented, passphrase="caf\u00e9 au lait").seed == SEED


def key_file_reason(file: bytes, passphrase: str = PASSPHRASE) -> KeyFileReason:
    with pytest.raises(KeyFileRefused) as caught:
        personal_key.unlock(file, passphrase=passphrase)
    return caught.value.reason


def test_a_key_file_is_refused_with_its_reason() -> None:
    assert key_file_reason(FILE, "another passphrase") is KeyFileReason.PASSPHRASE_WRONG
    assert key_file_reason(FILE[:-1]) is KeyFileReason.UNREADABLE
    assert key_file_reason(b" " * 5_000) is KeyFileReason.UNREADABLE
    read: Any = canonical.decode(FILE)
    other_fingerprint = canonical.encode({**read, "fingerprint": "00" * 32})
    assert key_file_reason(other_fingerprint) is KeyFileReason.PASSPHRASE_WRONG
    for change in ({"rounds": 1_000}, {"rounds": 10**9}, {"kdf": "scrypt"}, {"format": "x"}, {"more": 1}):
        assert key_file_reason(canonical.encode({**read, **change})) is KeyFileReason.FIELD


def test_a_short_passphrase_or_too_few_rounds_make_no_file() -> None:
    with pytest.raises(KeyFileRefused) as caught:
        personal_key.lock(SEED, passphrase="12345678901", random=os.urandom)
    assert caught.value.reason is KeyFileReason.PASSPHRASE_SHORT
    with pytest.raises(KeyFileRefused):
        personal_key.lock(SEED, passphrase=PASSPHRASE, random=os.urandom, rounds=1_000)
