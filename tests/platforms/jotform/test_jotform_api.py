"""The client of Jotform's API: what it asks for, and what it makes of every answer."""

import json
from datetime import UTC, date, datetime

import pytest
from tests.platforms.jotform.jotform_api import FORM, KEY, Jotform, serving

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed, SendFailed, UnsafeDestination
from exit_bridge.http import HttpPolicy, origin, request
from exit_bridge.platforms import platform
from exit_bridge.platforms.api import Access
from exit_bridge.platforms.base import fault_in
from exit_bridge.platforms.jotform import Jotform as Tool
from exit_bridge.platforms.jotform.api import PAGE, JotformApi
from exit_bridge.platforms.jotform.calls import LIMIT_PAUSE
from exit_bridge.platforms.jotform.cursor import Cursor
from exit_bridge.platforms.rest import REFUSED_PAUSE
from exit_bridge.pulling import pull
from exit_bridge.settings import load_settings
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import caller

BANK, TOOL = load_bank(), platform("jotform")
TODAY = date(2026, 7, 2)
FILES = TOOL.write_form(BANK, "full", ("en",), ABOUT)
SCORES = {ingredient.id: "62.5" for ingredient in BANK.ingredients}
WORDS = BANK.wordings["en"]
ANSWERS = {
    "bank": BANK.ref,
    "variant": "full",
    "notice": WORDS.context_words("notice", "full").described("yes"),
    "rec01": WORDS.option_labels(BANK.items["rec01"], "full")["4"],
}


@pytest.fixture
def server():
    """An account with our form in it."""
    jotform = Jotform()
    with serving(jotform):
        assert api(jotform, form="").create_form(FILES) == FORM
        jotform.calls.clear()
        yield jotform


def api(server, **access):
    access = {"form": FORM, "secret": KEY, "time_zone": "Europe/London"} | access
    call = caller(HttpPolicy(internal=origin(server.url)))
    return JotformApi(Access(access.pop("url", server.url), **access), call)


def refused(call):
    with pytest.raises(ApiFailed) as caught:
        call()
    error = caught.value
    assert (error.where, bool(error.fix)) == ("127.0.0.1", True)
    assert KEY not in str(error)
    assert "council.example" not in str(error)
    return error


def ids(pages):
    return [[payload["submissionID"] for payload in page.payloads] for page in pages]


# -- the form --------------------------------------------------------------------------------------------------------


def test_the_form_is_made_and_open(server):
    """With every question; its address is the one Jotform gives, which differs between regions."""
    assert set(BANK.variants["full"].items) < {question["name"] for question in server.questions.values()}
    assert not api(server).activate(FORM)
    assert api(server).address(FORM) == f"https://form.jotform.example/{FORM}"


@pytest.mark.parametrize("shell", [0, 1])
@pytest.mark.parametrize("as_list", [False, True])
def test_an_account_that_makes_the_form_first(shell, as_list):
    """The questions are put into it then; once they are there nothing is put twice."""
    with serving(Jotform(shell=shell, as_list=as_list)) as server:
        assert api(server, form="").create_form(FILES) == FORM
        assert len(server.questions) == len(json.loads(FILES[0].content)["questions"])
        assert server.calls.count(f"PUT /form/{FORM}/questions") == shell


def test_a_form_that_stays_without_questions():
    """It is said, with its number, so that it can be deleted."""
    with serving(Jotform(shell=2)) as server:
        error = refused(lambda: api(server, form="").create_form(FILES))
        assert (FORM in error.what, error.permanent) == (True, True)


def test_one_form_is_one_language(server):
    """Two are not made into one, nor one of them left out."""
    error = refused(lambda: api(server).create_form([*FILES, *FILES]))
    assert ("one language" in error.what, server.calls) == (True, [])


def test_a_closed_form(server):
    """Nobody documents how it is opened by API."""
    server.status = "DISABLED"
    assert "closed" in refused(lambda: api(server).activate(FORM)).what


def test_an_address_that_is_none(server):
    """A plain one is made of the number; what a terminal would obey is never shown."""
    for url in ("http://old.jotform.example/1", "https://jotform.example/1\x1b[2J"):
        server._form = lambda url=url: {"id": FORM, "url": url}
        assert api(server).address(FORM) == f"https://form.jotform.com/{FORM}"


