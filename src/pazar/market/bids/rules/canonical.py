"""One way to write a JSON document as bytes, so that its digest means something (B8).

RFC 8785 (JCS) without fractions: keys sorted by UTF-16 code units, no spaces, UTF-8, whole
numbers that JavaScript keeps exactly. Amounts are strings. `canonical.js` writes the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

LARGEST_WHOLE = 2**53 - 1


class NotCanonical(ValueError):
    """The bytes, or the value, have no canonical form."""


def encode(value: Json) -> bytes:
    """The canonical bytes of `value`. Raises NotCanonical for floats, huge numbers, lone surrogates."""
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical("text that UTF-8 can't hold, or too deep") from error


def decode(data: bytes) -> Json:
    """The value whose canonical bytes are exactly `data`.

    Raises NotCanonical for everything else: spaces, a key written twice, another order, fractions.
    """
    try:
        value: Json = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not a JSON document") from error
    if encode(value) != data:
        raise NotCanonical("not in its canonical form")
    return value


def _ordered(value: Json) -> Json:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_WHOLE:
            raise NotCanonical("a number that JavaScript can't keep")
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise NotCanonical("a key that isn't text")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key]) for key in keys}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_ordered(item) for item in value]
    raise NotCanonical("a value that JSON doesn't have, or a fraction: write amounts as text")


def _refuse(text: str) -> Json:
    raise NotCanonical("a fraction: write amounts as text")
