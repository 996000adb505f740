from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from exit_bridge.store import mentions

AWKWARD = ["r-1", "7", "a/b c", "é", "🙂", 'q"uote', "x+y=z", "R_2wBv.[]"]


@pytest.mark.parametrize("response_id", AWKWARD)
def test_an_id_is_found_however_a_tool_writes_it(response_id: str) -> None:
    """JSON with and without escapes, JSON with escaped slashes, form encoding."""
    value = {"id": response_id}
    assert mentions(json.dumps(value).encode(), response_id)
    assert mentions(json.dumps(value, ensure_ascii=False).encode(), response_id)
    assert mentions(json.dumps(value).replace("/", "\\/").encode(), response_id)
    assert mentions(urlencode(value).encode(), response_id)


@pytest.mark.parametrize("body", [b"", b'{"id": "r-11"}', b'{"id": "ar-1"}', b'{"id": "r-1-2"}', b'{"id": "r_1"}'])
def test_an_id_within_another_is_not_that_id(body: bytes) -> None:
    """Whole words only."""
    assert not mentions(body, "r-1")


def test_any_bytes_and_any_text_can_be_compared() -> None:
    """Bodies that are no text and ids that are no UTF-8 are no error."""
    assert not mentions(bytes(range(256)), "\udcff")
    assert not mentions(b"anything", "")
