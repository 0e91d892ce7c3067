"""Who holds the keys of a procedure's box, and who says so (B8).

The list is a canonical document signed by the centre; the slot for each holder's own certificate
is there and empty in this version. Its digest stands in every envelope and in every bid.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from . import canonical, fields, xwing
from .canonical import Json

FORMAT = "pazar-holders-1"
SIGNED_FORMAT = "pazar-holders-signed-1"
MOST_HOLDERS = 12  # an opening may try every k of them: at most 924 ways
LONGEST_NAME = 200

_SIGNED = b"pazar-holders-1 signed by the centre\0"
_LIST = frozenset({"format", "procedure", "threshold", "holders", "made_at"})
_HOLDER = frozenset({"id", "name", "kind", "public_key"})
_OUTER = frozenset({"format", "list", "centre_key", "centre_signature", "certificates"})


class HolderKind(StrEnum):
    SERVER = "server"
    PERSON = "person"


class HoldersReason(StrEnum):
    UNREADABLE = "unreadable"
    FIELD = "field"
    NUMBERS = "numbers"  # k and n don't fit, or too many
    SAME_HOLDER = "same_holder"
    SAME_KEY = "same_key"
    KEY_WRONG = "key_wrong"
    OTHER_CENTRE = "other_centre"
    SIGNATURE_WRONG = "signature_wrong"


class HoldersRefused(Exception):
    """The list of holders can't be used; `reason` and `subject` (a field or a holder) say why."""

    def __init__(self, reason: HoldersReason, subject: str = "") -> None:
        super().__init__(f"{reason} {subject}".strip())
        self.reason = reason
        self.subject = subject


@dataclass(frozen=True, kw_only=True)
class Holder:
    """One who holds a share. `public_key` is X-Wing's, 1,216 bytes."""

    id: str
    name: str
    kind: HolderKind
    public_key: bytes


@dataclass(frozen=True, kw_only=True)
class HoldersList:
    """The holders of one procedure's box: any `threshold` of them open it together.

    One holder alone is *undivided*; several need at least two. Raises HoldersRefused when made
    with what can't be.
    """

    procedure: UUID
    threshold: int
    holders: tuple[Holder, ...]
    made_at: datetime

    def __post_init__(self) -> None:
        count = len(self.holders)
        if not 1 <= count <= MOST_HOLDERS or not min(2, count) <= self.threshold <= count:
            raise HoldersRefused(HoldersReason.NUMBERS)
        if self.made_at.tzinfo is None:
            raise HoldersRefused(HoldersReason.FIELD, "made_at")
        seen_ids: set[str] = set()
        seen_keys: set[bytes] = set()
        for holder in self.holders:
            _check_holder(holder)
            if holder.id in seen_ids:
                raise HoldersRefused(HoldersReason.SAME_HOLDER, holder.id)
            if holder.public_key in seen_keys:  # one key under two names would lie about k
                raise HoldersRefused(HoldersReason.SAME_KEY, holder.id)
            seen_ids.add(holder.id)
            seen_keys.add(holder.public_key)

    @property
    def undivided(self) -> bool:
        """One holder has the whole key."""
        return len(self.holders) == 1

    @property
    def server_alone_opens(self) -> bool:
        """The operator needs nobody else: what the page must say."""
        servers = sum(holder.kind is HolderKind.SERVER for holder in self.holders)
        return servers >= self.threshold

    @cached_property
    def document(self) -> bytes:
        return canonical.encode(self._as_json())

    @cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(self.document).digest()

    def _as_json(self) -> dict[str, Json]:
        return {
            "format": FORMAT,
            "procedure": str(self.procedure),
            "threshold": self.threshold,
            "holders": [
                {
                    "id": holder.id,
                    "name": holder.name,
                    "kind": holder.kind.value,
                    "public_key": holder.public_key.hex(),
                }
                for holder in self.holders
            ],
            "made_at": fields.written(self.made_at),
        }


