"""What is pulled takes the way of a delivery; scores go back where the settings let them."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from threading import Event

import pytest
from tests.platforms.limesurvey.remote_control import PASSWORD, SID, USER, LimeSurvey, serving

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.errors import ApiFailed, SettingsError, StoreUnavailable, UnsafeDestination
from exit_bridge.http import origin
from exit_bridge.made_up import mark
from exit_bridge.platforms import platform
from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.limesurvey.api import PAGE
from exit_bridge.pulling import pull
from exit_bridge.settings import load_settings
from exit_bridge.testing import ABOUT
from exit_bridge.tool_api import check_api, open_api
from exit_bridge.worker import Pace, Worker

BANK = load_bank()
SECRET = "made-up-secret-of-a-hook-0123456789abcdef"
ITEMS = BANK.variants["full"].items
FULL = {"notice": "yes", "bank": BANK.ref, "variant": "full", **dict.fromkeys(ITEMS, "4")}
GROUP = 'answered_by = "group"'
RECIPIENTS = 'answered_by = "individuals"\nindividual_reports = "recipients"'
SETTINGS = """
[surveys.s]
platform = "limesurvey"
bank = "exit-open@1"
auth = "path"
secrets = ["$SECRET"]
{survey}
[surveys.s.api]
url = "{url}"
internal = "{inside}"
user = "{user}"
secret = "$API"
{api}
"""


@pytest.fixture
def server():
    limesurvey = LimeSurvey()
    with serving(limesurvey):
        yield limesurvey


@pytest.fixture
def opened(server, store, tmp_path):
    """`opened(lines, api)`: a bridge of a survey with these settings, whose form is in the tool and active."""

    def opened(survey=GROUP, api=f'form = "{SID}"', password=PASSWORD):
        bridge = Bridge(settings(tmp_path, server, survey, api, password), store)
        made = open_api(bridge.settings.surveys["s"], form=False)
        if password == PASSWORD:
            made.create_form(platform("limesurvey").write_form(BANK, "full", ("en",), ABOUT))
            made.activate(str(SID))
        server.calls.clear()
        return bridge

    return opened


def settings(folder, server, survey=GROUP, api=f'form = "{SID}"', password=PASSWORD, inside=""):
    inside = inside or origin(server.url)
    text = SETTINGS.format(survey=survey, url=server.url, inside=inside, user=USER, api=api)
    (folder / "exit-bridge.toml").write_text(text, "utf-8")
    return load_settings(folder / "exit-bridge.toml", {"SECRET": SECRET, "API": password})


def pulled(bridge, **more):
    return dict(pull(bridge, bridge.settings.surveys["s"], "me", **more))


def work(bridge):
    worker = Worker(bridge, Pace(backoff=0.0))
    while worker.step():
        pass
    return worker


def test_what_becomes_of_every_kind_of_response(server, opened):
    """Kept and scored, declined, refused alone and replayable, not finished; the second time nothing is new."""
    bridge = opened()
    server.respond(**FULL)
    server.respond(**FULL | {"rec01": "9"})
    server.respond(**FULL | {"notice": "no"})
    server.respond(False, **FULL)
    assert pulled(bridge) == {"accepted": 1, "quarantined": 1, "declined": 1, "unfinished": 1}
    assert bridge.store.current("s", f"{SID}-1").document["answers"]["rec01"] == 4
    assert bridge.store.tallies("s") == {"": {"declined": 1}}
    (kept,) = bridge.store.quarantined()
    body = json.loads(bridge.store.quarantined_body(kept.id))
    assert (kept.reason, kept.element, body["response_id"]) == ("unknown_label", None, 2)
    assert pulled(bridge) == {"unfinished": 1}
    assert [outcome.status for outcome in bridge.replay(kept.id)] == ["quarantined"]


def test_a_change_is_found_from_the_beginning_only(server, opened):
    """As the documentation says."""
    bridge = opened()
    server.respond(**FULL)
    assert pulled(bridge)["accepted"] == 1
    server.rows[1]["rec01"] = "1"
    assert pulled(bridge) == {"unfinished": 0}
    assert pulled(bridge, afresh=True) == {"edited": 1, "unfinished": 0}
    assert pulled(bridge, afresh=True) == {"duplicate": 1, "unfinished": 0}


def test_delivered_and_pulled_are_one_response(server, opened):
    """The plugin's delivery and the pulled row are the same submission."""
    bridge = opened()
    server.respond(**FULL)
    answers = {code: FULL.get(code) for code in server.codes}
    body = {"source": "exit-bridge-limesurvey/1", "event": "completed", "survey_id": SID, "response_id": 1}
    delivery = json.dumps({**body, "submitted_at": "2026-07-01T09:00:00Z", "answers": answers}).encode()
    (outcome,) = bridge.receive("s", Delivery(delivery, {"content-type": "application/json"}, SECRET))
    assert outcome.status == "accepted"
    assert pulled(bridge) == {"duplicate": 1, "unfinished": 0}


