"""Our plugin in a real LimeSurvey, uploaded, set and used in a real browser."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.platforms.limesurvey.real.respondent import fill, respond, submit
from tests.platforms.limesurvey.receiver import SECRET, Receiver, receiving

from exit_bridge.platforms.limesurvey.plugin import plugin_zip

pytestmark = [pytest.mark.limesurvey, pytest.mark.browser, pytest.mark.server, pytest.mark.timeout(900)]

SENT = {"notice": "yes", "qrec01_rec01": "4", "rec03": "2", "qrec04_rec04": None, "commentreceptivity": ""}
CRON = ("plugin", "--target=ExitBridge")
THANKS = "Your survey responses have been recorded."


@pytest.fixture
def receiver():
    """A receiver on loopback that answers as exit-bridge does."""
    with receiving() as started:
        yield started


@pytest.fixture
def sending(installed, opened, receiver):
    """A survey that sends to the receiver."""
    number = opened()
    switch_on(installed, number, receiver)
    return number


def switch_on(admin, survey, receiver, **settings):
    """Fill in the survey's page and save."""
    admin.open_survey(survey)
    admin.fill(active=True, address=receiver.url, secret=SECRET, **settings)


def due(limesurvey):
    """Let what waits be due, as time would."""
    limesurvey.sql("UPDATE {exitbridge_queue} SET due_at=0")


def test_from_the_upload_to_the_signed_delivery(installed, limesurvey, opened, receiver, page):
    """Settings in the browser, a test, a respondent in the browser, the delivery, the link on the last page."""
    survey = opened()
    repeated: list[str] = []
    with listening(installed.page, "**/admin/database/**", repeated):
        switch_on(installed, survey, receiver, link=True, test=True)
    assert "The test was delivered: address and secret are right." in installed.said()
    assert [("test", {})] == [(body["event"], body["answers"]) for body in receiver.bodies]

    receiver.report_url = "https://bridge.example/r/a?b=1"
    before = datetime.now(UTC).replace(microsecond=0)
    end = respond(page, limesurvey, survey, notice="yes", rec01="4", rec03="2")
    assert THANKS in end.text
    assert (("https://bridge.example/r/a?b=1", "Read your report"),) == end.links
    body = receiver.bodies[1]
    submitted = datetime.fromisoformat(body.pop("submitted_at"))
    assert before <= submitted <= datetime.now(UTC), "in UTC, though the server stands in New York"
    assert body == {
        "source": "exit-bridge-limesurvey/1",
        "event": "completed",
        "survey_id": survey,
        "response_id": 1,
        "language": "en",
        "answers": SENT,
    }
    assert [] == limesurvey.sql("SELECT * FROM {exitbridge_queue}")
    assert re.search(r"waiting to be sent: 0\.\s+Last delivered: .* UTC \(accepted\)\.", installed.state(survey))

    assert [True] == ["show_link" in answer for answer in repeated], "LimeSurvey repeats what was posted"
    seen = "".join(repeated) + installed.page.content() + limesurvey.logs()
    assert SECRET not in seen
    assert SECRET.removeprefix("whsec_") not in seen
    (stored,) = limesurvey.sql("SELECT value FROM {plugin_settings} WHERE model_id=? AND `key`='secret'", survey)
    assert SECRET not in stored["value"]


@contextmanager
def listening(page, address, heard):
    """Keep what the server answers there, before a page reads it."""

    def handle(route):
        answer = route.fetch()
        heard.append(answer.text())
        route.fulfill(response=answer)

    page.route(address, handle)
    yield
    page.unroute(address)


def test_the_last_page_with_the_link_is_accessible(installed, limesurvey, opened, receiver, page):
    """The paragraph brings no barrier that LimeSurvey's own page does not have."""
    survey = opened()
    switch_on(installed, survey, receiver, link=True)
    found = []
    for url in (None, "https://bridge.example/r/a"):
        receiver.report_url = url
        end = respond(page, limesurvey, survey, notice="yes")
        assert bool(end.links) == bool(url)
        found.append({rule["id"] for rule in Axe().run(page).response["violations"]})
        inside = Axe().run(page, context="#exit-bridge-report").response["violations"] if url else []
        assert [] == inside
    assert found[1] - found[0] == set()