# -- pulling ---------------------------------------------------------------------------------------------------------


def test_what_is_pulled_is_what_the_webhook_says(server):
    """The same id, answers and hidden values, the time with its zone; the network address stays there."""
    number = server.respond(**ANSWERS, reply_to="somebody@council.example", comment_receptivity="it&#039;s made up")
    (page,) = api(server).pull(None, TODAY)
    (payload,) = page.payloads
    assert fault_in(payload, Tool.delivery_schema) is None
    assert "192.0.2.7" not in json.dumps(payload)
    assert (page.left, page.unfinished) == (0, 0)
    (raw,) = TOOL.read(TOOL.payload(json.dumps(payload).encode())).responses
    assert (raw.response_id, raw.submitted_at) == (number, "2026-07-01T09:00:00Z")
    assert (raw.hidden, raw.reply_to) == ({"bank": BANK.ref, "variant": "full"}, "somebody@council.example")
    said = {answer.keys[0]: answer.values for answer in raw.answers if answer.values}
    assert said == {
        "notice": (ANSWERS["notice"],),
        "rec01": (ANSWERS["rec01"],),
        "comment_receptivity": ("it's made up",),
    }


@pytest.mark.parametrize(
    ("zone", "when", "submitted"),
    [
        ("", "2026-07-01 10:00:00", None),
        ("America/New_York", "2026-07-01 22:00:00", "2026-07-02T02:00:00Z"),
        ("UTC", "soon", None),
        ("UTC", "0001-01-01 00:00:00", "0001-01-01T00:00:00Z"),
        ("Asia/Tokyo", "0001-01-01 00:00:00", None),
    ],
)
def test_a_time_is_told_where_its_zone_is_known(server, zone, when, submitted):
    """Jotform writes the account's time without saying which."""
    server.respond(when, **ANSWERS)
    (page,) = api(server, time_zone=zone).pull(None, TODAY)
    assert [payload["submitted_at"] for payload in page.payloads] == [submitted]


def test_a_change_carries_its_own_time(server):
    """So that it is the newer one where both come."""
    server.respond(**ANSWERS)
    server.rows[0]["updated_at"] = "2026-07-02 10:00:00"
    (page,) = api(server).pull(None, TODAY)
    assert page.payloads[0]["submitted_at"] == "2026-07-02T09:00:00Z"


def test_only_what_is_new_comes(server):
    """A day is asked for again, and what was fetched of it is left out."""
    first = server.respond("2026-07-01 10:00:00", **ANSWERS)
    pages = list(api(server).pull(None, TODAY))
    assert ids(pages) == [[first]]
    same_second = server.respond("2026-07-01 10:00:00", **ANSWERS)
    clocks_went_back = server.respond("2026-07-01 09:30:00", **ANSWERS)
    later = server.respond("2026-07-05 09:30:00", **ANSWERS)
    pages = list(api(server).pull(pages[-1].cursor, TODAY))
    assert sorted(ids(pages)[0]) == sorted([same_second, clocks_went_back, later])
    assert ids(api(server).pull(pages[-1].cursor, TODAY)) == [[]]


def test_a_cursor_keeps_no_more_than_a_day(server):
    """However many submissions there are."""
    for day in range(1, 29):
        server.respond(f"2026-06-{day:02d} 10:00:00", **ANSWERS)
    *_, last = api(server).pull(None, TODAY)
    assert list(json.loads(last.cursor)["seen"].values()) == ["2026-06-28 10:00:00"]


@pytest.mark.parametrize("many", [PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 3])
def test_pages(server, many):
    """Nothing is left out between them; each cursor goes on behind its page."""
    everybody = [server.respond(f"2026-06-{1 + n // 60:02d} 10:{n % 60:02d}:00", rec01="x") for n in range(many)]
    pages = list(api(server).pull(None, TODAY))
    assert [number for page in ids(pages) for number in page] == everybody
    assert [bool(page.left) for page in pages] == [True] * (len(pages) - 1) + [False]
    again = [number for page in ids(api(server).pull(pages[0].cursor, TODAY)) for number in page]
    assert again == everybody[PAGE:]


