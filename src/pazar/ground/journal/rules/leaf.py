"""The leaf's format, version 1: fixed now, so that the Merkle tree of a later release covers the first entry too.

    payload = canonical JSON (UTF-8, keys sorted, no spaces) of the entry's facts
    leaf    = SHA-256("pazar-leaf-1" ‖ 0x00 ‖ salt ‖ SHA-256(payload))        salt: 32 random bytes

A leaf says nothing of its payload while the salt is unknown (hiding), and fits no other payload (binding): a secret
entry is shown by its leaf alone, and a payload erased together with its salt leaves the chain whole.
"""

import hashlib
import json
from typing import Any

SALT_BYTES = 32
_TAG = b"pazar-leaf-1\x00"


def canonical(facts: dict[str, Any]) -> bytes:
    """The one spelling of `facts` that is hashed. Floats are refused: their spelling differs between writers."""
    _no_floats(facts)
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def leaf(*, salt: bytes, payload: bytes) -> bytes:
    """32 bytes. Raises ValueError for a salt that isn't 32 bytes long."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a salt is 32 bytes")
    return hashlib.sha256(_TAG + salt + hashlib.sha256(payload).digest()).digest()


def _no_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a journal entry holds no floats: write amounts as strings")
    if isinstance(value, dict):
        for part in value.values():
            _no_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _no_floats(part)
