"""What of a text people see: signs that nobody sees, or that turn what stands around them, are no part of it."""

import unicodedata
from typing import Final

_KEPT: Final = "\t\n\r"
# Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9): a title that ends in one turns
# round the price that a page prints after it. The letters of right-to-left scripts need none of them.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def seen(text: str) -> str:
    """`text` without control signs (line ends and tabs stay), signs that turn the direction, and half characters."""
    return "".join(sign for sign in text if sign in _KEPT or not _is_unseen(sign))


def is_seen(text: str) -> bool:
    """Whether all of `text` is kept by `seen`."""
    return seen(text) == text


def _is_unseen(sign: str) -> bool:
    return sign in _TURNING or unicodedata.category(sign) in ("Cc", "Cs")
