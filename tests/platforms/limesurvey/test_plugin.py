"""Our LimeSurvey plugin, run by PHP without LimeSurvey; tests/platforms/limesurvey/real has it in the real one."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import time
import zipfile

import pytest
from tests.conftest import missing
from tests.platforms.limesurvey.php import NEW_YORK, PLUGIN, World, completed, finish, php
from tests.platforms.limesurvey.receiver import SECRET, receiving

from exit_bridge.platforms.limesurvey.plugin import plugin_zip

SOURCES = sorted(path.name for path in PLUGIN.iterdir())
CRON = ("direct", {"target": "ExitBridge"})


@pytest.fixture
def world(tmp_path):
    """A made-up LimeSurvey with nothing in it."""
    return World(tmp_path / "limesurvey.sqlite3")


@pytest.fixture
def receiver():
    """A receiver on loopback that answers as exit-bridge does."""
    with receiving() as started:
        yield started


@pytest.fixture
def ready(world, receiver):
    """Survey 1, which sends to the receiver, with response 1."""
    world.survey(1, active="1", address=receiver.url, secret=SECRET)
    world.response(1, 1)
    return world


def waits(world, receiver, *responses, survey=1):
    """Let completed responses wait, because the receiver was away."""
    mode, receiver.mode = receiver.mode, "503"
    for response in responses:
        world.response(survey, response)
        world.run(completed(survey, response))
    receiver.mode = mode
    receiver.requests.clear()
    with world.database() as made:
        made.execute("UPDATE exitbridge_queue SET due_at=0, problem='unreachable'")


# -- the archive -----------------------------------------------------------------------------------------------------


def test_the_archive_holds_the_plugin_and_nothing_else():
    """LimeSurvey unpacks it into a folder of the plugin's name."""
    with zipfile.ZipFile(io.BytesIO(plugin_zip())) as archive:
        assert SOURCES == ["ExitBridge.php", *[f"ExitBridge{n}.php" for n in PARTS], "config.xml"]
        assert [f"ExitBridge/{name}" for name in SOURCES] == archive.namelist()
        assert [(PLUGIN / name).read_bytes() for name in SOURCES] == [archive.read(n) for n in archive.namelist()]


PARTS = ("Post", "Queue", "Response", "Words")


def test_the_archive_is_the_same_bytes_whenever_it_is_made(monkeypatch):
    """It is committed, and its check must not fail on another day or machine."""
    first = plugin_zip()
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert first == plugin_zip()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in archive.infolist()}
        assert {0o100644} == {entry.external_attr >> 16 for entry in archive.infolist()}


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".php")])
def test_php_reads_every_file(name):
    """A syntax error would be found by the first respondent otherwise."""
    subprocess.run([php(), "-l", PLUGIN / name], check=True, capture_output=True)


NEWER = """
$new = [];
foreach (token_get_all(stream_get_contents(STDIN)) as $token) {
    $name = is_array($token) ? token_name($token[0]) : '';
    $late = ['T_FN', 'T_MATCH', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_COALESCE_EQUAL', 'T_ATTRIBUTE', 'T_READONLY'];
    $calls = ['str_contains', 'str_starts_with', 'str_ends_with', 'array_is_list', 'hrtime', 'array_key_last',
        'array_key_first', 'is_countable', 'get_debug_type', 'JSON_THROW_ON_ERROR', 'mb_str_split'];
    if (in_array($name, $late) || ($name === 'T_STRING' && in_array($token[1], $calls))) { $new[] = $token[1]; }
}
echo implode(' ', $new);
"""


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".php")])
def test_no_file_needs_more_than_php_7_2(name):
    """What LimeSurvey 5 asks for: no later words and functions, no property types, no comma after the last argument."""
    source = (PLUGIN / name).read_text("utf-8")
    done = subprocess.run([php(), "-r", NEWER], input=source, check=True, capture_output=True, text=True)
    assert "" == done.stdout
    typed = r"(public|protected|private)( static)? (\?|int|string|array|bool|float|self)[a-z]* ?\$"
    assert [] == re.findall(typed, source) + re.findall(r",\s*\)", source)


def test_asked_for_by_itself_it_does_nothing():
    """Uploaded plugins lie below the web root, where anybody may ask for a file."""
    done = subprocess.run([php(), PLUGIN / "ExitBridge.php"], check=True, capture_output=True, text=True)
    assert "" == done.stdout + done.stderr


# -- what is sent ----------------------------------------------------------------------------------------------------