def test_what_was_kept_before_a_failure_is_not_fetched_again(server, opened, monkeypatch):
    """The cursor follows page by page, so a pull goes on where it broke off."""
    bridge = opened()
    for _ in range(PAGE + 3):
        server.respond(**FULL | {"notice": "no"})

    def die(method):
        if server.calls.count("export_responses") == 3:
            server.active = False

    server.during = die
    with pytest.raises(ApiFailed, match="not active"):
        pulled(bridge)
    server.during, server.active = None, True
    assert bridge.store.pull_state("s").pulled_at is None
    assert pulled(bridge) == {"declined": 3, "unfinished": 0}
    assert bridge.store.pull_state("s").pulled_at is not None


def test_a_store_that_goes_away_loses_nothing(server, opened, monkeypatch):
    """The response that could not be kept is fetched again."""
    bridge = opened()
    server.respond(**FULL)
    with monkeypatch.context() as patch:

        def away(*_):
            raise StoreUnavailable("away")

        patch.setattr(bridge.store, "accept", away)
        with pytest.raises(StoreUnavailable):
            pulled(bridge)
    assert pulled(bridge) == {"accepted": 1, "unfinished": 0}


def test_only_one_pulls(server, opened):
    """The other one is told so and calls nobody."""
    bridge = opened()
    bridge.store.claim_pull("s", "another", 60, datetime.now(UTC))
    assert pull(bridge, bridge.settings.surveys["s"], "me") is None
    assert server.calls == []


def test_whoever_lost_the_lease_stops(server, opened):
    """And leaves the cursor to the one who has it now."""
    bridge = opened()
    for _ in range(PAGE + 1):
        server.respond(**FULL | {"notice": "no"})

    def steal(page):
        with bridge.store._writing() as connection:
            connection.exec_driver_sql("UPDATE pull SET leased_by = 'another', cursor = 'theirs'")

    assert pulled(bridge, tell=steal)["declined"] == PAGE
    assert bridge.store.pull_state("s").cursor == "theirs"


def test_a_refusal_to_take_part_is_counted_once(server, opened):
    """However often it is fetched: nothing of it is kept that could tell."""
    bridge = opened()
    server.respond(**FULL | {"notice": "no"})
    server.respond(**FULL)
    assert pulled(bridge)["declined"] == 1
    server.respond(**FULL | {"notice": "no"})
    assert pulled(bridge, afresh=True)["declined"] == 2
    assert bridge.store.tallies("s") == {"": {"declined": 2}}
    server.rows.pop(3)
    assert pulled(bridge) == {"unfinished": 0}
    assert bridge.store.tallies("s") == {"": {"declined": 2}}


# -- the worker ------------------------------------------------------------------------------------------------------


def test_the_worker_pulls_when_it_is_time(server, opened):
    """Once in that many minutes, whoever of several workers comes first; by command only where no time is set."""
    bridge = opened(api=f'form = "{SID}"\npull_minutes = 5')
    server.respond(**FULL)
    work(bridge)
    assert bridge.store.counts("s") == {"": 1}
    work(bridge)
    assert server.calls.count("get_session_key") == 1
    other = opened()
    other.store.end_pull("s", "nobody", "more")
    work(other)
    assert server.calls == []


def test_the_worker_goes_on_in_slices(server, opened, monkeypatch):
    """Told to stop it does so after a page, and the rest is due at once for the next one."""
    bridge = opened(api=f'form = "{SID}"\npull_minutes = 5')
    for _ in range(PAGE + 1):
        server.respond(**FULL | {"notice": "no"})
    worker, stop = Worker(bridge), Event()
    stop.set()
    worker.run(stop)
    assert worker.step()
    assert bridge.store.tallies("s") == {"": {"declined": PAGE}}
    work(bridge)
    assert bridge.store.tallies("s") == {"": {"declined": PAGE + 1}}


def test_a_tool_that_fails_stops_no_worker(server, opened, caplog):
    """It is logged in our words and tried again next time; other work goes on."""
    bridge = opened(api=f'form = "{SID}"\npull_minutes = 5', password="wrong")
    with caplog.at_level(logging.WARNING):
        work(bridge)
    assert server.calls == ["get_session_key"]
    assert "survey=s outcome=not_pulled LimeSurvey does not accept this user and password" in caplog.text
    work(bridge)
    assert server.calls == ["get_session_key"]


