"""What the script posts, what it does when the server is away, and what the owner is told."""

from __future__ import annotations

import json
import random

import pytest
from tests.platforms.apps_script import ADDRESS, BANK, CONNECTED, google, in_titles, log_of, titles, written

from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.signatures import StandardWebhooks
from exit_bridge.testing import SECRET, respondent

pytestmark = pytest.mark.node

NOW = 1_768_472_981.123
PLAN = written()[0]
TITLES = titles(PLAN)
SAID = in_titles(PLAN, respondent(BANK, "full", "en", random.Random(5))[0])
DECLINED = {TITLES["notice"]: "No, keep none of my answers"}
WAITING = "Sets of answers that wait to be sent: {}"


def posted(done, *, tests=False):
    """The bodies that were sent, in order; without the test of `connect`."""
    bodies = [json.loads(request["body"]) for request in done.requests]
    return [body for body in bodies if tests or not body.get("test")]


def said_in(body):
    """Our id -> what was said, of one body."""
    said = {}
    for item in body["items"]:
        if "rows" in item:
            said |= dict(zip(item["refs"], item["values"], strict=True))
        else:
            said[item["ref"]] = item["value"]
    return said


def waiting(done):
    """Ids that are kept."""
    kept = done.properties
    count = int(kept.get("WAITING", 0))
    return [name for name, _ in json.loads("".join(kept[f"WAITING_{n + 1}"] for n in range(count)) or "[]")]


# -- what is posted ------------------------------------------------------------------------------------------------


def test_a_submission_arrives_with_everything_and_nothing_besides():
    """The shape that delivery.py reads: every question, answered or not, our ids, times in UTC."""
    done = google(*CONNECTED, {"set": {"WAVE": "2026", "SHEET": " Team B "}}, {"submit": SAID}, now=NOW)
    (body,) = posted(done)
    (form,) = done.forms
    about = {name: value for name, value in body.items() if name not in ("items", "submitted_at")}
    assert about == {
        "source": "google-forms",
        "form_id": form["id"],
        "response_id": done.results[-1]["id"],
        "bank": "exit-open@1",
        "variant": "full",
        "language": "en",
        "wave": "2026",
        "sheet": "Team B",
    }
    assert "2026-01-15T10:29:41.523Z" == body["submitted_at"], "the test of connect took 0.4 seconds"
    asked = [item for item in form["items"] if item["type"] not in ("PAGE_BREAK", "SECTION_HEADER")]
    assert [(str(item["id"]), item["type"], item["title"]) for item in asked] == [
        (item["id"], item["type"], item["title"]) for item in body["items"]
    ]
    for item, wanted in zip(body["items"], asked, strict=True):
        names = {"rows", "refs", "values"} if item["type"] == "GRID" else {"ref", "value"}
        assert {"id", "type", "title", *names} == set(item)
        assert item.get("rows") == wanted.get("rows")
    assert said_in(body) == {ref: SAID.get(title) for ref, title in TITLES.items()}


def test_gaps_are_told_as_such():
    """Skipped rows of a grid keep their places; a text left empty, a grid left whole and a choice are null alike."""
    first, *_ = [part for page in PLAN["pages"] for part in page["parts"] if part["kind"] == "grid"]
    row = first["rows"][2]
    done = google(*CONNECTED, {"submit": {TITLES["notice"]: "Yes, send my answers", row["title"]: "Agree"}})
    said = said_in(posted(done)[0])
    assert {ref for ref, value in said.items() if value is not None} == {"notice", row["id"]}
    assert set(said) == set(TITLES)


def test_who_declines_sends_that_and_nothing_else():
    """The rest was never seen, and is null."""
    said = said_in(posted(google(*CONNECTED, {"submit": DECLINED}))[0])
    assert {ref: value for ref, value in said.items() if value} == {"notice": DECLINED[TITLES["notice"]]}


