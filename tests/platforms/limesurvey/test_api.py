"""The client of RemoteControl: what it asks for, and what it makes of every answer."""

import json
from dataclasses import replace
from datetime import date

import pytest
from tests.platforms.limesurvey.remote_control import PASSWORD, PATH, SID, USER, LimeSurvey, serving

from exit_bridge.bank import load_bank
from exit_bridge.errors import ApiFailed, SendFailed, UnsafeDestination
from exit_bridge.http import HttpPolicy, origin
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.base import fault_in
from exit_bridge.platforms.limesurvey import LimeSurvey as Tool
from exit_bridge.platforms.limesurvey.api import PAGE, RemoteControl
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import caller

BANK = load_bank()
TOOL = platform("limesurvey")
TODAY = date(2026, 7, 2)
FORM = TOOL.write_form(BANK, "full", ("en",), ABOUT)
SCORES = {ingredient.id: "62.5" for ingredient in BANK.ingredients}
ANSWERS = {"notice": "yes", "bank": BANK.ref, "variant": "full", "rec01": "4", "rec02": ""}


@pytest.fixture(params=[6, 3])
def server(request):
    """A server with our form, imported and active."""
    limesurvey = LimeSurvey(version=request.param)
    with serving(limesurvey):
        assert str(SID) == api(limesurvey, form="").create_form(FORM)
        assert api(limesurvey).activate(str(SID))
        limesurvey.calls.clear()
        yield limesurvey


def api(server, **access):
    access = {"form": str(SID), "user": USER, "secret": PASSWORD, "time_zone": "Europe/London"} | access
    call = caller(HttpPolicy(internal=origin(server.url)))
    return RemoteControl(Access(access.pop("url", server.url), **access), call)


def numbers(pages):
    return [[payload["response_id"] for payload in page.payloads] for page in pages]


def refused(call):
    with pytest.raises(ApiFailed) as caught:
        call()
    error = caught.value
    assert (error.where, bool(error.fix)) == ("127.0.0.1", True)
    assert PASSWORD not in str(error)
    return error


def test_the_form_is_made_and_switched_on(server):
    """Switching on twice is no error; the address is where people go."""
    assert set(BANK.variants["full"].items) < set(server.codes)
    assert not api(server).activate(str(SID))
    assert api(server).address(str(SID)) == f"{server.url.removesuffix(PATH)}/index.php/{SID}"
    assert server.sessions == set()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://s.example/index.php/admin/remotecontrol", "https://s.example/index.php/7"),
        ("https://s.example/admin/remotecontrol/", "https://s.example/7"),
        ("https://s.example/ls/index.php?r=admin/remotecontrol", "https://s.example/ls/index.php?r=survey/index&sid=7"),
    ],
)
def test_every_way_of_writing_addresses(url, address):
    """LimeSurvey has three."""
    assert RemoteControl(Access(url), None).address("7") == address


def test_what_is_pulled_is_what_the_plugin_posts(server):
    """The same shape, id and answers; never shown and left empty stay apart; nothing else of the row comes along."""
    server.respond(**ANSWERS)
    (page,) = api(server).pull(None, TODAY)
    (payload,) = page.payloads
    assert fault_in(payload, Tool.delivery_schema) is None
    assert payload | {"answers": None} == {
        "source": "exit-bridge-limesurvey/1",
        "event": "completed",
        "survey_id": SID,
        "response_id": 1,
        "submitted_at": "2026-07-01T09:00:00Z",
        "language": "en",
        "answers": None,
    }
    assert payload["answers"] == {code: ANSWERS.get(code) for code in server.codes}
    assert "192.0.2.7" not in json.dumps(payload)
    (raw,) = TOOL.read(payload).responses
    assert (raw.response_id, raw.hidden) == (f"{SID}-1", {"bank": BANK.ref, "variant": "full"})
    assert {keys[0] for keys in raw.asked} == set(ANSWERS)


def test_rows_of_an_array_are_named_as_the_plugin_names_them(server):
    """`qrec01[rec01]` in an export is `qrec01_rec01` elsewhere; a heading that is no code is left out."""
    server.codes = ["qrec01[rec01]", "a[b][c]", "12 Comment", "firstname here"]
    server.respond(**{"qrec01[rec01]": "4", "a[b][c]": "1", "12 Comment": "x", "firstname here": "x"})
    (page,) = api(server).pull(None, TODAY)
    assert page.payloads[0]["answers"] == {"qrec01_rec01": "4", "a_b_c": "1"}


@pytest.mark.parametrize(
    ("zone", "local", "submitted"),
    [
        ("", "2026-07-01 10:00:00", None),
        ("UTC", "2026-07-01 10:00:00", "2026-07-01T10:00:00Z"),
        ("America/New_York", "2026-07-01 22:00:00", "2026-07-02T02:00:00Z"),
        ("UTC", "1980-01-01 00:00:00", None),
        ("UTC", "soon", None),
    ],
)
def test_a_time_is_told_where_its_zone_is_known(zone, local, submitted):
    """LimeSurvey writes its server's time without saying which; 1980 means that it keeps no dates."""
    with serving(LimeSurvey(codes=["rec01"])) as server:
        server.respond()
        server.rows[1]["submitdate"] = local
        (page,) = api(server, time_zone=zone).pull(None, TODAY)
        assert page.payloads[0]["submitted_at"] == submitted


