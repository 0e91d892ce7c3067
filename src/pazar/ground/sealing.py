"""What the centre writes down and the database doesn't tell: sealed under a key that lies outside it (B8).

Who bids is secret until the opening. Rows that name a bidder and that row security can't guard (events on their way,
the journal's secret entries, messages and mails) hold cipher text. It is read in process, by whoever holds the key;
SQL, a dump and a replica show that something was written, not what.

    sealed = "pz1" ‖ salt (24) ‖ AES-256-GCM of the padded text, under HMAC-SHA256(key, salt), nonce zero

A key of its own for each text: so many texts may be sealed that random nonces under one key would meet.
"""

import base64
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models

from pazar.ground.keys import key

_MARK = b"pz1"
_TEXT_MARK = "pz1:"
_SALT = 24
_NONCE = bytes(12)
# Lengths would tell a receipt from an invitation, and one procedure's title from another's.
_STEP = 256


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # `dumps` makes one each time


class SealBroken(RuntimeError):
    """A sealed text isn't what was written, or lies under another key than the centre's."""


def seal(plain: bytes) -> bytes:
    """`plain` under the centre's key; another cipher text each time."""
    salt = os.urandom(_SALT)
    sized = len(plain).to_bytes(8, "big") + plain
    padded = sized.ljust(-(-len(sized) // _STEP) * _STEP, b"\0")
    return _MARK + salt + AESGCM(_key_for(salt)).encrypt(_NONCE, padded, _MARK)


def unseal(sealed: bytes) -> bytes:
    """Raises SealBroken."""
    salt = sealed[len(_MARK) : len(_MARK) + _SALT]
    try:
        padded = AESGCM(_key_for(salt)).decrypt(_NONCE, sealed[len(_MARK) + _SALT :], _MARK)
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed row can't be read with the centre's key") from error
    size = int.from_bytes(padded[:8], "big")
    return padded[8 : 8 + size]


def seal_text(plain: str) -> str:
    return _TEXT_MARK + base64.b64encode(seal(plain.encode())).decode()


def unseal_text(sealed: str) -> str:
    return unseal(base64.b64decode(sealed.removeprefix(_TEXT_MARK))).decode()


def seal_json(value: Any) -> bytes:
    """As `SealedBinaryJSONField` stores it; for rows that are copied in."""
    return seal(_ENCODER.encode(value).encode())


def token(name: str) -> str:
    """`name` as a keyed digest: equal names are found equal, and nobody without the key can try names against it."""
    return hmac.digest(key("records"), b"pazar-token-1\0" + name.encode(), "sha256").hex()


def _key_for(salt: bytes) -> bytes:
    return hmac.digest(key("records"), b"pazar-sealed-1\0" + salt, "sha256")  # in one go: a fan-out makes 20,000


class _Unsearchable:
    """Each sealing gives another text, so a comparison in SQL would find nothing, silently."""

    def get_lookup(self, name: str) -> Any:
        if name != "isnull":
            raise FieldError("what lies sealed can't be searched: filter what was read, or compare a token")
        return super().get_lookup(name)  # type: ignore[misc]  # of the field it is mixed into


class SealedTextField(_Unsearchable, models.TextField):  # type: ignore[type-arg]  # the stubs' two parameters say no more here
    """Text that lies sealed in its column. It can't be searched or sorted by."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else seal_text(value)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        # What was written before there was a seal is read as it stands.
        return unseal_text(value) if value is not None and value.startswith(_TEXT_MARK) else value


class SealedJSONField(_Unsearchable, models.JSONField):
    """A JSON value that lies sealed in its column, as one string."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = seal_text(json.dumps(value, cls=self.encoder, ensure_ascii=False))
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        found = super().from_db_value(value, expression, connection)
        if isinstance(found, str) and found.startswith(_TEXT_MARK):
            return json.loads(unseal_text(found))
        return found


class SealedBinaryJSONField(_Unsearchable, models.BinaryField):  # type: ignore[type-arg]  # as above
    """A JSON value that lies sealed as bytes: a third less of them than as text, and as many values under one seal."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal_json(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Any:
        return None if value is None else json.loads(unseal(bytes(value)))


class SealableBinaryField(models.BinaryField):  # type: ignore[type-arg]  # as above
    """Bytes of which some rows are sealed by whoever writes them; read, all of them are plain."""

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        if value is None:
            return None
        found = bytes(value)
        # A plain salt of 32 bytes is shorter than any sealed text, and plain content is JSON: neither is mistaken.
        is_sealed = found.startswith(_MARK) and len(found) > len(_MARK) + _SALT + _STEP
        return unseal(found) if is_sealed else found
