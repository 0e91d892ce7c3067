"""A sealed bid: the manifest of its envelopes, and the digest that stands for all of it (B7, B8).

The digest is what a receipt names, what a signature will be over, and what the box is counted from.
"""

import hashlib
from collections.abc import Set
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from . import canonical, envelope, fields
from .canonical import Json
from .envelope import Binding, Breach, Envelope, EnvelopeRefused, Kind, Reason
from .holders import HoldersList

FORMAT = "pazar-bid-1"
MOST_ENVELOPES = 1_000
LARGEST_MANIFEST = 512 * 1024

_MANIFEST = frozenset({"format", "procedure", "version", "bidder", "bid", "holders_digest", "envelopes"})
_ENTRY = frozenset({"lot", "kind", "size", "digest"})


@dataclass(frozen=True, order=True)
class Place:
    """Which envelope of a bid: of a lot, or with lot "" of the whole procedure, and of a kind."""

    lot: str
    kind: Kind

    @property
    def lot_or_none(self) -> str | None:
        return self.lot or None


@dataclass(frozen=True)
class Entry:
    """An envelope as the manifest names it: `size` in bytes, SHA-256 of all of them."""

    place: Place
    size: int
    digest: bytes


@dataclass(frozen=True, kw_only=True)
class SealedBid:
    """What a bidder's browser or software hands in.

    `envelopes` in the manifest's order. `signature` is the slot for the bidder's detached CMS over
    the manifest's bytes; bids are unsigned in this version and it's empty.
    """

    manifest: bytes
    envelopes: tuple[bytes, ...] = field(repr=False)
    signature: bytes = b""

    @cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(self.manifest).digest()


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the centre knows of the bid that may come now.

    `places` are the envelopes that the procedure can take, `required` those without which it isn't a bid.
    """

    procedure: UUID
    version: int
    bidder: UUID
    bid: UUID
    holders: HoldersList
    places: Set[Place]
    required: Set[Place] = frozenset()


def write(
    *,
    procedure: UUID,
    version: int,
    bidder: UUID,
    bid: UUID,
    holders_digest: bytes,
    entries: tuple[Entry, ...],
) -> bytes:
    """The manifest's bytes; the order of the entries doesn't matter."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "procedure": str(procedure),
        "version": version,
        "bidder": str(bidder),
        "bid": str(bid),
        "holders_digest": holders_digest.hex(),
        "envelopes": [
            {
                "lot": entry.place.lot_or_none,
                "kind": entry.place.kind.value,
                "size": entry.size,
                "digest": entry.digest.hex(),
            }
            for entry in sorted(entries, key=lambda entry: entry.place)
        ],
    }
    return canonical.encode(document)


def check(sealed: SealedBid, *, expected: Expected) -> tuple[Envelope, ...]:
    """The bid's envelopes, each of right form and sealed for this bid and to these holders.

    Raises EnvelopeRefused with all that's the matter. Nothing here can tell whether an envelope
    opens: that's the bidder's own risk, and said so to him.
    """
    if sealed.signature:
        raise EnvelopeRefused(Breach(Reason.SIGNATURE_NOT_ASKED))
    entries = _entries(sealed.manifest, expected)
    if len(entries) != len(sealed.envelopes):
        raise EnvelopeRefused(Breach(Reason.ENVELOPE_MISSING))
    breaches = [
        *(Breach(Reason.ENVELOPE_MISSING, _named(place)) for place in sorted(_missing(entries, expected))),
        *(
            Breach(Reason.ENVELOPE_NOT_ASKED, _named(entry.place))
            for entry in entries
            if entry.place not in expected.places
        ),
    ]
    taken: list[Envelope] = []
    for entry, data in zip(entries, sealed.envelopes, strict=True):
        try:
            taken.append(_take(entry, data, expected))
        except EnvelopeRefused as refusal:
            breaches += refusal.breaches
    if breaches:
        raise EnvelopeRefused(*breaches)
    return tuple(taken)


def _take(entry: Entry, data: bytes, expected: Expected) -> Envelope:
    if len(data) != entry.size or hashlib.sha256(data).digest() != entry.digest:
        raise EnvelopeRefused(Breach(Reason.CHANGED, _named(entry.place)))
    read = envelope.parse(data)
    binding = Binding(
        procedure=expected.procedure,
        version=expected.version,
        lot=entry.place.lot_or_none,
        kind=entry.place.kind,
        bidder=expected.bidder,
        bid=expected.bid,
    )
    envelope.check(read, binding=binding, holders=expected.holders)
    return read


def _entries(manifest: bytes, expected: Expected) -> tuple[Entry, ...]:
    if len(manifest) > LARGEST_MANIFEST:
        raise EnvelopeRefused(Breach(Reason.SIZE, "manifest"))
    try:
        found = fields.members(canonical.decode(manifest), _MANIFEST)
        fields.exactly(found["format"], "format", FORMAT)
        entries = tuple(_entry(item) for item in fields.items(found["envelopes"], "envelopes"))
        pairs = (
            (Reason.OTHER_PROCEDURE, fields.uuid(found["procedure"], "procedure"), expected.procedure),
            (
                Reason.OTHER_VERSION,
                fields.whole(found["version"], "version", least=1, most=2**31 - 1),
                expected.version,
            ),
            (Reason.OTHER_BIDDER, fields.uuid(found["bidder"], "bidder"), expected.bidder),
            (Reason.OTHER_BID, fields.uuid(found["bid"], "bid"), expected.bid),
            (
                Reason.OTHER_HOLDERS,
                fields.octets(found["holders_digest"], "holders_digest", 32),
                expected.holders.digest,
            ),
        )
    except canonical.NotCanonical as error:
        raise EnvelopeRefused(Breach(Reason.MANIFEST_NOT_CANONICAL)) from error
    except fields.FieldWrong as error:
        raise EnvelopeRefused(Breach(Reason.FIELD, f"manifest.{error.field}")) from error

    breaches = [Breach(reason, "manifest") for reason, is_there, wanted in pairs if is_there != wanted]
    places = [entry.place for entry in entries]
    if not 1 <= len(places) <= MOST_ENVELOPES:
        breaches.append(Breach(Reason.SIZE, "manifest.envelopes"))
    if len(set(places)) != len(places):
        breaches.append(Breach(Reason.ENVELOPE_TWICE))
    elif sorted(places) != places:  # one order only, so that one bid has one digest
        breaches.append(Breach(Reason.MANIFEST_NOT_CANONICAL, "envelopes"))
    if breaches:
        raise EnvelopeRefused(*breaches)
    return entries


def _entry(item: Json) -> Entry:
    found = fields.members(item, _ENTRY, "envelopes.")
    lot = found["lot"]
    return Entry(
        place=Place(
            "" if lot is None else fields.label(lot, "envelopes.lot"),
            fields.choice(found["kind"], "envelopes.kind", Kind),
        ),
        size=fields.whole(found["size"], "envelopes.size", least=1, most=2 * envelope.LARGEST_PADDED),
        digest=fields.octets(found["digest"], "envelopes.digest", 32),
    )


def _missing(entries: tuple[Entry, ...], expected: Expected) -> set[Place]:
    return set(expected.required) - {entry.place for entry in entries}


def _named(place: Place) -> str:
    return f"{place.lot}/{place.kind}"
