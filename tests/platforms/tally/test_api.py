"""Tally's API: the form is made once, posts to us, and hands its submissions out without losing or doubling one."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from tests.platforms.tally.server import FORM, KEY, Server
from tests.platforms.tally.simulate import deliver

from exit_bridge.bank import About, load_bank, questionnaire
from exit_bridge.errors import ApiFailed
from exit_bridge.http import Reply
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access, Pulled
from exit_bridge.platforms.tally.api import TallyApi
from exit_bridge.platforms.tally.submission import asked_by, delivery
from exit_bridge.testing.round_trip import respondent

BANK, TOOL = load_bank(), platform("tally")
FILES = TOOL.write_form(BANK, "quick", ["en"], About())
START = datetime(2026, 1, 15, 10, tzinfo=UTC)
TODAY = date(2026, 1, 20)


@pytest.fixture
def server() -> Server:
    return Server()


def client(server: Server, form: str = FORM, key: str = KEY) -> TallyApi:
    return TallyApi(Access("https://api.tally.so", form, secret=key), server)


@pytest.fixture
def made(server: Server) -> TallyApi:
    client(server, "").create_form(FILES)
    return client(server)


def answers(n: int) -> dict[str, str]:
    return respondent(BANK, "quick", "en", random.Random(n), About())[0]


def answer(server: Server, n: int, minutes: float, **hidden: str) -> str:
    return server.respond(FILES, answers(n), f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}.000Z", **hidden)


def pulled(api: TallyApi, cursor: str | None = None, **more: Any) -> tuple[list[str], list[Pulled]]:
    pages = list(api.pull(cursor, TODAY, **more))
    return [payload["data"]["submissionId"] for page in pages for payload in page.payloads], pages


# -- the form --------------------------------------------------------------------------------------------------------


def test_the_form_is_made_published_and_posts_to_us(server: Server) -> None:
    """Twice gives no second of anything; a webhook that was switched off is switched on, and keeps its headers."""
    api = client(server, "")
    assert api.create_form(FILES) == FORM
    assert server.forms[FORM]["status"] == "DRAFT"
    assert (api.activate(FORM), api.activate(FORM)) == (True, False)
    server.hooks = [{"id": f"o{n}", "formId": "other", "url": "https://other.example"} for n in range(100)]
    hook = ("https://bridge.example/hooks/s", "secret")
    assert (api.add_hook(FORM, *hook), api.add_hook(FORM, *hook)) == (True, False)
    assert len(server.hooks) == 101
    ours = server.hooks[-1]
    assert (ours["url"], ours["signingSecret"], ours["eventTypes"]) == (*hook, ["FORM_RESPONSE"])
    ours |= {"isEnabled": False, "signingSecret": "old", "httpHeaders": [{"name": "X-Team", "value": "a"}]}
    assert api.add_hook(FORM, *hook) is True
    assert (ours["isEnabled"], ours["signingSecret"], ours["httpHeaders"][0]["name"]) == (True, "secret", "X-Team")
    assert api.address(FORM) == f"https://tally.so/r/{FORM}"


def test_one_form_is_one_language(server: Server) -> None:
    with pytest.raises(ApiFailed, match="one language"):
        client(server, "").create_form(TOOL.write_form(BANK, "quick", ["en", "cy"], About()))
    assert server.asked == []


@pytest.mark.parametrize("where", ["settings", "form"])
def test_a_form_that_was_closed_is_opened_by_hand(server: Server, made: TallyApi, where: str) -> None:
    """Whatever else stands in its settings must not be lost."""
    form = server.forms[FORM]
    (form["settings"] if where == "settings" else form)["isClosed"] = True
    with pytest.raises(ApiFailed, match="closed in Tally") as caught:
        made.activate(FORM)
    assert caught.value.permanent
    assert not [asked for asked in server.asked if asked.startswith("PATCH")]


def test_what_the_form_asks(server: Server, made: TallyApi) -> None:
    """By the words people read, options too; hidden fields and what was deleted are no questions."""
    asked = {question.keys[-1]: question for question in made.questions(FORM)}
    written = [one for one in questionnaire(BANK, "quick", "en", About()).questions if one.code]
    assert {f"{one.code}. {one.text}" for one in written} <= asked.keys()
    (rec01,) = [question for words, question in asked.items() if words.startswith("R1. ")]
    labels = BANK.wordings["en"].option_labels(BANK.items["rec01"], "quick")
    assert [option[-1] for option in rec01.options] == list(labels.values())
    assert not [words for words in asked if words in ("bank", "variant")]
    listed = server.questions()
    listed[-1]["isDeleted"] = True
    server.questions = lambda: listed  # type: ignore[method-assign]
    assert len(made.questions(FORM)) == len(asked) - 1


# -- submissions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "texts", "bare", "hidden"),
    list(product(["answer", "value"], [True, False], [True, False], ["uuid", "name"])),
)
def test_a_submission_is_what_the_webhook_says(
    server: Server, made: TallyApi, name: str, texts: bool, bare: bool, hidden: str
) -> None:
    """In whichever of the ways the vendor's pages tell. Who answered is left out."""
    server.name, server.texts, server.bare, server.hidden = name, texts, bare, hidden
    given = {"bank": BANK.ref, "variant": "quick", "wave": "spring"}
    answer(server, 1, 0, **given)
    _, (page,) = pulled(made)
    (raw,) = TOOL.read(page.payloads[0]).responses
    (posted,) = TOOL.read(deliver(FILES, answers(1), "sub0000", given)).responses
    assert (raw.response_id, raw.hidden, raw.reply_to) == (posted.response_id, given, posted.reply_to)
    assert {a.keys[0]: a.values for a in raw.answers} == {a.keys[0]: a.values for a in posted.answers}
    assert {keys[0] for keys in raw.asked or ()} == {keys[0] for keys in posted.asked or ()}
    assert raw.submitted_at == "2026-01-15T10:00:00.000Z"
    assert "wMadeU" not in str(page.payloads)