@dataclass(frozen=True, kw_only=True)
class SignedHolders:
    """A holders' list with the centre's signature over it."""

    holders: HoldersList
    centre_key: bytes
    centre_signature: bytes

    @cached_property
    def document(self) -> bytes:
        """What is stored and given to the bidder's browser or software."""
        return canonical.encode(
            {
                "format": SIGNED_FORMAT,
                "list": self.holders._as_json(),
                "centre_key": self.centre_key.hex(),
                "centre_signature": self.centre_signature.hex(),
                "certificates": [],  # each holder's CMS over the list's bytes comes in here (A5)
            }
        )


def sign(holders: HoldersList, *, key: Ed25519PrivateKey) -> SignedHolders:
    """The list, signed with the centre's key."""
    return SignedHolders(
        holders=holders,
        centre_key=key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw),
        centre_signature=key.sign(_SIGNED + holders.document),
    )


def read(document: bytes, *, centre_key: bytes) -> SignedHolders:
    """The signed list in `document`, checked to be signed by the centre whose key is given.

    Raises HoldersRefused.
    """
    try:
        outer = fields.members(canonical.decode(document), _OUTER)
        fields.exactly(outer["format"], "format", SIGNED_FORMAT)
        fields.exactly(outer["certificates"], "certificates", [])
        signed = SignedHolders(
            holders=_read_list(outer["list"]),
            centre_key=fields.octets(outer["centre_key"], "centre_key", 32),
            centre_signature=fields.octets(outer["centre_signature"], "centre_signature", 64),
        )
    except canonical.NotCanonical as error:
        raise HoldersRefused(HoldersReason.UNREADABLE) from error
    except fields.FieldWrong as error:
        raise HoldersRefused(HoldersReason.FIELD, error.field) from error
    verify(signed, centre_key=centre_key)
    return signed


def verify(signed: SignedHolders, *, centre_key: bytes) -> None:
    """Raises HoldersRefused unless the centre with this key signed the list."""
    if signed.centre_key != centre_key:
        raise HoldersRefused(HoldersReason.OTHER_CENTRE)
    try:
        Ed25519PublicKey.from_public_bytes(centre_key).verify(
            signed.centre_signature, _SIGNED + signed.holders.document
        )
    except (InvalidSignature, ValueError) as error:
        raise HoldersRefused(HoldersReason.SIGNATURE_WRONG) from error


def _read_list(value: Json) -> HoldersList:
    found = fields.members(value, _LIST, "list.")
    fields.exactly(found["format"], "list.format", FORMAT)
    return HoldersList(
        procedure=fields.uuid(found["procedure"], "list.procedure"),
        threshold=fields.whole(found["threshold"], "list.threshold", least=1, most=MOST_HOLDERS),
        holders=tuple(_read_holder(item) for item in fields.items(found["holders"], "list.holders")),
        made_at=fields.moment(found["made_at"], "list.made_at"),
    )


def _read_holder(value: Json) -> Holder:
    found = fields.members(value, _HOLDER, "list.holders.")
    return Holder(
        id=fields.name(found["id"], "list.holders.id"),
        name=fields.text(found["name"], "list.holders.name", longest=LONGEST_NAME),
        kind=fields.choice(found["kind"], "list.holders.kind", HolderKind),
        public_key=fields.octets(found["public_key"], "list.holders.public_key", xwing.PUBLIC_SIZE),
    )


def _check_holder(holder: Holder) -> None:
    try:
        fields.name(holder.id, "id")
        fields.text(holder.name, "name", longest=LONGEST_NAME)
        xwing.check_public(holder.public_key)
    except fields.FieldWrong as error:
        raise HoldersRefused(HoldersReason.FIELD, error.field) from error
    except xwing.KeyWrong as error:
        raise HoldersRefused(HoldersReason.KEY_WRONG, holder.id) from error
