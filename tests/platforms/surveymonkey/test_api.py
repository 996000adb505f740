"""The client of SurveyMonkey's API: what it asks for, and what it makes of every answer."""

import json
from datetime import date, datetime

import pytest
from tests.platforms.surveymonkey.api_server import FORM, TOKEN, SurveyMonkey, error, serving

from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.errors import ApiFailed, SendFailed
from exit_bridge.http import HttpPolicy, origin
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.base import fault_in
from exit_bridge.platforms.surveymonkey import delivery
from exit_bridge.platforms.surveymonkey.api import PAGE, Api
from exit_bridge.platforms.surveymonkey.cursor import OVERLAP
from exit_bridge.platforms.surveymonkey.form import heading
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import caller

BANK = load_bank()
TOOL = platform("surveymonkey")
TODAY = date(2026, 7, 2)
FILES = TOOL.write_form(BANK, "full", ["en"], ABOUT)
WORDS = BANK.wordings["en"]
SAID = {WORDS.context["notice"].text: "Yes, send my answers", WORDS.items["rec01"].text: "Agree"}


@pytest.fixture
def empty():
    with serving(SurveyMonkey()) as account:
        yield account


@pytest.fixture
def server(empty):
    """An account with our survey and its link."""
    assert api(empty, form="").create_form(FILES) == FORM
    empty.calls.clear()
    return empty


def api(server, **access):
    access = {"form": FORM, "secret": TOKEN} | access
    call = caller(HttpPolicy(internal=origin(server.url)))
    return Api(Access(access.pop("url", server.url), **access), call)


def refused(call):
    with pytest.raises(ApiFailed) as caught:
        call()
    found = caught.value
    assert (found.where, bool(found.fix)) == ("127.0.0.1", True)
    assert TOKEN not in str(found)
    assert "Words of SurveyMonkey" not in str(found)
    return found


def numbers(pages):
    return [[payload["id"] for payload in page.payloads] for page in pages]


def pulled(server, cursor=None, **how):
    """Ids of everything pulled, and the cursor at the end."""
    pages = list(api(server).pull(cursor, TODAY, **how))
    assert pages[-1].left == 0
    return [number for page in numbers(pages) for number in page], pages[-1].cursor


def test_the_survey_is_made_with_its_variables_and_its_link(empty):
    """What is said at the end belongs to the link; the link keeps no address of a machine."""
    assert api(empty, form="").create_form(FILES) == FORM
    assert empty.calls == ["POST /v3/surveys", f"PATCH /v3/surveys/{FORM}", f"POST /v3/surveys/{FORM}/collectors"]
    assert list(empty.variables) == ["bank", "variant", "wave", "respondent", "sheet"]
    (link,) = empty.links
    assert (link["type"], link["anonymous_type"]) == ("weblink", "fully_anonymous")
    assert "none of them are kept" in link["disqualification_message"]
    assert api(empty).activate(FORM) is False
    assert api(empty).address(FORM) == link["url"]


def test_the_webhook_is_made_once(server):
    """Of completed responses of this survey; the address tells whether it is there."""
    url = "https://reports.council.example/hooks/s"
    assert api(server).add_hook(FORM, url, "not sent") is True
    (hook,) = server.hooks
    assert (hook["event_type"], hook["object_type"], hook["object_ids"]) == ("response_completed", "survey", [FORM])
    assert "not sent" not in json.dumps(hook)
    assert api(server).add_hook(FORM, url, "not sent") is False
    assert api(server).add_hook(FORM, f"{url}2", "not sent") is True
    assert len(server.hooks) == 2


def test_what_the_survey_asks_now(server):
    """Every question with its options, as words, without the text between them."""
    asked = questionnaire(BANK, "full", "en", ABOUT).questions
    found = api(server).questions(FORM)
    assert [question.keys[-1] for question in found] == [heading(question) for question in asked]
    labels = [[option[-1] for option in question.options] for question in found]
    assert labels == [[choice.label for choice in question.choices] for question in asked]
    for broken in ({}, {"pages": [{"questions": [{"family": 1, "headings": []}]}]}):
        server.survey = {"title": "x"} | broken
        refused(lambda: api(server).questions(FORM))