def test_away_and_back(limesurvey, installed, sending, receiver, page):
    """Stopped before a submission, nothing is lost, nobody sees an error, and all arrives once when it is back."""
    port = receiver.port
    kept = Receiver()
    with receiving(port=0, receiver=kept):
        switch_on(installed, sending, kept)
        respond(page, limesurvey, sending, notice="yes", rec03="1")
        port = kept.port
    end = respond(page, limesurvey, sending, notice="yes", rec03="2")
    assert THANKS in end.text
    assert end.seconds < 3
    state = installed.state(sending)
    assert "Responses waiting to be sent: 1." in state
    assert "No connection to exit-bridge. Check the address, that exit-bridge is running" in state
    with receiving(port=port, receiver=kept):
        respond(page, limesurvey, sending, notice="yes", rec03="3")
    assert [("1", 1), ("3", 3), ("2", 2)] == [(body["answers"]["rec03"], body["response_id"]) for body in kept.bodies]
    assert len({request["webhook-id"] for request in kept.requests}) == 3
    assert "Responses waiting to be sent: 0." in installed.state(sending)


@pytest.mark.parametrize(
    ("mode", "problem"),
    [
        ("500", "http_500"),
        ("401", "http_401"),
        ("302", "redirect"),
        ("huge", "too_large"),
        ("page", "reply"),
        ("stall", "timeout"),
        ("trickle", "timeout"),
    ],
)
def test_a_receiver_that_misbehaves_costs_the_respondent_three_seconds_at_most(
    limesurvey, installed, sending, receiver, page, mode, problem
):
    """They see their last page; the response waits, and the button of the plugin's page brings it."""
    receiver.mode = mode
    end = respond(page, limesurvey, sending, notice="yes", rec01="4", rec03="2")
    assert THANKS in end.text
    assert end.seconds < 6, "three seconds, and what LimeSurvey itself takes on a busy machine"
    assert [problem] == [row["problem"] for row in limesurvey.sql("SELECT problem FROM {exitbridge_queue}")]
    receiver.mode = "ok"
    installed.open_global()
    assert "Delivered now: 1. Still waiting: 0." in installed.submit_global("[name=send_now]")
    assert [SENT] == receiver.answers()


def test_a_certificate_nobody_vouches_for(limesurvey, installed, opened, page, tmp_path):
    """No answer leaves, and the coordinator is told what to do."""
    both = tmp_path / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-keyout", both, "-out", tmp_path / "crt.pem"], check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + (tmp_path / "crt.pem").read_bytes())
    survey = opened()
    with receiving(both) as receiver:
        switch_on(installed, survey, receiver)
        assert THANKS in respond(page, limesurvey, survey, notice="yes").text
        assert [] == receiver.requests
    assert "The certificate of the address could not be trusted, so nothing was sent." in installed.state(survey)
    limesurvey.sql("DELETE FROM {exitbridge_queue}")


def test_two_respondents_at_once(limesurvey, sending, receiver, browser):
    """And cron at the same time, while others wait: everything arrives once."""
    receiver.mode = "500"
    pages = [browser.new_context().new_page() for _ in range(3)]
    for page in pages:
        respond(page, limesurvey, sending, notice="yes", rec03="1")
    receiver.mode = "ok"
    limesurvey.sql("UPDATE {exitbridge_queue} SET due_at=0, problem='unreachable'")
    for page in pages:
        page.goto(limesurvey.page(sending))
        fill(page, limesurvey, sending, notice="yes", rec03="2")
    for page in pages:
        page.locator("#ls-button-submit").click(no_wait_after=True)
    limesurvey.console(*CRON)
    for page in pages:
        page.get_by_text(THANKS).wait_for()
        page.context.close()
    assert ["1", "1", "1", "2", "2", "2"] == sorted(answers["rec03"] for answers in receiver.answers())
    assert 6 == len({body["response_id"] for body in receiver.bodies})
    assert [] == limesurvey.sql("SELECT * FROM {exitbridge_queue}")


def test_the_queue_table_dropped_by_hand(limesurvey, sending, receiver, page):
    """The respondent sees the last page, the response arrives, the table is back."""
    limesurvey.sql("DROP TABLE {exitbridge_queue}")
    assert THANKS in respond(page, limesurvey, sending, notice="yes", rec01="4", rec03="2").text
    assert [SENT] == receiver.answers()
    assert [] == limesurvey.sql("SELECT * FROM {exitbridge_queue}")


def test_cron_sends_what_waits_and_forgets_what_was_deleted(limesurvey, sending, receiver, page):
    """LimeSurvey's command line, as the docs say."""
    receiver.mode = "500"
    for level in ("1", "2"):
        respond(page, limesurvey, sending, notice="yes", rec03=level)
    receiver.mode = "ok"
    limesurvey.call("delete_response", sending, 1)
    due(limesurvey)
    assert "exit-bridge: 1 sent, 0 waiting\n" == limesurvey.console(*CRON)
    assert ["2"] == [answers["rec03"] for answers in receiver.answers()]