def test_an_edit_keeps_its_id_and_has_a_later_time():
    """So that the newer one counts."""
    done = google(
        *CONNECTED, {"submit": SAID}, {"wait": 60},
        {"by_hand": "return form.responses[0].id"},
        {"revise": {"id": "2_ABaOnu" + "d" * 90 + "1", "said": DECLINED}},
    )  # fmt: skip
    first, second = posted(done)
    assert first["response_id"] == second["response_id"] == done.results[-2]
    assert first["submitted_at"] < second["submitted_at"]


CHANGES = {
    "retitled": "form.items[1].setTitle('Other words'); form.items.find((i) => i.rows).setTitle('Another heading')",
    "reordered": "form.items.splice(2, 0, ...form.items.splice(-9, 4)); form.items.find((i) => i.rows).rows.reverse()",
}


@pytest.mark.parametrize("change", CHANGES)
def test_words_and_order_may_be_changed(change):
    """Ids carry the answers, and rows are known by their words wherever they stand."""
    done = google(*CONNECTED, {"by_hand": CHANGES[change]}, {"by_hand": "return form.items[1].title"}, {"submit": {
        **SAID, "Other words": "Yes, send my answers",
    }})  # fmt: skip
    said = said_in(posted(done)[0])
    assert said == {ref: SAID.get(title) for ref, title in TITLES.items()}


def test_a_row_with_other_words_is_no_longer_ours():
    """It might ask something else now: it is sent by its words alone, the others as before."""
    code = "form.items.find((i) => i.rows).rows[1].title = 'Something else'"
    done = google(*CONNECTED, {"by_hand": code}, {"submit": SAID | {"Something else": "Agree"}})
    grid = next(item for item in posted(done)[0]["items"] if item["type"] == "GRID")
    assert ("", "Something else", "Agree") == tuple(grid[part][1] for part in ("refs", "rows", "values"))
    assert all(grid["refs"][:1] + grid["refs"][2:])


def test_questions_that_somebody_adds_or_deletes():
    """What is added is sent by its words; a question that is gone is not mentioned."""
    code = """
      form.addCheckboxItem().setTitle('Which?').setChoiceValues(['a', 'b']);
      form.addScaleItem().setTitle('How much?');
      form.addCheckboxGridItem().setTitle('Many').setRows(['r1', 'r2']).setColumns(['x', 'y']);
      form.addImageItem().setTitle('A picture');
      form.items.push(...form.items.splice(-5, 1));  // the page of those who decline stays the last
      form.items.splice(form.items.findIndex((i) => i.title.startsWith('R3.')), 1);
    """
    added = {"Which?": ["a", "b"], "How much?": 4, "r1": ["x", "y"]}
    done = google(*CONNECTED, {"by_hand": code}, {"submit": {k: v for k, v in SAID.items() if "R3." not in k} | added})
    body = posted(done)[0]
    items = {item["title"]: item for item in body["items"]}
    assert ("CHECKBOX", "", ["a", "b"]) == tuple(items["Which?"][part] for part in ("type", "ref", "value"))
    assert ("SCALE", "", "4") == tuple(items["How much?"][part] for part in ("type", "ref", "value"))
    assert (["", ""], [["x", "y"], None]) == (items["Many"]["refs"], items["Many"]["values"])
    assert not {"A picture", TITLES["rec03"]} & set(items)
    assert "rec03" not in said_in(body)
    assert {ref for ref in said_in(body) if ref} == set(TITLES) - {"rec03"}


def test_a_form_that_this_script_did_not_build_is_sent_by_its_words():
    """Its id is put into FORM_ID by hand."""
    done = google(
        {"run": "buildForm"}, {"by_hand": "for (const n of [...world.properties.keys()]) world.properties.delete(n)"},
        {"by_hand": "world.properties.set('FORM_ID', form.id)"}, *CONNECTED[1:], {"submit": SAID},
    )  # fmt: skip
    items = posted(done)[0]["items"]
    assert {""} == {ref for item in items for ref in item.get("refs", [item.get("ref")])}
    rows = {row: value for item in items if "rows" in item for row, value in zip(item["rows"], item["values"])}
    assert {title: SAID.get(title) for title in rows} == rows