def test_a_completed_response_arrives_signed_and_with_nothing_besides(ready, receiver):
    """Codes, answers, the time in UTC; no token, no IP address, no uploaded file. The receiver checks the signature."""
    done = ready.run(completed(1, 1))
    assert receiver.bodies == [
        {
            "source": "exit-bridge-limesurvey/1",
            "event": "completed",
            "survey_id": 1,
            "response_id": 1,
            "submitted_at": "2026-11-25T10:30:00Z",
            "language": "en",
            "answers": {"notice": "yes", "qrec01_rec01": None, "comment": "Da iawn", "count": "4.5", "dual_a_1": ""},
        }
    ]
    assert "application/json" == receiver.requests[0]["content-type"]
    assert [] == ready.queue()
    assert ["info survey 1 response 1 delivered"] == done.log
    assert None is done.results[0]["content"]


def test_text_travels_as_utf8(world, receiver):
    """Any writing, quotes and line ends, as typed."""
    typed = "Wŷr 'da' \"iawn\"\n\\ </script> 😀"
    world.survey(1, active="1", address=receiver.url, secret=SECRET)
    with world.database() as made:
        made.create_function("backwards", 1, lambda text: text[::-1])
    world.response(1, 1, comment="x")
    with world.database() as made:
        made.execute("UPDATE survey_1 SET q3=NULL, q1=?", (typed,))
    world.run(completed(1, 1))
    assert [typed] == [answers["notice"] for answers in receiver.answers()]
    assert typed.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").encode() in receiver.raw[0]


@pytest.mark.parametrize(
    ("local", "shift", "near", "expected"),
    [
        ("2026-11-25 05:30:00", "", 0, "2026-11-25T10:30:00Z"),
        ("2026-07-01 05:30:00", "", 0, "2026-07-01T09:30:00Z"),
        ("2026-11-25 06:30:00", "+60 minutes", 0, "2026-11-25T10:30:00Z"),
        ("2026-11-25 03:30:00", "-120 minutes", 0, "2026-11-25T10:30:00Z"),
        ("2026-11-01 01:30:00", "", 1793511000, "2026-11-01T05:30:00Z"),
        ("2026-11-01 01:30:00", "", 1793514600, "2026-11-01T06:30:00Z"),
        ("2026-11-01 02:30:00", "+60 minutes", 1793511000, "2026-11-01T05:30:00Z"),
        ("2026-11-01 02:30:00", "+60 minutes", 1793514600, "2026-11-01T06:30:00Z"),
        ("1980-01-01 00:00:00", "", 0, None),
        ("1970-01-01 00:00:00", "", 0, None),
        ("nonsense", "", 0, None),
    ],
)
def test_local_time_becomes_utc(world, local, shift, near, expected):
    """Server's zone, LimeSurvey's time difference, the hour that comes twice; no date where LimeSurvey keeps none."""
    assert expected == world.run(("utc", local, shift, near)).result
    assert "America/New_York" == NEW_YORK


def test_the_time_difference_is_taken_from_limesurvey(ready, receiver):
    """The setting that LimeSurvey adds to every date it stores."""
    ready.run(completed(1, 1), shift="+60 minutes")
    assert ["2026-11-25T09:30:00Z"] == [body["submitted_at"] for body in receiver.bodies]


def test_a_survey_that_is_off_sends_and_keeps_nothing(world, receiver):
    """Most surveys on a server are none of our business."""
    world.survey(1, active="0", address=receiver.url, secret=SECRET)
    world.response(1, 1)
    world.run(("beforeActivate",), completed(1, 1), ("afterSurveyComplete", {"surveyId": 1}))
    assert ([], []) == (receiver.requests, world.queue())


# -- the link --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "url", "expected"),
    [
        ("1", "https://bridge.example/r/a?b=1&c=\"'<", "https://bridge.example/r/a?b=1&amp;c=&quot;&#039;&lt;"),
        ("1", "http://localhost:8000/r/a", "http://localhost:8000/r/a"),
        ("1", "http://bridge.example/r/a", None),
        ("1", "javascript:alert(1)", None),
        ("1", "//bridge.example/r", None),
        ("1", None, None),
        ("0", "https://bridge.example/r/a", None),
    ],
)
def test_the_link_to_the_report_is_shown_where_the_survey_wants_it(world, receiver, wanted, url, expected):
    """One paragraph, nothing in it that the reply could smuggle in."""
    world.survey(1, active="1", address=receiver.url, secret=SECRET, show_link=wanted)
    world.response(1, 1)
    receiver.report_url = url
    content = world.run(completed(1, 1)).results[0]["content"]
    style = "color:inherit;text-decoration:underline"
    paragraph = f'<p><a href="{expected}" rel="noopener noreferrer" style="{style}">Read your report</a></p>'
    assert content == ([paragraph, "exit-bridge-report"] if expected else None)