def test_a_server_that_gives_the_newest_first(server):
    """A run that ends early is begun again: otherwise the older ones would never come."""
    server.descending = True
    everybody = [server.respond(f"2026-06-{1 + n // 60:02d} 10:{n % 60:02d}:00", rec01="x") for n in range(PAGE + 5)]
    first, last = api(server).pull(None, TODAY)
    assert len(first.payloads) + len(last.payloads) == PAGE + 5
    assert {n for page in ids(api(server).pull(first.cursor, TODAY)) for n in page} == set(everybody)
    assert ids(api(server).pull(last.cursor, TODAY)) == [[]]


def test_who_began_early_and_ended_late_is_not_passed_over(server):
    """For thirty days; deleted ones are not waited for."""
    begun = server.respond("2026-06-01 10:00:00", status="INCOMPLETE", **ANSWERS)
    server.respond("2026-06-01 11:00:00", status="DELETED", **ANSWERS)
    done = server.respond("2026-06-20 10:00:00", **ANSWERS)
    (page,) = api(server).pull(None, TODAY)
    assert (ids([page]), page.unfinished) == ([[done]], 1)
    server.row(begun)["status"] = "ACTIVE"
    (page,) = api(server).pull(page.cursor, date(2026, 8, 1))
    assert (ids([page])[0].count(begun), page.unfinished) == (1, 0)


def test_waiting_has_an_end(server):
    """Also where one that was begun is gone without a word."""
    server.respond("2026-06-01 10:00:00", status="INCOMPLETE", **ANSWERS)
    server.respond("2026-06-20 10:00:00", **ANSWERS)
    (page,) = api(server).pull(None, TODAY)
    del server.rows[0]
    (page,) = api(server).pull(page.cursor, date(2026, 8, 1))
    assert page.unfinished == 1
    (page,) = api(server).pull(page.cursor, date(2026, 8, 2))
    assert (page.unfinished, Cursor.read(page.cursor, FORM).start) == (0, "2026-06-19 10:00:00")


def test_from_the_beginning(server):
    """What was fetched before is marked, so that nothing is counted twice."""
    old, new = server.respond("2026-05-01 10:00:00", **ANSWERS), server.respond("2026-06-01 10:00:00", **ANSWERS)
    (page,) = api(server).pull(None, TODAY)
    third = server.respond("2026-06-01 11:00:00", **ANSWERS)
    (page,) = api(server).pull(page.cursor, TODAY, afresh=True)
    assert (ids([page]), page.again) == ([[old, new, third]], {0, 1})


def test_what_was_submitted_since_then(server):
    """A day more is asked for, as nobody need know the account's zone; what is older is left out later."""
    days = ("2026-05-01", "2026-06-01", "2026-06-03")
    _, near, wanted = [server.respond(f"{day} 10:00:00", **ANSWERS) for day in days]
    (page,) = api(server).pull(None, TODAY)
    since = datetime(2026, 6, 2, 3, tzinfo=UTC)
    (page,) = api(server, time_zone="").pull(page.cursor, TODAY, afresh=True, since=since)
    assert ids([page]) == [[near, wanted]]


@pytest.mark.parametrize("text", [None, "", "x", "[]", "7", "{}", '{"form": "1"}', f'{{"form": "{FORM}", "begun": 7}}'])
def test_a_cursor_that_is_none(text):
    """Pulling begins anew; so it does for another form."""
    assert Cursor.read(text, FORM) == Cursor(FORM)
    assert Cursor.read(str(Cursor("1", "2026-01-01 10:00:00")), FORM) == Cursor(FORM)


@pytest.mark.parametrize("rows", [{}, None, "x", [7], [{}], [{"id": 7, "created_at": "x"}], [{"id": "7"}]])
def test_a_list_that_cannot_be_read(server, rows):
    """Is said to be so, and is no end of the submissions."""
    server._list = lambda _: rows
    assert "not the API of Jotform" in refused(lambda: list(api(server).pull(None, TODAY))).what


@pytest.mark.parametrize("answers", [None, [], {}, {"1": 7}, {"1": {}}])
def test_a_submission_without_answers(server, answers):
    """Goes on to where it is judged; nothing breaks."""
    server.respond()
    server.rows[0]["answers"] = answers
    (page,) = api(server).pull(None, TODAY)
    assert [payload["submissionID"] for payload in page.payloads] == [server.rows[0]["id"]]


