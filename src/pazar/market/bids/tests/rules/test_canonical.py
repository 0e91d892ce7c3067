import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pazar.market.bids.rules import canonical

values = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.LARGEST_WHOLE, canonical.LARGEST_WHOLE) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_written_is_read_back(value: canonical.Json) -> None:
    assert canonical.decode(canonical.encode(value)) == value
    assert json.loads(canonical.encode(value)) == value


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"\\u0061":1}',
        b'["\\ud800"]',
        b"[" * 5000,
        b"[" * 5000 + b"]" * 5000,
        b"\xef\xbb\xbf{}",
        b"{}\n",
        b"\xff",
        b"",
    ],
)
def test_every_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.decode(data)


def test_keys_stand_in_the_order_javascript_compares_them() -> None:
    # U+10000 is two code units from U+D800 on, and so before U+FB33: RFC 8785, section 3.2.3
    assert canonical.encode({"\ufb33": 1, "\U00010000": 2}).decode() == '{"\U00010000":2,"\ufb33":1}'


@pytest.mark.parametrize("value", [1.5, 2**53, {"a": 0.1}, b"bytes", {"a": b"bytes"}, {1: "a"}, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: canonical.Json) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.encode(value)