# -- which addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "inside", "hosts", "expected"),
    [
        ("https://bridge.example/hooks/a", False, [], ""),
        ("https://bridge.example/hooks/a", False, ["bridge.example"], ""),
        ("https://BRIDGE.example:8443/hooks/a", False, ["bridge.example"], ""),
        ("https://other.example/hooks/a", False, ["bridge.example"], "host"),
        ("http://127.0.0.1:8000/hooks/a", False, [], ""),
        ("http://[::1]:8000/hooks/a", False, [], ""),
        ("http://localhost/hooks/a", False, [], ""),
        ("http://localhost/hooks/a", False, ["bridge.example"], "host"),
        ("http://localhost.example/hooks/a", False, [], "scheme"),
        ("http://10.0.0.5/hooks/a", False, [], "scheme"),
        ("http://10.0.0.5/hooks/a", True, [], ""),
        ("http://192.168.1.9/hooks/a", True, [], ""),
        ("http://169.254.169.254/hooks/a", True, [], "scheme"),
        ("http://203.0.113.9/hooks/a", True, [], "scheme"),
        ("http://[2001:db8::1]/hooks/a", True, [], "scheme"),
        ("http://bridge.internal.example/hooks/a", True, [], ""),
        ("http://bridge.internal.example/hooks/a", False, [], "scheme"),
        ("ftp://localhost/hooks/a", True, [], "scheme"),
        ("file:///etc/passwd", True, [], "address"),
        ("https://user:pass@bridge.example/hooks/a", False, [], "address"),
        ("https://bridge.example/hooks/a#b", False, [], "address"),
        ("https://bridge.example/hooks/a b", False, [], "address"),
        ("https://bridge.example/\r\nX: y", False, [], "address"),
        ("bridge.example/hooks/a", False, [], "address"),
        ("https://", False, [], "address"),
        ("", False, [], "address"),
    ],
)
def test_https_only_except_where_no_network_or_ones_own_is_crossed(world, address, inside, hosts, expected):
    """http leaves this machine only inside the organisation's network, and only where a superadministrator said so."""
    assert expected == world.run(("refused", address, inside, hosts)).result


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://nowhere.invalid/hooks/a", ""),
        ("http://localhost/hooks/a", ""),
        ("http://10.0.0.5/hooks/a", ""),
        ("http://nowhere.invalid/hooks/a", "unreachable"),
        ("http://127.1/hooks/a", ""),
    ],
)
def test_where_a_name_leads_is_looked_at_when_it_is_saved(world, address, leads):
    """A name that cannot be found is told from one that leads out of the network."""
    assert leads == world.run(("leads", address)).result


def test_saving_again_while_names_cannot_be_found_switches_nothing_off(world):
    """A page saved in an outage of the network keeps the address that worked, and says what a new one lacks."""
    world.survey(1, active="1", address="http://bridge.invalid/hooks/a", secret=SECRET)
    on = ("save", {"hosts": "", "allow_http": "1"})
    page = ("beforeSurveySettings", {"survey": 1})
    done = world.run(on, saved(active="1", address="http://bridge.invalid/hooks/a", secret=""), page)
    assert [] == done.flashes
    assert "1" == done.results[2]["event"]["surveysettings.7"]["settings"]["active"]["current"]
    done = world.run(saved(active="1", address="http://other.invalid/hooks/a", secret=""), page)
    assert "No connection to exit-bridge" in str(done.flashes)
    of = done.results[1]["event"]["surveysettings.7"]["settings"]
    assert ("1", "http://bridge.invalid/hooks/a") == (of["active"]["current"], of["address"]["current"])


def test_no_secret_no_sending(world, receiver):
    """An unsigned delivery would be refused, and would have carried the answers for nothing."""
    world.survey(1, active="1", address=receiver.url, secret="whsec_c2hvcnQ=")
    world.response(1, 1)
    world.run(completed(1, 1))
    assert [] == receiver.requests
    assert ["secret"] == [row["problem"] for row in world.queue()]


# -- a receiver that misbehaves --------------------------------------------------------------------------------------

BOTH = pytest.mark.parametrize("curl", [True, False], ids=["curl", "streams"])


