"""Typeform's API: the form is made once, posts to us, and hands its responses out without losing or doubling one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.platforms.typeform.server import FORM, TOKEN, Server
from tests.platforms.typeform.simulate import deliver

from exit_bridge.bank import About, load_bank
from exit_bridge.errors import ApiFailed
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access, Pulled
from exit_bridge.platforms.base import LiveQuestion
from exit_bridge.platforms.typeform import api as module
from exit_bridge.platforms.typeform.api import TypeformApi
from exit_bridge.testing.round_trip import respondent

BANK, TOOL = load_bank(), platform("typeform")
FILES = TOOL.write_form(BANK, "quick", ["en"], About())
START = datetime(2026, 1, 15, 10, tzinfo=UTC)
TODAY = date(2026, 1, 20)


@pytest.fixture
def server() -> Server:
    return Server()


def client(server: Server, form: str = FORM, token: str = TOKEN) -> TypeformApi:
    return TypeformApi(Access("https://api.typeform.com", form, secret=token), server)


@pytest.fixture
def made(server: Server) -> TypeformApi:
    client(server, "").create_form(FILES)
    return client(server)


def answer(server: Server, n: int, minutes: float) -> None:
    """One more response, as its webhook had it, with what only the API adds."""
    import random

    said, _ = respondent(BANK, "quick", "en", random.Random(n), About())
    response = deliver(FILES, said, token=f"token{n:04d}")["form_response"]
    del response["definition"]
    when = f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
    server.responses.append({**response, "submitted_at": when, "metadata": {"user_agent": "somebody's browser"}})


def pulled(api: TypeformApi, cursor: str | None = None, **more: Any) -> tuple[list[str], list[Pulled]]:
    pages = list(api.pull(cursor, TODAY, **more))
    tokens = [payload["form_response"]["token"] for page in pages for payload in page.payloads]
    return tokens, pages


def test_the_form_is_made_opened_and_posts_to_us(server: Server) -> None:
    """Twice gives no second of anything."""
    api = client(server, "")
    assert api.create_form(FILES) == FORM
    assert api.activate(FORM) is False
    server.forms[FORM]["settings"]["is_public"] = False
    assert (api.activate(FORM), api.activate(FORM)) == (True, False)
    hook = ("https://bridge.example/hooks/s", "secret")
    assert (api.add_hook(FORM, *hook), api.add_hook(FORM, *hook)) == (True, False)
    assert server.hooks == {FORM: {"url": hook[0], "enabled": True, "secret": "secret", "verify_ssl": True}}
    assert api.address(FORM) == f"https://form.typeform.com/to/{FORM}"


def test_one_form_is_one_language(server: Server) -> None:
    """Several would be made half, or without anybody knowing which is which."""
    with pytest.raises(ApiFailed, match="one language"):
        client(server, "").create_form(TOOL.write_form(BANK, "quick", ["en", "cy"], About()))
    assert server.asked == []


def test_what_the_form_asks(made: TypeformApi) -> None:
    """By our ids and its words, options too; statements are no questions."""
    asked = {question.keys[0]: question for question in made.questions(FORM)}
    assert set(BANK.variants["quick"].items) < set(asked)
    assert not [key for key in asked if key.startswith("page_")]
    assert asked["rec01"].keys[-1].startswith("R1. ")
    assert [option[0] for option in asked["rec01"].options] == [f"rec01_{code}" for code in BANK.items["rec01"].codes]


def test_a_question_whose_options_are_null_has_none(server: Server, made: TypeformApi) -> None:
    server.forms[FORM]["fields"].append({"ref": "own", "type": "dropdown", "properties": {"choices": None}})
    assert made.questions(FORM)[-1] == LiveQuestion(("own",), ())


def test_responses_come_once_each_and_are_what_a_webhook_says(server: Server, made: TypeformApi) -> None:
    for n in range(3):
        answer(server, n, n)
    tokens, pages = pulled(made)
    assert sorted(tokens) == ["token0000", "token0001", "token0002"]
    (page,) = pages
    for payload in page.payloads:
        (raw,) = TOOL.read(payload).responses
        assert raw.hidden["variant"] == "quick"
        assert "metadata" not in payload["form_response"]


def test_pages_are_walked_without_a_gap(server: Server, made: TypeformApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor moves only with the last one: the newest come first, and what breaks off begins anew."""
    monkeypatch.setattr(module, "PAGE", 4)
    for n in range(10):
        answer(server, n, n)
    tokens, pages = pulled(made)
    assert len(set(tokens)) == len(tokens) == 10
    assert [page.cursor for page in pages] == ["", "", f"{FORM} 2026-01-15T10:09:00+00:00"]
    assert [bool(page.left) for page in pages] == [True, True, False]


