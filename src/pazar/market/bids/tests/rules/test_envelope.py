"""What is refused when a bid is handed in, and what at its opening."""

import dataclasses
import os
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pazar.market.bids.rules import canonical, envelope, opening, seal, sharing, xwing
from pazar.market.bids.rules.envelope import Breach, EnvelopeRefused, Kind, Reason
from pazar.market.bids.rules.holders import HoldersList
from pazar.market.bids.tests import factories
from pazar.market.bids.tests.factories import key, make_binding, make_envelope, make_holders

CONTENT = b'{"amount":"1234.50"}'


def releases(data: bytes, count: int) -> list[opening.Release]:
    read = envelope.parse(data)
    return [
        opening.release(read, holder=share.holder, key=key(number)) for number, share in enumerate(read.shares[:count])
    ]


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[Breach, ...]:
    with pytest.raises(EnvelopeRefused) as caught:
        call(*arguments, **named)
    return caught.value.breaches


@settings(deadline=None, max_examples=40)
@given(content=st.binary(max_size=9_000), of=st.sampled_from([(1, 1), (2, 2), (3, 2), (4, 3), (5, 5)]))
def test_any_k_holders_open_and_fewer_do_not(content: bytes, of: tuple[int, int]) -> None:
    count, threshold = of
    data = make_envelope(holders=make_holders(count=count, threshold=threshold), content=content)
    read = envelope.parse(data)
    everybody = releases(data, count)
    for chosen in combinations(everybody, threshold):
        opened = opening.open_envelope(read, releases=chosen[::-1])
        assert opened.content == content
        assert opening.read_with_key(read, content_key=opened.content_key) == content
    for chosen in combinations(everybody, threshold - 1):
        assert refusal(opening.open_envelope, read, releases=chosen) == (Breach(Reason.TOO_FEW_SHARES),)
    assert opening.open_envelope(read, releases=everybody).content == content


def test_one_holder_sending_twice_is_one_holder() -> None:
    data = make_envelope(holders=make_holders(count=2, threshold=2))
    first, _ = releases(data, 2)
    found = refusal(opening.open_envelope, envelope.parse(data), releases=[first, first])
    assert found == (Breach(Reason.TOO_FEW_SHARES),)


def _sealed_for(**other: Any) -> bytes:
    """An envelope for another thing, with that thing's holders."""
    return make_envelope(
        binding=make_binding(**other),
        holders=make_holders(procedure=other.get("procedure", factories.PROCEDURE)),
    )


MIDDLE = make_envelope(holders=make_holders(count=2, threshold=2), content=b"x" * 5_000)
MIDDLE_RELEASES = releases(MIDDLE, 2)


@settings(deadline=None, max_examples=400)
@given(at=st.integers(0, len(MIDDLE) - 1), flip=st.integers(1, 255))
def test_a_changed_byte_anywhere_never_opens(at: int, flip: int) -> None:
    changed = bytearray(MIDDLE)
    changed[at] ^= flip
    with pytest.raises(EnvelopeRefused) as caught:
        read = envelope.parse(bytes(changed))
        if read.header != envelope.parse(MIDDLE).header:
            # the header is what every share is bound to: none opens, and none released before fits
            for old in MIDDLE_RELEASES:
                with pytest.raises(EnvelopeRefused):
                    opening.check_release(read, old)
        out = [opening.release(read, holder=share.holder, key=key(number)) for number, share in enumerate(read.shares)]
        opening.open_envelope(read, releases=out)
    assert caught.value.breaches


HEADER_SIZE = len(envelope.parse(MIDDLE).header)
BODY = len(envelope.MAGIC) + 4 + HEADER_SIZE
SEALED = len(envelope.parse(MIDDLE).shares[0].sealed)


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        (0, Breach(Reason.NOT_AN_ENVELOPE)),
        (len(envelope.MAGIC), Breach(Reason.SIZE, "header")),
        (len(envelope.MAGIC) + 4, Breach(Reason.HEADER_NOT_CANONICAL)),
        (BODY, Breach(Reason.SHARE_UNOPENABLE, "server")),
        (BODY + SEALED - 1, Breach(Reason.SHARE_UNOPENABLE, "server")),
        (BODY + SEALED, Breach(Reason.SHARE_UNOPENABLE, "member-1")),
        (len(MIDDLE) - 1, Breach(Reason.CHUNK, "0")),
    ],
)
def test_a_changed_byte_is_called_by_its_place(at: int, wanted: Breach) -> None:
    changed = bytearray(MIDDLE)
    changed[at] ^= 1

    def whole_way() -> None:
        out = releases(bytes(changed), 2)
        opening.open_envelope(envelope.parse(bytes(changed)), releases=out)

    assert refusal(whole_way) == (wanted,)


