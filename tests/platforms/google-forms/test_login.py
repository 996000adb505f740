"""The login to Google: one secret, tokens that end within the hour, and refusals that say what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.platforms.google_server import FORM, HIDE, LOGIN, SECRET, URL, Google

from exit_bridge.bank import About, load_bank
from exit_bridge.errors import ApiFailed
from exit_bridge.http import Reply
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.google_forms import login as module
from exit_bridge.platforms.google_forms.api import FormsApi
from exit_bridge.platforms.google_forms.login import Credentials

pytestmark = pytest.mark.dev  # the server holds everything against Google's own description

TOOL = platform("google-forms")


@pytest.fixture
def google() -> Google:
    google = Google()
    client(google).create_form(TOOL.write_form(load_bank(), "quick", ["en"], About()))
    return google


def client(google: Any, secret: str = SECRET) -> FormsApi:
    return FormsApi(Access(URL, FORM, secret=secret), google)


def failing(google: Any, secret: str = SECRET) -> ApiFailed:
    with pytest.raises(ApiFailed) as caught:
        client(google, secret).questions(FORM)
    assert not [word for word in HIDE if word in f"{caught.value} {caught.value!r}"]
    assert caught.value.where == "oauth2.googleapis.com"
    return caught.value


def test_a_token_serves_until_shortly_before_its_end(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then another is asked for, by the same client."""
    now = 1000.0
    monkeypatch.setattr(module, "monotonic", lambda: now)
    api, before = client(google), google.tokens
    for passed, tokens in ((0.0, 1), (3599 - module.EARLY - 1, 1), (2.0, 2), (1.0, 2)):
        now += passed
        api.questions(FORM)
        assert google.tokens - before == tokens


@pytest.mark.parametrize(
    "seconds", [None, "soon", 0, -5, float("nan"), float("inf"), 10**9, pytest.param(10**400, id="huge")]
)
def test_a_token_of_unknown_life_serves_once(google: Google, seconds: object) -> None:
    google.expires_in = seconds
    api, before = client(google), google.tokens
    for _ in range(2):
        api.questions(FORM)
    assert google.tokens - before == 2


def test_seconds_as_text_are_read(google: Google) -> None:
    google.expires_in = "3599"
    api, before = client(google), google.tokens
    for _ in range(2):
        api.questions(FORM)
    assert google.tokens - before == 1


def test_the_project_that_requests_are_counted_for(google: Google) -> None:
    """Only if the file names one, and never for the login."""
    client(google, json.dumps({**LOGIN, "quota_project_id": "our-project-1"})).questions(FORM)
    assert [headers.get("x-goog-user-project") for headers in google.headers[-2:]] == [None, "our-project-1"]
    client(google).questions(FORM)
    assert "x-goog-user-project" not in google.headers[-1]


@pytest.mark.parametrize("secret", [f"'{SECRET}'", f" {SECRET}\n", json.dumps({**LOGIN, "type": "authorized_user"})])
def test_quotes_around_the_secret_do_no_harm(google: Google, secret: str) -> None:
    """A container's list of variables keeps them."""
    assert client(google, secret).questions(FORM)


def test_a_place_to_log_in_that_the_file_names_is_never_asked(google: Google) -> None:
    before = len(google.asked)
    client(google, json.dumps({**LOGIN, "token_uri": "https://evil.example/token"})).questions(FORM)
    assert google.asked[before:] == ["POST /token", f"GET /v1/forms/{FORM}"]


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("", "not the JSON of a credentials file"),
        ("/home/somebody/login.json", "not the JSON of a credentials file"),
        ("[" * 100_000, "not the JSON of a credentials file"),
        ('["a"]', "not the JSON of a credentials file"),
        (json.dumps({"installed": LOGIN}), "the file of the app"),
        (json.dumps({"type": "service_account", "private_key": "x"}), "login of a machine"),
        (json.dumps({**LOGIN, "refresh_token": ""}), "lacks client_id"),
        (json.dumps({**LOGIN, "client_id": 7}), "lacks client_id"),
        (json.dumps({**LOGIN, "quota_project_id": "a\r\nX-Evil: 1"}), "no name of a project"),
    ],
)
def test_a_secret_that_is_no_login(google: Google, secret: str, said: str) -> None:
    """Nothing is asked; trying again does not help."""
    before = len(google.asked)
    error = failing(google, secret)
    assert said in error.what
    assert error.permanent
    assert "docs/google-forms-api.md" in error.fix
    assert len(google.asked) == before


@pytest.mark.parametrize(
    ("status", "error", "said", "fix"),
    [
        (400, "invalid_grant", "has ended or was taken back", "seven days"),
        (401, "invalid_client", "does not know the app", "Google Cloud console"),
        (401, "unauthorized_client", "does not know the app", "Google Cloud console"),
        (400, "admin_policy_enforced", "organisation does not let this app", "Google Workspace"),
        (400, "invalid_request", "refuses the login (status 400)", "Log in again"),
        (404, "", "refuses the login (status 404)", "Log in again"),
        (302, "", "answers in its place", "proxy"),
        (429, "", "takes no more requests for now", "goes on by itself"),
        (503, "", "trouble (status 503)", "tried again"),
    ],
)
def test_a_refused_login_is_one_sentence(google: Google, status: int, error: str, said: str, fix: str) -> None:
    """Nothing of the secret, and nothing that Google said."""
    google.refused = (status, error)
    failed = failing(google)
    assert said in failed.what
    assert fix in failed.fix
    assert not failed.permanent


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"token": "x"}', b'{"access_token": "a\\r\\nb", "expires_in": 5}', b'{"access_token"'],
)
def test_an_answer_that_holds_no_token(body: bytes) -> None:
    error = failing(lambda *_: Reply(200, {}, body))
    assert "not the API of Google's login" in error.what
    assert "proxy" in error.fix


def test_a_refusal_that_is_no_json_or_too_long() -> None:
    assert "refuses the login" in failing(lambda *_: Reply(400, {}, b"<html>")).what
    assert "broke off" in failing(lambda *_: Reply(200, {}, b"{", truncated=True)).what


def test_nothing_of_the_login_is_shown() -> None:
    held = Credentials.read(SECRET, lambda what: ApiFailed(what))
    shown = f"{held!r} {Access(URL, FORM, secret=SECRET)!r} {client(Google())!r}"
    assert not [value for value in LOGIN.values() if value in shown and value != "authorized_user"]
