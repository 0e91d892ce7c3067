"""A person's key: a seed of 32 bytes in a file under a passphrase, never on the server (B8).

The browser makes and opens the file (`personal-key.js`); this is the same for software without one.
PBKDF2 because WebCrypto has nothing better; the rounds are those OWASP asks for.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from . import canonical, fields, xwing
from .canonical import Json

FORMAT = "pazar-key-1"
KDF = "PBKDF2-HMAC-SHA256"
LEAST_ROUNDS = 600_000
MOST_ROUNDS = 10_000_000  # a file from elsewhere must not keep a machine busy for an hour
SHORTEST_PASSPHRASE = 12
LARGEST_FILE = 4_096
SALT_SIZE = 16
NONCE_SIZE = 12

_FILE = frozenset({"format", "kdf", "rounds", "salt", "nonce", "fingerprint", "ciphertext"})


class KeyFileReason(StrEnum):
    UNREADABLE = "unreadable"
    FIELD = "field"
    PASSPHRASE_SHORT = "passphrase_short"  # noqa: S105
    PASSPHRASE_WRONG = "passphrase_wrong"  # noqa: S105 -- or the file was changed: the cipher can't tell
    FINGERPRINT_WRONG = "fingerprint_wrong"


class KeyFileRefused(Exception):
    """The key file can't be made or opened."""

    def __init__(self, reason: KeyFileReason, field: str = "") -> None:
        super().__init__(f"{reason} {field}".strip())
        self.reason = reason
        self.field = field


def fingerprint(public_key: bytes) -> bytes:
    """32 bytes that stand for a public key where people compare it."""
    return hashlib.sha256(b"pazar-fingerprint-1\0" + public_key).digest()


def lock(seed: bytes, *, passphrase: str, random: Callable[[int], bytes], rounds: int = LEAST_ROUNDS) -> bytes:
    """The key file of `seed` under a passphrase of at least 12 characters. Raises KeyFileRefused."""
    key = xwing.PrivateKey(seed)
    if len(_normal(passphrase)) < SHORTEST_PASSPHRASE:
        raise KeyFileRefused(KeyFileReason.PASSPHRASE_SHORT)
    if not LEAST_ROUNDS <= rounds <= MOST_ROUNDS:
        raise KeyFileRefused(KeyFileReason.FIELD, "rounds")
    salt, nonce = random(SALT_SIZE), random(NONCE_SIZE)
    head: dict[str, Json] = {
        "format": FORMAT,
        "kdf": KDF,
        "rounds": rounds,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "fingerprint": fingerprint(key.public_bytes).hex(),
    }
    cipher = AESGCM(_stretched(passphrase, salt, rounds))
    ciphertext = cipher.encrypt(nonce, seed, canonical.encode(head))
    return canonical.encode({**head, "ciphertext": ciphertext.hex()})


def unlock(file: bytes, *, passphrase: str) -> xwing.PrivateKey:
    """The private key in a key file. Raises KeyFileRefused."""
    if len(file) > LARGEST_FILE:
        raise KeyFileRefused(KeyFileReason.UNREADABLE)
    try:
        found = fields.members(canonical.decode(file), _FILE)
        fields.exactly(found["format"], "format", FORMAT)
        fields.exactly(found["kdf"], "kdf", KDF)
        rounds = fields.whole(found["rounds"], "rounds", least=LEAST_ROUNDS, most=MOST_ROUNDS)
        salt = fields.octets(found["salt"], "salt", SALT_SIZE)
        nonce = fields.octets(found["nonce"], "nonce", NONCE_SIZE)
        wanted = fields.octets(found["fingerprint"], "fingerprint", 32)
        ciphertext = fields.octets(found["ciphertext"], "ciphertext", xwing.SEED_SIZE + 16)
    except canonical.NotCanonical as error:
        raise KeyFileRefused(KeyFileReason.UNREADABLE) from error
    except fields.FieldWrong as error:
        raise KeyFileRefused(KeyFileReason.FIELD, error.field) from error
    head = {name: value for name, value in found.items() if name != "ciphertext"}
    cipher = AESGCM(_stretched(passphrase, salt, rounds))
    try:
        seed = cipher.decrypt(nonce, ciphertext, canonical.encode(head))
    except InvalidTag as error:
        raise KeyFileRefused(KeyFileReason.PASSPHRASE_WRONG) from error
    key = xwing.PrivateKey(seed)
    if not hmac.compare_digest(fingerprint(key.public_bytes), wanted):
        raise KeyFileRefused(KeyFileReason.FINGERPRINT_WRONG)
    return key


def _normal(passphrase: str) -> str:
    return unicodedata.normalize("NFKC", passphrase)  # one passphrase on every keyboard


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    kdf = PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=rounds)
    return kdf.derive(_normal(passphrase).encode())
