"""The client of Formbricks' management API: what it asks for, and what it makes of every answer."""

import json
from datetime import date, datetime

import pytest
from tests.platforms.formbricks.management import KEY, SIGNS_WITH, SURVEY, URL, WORKSPACE, Formbricks

from exit_bridge.bank import load_bank
from exit_bridge.errors import ApiFailed
from exit_bridge.http import Reply
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.base import fault_in
from exit_bridge.platforms.formbricks.api import PAGE, ManagementApi
from exit_bridge.testing import ABOUT

BANK = load_bank()
TOOL = platform("formbricks")
TODAY = date(2026, 7, 2)
FORM = TOOL.write_form(BANK, "full", ("en",), ABOUT)


@pytest.fixture
def server():
    """A workspace with our survey, published."""
    formbricks = Formbricks()
    assert SURVEY == api(formbricks, form="").create_form(FORM)
    assert api(formbricks).activate(SURVEY)
    formbricks.calls.clear()
    return formbricks


def api(server, **access):
    return ManagementApi(Access(**{"url": URL, "form": SURVEY, "user": WORKSPACE, "secret": KEY} | access), server)


def at(minute, second=0):
    return f"2026-07-01T09:{minute:02}:{second:02}.000Z"


def numbers(pages):
    return [[int(payload["data"]["id"][7:]) for payload in page.payloads] for page in pages]


def refused(call):
    with pytest.raises(ApiFailed) as caught:
        call()
    error = caught.value
    assert ("forms.council.example", True) == (error.where, bool(error.fix))
    assert KEY not in str(error)
    return error


def test_the_survey_is_made_in_the_workspace_and_published(server):
    """Publishing twice is no error; the address is where people go."""
    assert (WORKSPACE, "inProgress") == (server.surveys[SURVEY]["workspaceId"], server.surveys[SURVEY]["status"])
    assert not api(server).activate(SURVEY)
    assert [("GET", f"/api/v3/surveys/{SURVEY}")] == server.calls
    assert f"{URL}/s/{SURVEY}" == api(server, url=f"{URL}/").address(SURVEY)


def test_without_a_workspace_no_survey_is_made(server):
    """The settings name it as user; no request is sent without."""
    error = refused(lambda: api(server, user="").create_form(FORM))
    assert (True, True, []) == ("as user" in error.fix, error.permanent, server.calls)
    assert "does not allow this" in refused(lambda: api(server, user="another").create_form(FORM)).what


def test_what_is_pulled_is_what_the_webhook_posts(server):
    """The same shape and answers; contacts, addresses and browsers do not come along."""
    server.respond(1, at(1), notice="Yes, send my answers", rec01="Agree", wave="w1")
    (page,) = api(server).pull(None, TODAY)
    (payload,) = page.payloads
    assert fault_in(payload, TOOL.delivery_schema) is None
    for told in ("contactAttributes", "council.example", "Firefox"):
        assert told not in json.dumps(payload)
    (raw,) = TOOL.read(payload).responses
    assert ("cmadeup00000000000000001", at(1), "en") == (raw.response_id, raw.submitted_at, raw.language)
    assert ({"wave": "w1"}, ["notice", "rec01"]) == (raw.hidden, [answer.keys[0] for answer in raw.answers])


def test_only_what_is_new_comes_the_next_time(server):
    """Also what was begun before and is finished now, and what was changed; unfinished ones are counted."""
    server.respond(1, at(1))
    server.respond(2, at(2), finished=False)
    (first,) = api(server).pull(None, TODAY)
    assert ([[1]], 1, 0) == (numbers([first]), first.unfinished, first.left)
    (nothing,) = api(server).pull(first.cursor, TODAY)
    assert ([[]], 0) == (numbers([nothing]), nothing.unfinished)
    server.respond(2, at(10))
    server.respond(3, at(11))
    (second,) = api(server).pull(nothing.cursor, TODAY)
    assert [[2, 3]] == numbers([second])
    server.respond(1, at(12), rec01="Disagree")
    (third,) = api(server).pull(second.cursor, TODAY)
    assert [[1]] == numbers([third])


def test_a_change_that_is_written_after_a_later_one_is_found(server):
    """Two are changed at one moment, and the earlier one is written last."""
    server.respond(1, at(5))
    (first,) = api(server).pull(None, TODAY)
    server.respond(2, at(4))
    (second,) = api(server).pull(first.cursor, TODAY)
    assert [[2]] == numbers([second])


