"""Receipts: an entry with its proof, for whoever the entry belongs to."""

import json
from typing import Any
from uuid import UUID

from pazar.ground import keys
from pazar.ground.journal import tree
from pazar.ground.journal.models import Entry, Head, Payload, Stamp
from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules.receipt import Proof, Receipt


def receipt(*, subject_id: UUID, kind: str, about: dict[str, Any], **facts: Any) -> Receipt | None:
    """The receipt of the newest entry of this kind on this subject whose facts are these; None if there is none.

    It holds the payload, secret or not: ask first whether the entry is the reader's own.
    """
    entries = Entry.objects.filter(subject_id=subject_id).select_related("payload", "position").order_by("-id")
    for entry in entries[:500]:
        payload: Payload | None = getattr(entry, "payload", None)
        if payload is None:
            continue
        content = json.loads(bytes(payload.content))
        if content["kind"] == kind and facts.items() <= content["facts"].items():
            return Receipt(salt=bytes(payload.salt), payload=bytes(payload.content), proof=_proof(entry), about=about)
    return None


def _proof(entry: Entry) -> Proof | None:
    """The path to the first stamped head that covers the entry; without one, to the first head; None before that."""
    position = getattr(entry, "position", None)
    if position is None:
        return None
    covering = Head.objects.filter(size__gte=position.seq).order_by("size")
    stamped = covering.filter(stamps__isnull=False).first()
    head = stamped or covering.first()
    if head is None:
        return None
    found = tree.inclusion(position.seq, head.size)
    answers = Stamp.objects.filter(head=head).order_by("stamped_at").values_list("answer", flat=True)
    return Proof(
        number=position.seq,
        path=found.path,
        head=heads.read(head.note),
        centre_key=keys.centre_public(),
        stamps=tuple(bytes(answer) for answer in answers),
    )
