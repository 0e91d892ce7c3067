import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.bids.rules import sharing

numbers = st.integers(2, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, n)))


@given(secret=st.binary(min_size=1, max_size=40), of=numbers, seed=st.integers())
def test_any_k_shares_give_the_secret(secret: bytes, of: tuple[int, int], seed: int) -> None:
    count, threshold = of
    chance = random.Random(seed).randbytes
    shares = sharing.split(secret, shares=count, threshold=threshold, random=chance)
    for chosen in combinations(shares, threshold):
        assert sharing.combine(chosen) == secret


@given(secret=st.binary(min_size=1, max_size=1), other=st.binary(min_size=1, max_size=1), seed=st.integers())
def test_one_share_less_fits_every_secret(secret: bytes, other: bytes, seed: int) -> None:
    """k-1 shares and any other secret still lie on one polynomial: they say nothing."""
    chance = random.Random(seed).randbytes
    first, second, _ = sharing.split(secret, shares=3, threshold=3, random=chance)
    # the third share that would make `other` of the same two exists: found by trying all 256
    matching = [value for value in range(256) if sharing.combine((first, second, bytes([value, 3]))) == other]
    assert len(matching) == 1


def test_multiplication_is_the_field_of_aes() -> None:
    """Bit by bit, as FIPS 197 (4.2) defines it, over all pairs."""

    def slow(left: int, right: int) -> int:
        product = 0
        while right:
            product ^= left if right & 1 else 0
            left = (left << 1) ^ (0x11B if left & 0x80 else 0)
            right >>= 1
        return product

    for left in range(256):
        for right in range(256):
            assert sharing._times(left, right) == slow(left, right)
            if right:
                assert sharing._times(sharing._divided(left, right), right) == left


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [b"a\x01"],
        [b"a\x01", b"b\x01"],
        [b"a\x00", b"b\x01"],
        [b"a\x01", b"bb\x02"],
        [b"\x01", b"\x02"],
        [b"", b""],
    ],
)
def test_what_are_no_shares_is_refused(shares: list[bytes]) -> None:
    with pytest.raises(ValueError, match="shares"):
        sharing.combine(shares)


@pytest.mark.parametrize(("count", "threshold"), [(1, 1), (2, 1), (2, 3), (256, 2)])
def test_what_is_no_sharing_is_refused(count: int, threshold: int) -> None:
    with pytest.raises(ValueError, match="shares"):
        sharing.split(b"secret", shares=count, threshold=threshold, random=bytes)