def post(world, receiver, curl=True, seconds=1.0, **ini):
    """Send one signed body; problem, reply, and how long it took."""
    step = ("headers", SECRET, "lime_1", int(time.time()), "{}")
    headers = world.run(step).result
    done = world.run(("send", receiver.url, "{}", headers, seconds, curl), **ini).results[0]
    return (*done["result"], done["seconds"])


@BOTH
def test_a_delivery_is_a_json_status_with_200(world, receiver, curl):
    """By cURL, and by PHP's own streams where a server has none."""
    problem, reply, _ = post(world, receiver, curl)
    assert ("", {"status": "accepted", "result_id": "0f0e"}) == (problem, reply)
    assert [{}] == receiver.bodies


@BOTH
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("500", "http_500"),
        ("503", "http_503"),
        ("401", "http_401"),
        ("201", "http_201"),
        ("302", "redirect"),
        ("huge", "too_large"),
        ("page", "reply"),
    ],
)
def test_everything_else_is_none(world, receiver, curl, mode, expected):
    """Other statuses, a redirect (never followed), a sign-in page, more than 64 KiB."""
    receiver.mode = mode
    problem, reply, _ = post(world, receiver, curl)
    assert (expected, []) == (problem, reply)
    assert 1 == len(receiver.requests)


@BOTH
@pytest.mark.parametrize("mode", ["stall", "trickle"])
def test_the_time_is_for_all_of_it(world, receiver, curl, mode):
    """A receiver that says nothing, and one that says a byte now and then: neither holds longer than allowed."""
    receiver.mode = mode
    problem, _, seconds = post(world, receiver, curl, seconds=0.6)
    assert "timeout" == problem
    assert 0.5 < seconds < 1.5