SETTINGS = """
[surveys.s]
platform = "jotform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$SECRET"]
[surveys.s.api]
url = "{url}"
internal = "{inside}"
secret = "$API"
form = "{form}"
time_zone = "Europe/London"
"""


def test_pulled_after_it_was_delivered_it_is_a_duplicate(server, store, tmp_path):
    """The way of a delivery, with everything around it."""
    text = SETTINGS.format(url=server.url, inside=origin(server.url), form=FORM)
    (tmp_path / "exit-bridge.toml").write_text(text, "utf-8")
    secrets = {"SECRET": "made-up-secret-of-a-hook-0123456789abcdef", "API": KEY}
    bridge = Bridge(load_settings(tmp_path / "exit-bridge.toml", secrets), store)
    survey = bridge.settings.surveys["s"]
    server.respond(**ANSWERS)
    assert dict(pull(bridge, survey, "me")) == {"accepted": 1, "unfinished": 0}
    assert dict(pull(bridge, survey, "me", afresh=True)) == {"duplicate": 1, "unfinished": 0}
    server.respond(**ANSWERS | {"rec01": "no such option"})
    assert dict(pull(bridge, survey, "me")) == {"quarantined": 1, "unfinished": 0}
    (kept,) = store.quarantined()
    assert bridge.replay(kept.id)[0].status == "quarantined"


# -- scores ----------------------------------------------------------------------------------------------------------


def test_scores_go_into_the_hidden_fields(server):
    """Of that response alone, and an empty one where there is none."""
    number, other = server.respond(**ANSWERS), server.respond(**ANSWERS)
    api(server).write_back(number, SCORES | {"adaption": ""})
    told = {entry["name"]: entry.get("answer") for entry in server.row(number)["answers"].values()}
    assert [told[f"score{name}"] for name in SCORES] == ["62.5"] * 4 + [""]
    assert told["rec01"] == ANSWERS["rec01"]
    assert all("answer" not in e for e in server.row(other)["answers"].values() if e["name"].startswith("score"))


@pytest.mark.parametrize("response_id", ["send-test-1", "", "7/../../user", "²", "6295223450430000000 "])
def test_an_id_that_jotform_did_not_give(server, response_id):
    """Nothing is asked: it would become part of an address."""
    error = refused(lambda: api(server).write_back(response_id, SCORES))
    assert (error.permanent, server.calls) == (True, [])


def test_why_scores_cannot_be_written(server):
    """Another form, a response that is gone, and a form without the fields; trying again is useless."""
    number = server.respond(**ANSWERS)
    server.rows[0]["form_id"] = "7"
    assert "not one of this" in refused(lambda: api(server).write_back(number, SCORES)).what
    server.rows[0]["form_id"] = FORM
    errors = [
        refused(lambda: api(server).write_back("6295223450439999999", SCORES)),
        refused(lambda: api(server).write_back(number, {"nosuch": "1"})),
    ]
    assert [("no such form" in e.what, "no hidden fields" in e.what) for e in errors] == [
        (True, False),
        (False, True),
    ]
    assert (all(error.permanent for error in errors), "POST" in " ".join(server.calls)) == (True, False)


# -- what goes wrong -------------------------------------------------------------------------------------------------

HTML = b"<!DOCTYPE html><html><body>made-up@council.example</body></html>"


def said(code, message="made-up@council.example"):
    return json.dumps({"responseCode": code, "message": message, "content": ""}).encode()