@settings(deadline=None, max_examples=100)
@given(cut=st.integers(0, len(MIDDLE) - 1))
def test_an_envelope_cut_short_is_refused_at_once(cut: int) -> None:
    assert set(refusal(envelope.parse, MIDDLE[:cut])) <= {
        Breach(Reason.NOT_AN_ENVELOPE),
        Breach(Reason.SIZE, "header"),
        Breach(Reason.SIZE, "envelope"),
    }


@settings(max_examples=50)
@given(more=st.binary(min_size=1, max_size=100))
def test_an_envelope_with_something_after_it_is_refused(more: bytes) -> None:
    assert refusal(envelope.parse, MIDDLE + more) == (Breach(Reason.SIZE, "envelope"),)


@settings(max_examples=300)
@given(junk=st.binary(max_size=300))
def test_junk_is_refused_and_never_an_accident(junk: bytes) -> None:
    for data in (junk, envelope.MAGIC + junk, envelope.MAGIC + len(junk).to_bytes(4, "big") + junk):
        assert refusal(envelope.parse, data)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ({"procedure": factories.OTHER}, Reason.OTHER_PROCEDURE),
        ({"version": 2}, Reason.OTHER_VERSION),
        ({"lot": "2"}, Reason.OTHER_LOT),
        ({"lot": None}, Reason.OTHER_LOT),
        ({"kind": Kind.TECHNICAL}, Reason.OTHER_KIND),
        ({"bidder": factories.OTHER}, Reason.OTHER_BIDDER),
        ({"bid": factories.OTHER}, Reason.OTHER_BID),
    ],
)
def test_an_envelope_for_something_else_is_refused(other: dict[str, Any], wanted: Reason) -> None:
    read = envelope.parse(_sealed_for(**other))
    found = refusal(envelope.check, read, binding=make_binding(), holders=make_holders())
    assert found[0] == Breach(wanted)
    assert {breach.reason for breach in found[1:]} <= {Reason.OTHER_HOLDERS}


@pytest.mark.parametrize(
    "holders",
    [
        make_holders(count=2, threshold=2),
        dataclasses.replace(make_holders(), made_at=make_holders().made_at.replace(day=5)),
    ],
)
def test_an_envelope_for_other_holders_is_refused(holders: HoldersList) -> None:
    read = envelope.parse(make_envelope(holders=holders))
    found = refusal(envelope.check, read, binding=make_binding(), holders=make_holders())
    assert found == (Breach(Reason.OTHER_HOLDERS),)


def test_another_procedures_holders_are_not_sealed_to() -> None:
    found = refusal(make_envelope, holders=make_holders(procedure=factories.OTHER))
    assert found == (Breach(Reason.OTHER_HOLDERS),)


def test_a_release_travels_as_a_document() -> None:
    read = envelope.parse(MIDDLE)
    document = opening.write_release(MIDDLE_RELEASES[1])
    assert opening.read_release(read, document) == MIDDLE_RELEASES[1]
    changed = document.replace(b'"share":"', b'"share": "')
    assert refusal(opening.read_release, read, changed) == (Breach(Reason.RELEASE_NOT_CANONICAL),)
    found = refusal(opening.read_release, read, document.replace(b"pazar-release-1", b"pazar-release-2"))
    assert found == (Breach(Reason.FIELD, "release.format"),)
    other = opening.write_release(dataclasses.replace(MIDDLE_RELEASES[1], salt=bytes(32)))
    assert refusal(opening.read_release, read, other) == (Breach(Reason.SHARE_FALSE, "member-1"),)