def said(question: dict[str, Any], blocks: list[dict[str, Any]], value: Any) -> list[tuple[tuple[str, ...], ...]]:
    """Keys and values of what is read of one answer."""
    asked = asked_by([question], blocks)
    row = {"id": "s", "submittedAt": "2026-01-15T10:00:00Z", "responses": [{"questionId": "q", "answer": value}]}
    (raw,) = TOOL.read(delivery(FORM, row, asked)).responses
    return [(answer.keys, answer.values) for answer in raw.answers]


def choice(uuid: str, text: str) -> dict[str, Any]:
    return {"type": "MULTIPLE_CHOICE_OPTION", "uuid": uuid, "groupUuid": "g", "payload": {"text": text}}


CHOICE = {"id": "q", "type": "MULTIPLE_CHOICE", "title": "R1. We listen.", "fields": [{"blockGroupUuid": "g"}]}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (["a1"], ("Agree", "a1")),
        ("Agree", ("Agree", "a1")),
        (["Same"], ("Same",)),  # two options are called so
        (["Agree with all my heart"], ("Agree with all my heart",)),
        (["Agree", "a2"], ("Agree; a2 and more",)),
        ([7], ("[7]",)),
        ({"id": "a1"}, ('[{"id": "a1"}]',)),
        (["", None], ()),
    ],
)
def test_which_option_is_meant_is_never_guessed(value: Any, read: tuple[str, ...]) -> None:
    """An id or a text of exactly one option of the form; anything else is left as it came."""
    options = [choice("a1", "Agree"), choice("a2", "a2 and more"), choice("a3", "Same"), choice("a4", "Same")]
    assert said(CHOICE, options, value) == ([(("R1. We listen.", "question_q"), read)] if read else [])


@pytest.mark.parametrize("value", [{"r1": ["c2"]}, {"r1": ["Yes"]}, {"We listen.": "c2"}, {"We listen.": ["Yes"]}])
def test_a_matrix(value: Any) -> None:
    """seen: rows as ids and columns as texts. docs: both as ids."""
    kinds = {"MATRIX_ROW": {"r1": "<p>We listen.</p>"}, "MATRIX_COLUMN": {"c1": "No", "c2": "Yes"}}
    blocks = [
        {"type": kind, "uuid": uuid, "groupUuid": "g", "payload": {"html": text}}
        for kind, texts in kinds.items()
        for uuid, text in texts.items()
    ]
    matrix = {**CHOICE, "type": "MATRIX", "title": "All of these"}
    assert said(matrix, blocks, value) == [(("We listen.", "r1"), ("Yes", "c2"))]
    assert said(matrix, blocks, {"gone": ["c2"]})[-1] == (("gone",), ("Yes", "c2"))
    assert said(matrix, blocks, {"r1": None}) == said(matrix, blocks, []) == []
    for other in ("Yes", ["c2"], [{"row": "r1", "column": "c2"}]):  # of which row is not known
        ((keys, (text,)),) = said(matrix, blocks, other)
        assert (keys, mapping_for(BANK).option("rec01", [text])) == (("We listen.", "r1"), None)