def test_a_bug_in_a_client_stops_no_worker(server, opened, caplog):
    """Nor does it tell what it struck on."""
    bridge = opened(api=f'form = "{SID}"\npull_minutes = 5\ntime_zone = "UTC"')
    server.respond()
    server.rows[1]["submitdate"] = {"Zebedee's": "answer"}
    with caplog.at_level(logging.WARNING):
        work(bridge)
    assert "survey=s outcome=not_pulled AttributeError in _instant" in caplog.text
    assert "Zebedee" not in caplog.text


# -- scores back into the tool ---------------------------------------------------------------------------------------

WRITE = f'form = "{SID}"\nwrite_back = true'


def written(server, number=1):
    return {code.removeprefix("score"): value for code, value in server.rows[number].items() if code[:5] == "score"}


@pytest.mark.parametrize("survey", [GROUP, RECIPIENTS])
def test_scores_come_back_beside_the_response(server, opened, survey):
    """As numbers, none where there is none, by a job that can be followed; pulling again changes nothing."""
    bridge = opened(survey, WRITE)
    few = dict.fromkeys([item for item in ITEMS if item.startswith("lea")], "")
    five = {"rec01": "", "rec02": "", "cop01": "1"}
    server.respond(**FULL | few | five)
    pulled(bridge)
    work(bridge)
    result = {row["id"]: row for row in bridge.store.current("s", f"{SID}-1").result["ingredients"]}
    assert result["receptivity"]["status"] == "scored"
    expected = {name: f"{row['score']:.1f}".removesuffix(".0") if row["score"] else "" for name, row in result.items()}
    assert (expected, expected["leadership"]) == (written(server), "")
    assert [(job.kind, job.destination, job.state) for job in bridge.store.jobs()] == [
        ("writeback", "write-back", "done")
    ]
    assert bridge.store.attempts(1)[0].detail == "4 of 5 scores written into the tool"
    assert pulled(bridge, afresh=True) == {"duplicate": 1, "unfinished": 0}


def test_a_provisional_score_stays_out(server, opened):
    """The mark that it must carry would have no place in the tool."""
    bridge = opened(GROUP, WRITE)
    server.respond(**FULL | dict.fromkeys(["rec01", "rec02", "rec03"], ""))
    pulled(bridge)
    work(bridge)
    (reading,) = [r for r in bridge.store.current("s", f"{SID}-1").result["ingredients"] if r["id"] == "receptivity"]
    assert (reading["status"], written(server)["receptivity"]) == ("provisional", "")


def test_a_young_person_s_scores_stay_out(server, opened):
    """As their report does; and where an edit shows that somebody is one, they leave the tool again."""
    bridge = opened(RECIPIENTS, WRITE)
    server.respond(**FULL | {"role": "young"})
    server.respond(**FULL)
    pulled(bridge)
    work(bridge)
    assert set(written(server, 1).values()) == {None}
    assert "" not in written(server, 2).values()
    server.rows[2] |= {"role": "young"}
    assert pulled(bridge, afresh=True)["edited"] == 1
    work(bridge)
    assert set(written(server, 2).values()) == {""}


def test_an_edit_is_written_whatever_on_edit_says(server, opened):
    """The tool never shows the scores of answers that are no longer there, in whatever order jobs run."""
    bridge = opened(GROUP, WRITE)
    server.respond(**FULL)
    pulled(bridge)
    work(bridge)
    server.rows[1] |= dict.fromkeys(ITEMS, "3")
    pulled(bridge, afresh=True)
    work(bridge)
    assert written(server)["receptivity"] == "50"
    with bridge.store._writing() as connection:
        connection.exec_driver_sql("UPDATE job SET state = 'dead'")
    bridge.store.requeue([job.id for job in bridge.store.jobs()])
    server.rows[1] |= {f"score{name}": "0" for name in written(server)}
    work(bridge)
    assert written(server)["receptivity"] == "50"