@BOTH
def test_nobody_there(world, receiver, curl):
    """A closed port is told from a time-out."""
    with receiving() as gone:
        pass
    assert "unreachable" == post(world, gone, curl)[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost, with its key in the same file."""
    if not shutil.which("openssl"):
        missing("openssl", "install Debian's package openssl")
    made = tmp_path_factory.mktemp("tls") / "both.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", made, "-out", f"{made}.crt"], check=True, capture_output=True)
    made.write_bytes(made.read_bytes() + made.with_name("both.pem.crt").read_bytes())
    return made


@BOTH
def test_a_certificate_nobody_vouches_for_gets_no_answers(world, certificate, curl):
    """The connection ends before a byte of the response was sent."""
    with receiving(certificate) as receiver:
        assert "tls" == post(world, receiver, curl)[0]
        assert [] == receiver.requests


@BOTH
def test_a_certificate_of_ones_own_authority_is_good_once_php_knows_it(world, certificate, curl):
    """What the settings page tells them to do."""
    with receiving(certificate) as receiver:
        told = {"curl__cainfo": str(certificate), "openssl__cafile": str(certificate)}
        assert "" == post(world, receiver, curl, seconds=3.0, **told)[0]
        assert [{}] == receiver.bodies
        receiver.url = receiver.url.replace("localhost", "127.0.0.1")
        assert "tls" == post(world, receiver, curl, seconds=3.0, **told)[0], "the name must fit too"


# -- the queue -------------------------------------------------------------------------------------------------------


def test_the_row_is_there_before_the_first_attempt_and_holds_ids_only(ready, receiver):
    """Killed while it waits for the reply, nothing is forgotten, and nothing of the answers lies in a second place."""
    receiver.mode = "stall"
    process = ready.start(completed(1, 1))
    deadline = time.monotonic() + 30
    while not receiver.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    (row,) = ready.queue()
    assert (1, 1, 0) == (row["survey_id"], row["response_id"], row["attempts"])
    columns = "id survey_id response_id nonce completed_at attempts due_at claim claimed_until problem"
    assert columns.split() == list(row)
    assert "iawn" not in str(row)
    # The process is dead, its claim is not yet over: nobody takes the row. Then it is over, and the row goes out.
    receiver.mode = "ok"
    ready.run(CRON)
    assert [] == receiver.bodies
    with ready.database() as made:
        made.execute("UPDATE exitbridge_queue SET claimed_until=?", (time.time() - 1,))
    assert "exit-bridge: 1 sent, 0 waiting\n" == ready.run(CRON).results[0]["printed"]
    assert [1] == [body["response_id"] for body in receiver.bodies]


def test_the_next_completion_brings_what_waited_each_once_and_oldest_first(ready, receiver):
    """The receiver was away for three respondents; a fourth comes, with the receiver back."""
    waits(ready, receiver, 2, 3, 4)
    with ready.database() as made:
        made.execute("UPDATE exitbridge_queue SET due_at=?", (time.time() + 9999,))
    ready.run(completed(1, 1))
    assert [1, 2, 3, 4] == [body["response_id"] for body in receiver.bodies]
    assert [] == ready.queue()


def test_a_completion_of_any_survey_brings_what_is_due(ready, receiver):
    """The last respondent of a survey may have no successor in it."""
    waits(ready, receiver, 2)
    ready.survey(5, active="1", address=receiver.url, secret=SECRET)
    ready.response(5, 1)
    ready.run(completed(5, 1))
    assert [(5, 1), (1, 2)] == [(body["survey_id"], body["response_id"]) for body in receiver.bodies]


def test_one_time_out_in_a_completion_whatever_waits(ready, receiver):
    """Ten responses wait for a receiver that stalls: one is tried, the respondent waits three seconds in all."""
    waits(ready, receiver, *range(2, 12))
    receiver.mode = "stall"
    done = ready.run(completed(1, 1))
    assert 1 == len(receiver.requests)
    assert 2.5 < done.results[0]["seconds"] < 3.6
    soonest = min(row["due_at"] for row in ready.queue())
    assert soonest > time.time() + 30, "and for a while none of them costs another survey's respondents anything"
    ready.survey(5, active="1", address=receiver.url.replace("localhost", "127.0.0.1"), secret=SECRET)
    ready.response(5, 1)
    receiver.mode = "ok"
    ready.run(completed(5, 1))
    assert [(5, 1)] == [(body["survey_id"], body["response_id"]) for body in receiver.bodies]


def test_who_is_not_there_is_asked_once_whatever_waits(ready, receiver):
    """Two surveys and five responses wait for a server that is down: cron tries one of them."""
    ready.survey(5, active="1", address=receiver.url, secret=SECRET)
    waits(ready, receiver, 2, 3)
    waits(ready, receiver, 1, 2, 3, survey=5)
    with receiving() as gone, ready.database() as made:
        made.execute("UPDATE settings SET value=? WHERE name LIKE '%address'", (json.dumps(gone.url),))
        made.execute("UPDATE exitbridge_queue SET attempts=0")
    ready.run(CRON)
    assert [1, 0, 0, 0, 0] == [row["attempts"] for row in ready.queue()]


def test_retries_stay_within_the_three_seconds(ready, receiver):
    """The new one goes through; then a receiver of another survey stalls."""
    with receiving() as other:
        ready.survey(5, active="1", address=other.url, secret=SECRET)
        waits(ready, other, 1, 2, 3, survey=5)
        other.mode = "stall"
        done = ready.run(completed(1, 1))
        assert [1] == [body["response_id"] for body in receiver.bodies]
        assert 1 == len(other.requests)
        assert done.results[0]["seconds"] < 3.6


def test_the_id_is_the_same_over_all_attempts_of_the_same_content(ready, receiver):
    """The receiver can tell a repeat from news; the timestamp is each attempt's own."""
    for mode in ("500", "503", "ok"):
        receiver.mode = mode
        ready.run(completed(1, 1) if mode == "500" else CRON)
        with ready.database() as made:
            made.execute("UPDATE exitbridge_queue SET due_at=0")
    assert 1 == len({request["webhook-id"] for request in receiver.requests})
    assert 3 == len(receiver.requests)


def test_the_id_is_a_new_one_when_a_response_is_completed_again(ready, receiver):
    """Changed and changed back, it is news to a receiver that goes by the id alone."""
    ready.run(completed(1, 1), completed(1, 1))
    assert 2 == len({request["webhook-id"] for request in receiver.requests})
    assert receiver.raw[0] == receiver.raw[1]


def test_an_edit_while_it_waits_sends_the_newest_once(ready, receiver):
    """The row is of the response, and its answers are read when they are sent."""
    receiver.mode = "500"
    ready.run(completed(1, 1))
    with ready.database() as made:
        made.execute("UPDATE survey_1 SET q1='no'")
    ready.run(completed(1, 1))
    receiver.mode = "ok"
    with ready.database() as made:
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.run(CRON)
    assert ["no"] == [answers["notice"] for answers in receiver.answers()]
    ids = [request["webhook-id"] for request in receiver.requests]
    assert ids[0] != ids[1] == ids[2]


def test_a_response_completed_again_while_it_is_being_sent_goes_out_again(ready, receiver):
    """The first sender must not take the row of the second with it."""
    receiver.mode = "stall"
    first = ready.start(completed(1, 1))
    deadline = time.monotonic() + 30
    while not receiver.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    receiver.mode = "503"
    ready.run(completed(1, 1))
    finish(first)
    (row,) = ready.queue()
    assert ("http_503", 1) == (row["problem"], row["attempts"])


def test_two_at_once_never_send_a_row_twice(ready, receiver):
    """Six respondents finish at the same moment, while twelve responses wait."""
    waits(ready, receiver, *range(10, 22))
    for response in range(2, 7):
        ready.response(1, response)
    running = [ready.start(completed(1, response)) for response in range(1, 7)]
    for process in running:
        finish(process)
    ready.run(CRON)
    assert [*range(1, 7), *range(10, 22)] == sorted(body["response_id"] for body in receiver.bodies)
    assert [] == ready.queue()


def test_only_one_of_two_claims_a_row(ready, receiver):
    """A conditional UPDATE decides, and a claim that has run out decides nothing."""
    waits(ready, receiver, 2)
    (row,) = ready.queue()
    done = ready.run(("claim", row, 1000), ("claim", row, 1059), ("claim", row, 1061))
    assert [True, False, True] == [bool(step["result"]) for step in done.results]


def test_delays_grow_for_a_row_that_keeps_failing(ready, receiver):
    """A second, then a minute, five, a quarter of an hour, an hour; and again every hour."""
    receiver.mode = "500"
    ready.run(completed(1, 1))
    waited = []
    for _ in range(6):
        (row,) = ready.queue()
        waited.append(round((row["due_at"] - time.time()) / 10) * 10)
        with ready.database() as made:
            made.execute("UPDATE exitbridge_queue SET due_at=0")
        ready.run(CRON)
    assert [0, 60, 300, 900, 3600, 3600] == waited, "the first second is rounded off here"


@pytest.mark.parametrize("gone", ["DELETE FROM survey_1", "DELETE FROM surveys", "UPDATE survey_1 SET submitdate=NULL"])
def test_what_is_deleted_or_reopened_is_no_longer_sent(ready, receiver, gone):
    """The queue follows the response table, so deleting there is enough."""
    receiver.mode = "500"
    ready.run(completed(1, 1))
    receiver.mode = "ok"
    with ready.database() as made:
        made.execute(gone)
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.run(CRON)
    assert ([], []) == (receiver.bodies, ready.queue())


def test_a_deactivated_survey_keeps_what_waits(ready, receiver):
    """Its table is set aside; when it is back, so are the responses."""
    receiver.mode = "500"
    ready.run(completed(1, 1))
    receiver.mode = "ok"
    with ready.database() as made:
        made.execute("UPDATE surveys SET active='N'")
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.run(CRON)
    assert ["closed"] == [row["problem"] for row in ready.queue()]
    with ready.database() as made:
        made.execute("UPDATE surveys SET active='Y'")
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.run(CRON)
    assert [1] == [body["response_id"] for body in receiver.bodies]


def test_a_survey_activated_anew_keeps_what_waits(ready, receiver):
    """Its new table is empty and counts on from the old one: what was set aside waits until it is back."""
    receiver.mode = "500"
    ready.run(completed(1, 1))
    receiver.mode = "ok"
    with ready.database() as made:
        made.execute("UPDATE surveys SET autonumber_start=2")
        kept = made.execute("SELECT * FROM survey_1 WHERE id=1").fetchone()
        made.execute("DELETE FROM survey_1")
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.response(1, 2)
    ready.run(CRON)
    assert (["closed"], []) == ([row["problem"] for row in ready.queue()], receiver.bodies)
    ready.run(completed(1, 2))
    assert [2] == [body["response_id"] for body in receiver.bodies]
    with ready.database() as made:
        made.execute(f"INSERT INTO survey_1 VALUES ({', '.join('?' * len(kept))})", tuple(kept))
        made.execute("UPDATE exitbridge_queue SET due_at=0")
    ready.run(CRON)
    assert ([2, 1], []) == ([body["response_id"] for body in receiver.bodies], ready.queue())


def test_a_deleted_survey_takes_its_settings_with_it(ready, receiver):
    """Its number may be given to another survey, which must not send anything by itself."""
    receiver.mode = "500"
    ready.run(completed(1, 1), ("afterSurveyDelete", {"model": {"sid": 1}}))
    assert [] == ready.queue()
    assert [] == ready.database().execute("SELECT * FROM settings").fetchall()


# -- nothing reaches the respondent ----------------------------------------------------------------------------------


def test_a_table_dropped_by_hand_comes_back(ready, receiver):
    """And the response that found it missing arrives."""
    ready.run(("beforeActivate",))
    with ready.database() as made:
        made.execute("DROP TABLE exitbridge_queue")
    ready.run(completed(1, 1))
    assert [1] == [body["response_id"] for body in receiver.bodies]
    assert [] == ready.queue()


def test_a_table_of_an_older_version_grows(ready, receiver):
    """After an upgrade nobody has to do anything."""
    ready.run(("beforeActivate",))
    with ready.database() as made:
        made.execute("ALTER TABLE exitbridge_queue DROP COLUMN problem")
    receiver.mode = "500"
    ready.run(completed(1, 1))
    assert ["http_500"] == [row["problem"] for row in ready.queue()]


def test_where_nothing_can_be_written_it_is_still_sent_once(ready, receiver):
    """A table that refuses every write, as on a full disk: the respondent sees nothing of it."""
    with ready.database() as made:
        made.execute("CREATE VIEW exitbridge_queue AS SELECT 1 AS id")
    done = ready.run(completed(1, 1))
    assert [1] == [body["response_id"] for body in receiver.bodies]
    assert "" == done.results[0]["printed"]
    assert "error PDOException" in done.log[0]


@pytest.mark.parametrize("damage", ["DROP TABLE survey_1", "DROP TABLE settings", "DROP TABLE surveys"])
def test_whatever_is_broken_the_respondent_sees_nothing(ready, damage):
    """Faults are logged by place, never by message: a message of the database may quote an answer."""
    with ready.database() as made:
        made.execute(damage)
    done = ready.run(completed(1, 1))
    assert (None, "", None) == tuple(done.results[0][part] for part in ("result", "printed", "content"))
    assert re.search(r"^error PDOException at harness\.php:\d+ from ExitBridge", "\n".join(done.log), re.MULTILINE)
    assert "no such table" not in str(done)


# -- pages -----------------------------------------------------------------------------------------------------------


def saved(**given):
    """The step of a coordinator who saves the page of survey 1."""
    return ("newSurveySettings", {"survey": 1, "settings": given})


def test_settings_are_saved_and_the_secret_is_never_shown(world, receiver):
    """It is not in the page, not in what LimeSurvey repeats of the request, not in the log."""
    world.survey(1)
    done = world.run(
        ("posted", {"plugin": {"ExitBridge": {"secret": SECRET, "active": "1"}}}),
        saved(active="1", address=receiver.url, secret=SECRET, show_link="1"),
        ("beforeSurveySettings", {"survey": 1}),
        saved(active="1", address=receiver.url, secret="", show_link="0"),
        ("beforeActivate",),
        ("beforeSurveySettings", {"survey": 1}),
    )
    first, second = (done.results[step]["event"]["surveysettings.7"]["settings"] for step in (2, 5))
    assert ("1", receiver.url, "1") == tuple(first[name]["current"] for name in ("active", "address", "show_link"))
    assert ("1", "0") == tuple(second[name]["current"] for name in ("active", "show_link"))
    assert "current" not in first["secret"]
    assert "A secret is stored. Leave this empty to keep it." in second["secret"]["help"]
    assert SECRET not in json.dumps([first, second]) + str(done.log) + str(done.flashes)
    assert {"plugin": {"ExitBridge": {"active": "1"}}} == done.results[1]["post"]
    world.response(1, 1)
    world.run(completed(1, 1))
    assert [1] == [body["response_id"] for body in receiver.bodies]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"address": "http://bridge.example/hooks/a"}, "must begin with https://"),
        ({"address": "bridge.example"}, "The address is not complete"),
        ({"address": "https://bridge.example/hooks/a", "secret": "password"}, "The secret is missing or not complete"),
        ({"address": "https://bridge.example/hooks/a"}, "Sending stays off until"),
        ({}, "Sending stays off until"),
    ],
)
def test_what_cannot_work_is_said_when_it_is_saved(world, given, told):
    """And sending stays off."""
    world.survey(1)
    done = world.run(saved(active="1", **given), ("beforeSurveySettings", {"survey": 1}))
    assert told in str(done.flashes)
    assert "0" == done.results[1]["event"]["surveysettings.7"]["settings"]["active"]["current"]