def test_a_survey_that_was_made_in_part_is_named(empty):
    """So that it can be deleted there."""
    empty.during = lambda call: empty.answers.append((500, {}, b"")) if call.startswith("PATCH") else None
    found = refused(lambda: api(empty, form="").create_form(FILES))
    assert f"The survey {FORM} was made" in found.what
    assert not found.permanent


def test_languages_are_surveys_of_their_own(empty):
    """One id cannot name two of them."""
    files = TOOL.write_form(BANK, "quick", ["en", "cy"], ABOUT)
    assert refused(lambda: api(empty, form="").create_form(files)).permanent
    assert empty.calls == []


def test_a_link_is_opened_or_made(server):
    """Whatever is missing for people to fill it in."""
    server.links[0]["status"] = "closed"
    assert api(server).activate(FORM) is True
    assert server.links[0]["status"] == "open"
    server.links.clear()
    refused(lambda: api(server).address(FORM))
    assert api(server).activate(FORM) is True
    assert [link["type"] for link in server.links] == ["weblink"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x\x1b[2J.example/", None, "http://insecure.example/"])
def test_only_a_plain_address_is_shown(server, url):
    """It goes to somebody's terminal."""
    server.links[0]["url"] = url
    refused(lambda: api(server).address(FORM))


@pytest.mark.parametrize("ending", ["", "/", "/v3", "/v3/"])
def test_the_address_may_name_the_version(server, ending):
    """Either way the same is asked."""
    number = server.respond(FILES, SAID)
    assert api(server, url=server.url + ending).fetch(number)["id"] == number


def test_one_response_is_fetched_without_what_nobody_reads(server):
    """It is what `read_delivery` takes; addresses and links stay behind."""
    number = server.respond(FILES, SAID)
    found = api(server).fetch(number)
    assert fault_in(found, delivery.SCHEMA) is None
    assert "192.0.2.7" not in json.dumps(found)
    assert "people.example" not in json.dumps(found)
    (raw,) = TOOL.read(found).responses
    assert (raw.response_id, len(raw.answers)) == (number, 2)


def test_a_deleted_response_is_gone(server):
    """It is no error, as long as the survey itself is there."""
    assert api(server).fetch("118086000099") is None
    assert server.calls[-1] == f"GET /v3/surveys/{FORM}"
    wrong = refused(lambda: api(server, form="505000099").fetch("118086000099"))
    assert (wrong.permanent, "no such form" in wrong.what) == (True, True)


@pytest.mark.parametrize("number", ["../../users/me", "1?x=1", "1#", "1\n2", "\u0661"])
def test_an_id_stays_inside_its_address(server, number):
    """It comes from outside: whatever stands in it, nothing else is asked for."""
    assert api(server).fetch(number) is None
    assert all(call.startswith(f"GET /v3/surveys/{FORM}") for call in server.calls)


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "pause"),
    [
        (401, {}, False, 900),
        (403, {}, False, 900),
        (429, {"Retry-After": "17"}, False, 17),
        (429, {"X-Ratelimit-App-Global-Day-Remaining": "0", "X-Ratelimit-App-Global-Day-Reset": "3600"}, False, 3601),
        (429, {"X-Ratelimit-App-Global-Minute-Remaining": "0", "X-Ratelimit-App-Global-Minute-Reset": "9"}, False, 10),
        (429, {"X-Ratelimit-App-Global-Day-Remaining": "0", "X-Ratelimit-App-Global-Day-Reset": "soon"}, False, None),
        (500, {}, False, None),
        (503, {"Retry-After": "5"}, False, 5),
        (400, {}, True, None),
        (410, {}, True, None),
        (301, {"Location": "https://elsewhere.example/"}, False, None),
    ],
)
def test_what_was_refused_is_tried_again_where_that_may_help(server, status, headers, permanent, pause):
    """With the pause that SurveyMonkey asks for, or what its limits say."""
    server.answers = [(status, headers, json.dumps(error("1040")).encode())]
    found = refused(lambda: api(server).fetch("1"))
    assert (found.permanent, found.retry_after) == (permanent, pause)
    assert len(server.calls) == 1