def test_only_what_is_new_is_asked_for_with_an_hour_to_spare(server: Server, made: TypeformApi) -> None:
    """docs: a response may be missing for half an hour after it was sent."""
    for n, minutes in enumerate((0, 200, 230)):
        answer(server, n, minutes)
    _, pages = pulled(made)
    answer(server, 3, 225)  # was not there a moment ago
    answer(server, 4, 300)
    tokens, again = pulled(made, pages[-1].cursor)
    assert sorted(tokens) == ["token0001", "token0002", "token0003", "token0004"]
    (page,) = again
    fresh = [p["form_response"]["token"] for n, p in enumerate(page.payloads) if n not in page.again]
    assert fresh == ["token0004"]
    everything, _ = pulled(made, page.cursor, afresh=True)
    assert len(everything) == 5


def test_nothing_new_leaves_the_cursor(made: TypeformApi) -> None:
    (page,) = pulled(made, f"{FORM} 2026-01-15T10:00:00+00:00")[1]
    assert (page.payloads, page.cursor) == ((), f"{FORM} 2026-01-15T10:00:00+00:00")


@pytest.mark.parametrize(
    "cursor", ["", "x", FORM, "another 2026-01-15T11:00:00Z", f"{FORM} 2026-01-15", '{"of": "another tool"}']
)
def test_a_cursor_that_is_none_begins_anew(server: Server, made: TypeformApi, cursor: str) -> None:
    """One of another form too."""
    answer(server, 1, 0)
    assert pulled(made, cursor)[0] == ["token0001"]


def test_check(server: Server, made: TypeformApi) -> None:
    """Each thing that can be wrong is said with what to do; nothing is changed."""
    assert [remark.status for remark in client(server, "").check([])] == ["ok", "look"]
    assert [remark.line for remark in made.check([]) if remark.status != "ok"] == [
        f"Form {FORM} has no webhook of ours"
    ]
    made.add_hook(FORM, "https://bridge.example/hooks/s", "secret")
    assert {remark.status for remark in made.check([])} == {"ok"}
    server.hooks[FORM]["enabled"] = False
    server.forms[FORM]["settings"]["is_public"] = False
    assert [remark.status for remark in made.check(["receptivity"])] == ["ok", "broken", "broken", "broken"]
    assert not [asked for asked in server.asked[-4:] if not asked.startswith("GET")]


def test_scores_have_no_place_there(made: TypeformApi) -> None:
    with pytest.raises(ApiFailed, match="takes no scores back") as caught:
        made.write_back("r", {})
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("token", "down", "said"), [("wrong", 0, "personal token"), (TOKEN, 403, "scopes forms:write")]
)
def test_what_the_token_lacks_is_said(server: Server, token: str, down: int, said: str) -> None:
    server.down = down
    with pytest.raises(ApiFailed) as caught:
        client(server, FORM, token).activate(FORM)
    assert said in caught.value.fix
    assert token not in str(caught.value)


def test_what_was_submitted_since_then(server: Server, made: TypeformApi) -> None:
    """Typeform leaves out what is older, however far pulling has come."""
    for n, minutes in enumerate((0, 200, 300)):
        answer(server, n, minutes)
    since = START + timedelta(minutes=200)
    tokens, _ = pulled(made, f"{FORM} 2026-01-15T15:00:00Z", afresh=True, since=since)
    assert sorted(tokens) == ["token0001", "token0002"]