# -- how it is posted ----------------------------------------------------------------------------------------------


def test_every_try_is_signed_anew_with_the_same_id():
    """The signature of Standard Webhooks, over the very bytes; no redirect is followed."""
    said = SAID | {TITLES["comment_receptivity"]: "£5 ŵ \U0001f600 </script> \u2028"}
    done = google(*CONNECTED, {"world": {"answers": [503, 503]}}, {"submit": said}, now=NOW)
    tries = done.requests[1:]
    assert 3 == len(tries)
    assert 1 == len({try_["body"] for try_ in tries}) == len({try_["headers"]["webhook-id"] for try_ in tries})
    assert 3 == len({try_["headers"]["webhook-timestamp"] for try_ in tries})
    for request in done.requests:
        about = {name: request[name] for name in ("url", "method", "contentType", "followRedirects")}
        assert about == {
            "url": ADDRESS, "method": "post", "contentType": "application/json", "followRedirects": False,
        }  # fmt: skip
        assert request["body"].isascii()
        delivery = Delivery(request["body"].encode(), request["headers"])
        StandardWebhooks().verify(delivery, [SECRET], now=request["at"] / 1000)
    assert said_in(posted(done)[0])["comment_receptivity"] == said[TITLES["comment_receptivity"]]


def test_different_answers_have_different_ids():
    """Two responses, and an edit of one."""
    revise = {"revise": {"id": "2_ABaOnu" + "d" * 90 + "1", "said": SAID}}
    done = google(*CONNECTED, {"submit": SAID}, {"submit": SAID}, {"wait": 9}, revise)
    assert 4 == len({request["headers"]["webhook-id"] for request in done.requests})


@pytest.mark.parametrize("secret", [SECRET.rstrip("="), SECRET])
def test_secrets_without_their_last_signs_are_good(secret):
    """As exit-bridge takes them."""
    done = google(*CONNECTED[:2], {"set": {"SECRET": secret}}, {"run": "connect"})
    (request,) = done.requests
    assert "took the test" in log_of(done.results[-1])
    StandardWebhooks().verify(Delivery(request["body"].encode(), request["headers"]), [SECRET])


def test_retries_wait_and_listen_to_the_server():
    """Three tries with growing pauses; Retry-After counts, up to half a minute."""
    asks = {"code": 503, "headers": {"retry-after": "12"}}
    longer = {"code": 429, "headers": {"Retry-After": "86400"}}
    done = google(*CONNECTED, {"world": {"answers": [503, 500]}}, {"submit": SAID})
    assert [5000, 20000] == done.slept
    done = google(*CONNECTED, {"world": {"answers": [asks, longer]}}, {"submit": SAID})
    assert [12000, 30000] == done.slept
    assert [] == waiting(done) == done.mails


# -- when the server is away ---------------------------------------------------------------------------------------

AWAY = {"world": {"always": 503}}
BACK = {"world": {"always": None}}


@pytest.mark.parametrize("code", [503, 500, 429, "unreachable"])
def test_what_did_not_arrive_is_kept_told_and_sent_within_the_hour(code):
    """Nothing is lost, and nothing is sent again once it has arrived."""
    done = google(
        *CONNECTED, {"world": {"always": code}}, {"submit": SAID}, {"state": 1}, {"hour": 1}, {"state": 1},
        BACK, {"hour": 1}, {"state": 1}, {"hour": 1},
    )  # fmt: skip
    first, second, third = (done.results[place] for place in (5, 7, 10))
    assert [3, 4, 5, 5] == [len(posted_of(state)) for state in (first, second, third, vars(done))]
    assert 1 == len({request["body"] for request in done.requests[1:]})
    assert [] == waiting(done)
    (mail,) = done.mails
    assert "owner@council.example" == mail["to"]
    assert done.results[4]["runs"][0]["error"] is None


def posted_of(state):
    return [request for request in state["requests"] if '"test"' not in request["body"]]