def test_a_made_up_submission_has_no_place_in_the_tool(server, opened):
    """`send-test` leaves no dead job behind."""
    bridge = opened(GROUP, WRITE)
    when, wave = "2026-07-01T09:00:00Z", mark(bridge.settings.surveys["s"], "send-test-1")
    sample = platform("limesurvey").sample_delivery(BANK, "full", FULL, "send-test-1", when, wave)
    (outcome,) = bridge.receive("s", Delivery(sample, {"content-type": "application/json"}, SECRET))
    assert (outcome.status, bridge.store.jobs()) == ("accepted", [])


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        ("deleted", "dead", "LimeSurvey no longer has this response"),
        ("switched off", "dead", "Scores are no longer written back"),
        ("no form", "ready", "do not say which form"),
        ("away", "ready", "LimeSurvey failed at get_session_key with status 503"),
        ("forbidden", "ready", "Only https addresses may be sent to"),
    ],
)
def test_what_keeps_scores_out(server, opened, store, tmp_path, change, state, said):
    """Tried again where that may help, else dead at once, and said in the list of jobs."""
    bridge = opened(GROUP, WRITE)
    server.respond(**FULL)
    pulled(bridge)
    match change:
        case "deleted":
            server.rows.clear()
        case "switched off":
            bridge = Bridge(settings(tmp_path, server), store)
        case "no form":
            bridge = Bridge(settings(tmp_path, server, api="write_back = true"), store)
        case "away":
            server.answer = (503, {"Retry-After": "60"}, b"")
        case "forbidden":
            bridge = Bridge(settings(tmp_path, server, api=WRITE, inside="http://intranet.example:80"), store)
    Worker(bridge).step()
    (job,) = bridge.store.jobs()
    assert (job.state, said in (job.last_error or "")) == (state, True)


# -- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("survey", "refusal"),
    [
        ('answered_by = "individuals"', "nobody else may read one person's scores"),
        ('answered_by = "individuals"\nindividual_reports = "none"', "nobody else may read one person's scores"),
        ('answered_by = "group"\nvariant = "quick"', "The form 'quick' has no scores"),
    ],
)
def test_scores_go_to_nobody_who_may_not_see_them(server, tmp_path, survey, refusal):
    """Whoever looks after the form in the tool would."""
    with pytest.raises(SettingsError, match=refusal) as caught:
        settings(tmp_path, server, survey, WRITE)
    assert (caught.value.where, bool(caught.value.fix)) == ("surveys.s.api.write_back", True)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "/etc/passwd", "x" * 300])
def test_a_time_zone_must_be_known(server, tmp_path, zone):
    """Wherever a name leads."""
    with pytest.raises(SettingsError, match=r"This time zone is not known here \(surveys.s.api.time_zone\)"):
        settings(tmp_path, server, api=f'time_zone = "{zone}"')


def test_the_notice_says_where_scores_go(server, tmp_path):
    """In the form that is written from the same settings, for a group and for recipients."""
    for survey in (GROUP, RECIPIENTS):
        for api in (WRITE, ""):
            chosen = settings(tmp_path, server, survey, api).surveys["s"]
            form = platform("limesurvey").write_form(BANK, "full", ("en",), chosen.about)[0].content.decode()
            assert ("scores are also kept in the survey tool" in form) is (api == WRITE)


def test_an_api_the_settings_do_not_name(server, tmp_path):
    """Three ways of having none, each with what to do."""
    chosen = settings(tmp_path, server, api="").surveys["s"]
    with pytest.raises(SettingsError, match="exit-bridge provision s"):
        open_api(chosen)
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.partition("[surveys.s.api]")[0].format(survey=GROUP))
    chosen = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET}).surveys["s"]
    with pytest.raises(SettingsError, match=r"Add \[surveys.s.api\]"):
        open_api(chosen)
    assert check_api(chosen) == []
    text = (tmp_path / "exit-bridge.toml").read_text().replace("limesurvey", "generic")
    (tmp_path / "exit-bridge.toml").write_text(text)
    with pytest.raises(SettingsError, match="has no API that is used here"):
        open_api(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET}).surveys["s"])


def test_what_the_doctor_hears(server, opened):
    """What was found before something broke is told all the same."""
    bridge = opened(GROUP, WRITE)
    chosen = bridge.settings.surveys["s"]
    assert [remark.status for remark in check_api(chosen)] == ["ok", "ok", "ok"]
    server.edits = "N"
    assert [remark.status for remark in check_api(chosen)] == ["ok", "ok", "broken", "ok"]
    server.allowed = False
    assert [(r.status, r.line) for r in check_api(chosen)] == [
        ("ok", "LimeSurvey at 127.0.0.1 answers, login accepted"),
        ("broken", "The LimeSurvey user may not do this (127.0.0.1)"),
    ]
    server.answer = (200, {}, b"")
    (remark,) = check_api(chosen)
    assert (remark.status, remark.line) == (
        "broken",
        "LimeSurvey's RemoteControl interface is switched off (127.0.0.1)",
    )
    assert all(remark.fix for remark in check_api(chosen))


def test_the_guard_of_outgoing_requests_holds(server, tmp_path):
    """One internal origin, as for other destinations."""
    chosen = settings(tmp_path, server, inside="http://127.0.0.1:1").surveys["s"]
    with pytest.raises(UnsafeDestination):
        open_api(chosen, form=False).activate(str(SID))
    assert server.calls == []
    assert PASSWORD not in repr(chosen)