def test_only_what_is_new_and_complete_comes(server):
    """Who began early and finished late is not passed over."""
    for complete in (True, False, True):
        server.respond(complete, **ANSWERS)
    first = list(api(server).pull(None, TODAY))
    assert (numbers(first), first[-1].unfinished) == ([[1, 3]], 1)
    server.rows[2]["submitdate"] = "2026-07-02 10:00:00"
    server.respond(**ANSWERS)
    second = list(api(server).pull(first[-1].cursor, TODAY))
    assert [number for page in numbers(second) for number in page] == [2, 4]
    assert numbers(api(server).pull(second[-1].cursor, TODAY)) == [[]]


def test_pages_are_kept_one_by_one(server):
    """Each with a cursor of its own, and how many are still to come; the key is given back when it breaks off."""
    for _ in range(2 * PAGE + 1):
        server.respond(rec01="4")
    pull = api(server).pull(None, TODAY)
    page = next(pull)
    assert (len(page.payloads), page.left) == (PAGE, PAGE + 1)
    assert server.sessions
    pull.close()
    assert server.sessions == set()
    rest = list(api(server).pull(page.cursor, TODAY))
    assert [(len(more.payloads), more.left) for more in rest] == [(PAGE, 1), (1, 0)]
    assert server.calls.count("export_responses") == 2 + 3


def test_a_response_deleted_meanwhile_is_no_error(server):
    """Between the list and the fetch, or the highest one between two pulls."""
    server.respond(**ANSWERS)
    server.respond(**ANSWERS)

    def delete(method):
        if server.calls.count("export_responses") == 2:
            server.rows.pop(2, None)

    server.during = delete
    (page,) = api(server).pull(None, TODAY)
    assert numbers([page]) == [[1]]
    server.during = None
    (again,) = api(server).pull(page.cursor, TODAY)
    assert numbers([again]) == [[]]
    assert numbers(api(server).pull(again.cursor, TODAY)) == [[]]


def test_a_survey_nobody_answered_is_empty(server):
    """Whatever words LimeSurvey finds for it; also where everything was deleted again."""
    (page,) = api(server).pull(None, TODAY)
    assert (page.payloads, page.left) == ((), 0)
    server.respond(**ANSWERS)
    (page,) = api(server).pull(None, TODAY)
    server.rows.clear()
    assert numbers(api(server).pull(page.cursor, TODAY)) == [[]]


def test_scores_are_written_beside_the_response_alone(server):
    """Twice is once, none is empty, answers stay; nobody else's response is touched."""
    server.respond(**ANSWERS)
    server.respond(**ANSWERS)
    for _ in range(2):
        api(server).write_back(f"{SID}-1", SCORES | {"adaption": ""})
    written = {code: value for code, value in server.rows[1].items() if code.startswith("score")}
    assert written == {f"score{name}": value for name, value in (SCORES | {"adaption": ""}).items()}
    assert server.rows[1]["rec01"] == "4"
    assert {value for code, value in server.rows[2].items() if code.startswith("score")} == {None}


@pytest.mark.parametrize("response_id", ["614002-1", "1", f"{SID}-x", f"{SID}-", "send-test-1", ""])
def test_scores_go_into_the_survey_of_the_settings_alone(server, response_id):
    """A respondent can put any survey's number into the hidden question."""
    server.respond(**ANSWERS)
    error = refused(lambda: api(server).write_back(response_id, SCORES))
    assert (error.permanent, "update_response" in server.calls) == (True, False)


@pytest.mark.parametrize(
    ("change", "response", "scores", "what"),
    [
        ({}, f"{SID}-9", SCORES, "no longer has this response"),
        ({"edits": "N"}, f"{SID}-1", SCORES, "does not let answers be changed"),
        ({"active": False}, f"{SID}-1", SCORES, "not active"),
        ({}, f"{SID}-1", {"nosuch": "1"}, "no hidden questions for the scores"),
        ({"allowed": False}, f"{SID}-1", SCORES, "may not do this"),
    ],
)
def test_why_scores_cannot_be_written(server, change, response, scores, what):
    """In both ways of saying so, and trying again is useless."""
    server.respond(**ANSWERS)
    for name, value in change.items():
        setattr(server, name, value)
    error = refused(lambda: api(server).write_back(response, scores))
    assert (error.permanent, what in error.what) == (True, True)
    assert server.sessions == set()


def test_a_wrong_login_is_not_repeated_soon(server):
    """LimeSurvey counts them and shuts the address out."""
    wrong = refused(lambda: api(server, secret="wrong").activate(str(SID)))
    server.refusal = "Sie haben die Anzahl erlaubter Anmeldeversuche erreicht."
    locked = refused(lambda: api(server, secret="wrong").activate(str(SID)))
    assert ("does not accept this user" in wrong.what, "lets nobody in" in locked.what) == (True, True)
    assert [error.retry_after for error in (wrong, locked)] == [900, 900]
    assert server.calls == ["get_session_key"] * 2