def test_an_answer_to_a_question_that_is_not_listed_does_not_vanish() -> None:
    row = {"id": "s", "submittedAt": "2026-01-15T10:00:00Z", "responses": [{"questionId": "x", "answer": "Yes"}]}
    (raw,) = TOOL.read(delivery(FORM, row, [])).responses
    assert [(answer.keys, answer.values) for answer in raw.answers] == [(("question_x",), ("Yes",))]


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_are_walked_without_a_gap(server: Server, made: TallyApi, newest_first: bool) -> None:
    """Whatever their order; the cursor moves with the last one only."""
    server.page, server.newest_first = 4, newest_first
    every = [answer(server, n, n) for n in range(10)]
    numbers, pages = pulled(made)
    assert sorted(numbers) == every
    assert [page.cursor for page in pages] == ["", "", f"{FORM} 2026-01-15T10:09:00+00:00"]
    assert [bool(page.left) for page in pages] == [True, True, False]


def test_what_comes_in_meanwhile_makes_nobody_twice(server: Server, made: TallyApi) -> None:
    server.page = 2
    every = [answer(server, n, n) for n in range(4)]
    pages = made.pull(None, TODAY)
    first = next(pages)
    answer(server, 4, 10)
    numbers = [payload["data"]["submissionId"] for page in (first, *pages) for payload in page.payloads]
    assert sorted(numbers) == every


def test_only_what_is_new_is_asked_for_with_an_hour_to_spare(server: Server, made: TallyApi) -> None:
    for n, minutes in enumerate((0, 200, 230)):
        answer(server, n, minutes)
    _, pages = pulled(made)
    answer(server, 3, 225)  # was not there a moment ago
    new = answer(server, 4, 300)
    numbers, (page,) = pulled(made, pages[-1].cursor)
    assert sorted(numbers) == ["sub0001", "sub0002", "sub0003", "sub0004"]
    assert [numbers[n] for n in range(4) if n not in page.again] == [new]
    assert len(pulled(made, page.cursor, afresh=True)[0]) == 5
    since = START + timedelta(minutes=225)
    assert sorted(pulled(made, page.cursor, afresh=True, since=since)[0]) == ["sub0002", "sub0003", "sub0004"]


@pytest.mark.parametrize("cursor", ["", "x", FORM, "2026-01-15T11:00:00Z", "another 2026-01-15T11:00:00Z", f"{FORM} x"])
def test_a_cursor_that_is_none_begins_anew(server: Server, made: TallyApi, cursor: str) -> None:
    """One of another form too."""
    number = answer(server, 1, 0)
    (page,) = pulled(made, cursor)[1]
    assert ([payload["data"]["submissionId"] for payload in page.payloads], page.again) == ([number], frozenset())


def test_nothing_new_leaves_the_cursor(made: TallyApi) -> None:
    (page,) = pulled(made, f"{FORM} 2026-01-15T10:00:00.000Z")[1]
    assert (page.payloads, page.cursor) == ((), f"{FORM} 2026-01-15T10:00:00+00:00")


def test_what_is_not_complete_is_left(server: Server, made: TallyApi) -> None:
    """Were it listed all the same."""
    answer(server, 1, 0)
    server.submissions[0]["isCompleted"] = False
    assert pulled(made)[0] == []


@pytest.mark.parametrize(
    "row", [{"id": None}, {"id": "../x"}, {"formId": "another"}, {"submittedAt": None}, {"submittedAt": "2026-01-15"}]
)
def test_a_list_that_is_none_stops_the_pull(server: Server, made: TallyApi, row: dict[str, Any]) -> None:
    """Nothing is passed over for want of an id or a time."""
    answer(server, 1, 0)
    server.submissions[0] |= row
    with pytest.raises(ApiFailed, match="not the API of Tally"):
        pulled(made)