def test_a_clock_that_ran_ahead_hides_nothing(server):
    """What was changed years from now is fetched, and does not lead the cursor there."""
    server.respond(1, at(5))
    server.respond(2, "2036-01-01T00:00:00.000Z")
    (first,) = api(server).pull(None, TODAY)
    server.respond(3, at(6))
    (second,) = api(server).pull(first.cursor, TODAY)
    assert ([1, 2], [3, 2]) == (*numbers([first]), *numbers([second]))


def test_many_come_in_pages_and_none_twice(server):
    """A page begins where the last one ended, also where more than a page share one instant."""
    for number in range(PAGE + 10):
        server.respond(number, at(number // 60, number % 60))
    pages = list(api(server).pull(None, TODAY))
    assert [list(range(PAGE)), list(range(PAGE, PAGE + 10))] == numbers(pages)
    assert [1, 0] == [page.left for page in pages]
    server.responses.clear()
    for number in range(2 * PAGE + 1):
        server.respond(number, at(30))
    found = [number for page in numbers(api(server).pull(None, TODAY)) for number in page]
    assert list(range(2 * PAGE + 1)) == found


def test_a_pull_that_broke_off_goes_on_at_its_last_page(server):
    """What was kept is not fetched again."""
    for number in range(PAGE + 1):
        server.respond(number, at(number // 60, number % 60))
    pages = api(server).pull(None, TODAY)
    first = next(pages)
    pages.close()
    assert [[PAGE]] == numbers(api(server).pull(first.cursor, TODAY))


def test_afresh_everything_comes_and_what_came_before_is_marked(server):
    """From the first one on; the marks keep a no from being counted twice."""
    server.respond(1, at(1))
    (first,) = api(server).pull(None, TODAY)
    server.respond(2, at(30))
    (everything,) = api(server).pull(first.cursor, TODAY, afresh=True)
    assert ([[1, 2]], {0}) == (numbers([everything]), everything.again)


@pytest.mark.parametrize("cursor", ["", "{}", "junk", "[]", '{"form": "x", "latest": "", "seen": {}}', "null"])
def test_a_cursor_of_something_else_is_the_beginning(server, cursor):
    """Another survey's, or none that we wrote."""
    server.respond(1, at(1))
    assert [[1]] == numbers(api(server).pull(cursor, TODAY))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"surveyId": "another"}, "of another survey"),
        ({"updatedAt": "yesterday"}, "no time"),
        ({"updatedAt": "2026-07-01T09:00:00"}, "no zone"),
        ({"updatedAt": None}, "nothing"),
        ({"updatedAt": "0001-01-01T00:00:00+14:00"}, "before the calendar begins"),
        ({"id": 7}, "no id"),
    ],
)
def test_responses_that_are_not_what_was_asked_for_are_refused(server, row, why):
    """The cursor rests on them, so nothing is skipped or guessed."""
    server.respond(1, at(1))
    server.responses[0] |= row
    server._listed = lambda _: server.responses
    assert "not the API of Formbricks" in refused(lambda: list(api(server).pull(None, TODAY))).what, why


def test_responses_out_of_order_are_refused(server):
    """A server that does not sort would let some be lost."""
    server.respond(1, at(2))
    server.respond(2, at(1))
    server._listed = lambda _: server.responses
    assert "not the API of Formbricks" in refused(lambda: list(api(server).pull(None, TODAY))).what


@pytest.mark.parametrize(
    ("reply", "says", "fix", "permanent"),
    [
        (Reply(401, {}, b""), "does not accept the key", "Make a key in Formbricks", False),
        (Reply(403, {}, b"{}"), "does not allow this", "right to read and write the workspace", False),
        (Reply(422, {}, b'{"detail": "secret words"}'), "status 422", "Send the file by hand", True),
        (Reply(200, {}, b"<html>"), "not the API of Formbricks", "Correct url", False),
        (Reply(200, {}, b""), "not the API of Formbricks", "Correct url", False),
        (Reply(200, {}, b"[]"), "not the API of Formbricks", "Correct url", False),
        (Reply(200, {}, b'{"data": {}}'), "not the API of Formbricks", "Correct url", False),
        (Reply(200, {}, b'{"data": {"id": "../me"}}'), "not the API of Formbricks", "Correct url", False),
    ],
)
def test_whatever_goes_wrong_is_said_in_plain_words(server, reply, says, fix, permanent):
    """Without anything that Formbricks said, and with what to do in Formbricks."""
    server.fault = reply
    error = refused(lambda: api(server, form="").create_form(FORM))
    assert (True, True, permanent) == (says in error.what, fix in error.fix, error.permanent)
    assert "secret words" not in str(error)


def test_a_survey_that_is_not_published_because_of_its_content(server):
    """Formbricks checks it once more when it is published."""
    server.surveys[SURVEY]["status"] = "draft"
    normal = server._survey
    server._survey = lambda name, changes: Reply(422, {}, b"{}") if changes else normal(name, changes)
    assert "status 422" in refused(lambda: api(server).activate(SURVEY)).what