def test_all_differences_are_named_at_once() -> None:
    read = envelope.parse(make_envelope(binding=make_binding(lot="2", bidder=factories.OTHER)))
    found = refusal(envelope.check, read, binding=make_binding(version=3), holders=make_holders())
    assert [breach.reason for breach in found] == [
        Reason.OTHER_VERSION,
        Reason.OTHER_LOT,
        Reason.OTHER_BIDDER,
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"procedure": str(factories.OTHER)},
        {"version": 2},
        {"lot": "2"},
        {"lot": None},
        {"kind": "technical"},
        {"bidder": str(factories.OTHER)},
        {"bid": str(factories.OTHER)},
    ],
)
def test_a_stolen_envelope_relabelled_opens_for_nobody(other: dict[str, Any]) -> None:
    """Somebody copies another's envelope and writes his own name on it."""
    parts = factories.apart(make_envelope())
    header = canonical.decode(parts.header)
    assert isinstance(header, dict)
    stolen = dataclasses.replace(parts, header=canonical.encode({**header, **other})).together()
    found = refusal(opening.release, envelope.parse(stolen), holder="server", key=key(0))
    assert found == (Breach(Reason.SHARE_UNOPENABLE, "server"),)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"format": "pazar-envelope-2"}, Breach(Reason.FIELD, "format")),
        ({"surprise": 1}, Breach(Reason.FIELD, "surprise")),
        ({"version": 0}, Breach(Reason.FIELD, "version")),
        ({"version": True}, Breach(Reason.FIELD, "version")),
        ({"version": "1"}, Breach(Reason.FIELD, "version")),
        ({"procedure": "0B6E7C52-1D51-4F0E-9A3C-5D0D0A1F7C11"}, Breach(Reason.FIELD, "procedure")),
        ({"procedure": None}, Breach(Reason.FIELD, "procedure")),
        ({"lot": ""}, Breach(Reason.FIELD, "lot")),
        ({"lot": "../1"}, Breach(Reason.FIELD, "lot")),
        ({"kind": "prices"}, Breach(Reason.FIELD, "kind")),
        ({"kind": []}, Breach(Reason.FIELD, "kind")),
        ({"chunk_size": 4096}, Breach(Reason.FIELD, "chunk_size")),
        ({"padded_size": 4097}, Breach(Reason.PADDED_SIZE)),
        ({"padded_size": 8192}, Breach(Reason.SIZE, "envelope")),
        ({"padded_size": 2**40}, Breach(Reason.FIELD, "padded_size")),
        ({"sharing": "shamir-gf256"}, Breach(Reason.SHARING)),
        ({"threshold": 2}, Breach(Reason.SHARING)),
        ({"threshold": 0}, Breach(Reason.FIELD, "threshold")),
        ({"shares": []}, Breach(Reason.SHARING)),
        ({"shares": [{"holder": "server"}]}, Breach(Reason.FIELD, "shares.commitment")),
        ({"shares": {"holder": "server"}}, Breach(Reason.FIELD, "shares")),
        ({"nonce": "AB" * 32}, Breach(Reason.FIELD, "nonce")),
        ({"nonce": "ab" * 31}, Breach(Reason.FIELD, "nonce")),
        ({"commitment": 7}, Breach(Reason.FIELD, "commitment")),
        ({"holders_digest": "zz" * 32}, Breach(Reason.FIELD, "holders_digest")),
    ],
)
def test_a_header_out_of_form_is_refused_by_field(change: dict[str, Any], wanted: Breach) -> None:
    parts = factories.apart(make_envelope())
    header = canonical.decode(parts.header)
    assert isinstance(header, dict)
    data = dataclasses.replace(parts, header=canonical.encode({**header, **change})).together()
    assert refusal(envelope.parse, data) == (wanted,)


@pytest.mark.parametrize("name", sorted(envelope._HEADER))
def test_a_header_without_a_field_is_refused(name: str) -> None:
    parts = factories.apart(make_envelope())
    header = canonical.decode(parts.header)
    assert isinstance(header, dict)
    del header[name]
    data = dataclasses.replace(parts, header=canonical.encode(header)).together()
    assert refusal(envelope.parse, data) == (Breach(Reason.FIELD, name),)


def test_a_holder_named_twice_in_a_header_is_refused() -> None:
    parts = factories.apart(MIDDLE)
    data = dataclasses.replace(parts, header=parts.header.replace(b"member-1", b"server")).together()
    assert refusal(envelope.parse, data) == (Breach(Reason.FIELD, "shares.holder"),)


def test_chunks_in_another_order_are_refused() -> None:
    data = make_envelope(content=os.urandom(3 * envelope.CHUNK_SIZE))
    assert opening.open_envelope(envelope.parse(data), releases=releases(data, 1)).content
    parts = factories.apart(data)
    assert len(parts.chunks) == 4
    first, second, third, last = parts.chunks
    for chunks, number in (
        ((second, first, third, last), "0"),
        ((first, third, second, last), "1"),
        ((first, second, second, last), "2"),
    ):
        mixed = dataclasses.replace(parts, chunks=chunks).together()
        found = refusal(opening.open_envelope, envelope.parse(mixed), releases=releases(mixed, 1))
        assert found == (Breach(Reason.CHUNK, number),)