def test_only_ids_are_kept():
    """No answer is left in a property, and none of a person's words goes into a mail or a log."""
    said = SAID | {TITLES["comment_receptivity"]: "My own words", TITLES["reply_to"]: "me@council.example"}
    done = google(*CONNECTED, AWAY, {"submit": said}, {"run": "resend"}, {"run": "status"}, {"run": "connect"})
    whole = json.dumps([done.properties, done.mails, done.results])
    for private in ("My own words", "me@council", "Strongly"):
        assert private not in whole
    assert [done.results[4]["id"]] == waiting(done)


def test_secret_and_address_are_in_no_log_and_no_mail():
    """Whatever goes wrong."""
    steps = [*CONNECTED]
    for answer in ("unreachable", 401, 404, 413, 301, 503, {"code": 200, "text": f"{SECRET} {ADDRESS}"}):
        steps += [{"world": {"always": answer}}, {"submit": SAID}, {"hour": 1}, {"wait": 90000}]
        steps += [{"run": name} for name in ("connect", "status", "resend", "sendAll")]
    for values in ({"ADDRESS": ADDRESS.replace("https", "http")}, {"ADDRESS": ADDRESS, "SECRET": SECRET[6:]}):
        steps += [{"set": values}, {"run": "connect"}, {"hour": 1}]
    done = google(*steps, {"run": "disconnect"}, {"run": "forgetForm"})
    whole = json.dumps([done.results, done.mails])
    assert len(done.mails) > 5
    for private in (SECRET[6:], "reports.council.example", "hooks/round"):
        assert private not in whole


def test_one_mail_a_day():
    """However much fails."""
    hours = [{"hour": 1}] * 30
    done = google(*CONNECTED, AWAY, *[{"submit": SAID}] * 3, *hours)
    first, second = done.mails
    assert 24 * 3600 * 1000 <= second["at"] - first["at"] < 25.5 * 3600 * 1000
    assert "tries again every hour" in first["body"]
    assert PLAN["title"] in first["subject"]


def test_a_mail_that_cannot_be_sent_stops_nothing():
    """The next try writes it."""
    mute, heard = ({"world": {"mute": mute}} for mute in (True, False))
    done = google(*CONNECTED, AWAY, mute, {"submit": SAID}, heard, {"hour": 1})
    assert 1 == len(done.mails)
    assert "The mail about answers that wait could not be sent" in log_of(done.results[5]["runs"][0])


@pytest.mark.parametrize(("code", "words"), [(400, "does not take this"), (413, "too large"), (422, "does not take")])
def test_one_that_is_refused_holds_up_no_other(code, words):
    """It is kept and told of, and those behind it are sent."""
    done = google(
        *CONNECTED, AWAY, {"submit": SAID}, {"submit": SAID}, BACK, {"world": {"answers": [code]}}, {"hour": 1},
    )  # fmt: skip
    (left,) = waiting(done)
    assert done.results[4]["id"] == left
    assert words in log_of(done.results[-1][0])
    assert 8 == len(done.requests) - 1


@pytest.mark.parametrize("code", [401, 403, 404, 301])
def test_what_no_try_can_mend_is_tried_once(code):
    """A wrong secret or address is told at once, without pauses, and the answers are kept."""
    done = google(*CONNECTED, {"world": {"always": code}}, {"submit": SAID}, {"submit": SAID}, {"hour": 1})
    assert [] == done.slept
    assert 2 == len(waiting(done))
    assert 3 == len(posted(done)), "one each, and of two that wait one tells enough"
    assert 1 == len(done.mails)


def test_a_run_that_google_stops_loses_nothing():
    """The id is noted before the first try."""
    done = google(*CONNECTED, {"world": {"answers": ["killed"]}}, {"submit": SAID}, {"state": 1}, {"hour": 1})
    assert done.results[4]["runs"][0]["error"] == "Exceeded maximum execution time"
    assert [done.results[4]["id"]] == waiting(type(done)(**done.results[5]))
    assert [] == waiting(done)
    assert 2 == len(posted(done))


