"""What somebody keeps to prove that his entry stands in the journal: the entry, its path to a head, the head (J1)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules import leaf as leaves
from pazar.ground.journal.rules import merkle
from pazar.ground.journal.rules.head import Head

FORMAT = "pazar-receipt-1"


class ReceiptUnreadable(ValueError):
    """This text isn't a receipt."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That the entry is number `number` of the tree under `head`; `stamps` are outside authorities' words on it."""

    number: int
    path: tuple[bytes, ...]
    head: Head
    centre_key: bytes
    stamps: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """`about` is what the entry's maker adds for people; `proof` is missing for the second until there is one."""

    salt: bytes
    payload: bytes
    proof: Proof | None
    about: dict[str, Any]

    @property
    def leaf(self) -> bytes:
        return leaves.leaf(salt=self.salt, payload=self.payload)


def write(receipt: Receipt) -> str:
    """The receipt as a file: JSON, indented for the eye."""
    entry: dict[str, Any] = {
        "leaf": receipt.leaf.hex(),
        "salt": receipt.salt.hex(),
        "payload": base64.b64encode(receipt.payload).decode(),
    }
    document: dict[str, Any] = {"format": FORMAT, "about": receipt.about, "entry": entry, "proof": None}
    proof = receipt.proof
    if proof is not None:
        document["proof"] = {
            "number": proof.number,
            "size": proof.head.size,
            "path": [step.hex() for step in proof.path],
            "head": proof.head.note,
            "centre_key": proof.centre_key.hex(),
            "stamps": [base64.b64encode(answer).decode() for answer in proof.stamps],
        }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Receipt:
    """Raises ReceiptUnreadable."""
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ReceiptUnreadable
        entry, proof = document["entry"], document["proof"]
        about = document.get("about", {})
        found = Receipt(
            salt=bytes.fromhex(entry["salt"]),
            payload=base64.b64decode(entry["payload"], validate=True),
            proof=None if proof is None else _proof(proof),
            about=about if isinstance(about, dict) else {},
        )
        if found.leaf.hex() != entry["leaf"]:
            raise ReceiptUnreadable
    except (KeyError, TypeError, ValueError, RecursionError, AttributeError, binascii.Error) as error:
        raise ReceiptUnreadable from error
    return found


def faults(receipt: Receipt, *, keys: Sequence[bytes] = ()) -> list[str]:
    """What is wrong with a receipt by itself, without an export; none if its proof holds.

    `keys` are the centre's as the reader knows them; without any the receipt's own is taken.
    """
    proof = receipt.proof
    if proof is None:
        return ["it carries no proof: it was taken in the second before there was one; download it again"]
    found: list[str] = []
    if not merkle.is_included(
        leaf=receipt.leaf,
        place=proof.number - 1,
        size=proof.head.size,
        path=proof.path,
        root=proof.head.root,
    ):
        found.append("its path doesn't lead from the entry to the head")
    if not any(heads.is_signed_by(proof.head, key) for key in keys or [proof.centre_key]):
        found.append("its head isn't signed by the centre")
    return found


def _proof(value: dict[str, Any]) -> Proof:
    head = heads.read(value["head"])
    number = value["number"]
    if type(number) is not int or number < 1 or value["size"] != head.size:
        raise ReceiptUnreadable
    return Proof(
        number=number,
        path=tuple(bytes.fromhex(step) for step in value["path"]),
        head=head,
        centre_key=bytes.fromhex(value["centre_key"]),
        stamps=tuple(base64.b64decode(answer, validate=True) for answer in value.get("stamps", [])),
    )