@pytest.mark.parametrize(
    ("mode", "kind", "told"),
    [("ok", "success", "The test was delivered"), ("401", "error", "does not know this survey or this secret")],
)
def test_a_test_can_be_sent(ready, receiver, mode, kind, told):
    """It holds no answers, and the coordinator sees at once what came of it."""
    receiver.mode = mode
    done = ready.run(saved(active="1", address=receiver.url, secret="", send_test="1"))
    assert [kind] == [flash[0] for flash in done.flashes]
    assert told in done.flashes[0][1]
    (body,) = map(json.loads, receiver.raw)
    assert ("test", 1, 0, None, "en", {}) == tuple(
        body[name] for name in ("event", "survey_id", "response_id", "submitted_at", "language", "answers")
    )


def state(world):
    """What the page of survey 1 says of its state."""
    done = world.run(("beforeActivate",), ("beforeSurveySettings", {"survey": 1}))
    return done.results[1]["event"]["surveysettings.7"]["settings"]["state"]["content"]


def test_the_state_is_told_in_plain_words(ready, receiver):
    """How many wait, what the last problem was and what to do, when the last delivery was."""
    assert "<p>Responses waiting to be sent: 0.<br>Nothing delivered yet.</p>" == state(ready)
    receiver.mode = "401"
    ready.run(completed(1, 1))
    assert "Responses waiting to be sent: 1.<br>" in state(ready)
    assert "UTC. exit-bridge does not know this survey or this secret. Compare the address" in state(ready)
    receiver.mode = "418"
    ready.run(completed(1, 1))
    assert "exit-bridge answered with an error. Ask who runs it to look into its log. (http_418)" in state(ready)
    receiver.mode = "ok"
    ready.run(completed(1, 1))
    assert re.search(r"waiting to be sent: 0\.<br>Last delivered: .* UTC \(accepted\)\.", state(ready))