def test_a_deleted_response_is_dropped():
    """Whoever deletes it in the form does not want it sent."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, {"submit": SAID}, BACK,
                  {"by_hand": "form.responses.shift()"}, {"hour": 1})  # fmt: skip
    assert [] == waiting(done)
    assert done.results[5]["id"] == posted(done)[-1]["response_id"]
    assert 7 == len(posted(done))


def test_trouble_at_google_drops_nothing():
    """A response that cannot be fetched now is not taken for one that was deleted."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"world": {"away": True}}, {"hour": 1}, {"state": 1},
                  {"world": {"away": False}}, {"hour": 1})  # fmt: skip
    assert "Service error" in done.results[7][0]["error"]
    assert 1 == len(waiting(type(done)(**done.results[8])))
    assert [] == waiting(done)


def test_an_edit_that_failed_is_not_forgotten_when_the_older_one_arrives():
    """Only what was submitted by then is taken off the list."""
    the_id = "2_ABaOnu" + "d" * 90 + "1"
    # While the hourly run is posting the first version, the second one is noted by a run beside it.
    meanwhile = f"""
      const real = world.answers.shift.bind(world.answers);
      world.answers = {{ length: 1, shift() {{
        const list = JSON.parse(world.properties.get("WAITING_1"));
        world.properties.set("WAITING_1", JSON.stringify([["{the_id}", list[0][1] + 60000]]));
        world.answers = [];
        return 200;
      }} }};
    """
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"by_hand": meanwhile}, {"hour": 1})
    assert [the_id] == waiting(done)


def test_times_without_fractions_are_taken_off_all_the_same():
    """A response that is fetched may tell its time in whole seconds."""
    code = "form.responses[0].at -= form.responses[0].at % 1000"
    done = google(*CONNECTED, AWAY, {"submit": SAID}, BACK, {"by_hand": code}, {"hour": 1}, now=NOW)
    assert [] == waiting(done)


def test_a_lock_that_is_never_free_stops_nothing():
    """To note something twice is better than to note it never."""
    done = google(*CONNECTED, AWAY, {"world": {"locked": True}}, {"submit": SAID}, BACK, {"hour": 1})
    assert [] == waiting(done)
    assert 4 == len(posted(done))


def test_where_nothing_can_be_noted_google_tells_the_owner():
    """The run fails, and Google writes about that by itself."""
    done = google(*CONNECTED, AWAY, {"world": {"full": True}}, {"submit": SAID}, BACK, {"submit": SAID})
    assert "Run sendAll" in done.results[5]["runs"][0]["error"]
    assert 4 == len(posted(done)), "what can be sent is sent"


def test_more_than_can_be_noted_is_sent_from_the_form_itself():
    """Ids are kept in twenty properties; after that the time of the first one is enough."""
    many = [{"submit": SAID}] * 520
    done = google(*CONNECTED, {"world": {"always": 404}}, *many, {"state": 1}, BACK, *[{"hour": 1}] * 3)
    full = type(done)(**done.results[3 + 1 + 520])
    assert 400 < len(waiting(full)) < 520
    assert len(full.properties) < 45
    assert "ALL_FROM" in full.properties
    arrived = {json.loads(request["body"])["response_id"] for request in done.requests[521:]}
    assert arrived == {done.results[4 + place]["id"] for place in range(520)}
    assert [] == waiting(done)
    assert "ALL_FROM" not in done.properties


def test_a_list_that_cannot_be_read_means_everything_is_sent_again():
    """Somebody may have changed a property by hand."""
    broken = {"set": {"WAITING_1": "[["}}
    done = google(*CONNECTED, {"submit": SAID}, AWAY, {"submit": SAID}, BACK, broken, {"hour": 1})
    assert {done.results[3]["id"], done.results[5]["id"]} == {body["response_id"] for body in posted(done)[-2:]}
    assert [] == waiting(done)


def test_a_submission_that_is_told_twice_and_empty_is_not_sent():
    """seen: Google has been known to do that."""
    done = google(*CONNECTED, {"ghost": 1})
    assert [] == posted(done) == waiting(done) == done.mails


