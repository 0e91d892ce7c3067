"""A secret split k of n, and put together again (B8).

Shamir's scheme over GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1, byte by byte, as npm's audited
`shamir-secret-sharing` does it: a share is the values of the polynomials, then the byte they were
taken at (1 to 255). Putting together can't notice a wrong share: the caller holds commitments.
Table look-ups leak time to somebody on the same machine; shares are put together only when they
are about to be published.
"""

from collections.abc import Callable, Sequence
from functools import reduce


def split(secret: bytes, *, shares: int, threshold: int, random: Callable[[int], bytes]) -> tuple[bytes, ...]:
    """`shares` pieces of which any `threshold` give the secret back, and fewer say nothing.

    `random(n)` gives n bytes fit for keys. 1 of 1 isn't sharing: the format says *undivided*.
    """
    if not 2 <= threshold <= shares <= 255:
        raise ValueError("at least 2, at most 255 shares, and no more needed than there are")
    columns = [bytes([byte]) + random(threshold - 1) for byte in secret]  # constant term first
    return tuple(bytes(_value(column, at) for column in columns) + bytes([at]) for at in range(1, shares + 1))


def combine(shares: Sequence[bytes]) -> bytes:
    """The secret from exactly as many shares as are needed. Wrong shares give a wrong secret."""
    if len(shares) < 2 or len({len(share) for share in shares}) != 1 or len(shares[0]) < 2:
        raise ValueError("at least two shares of one size")
    places = [share[-1] for share in shares]
    if 0 in places or len(set(places)) != len(places):
        raise ValueError("shares of different places, none of them nought")
    weights = [
        reduce(_times, (_divided(other, other ^ place) for other in places if other != place), 1) for place in places
    ]
    return bytes(
        reduce(lambda sum_, term: sum_ ^ _times(*term), zip(column, weights, strict=True), 0)
        for column in zip(*(share[:-1] for share in shares), strict=True)
    )


def _tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    powers, logs, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        logs[value] = exponent
        doubled = (value << 1) ^ (0x11B if value & 0x80 else 0)
        value ^= doubled  # times three, which generates every non-zero element
    return tuple(powers), tuple(logs)


_POWERS, _LOGS = _tables()


def _times(left: int, right: int) -> int:
    return _POWERS[_LOGS[left] + _LOGS[right]] if left and right else 0


def _divided(left: int, right: int) -> int:
    return _POWERS[_LOGS[left] - _LOGS[right] + 255] if left else 0


def _value(coefficients: bytes, at: int) -> int:
    return reduce(lambda sum_, coefficient: _times(sum_, at) ^ coefficient, reversed(coefficients), 0)