HTML = b"<!DOCTYPE html><html><body>made-up@council.example</body></html>"


@pytest.mark.parametrize(
    ("answer", "what", "retry_after"),
    [
        ((200, {}, b""), "switched off", None),
        ((200, {}, b"\n"), "switched off", None),
        ((200, {}, b'<?xml version="1.0"?><methodResponse/>'), "speaks XML-RPC", None),
        ((200, {}, HTML), "is not RemoteControl", None),
        ((200, {}, b"[1]"), "is not RemoteControl", None),
        ((200, {}, b'{"result": 1}'), "is not RemoteControl", None),
        ((200, {}, b'{"id": 1, "result": null, "error": "SQL near made-up@council.example"}'), "refused get_", None),
        ((301, {"Location": "https://elsewhere.example/"}, HTML), "leads on", None),
        ((404, {}, HTML), "no RemoteControl at this address", None),
        ((403, {}, HTML), "no RemoteControl at this address", None),
        ((500, {}, HTML), "failed at get_session_key with status 500", None),
        ((503, {"Retry-After": "30"}, HTML), "with status 503", 30),
        ((503, {"Retry-After": "99999999999"}, HTML), "with status 503", 86_400),
        ((200, {"Content-Length": "9999999"}, b"{"), "broke off", None),
    ],
)
def test_what_is_wrong_with_the_server_in_plain_words(server, answer, what, retry_after):
    """Each with what to do; nothing of the answer is repeated, and all of it may pass."""
    server.answer = answer
    error = refused(lambda: api(server).activate(str(SID)))
    assert (what in error.what, error.permanent, error.retry_after) == (True, False, retry_after)
    assert "council.example" not in str(error)


@pytest.mark.parametrize("result", ["%%%", "e30=", "W10=", "eyJyZXNwb25zZXMiOlsxXX0=", 7, None, []])
def test_an_export_that_cannot_be_read(server, result):
    """Is said to be so, and is no end of the responses."""
    server.export_responses = lambda *_: result
    assert "is not what we read" in refused(lambda: list(api(server).pull(None, TODAY))).what


def test_unknown_words_are_not_repeated(server):
    """They may quote what was sent."""
    server.export_responses = lambda *_: {"status": "Error: near 'made-up@council.example'"}
    error = refused(lambda: list(api(server).pull(None, TODAY)))
    assert (error.what, error.permanent) == ("LimeSurvey refused export_responses for a reason we do not know", False)


def test_a_survey_that_was_stopped_keeps_the_cursor(server):
    """It says so instead of passing for an empty one, which would begin again."""
    server.active = False
    assert "not active" in refused(lambda: list(api(server).pull(None, TODAY))).what


@pytest.mark.parametrize("form", ["abc", "-1", "²"])
def test_a_form_that_is_no_number(server, form):
    """Nothing is asked of the survey."""
    assert "numbers its surveys" in refused(lambda: list(api(server, form=form).pull(None, TODAY))).what
    assert server.calls == ["get_session_key", "release_session_key"]


def test_a_server_that_cannot_be_reached(server):
    """The guard of outgoing requests holds here as elsewhere."""
    with pytest.raises(UnsafeDestination):
        api(server, url="http://127.0.0.1:1/").activate(str(SID))
    gone = api(server, url=server.url.replace("127.0.0.1", "server.invalid"))
    gone.call = caller(HttpPolicy(internal=origin(gone.access.url)))
    with pytest.raises(SendFailed):
        gone.activate(str(SID))


def checked(server, scores=(), **access):
    return [(remark.status, remark.line) for remark in api(server, **access).check(scores)]


def test_what_doctor_is_told(server):
    """Every line with what to do unless it is fine."""
    reached = ("ok", "LimeSurvey at 127.0.0.1 answers, login accepted")
    fine = [reached, ("ok", f"Survey {SID} is active")]
    assert checked(server) == fine
    assert checked(server, list(SCORES)) == [*fine, ("ok", f"Survey {SID} has a place for every score")]
    assert checked(server, form="") == [reached, ("look", "There is no survey in LimeSurvey yet")]
    server.edits = "I"
    server.codes.remove("scoreadaption")
    server.active = False
    assert checked(server, list(SCORES)) == [
        reached,
        ("broken", f"Survey {SID} is not active in LimeSurvey"),
        ("look", f"Survey {SID} inherits whether scores can be written back"),
        ("broken", f"Survey {SID} has no hidden question for the score of adaption"),
    ]
    server.edits = "N"
    assert checked(server, list(SCORES))[2] == (
        "broken",
        f"Survey {SID} does not let scores be written into complete responses",
    )
    assert all(remark.fix for remark in api(server).check(list(SCORES)) if remark.status != "ok")
    assert "no survey with this number" in refused(lambda: checked(server, form="7")).what


def test_no_secret_shows():
    """Not in what a debugger or a log would print."""
    access = Access("https://s.example/", "7", USER, PASSWORD)
    assert (USER in repr(access), PASSWORD in repr(replace(access, form="8"))) == (False, False)