# -- everything again ----------------------------------------------------------------------------------------------

SEVERAL = [{"submit": SAID}, {"wait": 5}]


def test_send_all_sends_what_was_there_before():
    """In the order of submission, each once."""
    done = google(CONNECTED[0], *SEVERAL * 4, *CONNECTED[1:], {"run": "sendAll"})
    ids = [done.results[place]["id"] for place in (1, 3, 5, 7)]
    assert ids == [body["response_id"] for body in posted(done)]
    assert "Everything was sent" in log_of(done.results[-1])


def test_send_all_goes_on_where_time_ran_out():
    """Google ends a run after six minutes; what is left follows, nothing twice, and new answers come through."""
    done = google(
        CONNECTED[0], *SEVERAL * 8, *CONNECTED[1:], {"world": {"slow": 50_000}}, {"run": "sendAll"}, {"state": 1},
        {"run": "status"}, {"hour": 1}, {"hour": 1}, {"world": {"slow": 400}}, {"submit": SAID},
    )  # fmt: skip
    everything, halfway, status, *hours = done.results[20:25]
    assert 5 <= len(posted_of(halfway)) <= 6
    assert "every hour" in log_of(everything)
    assert "yes, it goes on every hour" in log_of(status)
    ids = [result["id"] for result in done.results if isinstance(result, dict) and "seen" in result]
    assert 9 == len(ids)
    assert ids == [body["response_id"] for body in posted(done)]
    assert all(run["took"] < 6 * 60 * 1000 for run in (everything, *hours[0], *hours[1]))


def test_send_all_stops_where_nothing_is_taken():
    """And goes on when the server is back."""
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], {"world": {"answers": [200, 401]}},
                  {"run": "sendAll"}, {"hour": 1})  # fmt: skip
    assert "does not know this secret" in log_of(done.results[-2])
    one, two, three = [done.results[place]["id"] for place in (1, 3, 5)]
    assert [one, two, two, three] == [body["response_id"] for body in posted(done)]


def test_of_several_in_one_moment_none_is_passed_over():
    """The mark moves only behind the last of them."""
    same = "form.responses.forEach((one) => (one.at = 1700000000000))"
    done = google(CONNECTED[0], *[{"submit": SAID}] * 3, {"by_hand": same}, *CONNECTED[1:],
                  {"world": {"answers": [200, 503]}}, {"run": "sendAll"}, {"hour": 1})  # fmt: skip
    assert 3 == len({body["response_id"] for body in posted(done)[2:]})
    assert "ALL_FROM" not in done.properties


def test_two_runs_beside_each_other_leave_nothing_out():
    """Whoever finds the mark moved leaves the rest to the other."""
    moved = """world.answers = { length: 1, shift() {
      world.properties.set('ALL_FROM', '5');
      world.answers = [];
      return 200;
    } }"""
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], {"by_hand": moved}, {"run": "sendAll"}, {"state": 1},
                  {"hour": 1})  # fmt: skip
    assert "5" == done.results[-2]["properties"]["ALL_FROM"]
    assert "ALL_FROM" not in done.properties
    assert 1 + 3 == len(posted(done))


# -- connecting ----------------------------------------------------------------------------------------------------


def test_connect_installs_each_trigger_once_however_often_it_runs():
    """One for submissions, one for every hour."""
    done = google(*CONNECTED, {"run": "connect"}, {"run": "connect"}, {"submit": SAID})
    assert [("onSubmitted", done.forms[0]["id"]), ("resend", None)] == [
        (trigger["handler"], trigger["source"]) for trigger in done.triggers
    ]
    assert 1 == len(posted(done))


def test_triggers_of_another_form_and_doubled_ones_go():
    """Triggers that the owner made for something else stay."""
    code = """world.triggers.push({ id: "a", handler: "onSubmitted", source: "another" },
      { id: "b", handler: "resend", source: null }, { id: "c", handler: "resend", source: null },
      { id: "d", handler: "theirs", source: null })"""
    done = google(*CONNECTED[:2], {"by_hand": code}, {"run": "connect"})
    assert [("resend", None), ("theirs", None), ("onSubmitted", done.forms[0]["id"])] == [
        (trigger["handler"], trigger["source"]) for trigger in done.triggers
    ]
    done = google(*CONNECTED[:2], {"by_hand": code}, {"run": "disconnect"})
    assert ["theirs"] == [trigger["handler"] for trigger in done.triggers]


