"""What strict parsing refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge.errors import UnreadableDelivery
from exit_bridge.platforms.parse import MAX_DEPTH, parse_json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"{}trailing",
        b'{"a": 01}',
        b'{"a": "\\ud800"}',
    ],
    ids=range(16),
)
def test_what_is_not_plain_json_is_one_clear_error(body):
    """No traceback, no crash, no guess, and not a byte of the body in the message."""
    with pytest.raises(UnreadableDelivery):
        parse_json(body)


def test_nesting_up_to_the_cap_and_brackets_in_strings_are_read():
    """Brackets in somebody's comment are not nesting."""
    assert parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert parse_json(json.dumps({"comment": "[" * 500}).encode()) == {"comment": "[" * 500}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body):
    """Nothing else ever comes out."""
    try:
        parse_json(body)
    except UnreadableDelivery:
        return


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_plain_json_is_read_as_it_is(value):
    """What anybody's encoder writes comes back equal."""
    assert parse_json(json.dumps(value).encode()) == value
