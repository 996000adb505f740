from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Platform
from exit_bridge.traces import holds, mentions

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


LIMESURVEY, GENERIC = platform("limesurvey"), platform("generic")
OURS = {"event": "completed", "source": "exit-bridge-limesurvey/1", "survey_id": 7041, "response_id": 12}
THEIRS = {"event": "afterSurveyComplete", "survey": "7041", "respondId": "12"}
NUMBERS = {"zzz01": "12", "qrec": "7041"}


@pytest.mark.parametrize(
    ("tool", "body", "response_id", "held"),
    [
        (LIMESURVEY, OURS | {"answers": {"bank": "who@9"}}, "7041-12", True),
        (LIMESURVEY, THEIRS | {"response": {"zzz99": "1"}}, "7041-12", True),
        (LIMESURVEY, OURS | {"response_id": 3, "answers": NUMBERS}, "7041-12", False),
        (LIMESURVEY, THEIRS | {"respondId": 3, "response": NUMBERS}, "7041-12", False),
        (LIMESURVEY, OURS | {"answers": [1]}, "7041-12", True),
        (LIMESURVEY, OURS | {"response_id": 3, "answers": [1]}, "7041-12", False),
        (GENERIC, {"response_id": 7, "answers": {"rec01": 3}}, "7", True),
        (GENERIC, {"response_id": 6, "answers": {"rec01": 7}}, "7", False),
        (GENERIC, [{"response_id": 6, "answers": {}}, {"response_id": 5, "answers": "7"}], "7", True),
        (GENERIC, [{"response_id": 7, "answers": {}}, {"response_id": 5, "answers": "6"}], "7", True),
        (LIMESURVEY, OURS | {"answers": [1]}, "7041-12-", True),
        (LIMESURVEY, OURS | {"answers": [1]}, "---", False),
        (None, OURS, "7041-12", False),
        (None, {"id": "7041-12"}, "7041-12", True),
    ],
)
def test_whose_body_it_is_says_the_id_that_the_platform_reads(
    tool: Platform | None, body: object, response_id: str, held: bool
) -> None:
    """A number that stands there for something else is nobody; only what cannot be read is searched for mentions."""
    assert holds(tool, response_id)(json.dumps(body).encode()) is held


def test_a_bug_in_reading_keeps_nobody_from_being_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """What trips our reader is quarantined as a bug, and is searched like what cannot be read."""
    monkeypatch.setattr(type(GENERIC), "read_delivery", lambda *_: 1 / 0)
    assert holds(GENERIC, "7")(b'{"response_id": 7}')
    assert not holds(GENERIC, "8")(b'{"response_id": 7}')