def test_an_error_has_its_number_and_nothing_else(server):
    """The vendor's documentation lists the numbers."""
    server.answers = [(403, {}, json.dumps(error("1015")).encode())]
    assert ", error 1015" in refused(lambda: api(server).fetch("1")).what
    server.answers = [(403, {}, json.dumps(error("<b>1015</b>")).encode())]
    assert "1015" not in refused(lambda: api(server).fetch("1")).what


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b"[" * 100_000, b"\xff"])
@pytest.mark.parametrize("what", ["fetch", "pull", "links"])
def test_what_cannot_be_read_is_an_error_in_plain_words(server, body, what):
    """Never a traceback, and never nothing."""
    server.answers = [(200, {}, body)]
    client = api(server)
    calls = {"fetch": lambda: client.fetch("1"), "pull": lambda: list(client.pull(None, TODAY))}
    assert not refused(calls.get(what, lambda: client.activate(FORM))).permanent


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"data": None},
        {"data": [1], "total": 1},
        {"data": [{}], "total": 1},
        {"data": [{"id": "1", "date_modified": None}], "total": 1},
        {"data": [{"id": "1", "date_modified": "yesterday"}], "total": 1},
        {"data": [{"id": "1", "date_modified": "2026-07-01T09:00:00"}], "total": 1},
        {"data": [{"id": "1", "date_modified": "0001-01-01T00:00:00+14:00"}], "total": 1},
        {"data": [{"id": "1", "date_modified": "9999-12-31T23:59:59-14:00"}], "total": 1},
        {"data": [{"id": "1", "date_modified": "2026-07-01T09:00:00+00:00"}]},
        {"data": [{"id": "1", "date_modified": "2026-07-01T09:00:00+00:00"}], "total": "1"},
    ],
)
def test_a_list_that_is_none_stops_the_pull(server, document):
    """Nothing is passed over for want of an id or a time."""
    server.answers = [(200, {}, json.dumps(document).encode())]
    refused(lambda: list(api(server).pull(None, TODAY)))


def test_no_answer_at_all():
    """It may be there again later."""
    url = "http://127.0.0.1:9"
    with pytest.raises(SendFailed) as caught:
        Api(Access(url, FORM, secret=TOKEN), caller(HttpPolicy(internal=url))).fetch("1")
    assert not caught.value.permanent


def test_everything_is_pulled_once(server):
    """Completed ones only, in the order of their last change; the next pull finds what is new."""
    first = [server.respond(FILES, SAID) for _ in range(PAGE + 30)]
    server.respond(FILES, SAID, response_status="partial")
    got, cursor = pulled(server)
    assert got == first
    assert len(server.queries) == 2
    assert pulled(server, cursor)[0] == []
    late = server.respond(FILES, SAID)
    got, cursor = pulled(server, cursor)
    assert got == [late]
    assert len(cursor) < 1000


def test_what_was_begun_early_and_completed_late_is_found(server):
    """Its number is low, but its last change is new."""
    begun = server.respond(FILES, SAID, response_status="partial")
    others = [server.respond(FILES, SAID) for _ in range(3)]
    got, cursor = pulled(server)
    assert got == others
    server.responses[begun] |= {"response_status": "completed", "date_modified": "2026-08-15T10:00:00+00:00"}
    assert pulled(server, cursor)[0] == [begun]


