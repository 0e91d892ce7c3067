"""One digest over everything that lies in a procedure's box at the deadline (B8).

It's published at the deadline and its salt at the opening. Without the salt a bidder who knows his
own receipt could try whether he's the only one: how many bid is secret until then.
"""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from . import canonical

FORMAT = "pazar-box-1"
SALT_SIZE = 32


def document(*, procedure: UUID, bid_digests: Iterable[bytes], salt: bytes) -> bytes:
    """What is published at the opening: the digest of each bid in the box, whatever order they came in.

    `salt` is 32 random bytes kept secret until then. Raises ValueError for a bid that's in twice.
    """
    digests = sorted(digest.hex() for digest in bid_digests)
    if len(salt) != SALT_SIZE or any(len(digest) != 64 for digest in digests):
        raise ValueError("a salt and digests of 32 bytes each")
    if len(set(digests)) != len(digests):
        raise ValueError("the same bid twice in one box")
    return canonical.encode({"format": FORMAT, "procedure": str(procedure), "bids": digests, "salt": salt.hex()})


def digest(*, procedure: UUID, bid_digests: Iterable[bytes], salt: bytes) -> bytes:
    """What is published at the deadline."""
    return hashlib.sha256(document(procedure=procedure, bid_digests=bid_digests, salt=salt)).digest()