def test_chunks_taken_away_or_added_are_refused() -> None:
    parts = factories.apart(make_envelope(content=os.urandom(3 * envelope.CHUNK_SIZE)))
    for chunks in (parts.chunks[:-1], parts.chunks[1:], (*parts.chunks, parts.chunks[-1]), ()):
        changed = dataclasses.replace(parts, chunks=chunks).together()
        assert refusal(envelope.parse, changed) == (Breach(Reason.SIZE, "envelope"),)


def test_a_chunk_that_says_it_is_the_last_must_be() -> None:
    """Even somebody who has the key can't cut the text at a chunk without being noticed."""
    data = make_envelope(content=os.urandom(100_000))
    read = envelope.parse(data)
    opened = opening.open_envelope(read, releases=releases(data, 1))
    shorter = dataclasses.replace(
        read,
        padded_size=envelope.CHUNK_SIZE,
        ciphertext=read.ciphertext[: envelope.CHUNK_SIZE + envelope.TAG_SIZE],
    )
    found = refusal(opening.read_with_key, shorter, content_key=opened.content_key)
    assert found == (Breach(Reason.CHUNK, "0"),)


def test_a_false_share_names_its_holder_and_the_others_open() -> None:
    data = make_envelope(holders=make_holders(count=4, threshold=2), content=CONTENT)
    read = envelope.parse(data)
    server, first, second, third = releases(data, 4)
    false = dataclasses.replace(first, share=bytes([first.share[0] ^ 1]) + first.share[1:])
    opened = opening.open_envelope(read, releases=[server, false, second, third])
    assert opened.content == CONTENT
    assert opened.false_shares == (Breach(Reason.SHARE_FALSE, "member-1"),)
    assert "member-1" not in opened.holders
    found = refusal(opening.open_envelope, read, releases=[server, false])
    assert found == (Breach(Reason.SHARE_FALSE, "member-1"), Breach(Reason.TOO_FEW_SHARES))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=70), st.sampled_from(["salt", "share", "header_digest"]))
def test_nothing_but_the_sealed_share_is_taken_for_it(value: bytes, part: str) -> None:
    true = MIDDLE_RELEASES[1]
    if value == getattr(true, part):
        return
    false = dataclasses.replace(true, **{part: value})
    found = refusal(opening.check_release, envelope.parse(MIDDLE), false)
    assert found == (Breach(Reason.SHARE_FALSE, "member-1"),)


def test_bytes_can_not_wander_between_salt_and_share() -> None:
    true = MIDDLE_RELEASES[1]
    moved = dataclasses.replace(true, salt=true.salt + true.share[:1], share=true.share[1:])
    found = refusal(opening.check_release, envelope.parse(MIDDLE), moved)
    assert found == (Breach(Reason.SHARE_FALSE, "member-1"),)


def test_one_holders_share_is_not_anothers() -> None:
    first, _ = MIDDLE_RELEASES
    as_second = dataclasses.replace(first, holder="member-1")
    found = refusal(opening.open_envelope, envelope.parse(MIDDLE), releases=[first, as_second])
    assert found == (Breach(Reason.SHARE_FALSE, "member-1"), Breach(Reason.TOO_FEW_SHARES))


def test_a_share_of_a_stranger_is_refused() -> None:
    stranger = dataclasses.replace(MIDDLE_RELEASES[0], holder="member-9")
    found = refusal(opening.check_release, envelope.parse(MIDDLE), stranger)
    assert found == (Breach(Reason.HOLDER_UNKNOWN, "member-9"),)


def test_a_share_of_another_envelope_is_refused() -> None:
    other = releases(make_envelope(holders=make_holders(count=2, threshold=2)), 2)[0]
    found = refusal(opening.check_release, envelope.parse(MIDDLE), other)
    assert found == (Breach(Reason.SHARE_FALSE, "server"),)


def test_a_bidder_who_splits_another_key_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """All holders are honest here, and none of them is blamed."""
    honest = sharing.split

    def other_key(secret: bytes, **named: Any) -> tuple[bytes, ...]:
        return honest(bytes(len(secret)), **named)

    monkeypatch.setattr(seal.sharing, "split", other_key)
    data = make_envelope(holders=make_holders(count=3, threshold=2))
    found = refusal(opening.open_envelope, envelope.parse(data), releases=releases(data, 3))
    assert found == (Breach(Reason.SHARES_DISAGREE),)