BAD = {
    "no address": ({"ADDRESS": None}, "ADDRESS is missing"),
    "http": ({"ADDRESS": "http://reports.council.example/hooks/round"}, "must start with https://"),
    "no path": ({"ADDRESS": "https://reports.council.example"}, "name the hook"),
    "a space": ({"ADDRESS": "https://reports.council.example/hooks/a b"}, "hold no spaces"),
    "no secret": ({"SECRET": ""}, "SECRET is missing"),
    "another secret": ({"SECRET": "hunter2-hunter2-hunter2"}, "SECRET must be whsec_"),
    "a short secret": ({"SECRET": "whsec_YWJj"}, "SECRET must be whsec_"),
}


@pytest.mark.parametrize("case", BAD)
def test_connect_checks_address_and_secret_first(case):
    """Nothing is installed and nothing is sent."""
    values, words = BAD[case]
    done = google(*CONNECTED[:2], {"set": values}, {"run": "connect"})
    log = log_of(done.results[-1])
    assert words in log
    assert "Script Properties" in log
    assert "Not connected" in log
    assert [] == done.triggers == done.requests


ANSWERS = {
    401: "does not know this secret or this address",
    404: "nothing at this address",
    413: "too large",
    302: "leads on to another",
    500: "cannot take answers now",
    503: "cannot take answers now",
    "unreachable": "cannot be reached",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_connect_says_what_came_back(answer):
    """In words, and that nothing is lost meanwhile."""
    done = google(*CONNECTED[:2], {"world": {"always": answer}}, {"run": "connect"})
    log = log_of(done.results[-1])
    assert ANSWERS[answer] in log
    assert "tried again every hour" in log
    assert 2 == len(done.triggers)
    assert {"source": "google-forms", "test": True} == posted(done, tests=True)[0]


@pytest.mark.parametrize("text", ["<html>Welcome</html>", '{"status": "accepted"}', "null", "[1]"])
def test_connect_knows_a_server_that_is_something_else(text):
    """A web page answers 200 to anything."""
    done = google(*CONNECTED[:2], {"world": {"always": {"code": 200, "text": text}}}, {"run": "connect"})
    assert "does not answer like exit-bridge" in log_of(done.results[-1])


def test_status_and_disconnect_tell_what_waits():
    """Nothing is thrown away."""
    done = google(*CONNECTED, {"run": "status"}, AWAY, {"submit": SAID}, {"run": "status"}, {"run": "disconnect"},
                  {"run": "status"}, {"submit": SAID}, BACK, {"run": "connect"}, {"hour": 1})  # fmt: skip
    assert "Connected: yes" in log_of(done.results[3])
    assert WAITING.format(0) in log_of(done.results[3])
    assert WAITING.format(1) in log_of(done.results[6])
    assert "next connect: 1" in log_of(done.results[7])
    assert "Connected: no" in log_of(done.results[8])
    assert [] == done.results[9]["runs"]
    assert [] == waiting(done)


def test_a_form_that_is_gone_is_told():
    """And what to do; once a day by mail, if something waits."""
    done = google(*CONNECTED, AWAY, {"submit": SAID}, {"wait": 90000}, {"by_hand": "form.deleted = true"}, {"hour": 1},
                  {"run": "connect"}, {"run": "status"}, {"run": "sendAll"}, {"run": "buildForm"})  # fmt: skip
    for result in (done.results[7][0], *done.results[8:11]):
        assert "The form cannot be opened" in log_of(result)
        assert "Run forgetForm" in log_of(result)
    assert "The form cannot be opened" in done.mails[1]["body"]
    assert "run forgetForm first" in log_of(done.results[11])