def test_a_change_is_pulled_again(server):
    """Without beginning from the first response on."""
    number = server.respond(FILES, SAID)
    _, cursor = pulled(server)
    server.responses[number]["date_modified"] = "2026-07-01T09:00:05+00:00"
    assert pulled(server, cursor)[0] == [number]


def test_one_that_shows_up_late_is_found(server):
    """Changed before the last one that was seen, but not listed yet when that was."""
    server.respond(FILES, SAID)
    server.respond(FILES, SAID, minute=5)
    _, cursor = pulled(server)
    late = server.respond(FILES, SAID, minute=4)
    assert pulled(server, cursor)[0] == [late]
    too_late = server.respond(FILES, SAID, minute=5 - OVERLAP.total_seconds() / 60 - 1)
    assert pulled(server, cursor)[0] == [late]
    assert too_late in pulled(server, afresh=True)[0]


def test_nobody_is_skipped_by_a_change_between_two_requests(server):
    """What is changed moves to the end, and everybody behind it moves up."""
    every = [server.respond(FILES, SAID) for _ in range(PAGE + 5)]

    def change(_):
        if len(server.calls) == 2:
            server.responses[every[0]]["date_modified"] = "2026-07-02T09:00:00+00:00"

    server.during = change
    got, _ = pulled(server)
    assert set(got) == set(every)
    assert got[-1] == every[0]


def test_more_at_one_moment_than_go_on_a_page(server):
    """An import: the next page is asked for after all."""
    every = [server.respond(FILES, SAID, minute=0) for _ in range(2 * PAGE + 10)]
    assert sorted(pulled(server)[0]) == every


def test_a_list_in_another_order_is_refused(server):
    """Its end would be taken for the newest, and everything before it be lost."""
    for _ in range(3):
        server.respond(FILES, SAID)
    server.order = -1
    assert "last change" in refused(lambda: pulled(server)).what


def test_from_the_beginning_says_what_was_fetched_before(server):
    """So that what leaves nothing but a count is not counted twice."""
    for _ in range(3):
        server.respond(FILES, SAID)
    _, cursor = pulled(server)
    server.respond(FILES, SAID)
    (page,) = api(server).pull(cursor, TODAY, afresh=True)
    assert (len(page.payloads), page.again) == (4, {0, 1, 2})


def test_what_was_changed_since_then(server):
    """That is the time a response carries; however far pulling has come."""
    for minute in (0, 30, 60):
        server.respond(FILES, SAID, minute=minute)
    every, cursor = pulled(server)
    since = datetime.fromisoformat(server.responses[every[1]]["date_modified"])
    assert pulled(server, cursor, afresh=True, since=since)[0] == every[1:]


@pytest.mark.parametrize(
    "cursor", ["", "junk", "[]", '{"form": "1"}', json.dumps({"form": FORM, "latest": "", "near": {}})]
)
def test_a_cursor_that_is_none_begins_anew(server, cursor):
    """One of another survey too."""
    number = server.respond(FILES, SAID)
    assert pulled(server, cursor)[0] == [number]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ["ok", "ok"]),
        ({"scopes": "surveys_read"}, ["ok", "broken", "ok"]),
        ({"scopes": ""}, ["ok", "ok"]),
        ({"links": []}, ["ok", "look"]),
    ],
)
def test_doctor_is_told(server, change, found):
    """Token, rights, survey and link."""
    for name, value in change.items():
        setattr(server, name, value)
    remarks = list(api(server).check([]))
    assert [remark.status for remark in remarks] == found
    assert all(remark.fix for remark in remarks if remark.status != "ok")


def test_doctor_is_told_before_there_is_a_survey_and_of_scores(empty):
    """Scores cannot be written back, which is said before people answer."""
    assert [remark.status for remark in api(empty, form="").check([])] == ["ok", "look"]
    assert "write_back" in next(r.fix for r in api(empty, form="").check(["receptivity"]) if r.status == "broken")
    with pytest.raises(ApiFailed, match="no scores back") as caught:
        api(empty).write_back("1", {})
    assert caught.value.permanent
