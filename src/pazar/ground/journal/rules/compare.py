"""Do two heads belong to one journal? Two readers who compare theirs find a centre that shows each his own."""

import json
from collections.abc import Sequence

from pazar.ground.journal.rules import head as heads
from pazar.ground.journal.rules import merkle
from pazar.ground.journal.rules.head import Head


class ProofUnreadable(ValueError):
    """This text is no proof of consistency."""


def read_proof(text: str) -> list[bytes]:
    """The path in the centre's answer: `{"path": ["…", …]}`, hexadecimal. Raises ProofUnreadable."""
    try:
        return [bytes.fromhex(step) for step in json.loads(text)["path"]]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ProofUnreadable from error


def differences(first: Head, second: Head, *, path: Sequence[bytes] = (), keys: Sequence[bytes] = ()) -> list[str]:
    """Why the two don't belong to one journal, in sentences; none if the newer goes on from the older.

    `path` proves it for heads of different sizes. With `keys` both must be signed by one of them: two heads that are
    signed and don't fit are proof, for anybody, that the centre keeps two journals.
    """
    old, new = sorted((first, second), key=lambda head: head.size)
    found = [
        f"The head of {head.size} entries isn't signed by this centre."
        for head in (old, new)
        if keys and not any(heads.is_signed_by(head, key) for key in keys)
    ]
    if old.origin != new.origin:
        found.append(f"One is of {old.origin}, the other of {new.origin}.")
    if old.size == new.size:
        if old.root != new.root:
            found.append(f"Both cover {old.size} entries, and they aren't the same entries.")
    elif old.size and not merkle.is_consistent(
        old=old.size, old_root=old.root, new=new.size, new_root=new.root, path=path
    ):
        found.append(
            f"Nothing proves that the {new.size} entries begin with the {old.size} of the older head."
            if path
            else "The heads differ in size: ask the centre for a proof, and give it by --proof."
        )
    return found