PROBLEMS = (
    *("timeout", "unreachable", "tls", "redirect", "too_large", "reply"),
    *("address", "scheme", "host", "secret", "off", "closed", "internal"),
)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_has_its_own_words(problem):
    """A problem the code can name but not explain would be of no use to a coordinator."""
    sources = "".join((PLUGIN / name).read_text("utf-8") for name in SOURCES if "Words" not in name)
    assert f"'{problem}'" in sources
    assert f"'{problem}' => '" in (PLUGIN / "ExitBridgeWords.php").read_text("utf-8")


def test_the_global_page_is_for_superadministrators(ready, receiver):
    """Who may not change what every survey may do is told so, and nothing changes."""
    wanted = {"hosts": "https://Bridge.example:8443/hooks\n [::1] other.example", "allow_http": "1"}
    done = ready.run(("save", wanted), ("not_superadmin",), ("save", {"hosts": "", "allow_http": "0"}))
    assert ["exit-bridge: The settings of this page were not changed: only a superadministrator may."] == [
        flash[1] for flash in done.flashes
    ]
    held = dict(ready.database().execute("SELECT name, value FROM settings WHERE name LIKE '..%'").fetchall())
    assert {"..hosts": json.dumps("bridge.example\n::1\nother.example"), "..allow_http": '"1"'} == held
    ready.run(completed(1, 1))
    assert (["host"], []) == ([row["problem"] for row in ready.queue()], receiver.requests)


