"""One request to a tool's API: every way in which it can go wrong is one sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from exit_bridge.errors import ApiFailed
from exit_bridge.http import Reply
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.rest import REFUSED_PAUSE, Rest

SECRET = "token-of-the-account"
SAID = "words of the tool about somebody@council.example"


def rest(status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None, **more: Any) -> Rest:
    """A client whose every request is answered like this."""

    def call(*_: Any) -> Reply:
        return Reply(status, headers or {}, body, **more)

    return Rest("Papyrus", Access("https://api.papyrus.example/v1/", secret=SECRET), call, {"Authorization": SECRET})


@pytest.mark.parametrize(
    ("status", "said", "permanent", "pause"),
    [
        (400, "refuses the request (status 400)", True, None),
        (401, "does not accept the token", False, REFUSED_PAUSE),
        (403, "does not allow this", False, REFUSED_PAUSE),
        (404, "has no such form", True, None),
        (409, "has something of that name already", True, None),
        (422, "refuses the request (status 422)", True, None),
        (429, "takes no more requests for now", False, 7.0),
        (500, "has trouble (status 500)", False, 7.0),
        (503, "has trouble (status 503)", False, 7.0),
        (302, "leads on to another one", False, None),
    ],
)
def test_every_status_has_its_sentence(status: int, said: str, permanent: bool, pause: float | None) -> None:
    """With what to do, whether trying again helps and when; never with the tool's own words or the token."""
    with pytest.raises(ApiFailed) as caught:
        rest(status, json.dumps({"message": SAID}).encode(), {"retry-after": "7"}).ask("GET", "forms")
    error = caught.value
    assert said in error.what
    assert (error.permanent, error.retry_after) == (permanent, pause)
    assert error.fix
    assert error.where == "api.papyrus.example"
    assert SAID not in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("body", "more"),
    [(b"<html>sign in</html>", {}), (b'{"half": ', {}), (b"[" * 100_000, {}), (b"{}", {"truncated": True})],
    ids=["page", "half", "deep", "broken off"],
)
def test_an_answer_that_is_none(body: bytes, more: dict[str, Any]) -> None:
    """One sentence, and worth another try."""
    with pytest.raises(ApiFailed) as caught:
        rest(200, body, **more).ask("GET", "forms")
    assert not caught.value.permanent


def test_what_is_not_there_may_be_no_error() -> None:
    assert rest(404).ask("GET", "forms/1", missing_ok=True) is None
    assert rest(204, b"").ask("PUT", "forms/1", {}) is None


@pytest.mark.parametrize("answer", [None, [], {}, {"id": ""}, {"id": "../../admin"}, {"id": True}, {"id": "x" * 101}])
def test_an_id_that_may_not_stand_in_an_address(answer: Any) -> None:
    """It would lead elsewhere; the tool is told apart from a page in its place."""
    with pytest.raises(ApiFailed, match="not the API of Papyrus"):
        rest(200).id_in(answer)


def test_ids_and_rows() -> None:
    client = rest(200)
    assert (client.id_in({"id": 17}), client.id_in({"uid": "aB-1_"}, "uid")) == ("17", "aB-1_")
    assert client.rows({"items": [{"a": 1}]}, "items") == [{"a": 1}]
    for broken in ({"items": [1]}, {"items": {}}, {}, None):
        with pytest.raises(ApiFailed, match="not the API"):
            client.rows(broken, "items")


def test_the_address_is_put_together_from_the_settings() -> None:
    """With the login in its header, and UTF-8 JSON as the body."""
    sent = []

    def call(method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        sent.append((method, url, body, dict(headers)))
        return Reply(200, {}, b"{}")

    access = Access("https://api.papyrus.example/v1/", secret=SECRET)
    Rest("Papyrus", access, call, {"X-Key": SECRET}).ask("POST", "forms", {"title": "Tŷ"})
    ((method, url, body, headers),) = sent
    assert (method, url, body.decode()) == ("POST", "https://api.papyrus.example/v1/forms", '{"title": "Tŷ"}')
    assert headers == {"X-Key": SECRET, "Accept": "application/json", "Content-Type": "application/json"}