def test_an_anonymous_survey_without_dates_in_another_language(limesurvey, installed, opened, receiver, page):
    """LimeSurvey keeps no time then, and none is made up."""
    survey = opened(anonymized="Y", datestamp="N", ipaddr="N", refurl="N")
    switch_on(installed, survey, receiver)
    page.goto(limesurvey.page(survey, lang="cy"))
    fill(page, limesurvey, survey, comment="Wŷr 'da' & <b>\n😀", notice="yes")
    submit(page)
    (body,) = receiver.bodies
    assert (None, "cy") == (body["submitted_at"], body["language"])
    assert "Wŷr 'da' & <b>\n😀" == body["answers"]["commentreceptivity"].replace("\r\n", "\n")


def test_answers_that_limesurvey_encrypts(limesurvey, installed, opened, receiver, page):
    """They are read as LimeSurvey itself reads them."""
    if limesurvey.version < (4,):
        pytest.skip("LimeSurvey 3 cannot encrypt answers")
    survey = opened()
    limesurvey.sql("UPDATE {questions} SET encrypted='Y' WHERE sid=? AND title='commentreceptivity'", survey)
    switch_on(installed, survey, receiver)
    respond(page, limesurvey, survey, comment="Da iawn", notice="yes")
    assert ["Da iawn"] == [answers["commentreceptivity"] for answers in receiver.answers()]
    assert "Da iawn" not in str(limesurvey.sql(f"SELECT * FROM {{survey_{survey}}}"))


def test_servers_that_surveys_may_not_send_to(limesurvey, installed, sending, receiver, page):
    """A superadministrator's list is obeyed at once, and said on the survey's page."""
    installed.open_global()
    installed.page.fill("[name=hosts]", "bridge.example")
    installed.submit_global("[name=save]")
    try:
        assert THANKS in respond(page, limesurvey, sending, notice="yes").text
        assert [] == receiver.requests
        assert "Surveys here may not send to this server." in installed.state(sending)
    finally:
        installed.open_global()
        installed.page.fill("[name=hosts]", "")
        assert "Delivered now: 1." in installed.submit_global("[name=send_now]")


def test_a_deleted_survey_leaves_nothing(limesurvey, installed, sending, receiver, page):
    """Neither its secret nor what waits, and another survey of the same number sends nothing by itself."""
    receiver.mode = "500"
    respond(page, limesurvey, sending, notice="yes")
    limesurvey.call("delete_survey", sending)
    assert [] == limesurvey.sql("SELECT * FROM {plugin_settings} WHERE model_id=?", sending)
    assert [] == limesurvey.sql("SELECT * FROM {exitbridge_queue}")


def test_switched_off_upgraded_uninstalled(limesurvey, installed, sending, receiver, page, archive, tmp_path):
    """Surveys go on whatever happens to the plugin, and what waited is sent when it is back."""
    receiver.mode = "500"
    respond(page, limesurvey, sending, notice="yes", rec03="1")
    receiver.mode = "ok"
    assert "Plugin was deactivated" in installed.switch("deactivate")
    assert THANKS in respond(page, limesurvey, sending, notice="yes", rec03="2").text
    assert 1 == len(receiver.requests)

    newer = tmp_path / "ExitBridge.zip"
    with zipfile.ZipFile(io.BytesIO(plugin_zip())) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<version>1.0.0<", b"<version>1.0.1<"))
    limesurvey.sql("ALTER TABLE {exitbridge_queue} DROP COLUMN problem")
    assert "The plugin was successfully updated" in installed.upload(newer)
    assert [{"version": "1.0.1"}] == limesurvey.sql("SELECT version FROM {plugins} WHERE name='ExitBridge'")
    assert "Plugin was activated" in installed.switch("activate")
    respond(page, limesurvey, sending, notice="yes", rec03="3")
    due(limesurvey)
    limesurvey.console(*CRON)
    assert ["3", "1"] == [answers["rec03"] for answers in receiver.answers()], "what came while it was off stays"

    installed.switch("deactivate")
    assert "Plugin uninstalled" in installed.switch("uninstallPlugin")
    assert [] == limesurvey.sql("SHOW TABLES LIKE '%exitbridge%'")
    assert THANKS in respond(page, limesurvey, sending, notice="yes", rec03="4").text
    installed.upload(archive)  # for the tests after this one
    installed.switch("activate")