def test_sending_now_brings_what_waits_due_or_not(ready, receiver):
    """The button of the global page."""
    receiver.mode = "500"
    ready.run(completed(1, 1), completed(1, 1))
    receiver.mode = "ok"
    done = ready.run(("settings",), ("save", {"hosts": "", "allow_http": "0", "send_now": "1"}))
    assert "Responses waiting in all surveys: 1" == done.results[0]["result"]["send_now"]["label"]
    assert [["success", "exit-bridge: Delivered now: 1. Still waiting: 0."]] == done.flashes


def test_cron_speaks_to_us_only_when_it_means_us(ready, receiver):
    """Other plugins are called through the same event."""
    waits(ready, receiver, 2)
    done = ready.run(("direct", {"target": "Other"}), CRON)
    assert ["", "exit-bridge: 1 sent, 0 waiting\n"] == [step["printed"] for step in done.results]


def test_switched_off_the_table_goes_only_where_it_is_empty(ready, receiver):
    """What waits stays for the day the plugin is switched on again."""
    receiver.mode = "500"
    ready.run(completed(1, 1), ("beforeDeactivate",))
    assert 1 == len(ready.queue())
    receiver.mode = "ok"
    ready.run(completed(1, 1), ("beforeDeactivate",))
    tables = [row["name"] for row in ready.database().execute("SELECT name FROM sqlite_master")]
    assert "exitbridge_queue" not in tables
    ready.run(("beforeActivate",))
    assert [] == ready.queue()