def test_a_list_without_end_stops_the_pull(server: Server, made: TallyApi) -> None:
    """Pages that are all the same."""
    answer(server, 1, 0)
    page = server._page({"page": "1", "filter": "completed"}) | {"hasMore": True}
    server._page = lambda _: page  # type: ignore[method-assign]
    with pytest.raises(ApiFailed, match="the same submissions again"):
        pulled(made)


def test_webhooks_without_end(server: Server, made: TallyApi) -> None:
    """A list that says forever that there is more, and never has."""
    server.hooks = [{"id": f"h{n}", "formId": "another", "url": "https://other.example"} for n in range(3)]

    def call(method: str, url: str, body: bytes, headers: Any) -> Reply:
        reply = server(method, url, body, headers)
        page = json.dumps({"webhooks": server.hooks, "hasMore": True}).encode()
        return Reply(200, {}, page) if "/webhooks?" in url else reply

    server.asked.clear()
    lines = [each.line for each in TallyApi(Access("https://api.tally.so", FORM, secret=KEY), call).check(())]
    assert f"Form {FORM} has no webhook" in lines
    assert server.asked.count("GET /webhooks") == 2


def test_what_is_odd_in_an_answer_is_no_traceback(server: Server, made: TallyApi) -> None:
    """Numbers as ids, groups that are no texts, times at either end of the calendar."""
    answer(server, 1, 0)
    server.submissions[0] |= {"id": 7, "submittedAt": "9999-12-31T23:59:59-14:00"}
    with pytest.raises(ApiFailed, match="not the API of Tally"):
        pulled(made)
    server.submissions[0] |= {"submittedAt": "2026-07-01T10:00:00Z"}
    page = server._page({"page": "1", "filter": "completed"})
    page["questions"][0] |= {"fields": [{"blockGroupUuid": ["g"]}]}
    server._page = lambda _: page  # type: ignore[method-assign]
    ids, _ = pulled(made)
    assert ids == ["7"]


# -- what goes wrong -------------------------------------------------------------------------------------------------


def test_check(server: Server, made: TallyApi) -> None:
    """Each thing that can be wrong is said with what to do; nothing is changed."""
    assert [remark.status for remark in client(server, "").check([])] == ["ok", "look"]
    assert [remark.status for remark in made.check([])] == ["ok", "broken", "look"]
    made.activate(FORM)
    made.add_hook(FORM, "https://bridge.example/hooks/s", "secret")
    server.asked.clear()
    assert {remark.status for remark in made.check([])} == {"ok"}
    server.hooks[0]["isEnabled"] = False
    server.forms[FORM]["isClosed"] = True
    remarks = list(made.check(["receptivity"]))
    assert [remark.status for remark in remarks] == ["ok", "broken", "broken", "broken"]
    assert all(remark.fix for remark in remarks[1:])
    assert not [asked for asked in server.asked if not asked.startswith("GET")]


@pytest.mark.parametrize(
    ("key", "down", "said"),
    [
        ("wrong", 0, "Make an API key in Tally"),
        (KEY, 400, "the block that Tally does not take"),
        (KEY, 403, "may edit the form"),
        (KEY, 429, "100 requests a minute"),
        (KEY, 503, "tried again"),
    ],
)
def test_what_to_do_is_said_in_the_words_of_tally(server: Server, key: str, down: int, said: str) -> None:
    server.down = down
    with pytest.raises(ApiFailed) as caught:
        client(server, "", key).create_form(FILES)
    assert said in caught.value.fix
    assert key not in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": ""}', b'{"submissions": [', b'{"hasMore": true}'])
def test_an_answer_that_is_none(server: Server, body: bytes) -> None:
    """Never a traceback, and never nothing."""
    api = TallyApi(Access("https://api.tally.so", FORM, secret=KEY), lambda *_: Reply(200, {}, body))
    for call in (
        lambda: api.create_form(FILES),
        lambda: api.activate(FORM),
        lambda: api.questions(FORM),
        lambda: api.add_hook(FORM, "https://bridge.example", "secret"),
        lambda: pulled(api),
    ):
        with pytest.raises(ApiFailed, match="not the API of Tally"):
            call()
