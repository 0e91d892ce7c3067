"""Holders, bids and envelopes for the tests of the seal."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

from pazar.market.bids.rules import envelope, seal, xwing
from pazar.market.bids.rules.envelope import Binding, Kind
from pazar.market.bids.rules.holders import Holder, HolderKind, HoldersList

PROCEDURE = UUID("0b6e7c52-1d51-4f0e-9a3c-5d0d0a1f7c11")
BIDDER = UUID("6a4f7f0a-60a6-4c5c-8d51-3f6f1f0f9b22")
BID = UUID("f1c9b9a4-7f0e-4a53-9b0c-0c5a3f3d2e33")
OTHER = UUID("11111111-2222-4333-8444-555555555555")


@cache
def key(number: int) -> xwing.PrivateKey:
    return xwing.PrivateKey(bytes([number]) * 32)


@cache
def make_holders(*, count: int = 1, threshold: int = 1, procedure: UUID = PROCEDURE) -> HoldersList:
    """The server, then persons; holder number i has `key(i)`."""
    return HoldersList(
        procedure=procedure,
        threshold=threshold,
        holders=tuple(
            Holder(
                id=f"member-{number}" if number else "server",
                name=f"Член на комисията № {number}" if number else "Тържище „Пазар“",
                kind=HolderKind.PERSON if number else HolderKind.SERVER,
                public_key=key(number).public_bytes,
            )
            for number in range(count)
        ),
        made_at=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
    )


def make_binding(
    *,
    procedure: UUID = PROCEDURE,
    version: int = 1,
    lot: str | None = "1",
    kind: Kind = Kind.PRICE,
    bidder: UUID = BIDDER,
    bid: UUID = BID,
) -> Binding:
    return Binding(procedure=procedure, version=version, lot=lot, kind=kind, bidder=bidder, bid=bid)


def make_envelope(
    *,
    holders: HoldersList | None = None,
    content: bytes = b'{"amount":"1234.50"}',
    binding: Binding | None = None,
) -> bytes:
    return seal.seal_envelope(
        binding=binding or make_binding(),
        holders=holders or make_holders(),
        content=content,
        random=os.urandom,
    )


@dataclass(frozen=True)
class Parts:
    """An envelope taken apart, so that a test can put it together wrongly."""

    header: bytes
    shares: tuple[bytes, ...]
    chunks: tuple[bytes, ...]

    def together(self) -> bytes:
        return b"".join((envelope.MAGIC, len(self.header).to_bytes(4, "big"), self.header, *self.shares, *self.chunks))


def apart(data: bytes) -> Parts:
    read = envelope.parse(data)
    step = envelope.CHUNK_SIZE + envelope.TAG_SIZE
    return Parts(
        read.header,
        tuple(share.sealed for share in read.shares),
        tuple(read.ciphertext[at : at + step] for at in range(0, len(read.ciphertext), step)),
    )