def test_what_doctor_says(server):
    """Key, survey, whether it is open, whether responses may be read, and that no scores can be written."""
    assert ["ok", "ok", "ok"] == [remark.status for remark in api(server).check([])]
    server.surveys[SURVEY]["status"] = "paused"
    remarks = list(api(server).check(["receptivity"]))
    assert ["ok", "broken", "ok", "broken"] == [remark.status for remark in remarks]
    assert all(remark.fix for remark in remarks if remark.status == "broken")
    assert ["look"] == [remark.status for remark in api(server, form="").check([])]
    assert {"GET"} == {method for method, _ in server.calls}


def test_scores_are_not_taken_back(server):
    """The settings ask for something the tool has no place for."""
    with pytest.raises(ApiFailed, match="no scores back") as caught:
        api(server).write_back("r", {})
    assert caught.value.permanent


def test_what_the_survey_asks_now(server):
    """By our ids and the words of every language, options too; headings are none. What is oddly shaped is left out."""
    asked = {question.keys[0]: question for question in api(server).questions(SURVEY)}
    assert set(BANK.variants["full"].items) <= set(asked)
    assert not [key for key in asked if key.startswith("page_")]
    assert any(words.startswith("R1. ") for words in asked["rec01"].keys)
    codes = BANK.items["rec01"].codes
    assert [option[0] for option in asked["rec01"].options] == [f"rec01_{code}" for code in codes]
    server.surveys[SURVEY]["blocks"] = [None, {"elements": [{"id": "x", "headline": "no object", "choices": 3}, "y"]}]
    assert [(each.keys, each.options) for each in api(server).questions(SURVEY)] == [(("x",), ())]


def test_what_was_submitted_since_then(server):
    """By its last change, which is the time that a delivery carries; however far pulling has come."""
    for minute in (1, 5, 9):
        server.respond(minute, at(minute))
    (first,) = api(server).pull(None, TODAY)
    since = datetime.fromisoformat(at(5))
    (page,) = api(server).pull(first.cursor, TODAY, afresh=True, since=since)
    assert [[5, 9]] == numbers([page])


HOOK = "https://bridge.example/hooks/s"


def test_the_webhook_is_made_once_and_its_secret_handed_over(server):
    """Beside those of others, however many; only the first time is there a secret to be had."""
    server.hooks = [{"id": f"c{n}", "url": f"https://other.example/{n}"} for n in range(PAGE + 1)]
    kept = []
    assert api(server).add_own_hook(SURVEY, HOOK, kept.append) is True
    made = server.hooks[-1]
    assert (made["url"], made["triggers"], made["surveyIds"]) == (HOOK, ["responseFinished"], [SURVEY])
    assert api(server).add_own_hook(SURVEY, HOOK, kept.append) is False
    assert (len(server.hooks), kept) == (PAGE + 2, [SIGNS_WITH])


def test_a_webhook_of_an_earlier_survey_posts_for_this_one_too(server):
    """It is found by its address, and keeps its secret."""
    server.hooks = [
        {"id": "c1", "name": None, "url": HOOK, "source": "user", "triggers": ["responseCreated"], "surveyIds": ["x"]}
    ]
    assert api(server).add_own_hook(SURVEY, HOOK, pytest.fail) is False
    (hook,) = server.hooks
    assert (hook["surveyIds"], set(hook["triggers"])) == (["x", SURVEY], {"responseCreated", "responseFinished"})
    hook["surveyIds"] = []
    server.calls.clear()
    assert api(server).add_own_hook(SURVEY, HOOK, pytest.fail) is False
    assert {"GET"} == {method for method, _ in server.calls}


@pytest.mark.parametrize("secret", [None, "", "whsec_", "whsec_two lines\nNAME=value", "plain"])
def test_a_secret_that_is_none_leaves_no_webhook(server, secret):
    """Nothing it posts could be believed."""
    server.secret = secret
    refused(lambda: api(server).add_own_hook(SURVEY, HOOK, pytest.fail))
    assert [] == server.hooks


def test_a_secret_that_cannot_be_kept_leaves_no_webhook(server):
    """Nobody would ever learn it again."""

    def keep(_):
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        api(server).add_own_hook(SURVEY, HOOK, keep)
    assert [] == server.hooks


def test_an_address_that_formbricks_does_not_call(server):
    """One inside a network, say: that has nothing to do with the survey's file."""
    server.fault = Reply(400, {}, b"{}")
    assert "no address inside a network" in refused(lambda: api(server).add_own_hook(SURVEY, HOOK, pytest.fail)).fix