def test_a_bidder_who_gives_two_holders_one_place_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = sharing.split

    def one_place(secret: bytes, **named: Any) -> tuple[bytes, ...]:
        return tuple(share[:-1] + b"\x07" for share in honest(secret, **named))

    monkeypatch.setattr(seal.sharing, "split", one_place)
    data = make_envelope(holders=make_holders(count=2, threshold=2))
    found = refusal(opening.open_envelope, envelope.parse(data), releases=releases(data, 2))
    assert found == (Breach(Reason.SHARES_DISAGREE),)


def test_one_bad_share_from_the_bidder_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = sharing.split

    def first_is_wrong(secret: bytes, **named: Any) -> tuple[bytes, ...]:
        first, *rest = honest(secret, **named)
        return bytes([first[0] ^ 1]) + first[1:], *rest

    monkeypatch.setattr(seal.sharing, "split", first_is_wrong)
    data = make_envelope(holders=make_holders(count=3, threshold=2), content=CONTENT)
    opened = opening.open_envelope(envelope.parse(data), releases=releases(data, 3))
    assert opened.content == CONTENT


def test_a_key_that_is_not_the_committed_one_is_refused_before_it_decrypts() -> None:
    found = refusal(opening.read_with_key, envelope.parse(MIDDLE), content_key=bytes(32))
    assert found == (Breach(Reason.KEY_FALSE),)


@settings(max_examples=300)
@given(st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_padding_is_steps_that_never_go_down(one: int, other: int) -> None:
    small, large = sorted((one, other))
    padded = envelope.padded_size(small)
    assert small + envelope.LENGTH_SIZE <= padded <= envelope.padded_size(large)
    assert padded % envelope.LEAST_STEP == 0
    assert padded <= max(small + envelope.LENGTH_SIZE + envelope.LEAST_STEP, (small + 8) * 9 // 8 + 1)
    assert envelope.padded_size(padded - envelope.LENGTH_SIZE) == padded


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_two_prices_make_envelopes_of_one_length(one: int, other: int) -> None:
    sizes = {len(make_envelope(content=b'{"amount":"%d.00"}' % price)) for price in (one, other)}
    assert len(sizes) == 1


def test_padding_with_something_in_it_is_refused() -> None:
    """There's one way to write a content, so nothing travels unseen beside it."""
    content = b"content"
    read = envelope.parse(make_envelope(content=content))
    opened = opening.open_envelope(read, releases=[opening.release(read, holder="server", key=key(0))])
    keys = envelope.derive(opened.content_key, nonce=read.nonce)
    nonce = next(envelope.chunk_nonces(prefix=keys.prefix, padded=read.padded_size))
    for size, rest in ((7, b"content" + b"\0" * 4080 + b"!"), (5_000, b"content".ljust(4088, b"\0"))):
        forged = seal.AESGCM(keys.cipher_key).encrypt(nonce, size.to_bytes(8, "big") + rest, read.header_digest)
        found = refusal(
            opening.read_with_key,
            dataclasses.replace(read, ciphertext=forged),
            content_key=opened.content_key,
        )
        assert found == (Breach(Reason.PADDING),)


def test_content_that_is_too_long_is_not_sealed() -> None:
    found = refusal(make_envelope, content=bytes(envelope.LARGEST_PADDED))
    assert found == (Breach(Reason.SIZE, "content"),)


def test_another_persons_key_opens_nothing() -> None:
    found = refusal(opening.release, envelope.parse(MIDDLE), holder="server", key=xwing.PrivateKey(b"\x77" * 32))
    assert found == (Breach(Reason.SHARE_UNOPENABLE, "server"),)


def test_secrets_are_not_printed() -> None:
    read = envelope.parse(MIDDLE)
    opened = opening.open_envelope(read, releases=MIDDLE_RELEASES)
    printed = f"{opened!r} {read!r} {MIDDLE_RELEASES!r} {key(1)!r} {envelope.derive(bytes(32), nonce=b'')!r}"
    cipher_key = envelope.derive(bytes(32), nonce=b"").cipher_key
    for secret in (
        opened.content,
        opened.content_key,
        MIDDLE_RELEASES[0].share,
        MIDDLE_RELEASES[0].salt,
        key(1).seed,
        cipher_key,
    ):
        assert repr(secret) not in printed
        assert secret.hex() not in printed
