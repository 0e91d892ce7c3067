"""Keys outside the database: a copy of the database alone opens nothing and signs nothing (B8, J1).

Each is 32 random bytes, written as 64 hexadecimal digits, given by a setting or kept in a file of its own
(0600) that is made at the first use. Which keys there are is said by those who use them.
"""

import os
import re
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

SIZE = 32


class KeyUnreadable(RuntimeError):
    """A key is there but isn't one: nothing is sealed, signed or opened until somebody looks."""


def key(name: str) -> bytes:
    """The 32 bytes of the key `name`, made at its first use. Raises KeyUnreadable."""
    given: str = settings.SEAL_KEY_VALUES.get(name, "")
    return _read(name, given) if given else _kept(settings.SEAL_KEYS, name)


def signing() -> Ed25519PrivateKey:
    """The centre signs with it: lists of holders, heads of the journal. What it signs begins with what it is."""
    return Ed25519PrivateKey.from_private_bytes(key("signing"))


def centre_public() -> bytes:
    """32 bytes: what the centre's signatures are checked by."""
    return signing().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


@lru_cache(maxsize=32)
def _kept(folder: str | Path, name: str) -> bytes:
    path = Path(folder) / name
    if not path.exists():
        _make(path)
    return _read(path.name, path.read_text(encoding="ascii").strip())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SIZE) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A whole file appears at once, and only one: of two first starts the later reads the earlier's.
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()


@lru_cache(maxsize=32)
def _read(name: str, text: str) -> bytes:
    if re.fullmatch(rf"[0-9a-f]{{{2 * SIZE}}}", text) is None:
        raise KeyUnreadable(f"the key {name!r} isn't {2 * SIZE} hexadecimal digits")
    return bytes.fromhex(text)