@pytest.mark.parametrize(
    ("answer", "what", "retry_after"),
    [
        ((401, {}, said(401)), "does not accept the key", REFUSED_PAUSE),
        ((200, {}, said(401)), "does not accept the key", REFUSED_PAUSE),
        ((403, {}, HTML), "does not allow this", REFUSED_PAUSE),
        ((403, {}, said(403, "API-Limit exceeded")), "takes no more requests", LIMIT_PAUSE),
        ((200, {}, said(403, "API-Limit exceeded")), "takes no more requests", LIMIT_PAUSE),
        ((429, {}, said(429)), "takes no more requests", LIMIT_PAUSE),
        ((429, {"Retry-After": "42"}, HTML), "takes no more requests", 42),
        ((200, {}, said(404)), "no such form", None),
        ((200, {}, said(500)), "trouble (status 500)", None),
        ((503, {"Retry-After": "30"}, HTML), "trouble (status 503)", 30),
        ((200, {}, HTML), "not the API of Jotform", None),
        ((200, {}, b""), "not the API of Jotform", None),
        ((200, {}, b"[1]"), "not the API of Jotform", None),
        ((200, {}, b'{"responseCode": 200}'), "not the API of Jotform", None),
        ((200, {}, b"[" * 100_000), "not the API of Jotform", None),
        ((200, {"Content-Length": "9999999"}, b"{"), "broke off", None),
    ],
)
def test_what_is_wrong_in_plain_words(server, answer, what, retry_after):
    """Jotform's own ways of saying so; each with what to do, and nothing of the answer is repeated."""
    server.answer = answer
    error = refused(lambda: api(server).activate(FORM))
    assert (what in error.what, error.permanent, error.retry_after) == (True, what == "no such form", retry_after)


def test_a_wrong_key(server):
    """It travels in a header, and stands in no message."""
    assert "does not accept the key" in refused(lambda: api(server, secret="wrong").activate(FORM)).what


@pytest.mark.parametrize("form", ["abc", "-1", "²", "../user", ""])
def test_a_form_that_is_no_number(server, form):
    """Nothing is asked: it would become part of an address."""
    assert "numbers its forms" in refused(lambda: list(api(server, form=form).pull(None, TODAY))).what
    assert server.calls == []


def test_a_server_that_is_slow_or_not_there(server):
    """The guard of outgoing requests holds here as elsewhere, and says what happened."""
    with pytest.raises(UnsafeDestination):
        api(server, url="http://127.0.0.1:1").activate(FORM)
    slow = api(server)
    policy = HttpPolicy(internal=origin(server.url))
    impatient = JotformApi(slow.access, lambda *asked: request(*asked, policy, timeout=(1, 0.05), deadline=0.05))
    server.during = lambda *_: __import__("time").sleep(0.3)
    with pytest.raises(SendFailed) as caught:
        impatient.activate(FORM)
    assert (caught.value.permanent, KEY in str(caught.value), bool(caught.value.what)) == (False, False, True)


def checked(server, scores=(), **access):
    return [(remark.status, remark.line) for remark in api(server, **access).check(scores)]


def test_what_doctor_is_told(server):
    """Every line with what to do unless it is fine; nothing is changed."""
    reached = ("ok", "Jotform at 127.0.0.1 answers, key accepted")
    fine = [reached, ("ok", f"Form {FORM} is open")]
    assert checked(server) == fine
    assert checked(server, list(SCORES)) == [*fine, ("ok", f"Form {FORM} has a place for every score")]
    assert checked(server, form="") == [reached, ("look", "There is no form in Jotform yet")]
    server.status = "DISABLED"
    server.questions = {n: q for n, q in server.questions.items() if q["name"] != "scoreadaption"}
    assert checked(server, list(SCORES)) == [
        reached,
        ("broken", f"Form {FORM} is closed in Jotform"),
        ("broken", f"Form {FORM} has no hidden field for the score of adaption"),
    ]
    assert all(remark.fix for remark in api(server).check(list(SCORES)) if remark.status != "ok")
    assert {call.split()[0] for call in server.calls} == {"GET"}
    assert "no such form" in refused(lambda: checked(server, form="7")).what


def test_it_posts_to_us_once(server):
    """However often it is told to, and beside the addresses of others."""
    server.hooks.append("https://other.example/hook")
    hook = "https://bridge.example/hooks/s/the-secret-of-the-address"
    assert (api(server).add_hook(FORM, hook, ""), api(server).add_hook(FORM, hook, "")) == (True, False)
    assert server.hooks == ["https://other.example/hook", hook]


def test_what_the_form_asks_now(server):
    """Our names and words, options too, so that what was changed there can be found."""
    asked = {question.keys[0]: question for question in api(server).questions(FORM)}
    assert set(BANK.variants["full"].items) <= set(asked)
    assert "bank" not in asked
    labels = WORDS.option_labels(BANK.items["rec01"], "full")
    assert asked["rec01"].keys[1].startswith("R1. ")
    assert asked["rec01"].options == tuple((label,) for label in labels.values())
