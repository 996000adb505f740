"""Links to reports: for whom they are given, what they show, and everything that shows nothing."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest

from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.bridge import Bridge
from exit_bridge.errors import SettingsError, StoreUnavailable
from exit_bridge.scoring import result_schema
from exit_bridge.settings import load_settings
from exit_bridge.upkeep import purge
from exit_bridge.web import create_app

BANK = load_bank()
SECRET = "whsec_bGlua3MtbGlua3MtbGlua3MtbGlua3MtbGlua3MtbGk="
KEY = "f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f"
SETTINGS = """
public_url = "https://reports.council.example"
install_key = "$KEY"
[surveys.s]
platform = "generic"
bank = "exit-open@1"
auth = "header"
secrets = ["$SECRET"]
retain_days = 60
report_link = true
{survey}
"""
GROUP = 'answered_by = "group"'
ALONE = 'answered_by = "individuals"'
HTML, JSON = {"Accept": "text/html,*/*;q=0.8"}, {"Accept": "application/json"}


def loaded(folder, survey, text=SETTINGS, **secrets):
    (folder / "exit-bridge.toml").write_text(text.format(survey=survey), "utf-8")
    return load_settings(folder / "exit-bridge.toml", {"SECRET": SECRET, "KEY": KEY, **secrets})


@pytest.fixture
def bridge(store, tmp_path, request):
    """A bridge over both engines; `request.param` adds lines to the survey."""
    return Bridge(loaded(tmp_path, getattr(request, "param", GROUP)), store)


@pytest.fixture
def client(bridge):
    return create_app(bridge.settings, bridge).test_client()


def posted(client, response_id="r-1", level=1, role="front", **more):
    document = {
        "response_id": response_id,
        "context": {"notice": "yes", "role": role},
        "answers": dict.fromkeys(BANK.variants["full"].items, level),
        **more,
    }
    headers = {"X-Exit-Bridge-Token": SECRET, "Content-Type": "application/json"}
    answer = client.post("/hooks/s", data=json.dumps(document), headers=headers)
    assert answer.status_code == 200
    return answer.json


def path_of(url: str) -> str:
    return url.removeprefix("https://reports.council.example")


@pytest.mark.parametrize("bridge", [GROUP, ALONE], indirect=True)
def test_the_hook_answers_with_a_link_to_the_report(client):
    """The whole report, read by a browser; the same link gives the result to a program."""
    answer = posted(client)
    assert set(answer) == {"status", "result_id", "report_url"}
    path = path_of(answer["report_url"])
    page = client.get(path, headers=HTML)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert BANK.wordings["en"].ingredients["leadership"].name in page.text
    assert "for 30 days, for anybody who has it" in page.text
    kept = client.get(f"{path}.json")
    assert (kept.status_code, kept.mimetype) == (200, "application/json")
    assert kept.json["response_id"] == "r-1"
    assert set(kept.json) == set(result_schema()["properties"])
    assert client.get(path, headers=JSON).data == kept.data


@pytest.mark.parametrize("ending", ["", ".json"])
def test_every_answer_below_reports_is_kept_from_others(client, ending):
    """No cache, search engine, frame, script or referring page gets hold of a link or of what it shows."""
    good = path_of(posted(client)["report_url"])
    for path in (good + ending, f"/reports/no-such-token{ending}"):
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store, private"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert policy.endswith("base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        assert "script" not in policy
        assert "unsafe" not in policy


def test_only_get_and_head(client):
    """Nothing below /reports/ takes anything in."""
    path = path_of(posted(client)["report_url"])
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = client.open(path, method=method)
        assert (method, answer.status_code, answer.json) == (method, 405, {"status": "method_not_allowed"})
        assert answer.headers["Allow"] == "GET, HEAD"


def test_a_link_shows_the_current_version(client):
    """An edit is seen under the link given before it; a duplicate gets a link of its own to the same result."""
    first = posted(client, level=1, revision=1)
    edited = posted(client, level=5, revision=2)
    assert edited["status"] == "edited"
    again = posted(client, level=5, revision=2)
    assert (again["status"], again["result_id"]) == ("duplicate", first["result_id"])
    for answer in (first, edited, again):
        shown = client.get(path_of(answer["report_url"]), headers=JSON).json
        assert {row["score"] for row in shown["ingredients"]} == {100.0}


# -- nothing to show -----------------------------------------------------------------------------------------------


def nothing(client, path):
    """What every link that does not work shows: in both forms the same, whatever is wrong with it."""
    page, data = client.get(path, headers=HTML), client.get(path, headers=JSON)
    assert (page.status_code, data.status_code, data.json) == (404, 404, {"status": "not_found"})
    return page.data


def test_all_that_does_not_work_looks_alike(client, bridge, monkeypatch):
    """Malformed, forged, expired, unknown: one neutral page, without a word on which it was."""
    good = path_of(posted(client)["report_url"])
    result_id, stamp, proof = good.removeprefix("/reports/").split(".")
    signer = bridge.links._signer
    monkeypatch.setattr(signer, "get_timestamp", lambda: int(time.time()) - 31 * 86400)
    expired = path_of(bridge.links.url(result_id))
    monkeypatch.setattr(signer, "get_timestamp", lambda: int(time.time()) + 3600)
    from_the_future = path_of(bridge.links.url(result_id))
    monkeypatch.undo()
    foreign = Bridge(bridge.settings, bridge.store)
    foreign.links = type(bridge.links)(b"another-key-another-key-another-key", "")
    pages = {
        nothing(client, path)
        for path in (
            "/reports/x",
            f"/reports/{result_id}",
            f"/reports/{result_id}.{stamp}",
            f"/reports/{result_id}.{stamp}.{'A' * 43}",
            f"/reports/{'0' * 32}.{stamp}.{proof}",
            f"/reports/{result_id}.{stamp[:-1]}{'B' if stamp.endswith('A') else 'A'}.{proof}",
            f"/reports/{result_id}.{stamp}.{proof}x",
            "/reports/" + "a" * 5000,
            "/reports/%00.%ff.%0d%0a",
            path_of(bridge.links.url("0" * 32)),
            path_of(foreign.links.url(result_id)),
            expired,
            from_the_future,
        )
    }
    assert len(pages) == 1
    assert client.get(good).status_code == 200


def test_a_link_works_for_its_days(client, bridge, monkeypatch):
    """`report_link_days` as the settings say today, whenever the link was given."""
    result_id = posted(client)["result_id"]
    monkeypatch.setattr(bridge.links._signer, "get_timestamp", lambda: int(time.time()) - 29 * 86400)
    path = path_of(bridge.links.url(result_id))
    assert client.get(path).status_code == 200
    text = (
        (bridge.settings.path)
        .read_text("utf-8")
        .replace("report_link = true", "report_link = true\nreport_link_days = 7")
    )
    bridge.settings.path.write_text(text, "utf-8")
    today = Bridge(load_settings(bridge.settings.path, {"SECRET": SECRET, "KEY": KEY}), bridge.store)
    assert create_app(today.settings, today).test_client().get(path).status_code == 404


def test_forgotten_is_gone(client, bridge):
    """At once, and nobody can tell that it ever was there."""
    path = path_of(posted(client)["report_url"])
    assert bridge.store.forget("s", "r-1") == 1
    assert nothing(client, path) == nothing(client, "/reports/x")


def test_past_its_time_is_gone(client, bridge):
    """Purged by the worker; and where no worker runs, the link ends all the same."""
    path = path_of(posted(client)["report_url"])
    purge(bridge, datetime.now(UTC) + timedelta(days=61))
    assert nothing(client, path) == nothing(client, "/reports/x")


def test_past_its_time_is_not_shown_even_before_it_is_purged(client, bridge, monkeypatch):
    """Retention does not wait for the worker."""
    from exit_bridge import outgoing

    result_id = posted(client)["result_id"]

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=61)

    monkeypatch.setattr(outgoing, "datetime", Later)
    monkeypatch.setattr(bridge.links._signer, "get_timestamp", lambda: int(time.time()) + 61 * 86400)
    assert nothing(client, path_of(bridge.links.url(result_id)))


def test_a_survey_that_gives_no_links_any_more_shows_none(client, bridge):
    """Links given before end with the setting, and with the survey."""
    path = path_of(posted(client)["report_url"])
    text = bridge.settings.path.read_text("utf-8")
    for changed in (text.replace("report_link = true", ""), text.replace("[surveys.s]", "[surveys.other]")):
        bridge.settings.path.write_text(changed, "utf-8")
        today = Bridge(load_settings(bridge.settings.path, {"SECRET": SECRET, "KEY": KEY}), bridge.store)
        nothing(create_app(today.settings, today).test_client(), path)


# -- for whom ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bridge", [ALONE], indirect=True)
def test_a_young_persons_answers_are_never_behind_a_link(client, bridge):
    """Neither by role nor by variant, and not by a link that was given before they said so."""
    path = path_of(posted(client, "turned", revision=1)["report_url"])
    assert "report_url" not in posted(client, "young", role="young")
    assert "report_url" not in posted(client, "turned", role="young", revision=2)
    nothing(client, path)
    answers = dict.fromkeys(BANK.variants["young-person"].items, 2)
    said = posted(client, "form", variant="young-person", answers=answers)
    assert said["status"] == "accepted"
    assert "report_url" not in said
    nothing(client, path_of(bridge.links.url(said["result_id"])))


def test_a_group_that_fills_in_the_young_persons_form_gets_no_link(client, bridge):
    """A form that promises no report gives none on its last page."""
    said = posted(client, variant="young-person", answers=dict.fromkeys(BANK.variants["young-person"].items, 2))
    assert "report_url" not in said
    nothing(client, path_of(bridge.links.url(said["result_id"])))


def test_without_the_setting_there_is_no_link(store, tmp_path):
    """`report_link` is off unless set."""
    settings = loaded(tmp_path, GROUP, SETTINGS.replace("report_link = true\n", ""))
    bridge = Bridge(settings, store)
    client = create_app(settings, bridge).test_client()
    said = posted(client)
    assert set(said) == {"status", "result_id"}
    nothing(client, path_of(bridge.links.url(said["result_id"])))


@pytest.mark.parametrize("body", [{"answers": {"rec01": 99}}, {"context": {"notice": "no"}}])
def test_what_is_not_kept_has_no_link(client, body):
    """Quarantined and declined answers carry a status alone."""
    assert set(posted(client, **body)) == {"status"}


REFUSED = {
    "no key": (GROUP, {"install_key": ""}, {}, "as safe as the install_key"),
    "weak key": (GROUP, {}, {"KEY": "short-and-known"}, "as safe as the install_key"),
    "no address": (GROUP, {"public_url": ""}, {}, "where this service is"),
    "recipients": (f'{ALONE}\nindividual_reports = "recipients"', {}, {}, "the person who answers gets no report"),
    "none": (f'{ALONE}\nindividual_reports = "none"', {}, {}, "the person who answers gets no report"),
    "young": (f'{ALONE}\nvariant = "young-person"', {}, {}, "'young-person' gives no report"),
    "young group": (f'{GROUP}\nvariant = "young-person"', {}, {}, "'young-person' gives no report"),
    "team of groups": (f"{GROUP}\nteam_link_days = 7", {}, {}, "Groups answer this survey"),
    "team, no key": (f"{ALONE}\nteam_link_days = 7", {"install_key": "", "report_link": ""}, {}, "s.team_link_days"),
    "team, no address": (f"{ALONE}\nteam_link_days = 7", {"public_url": "", "report_link": ""}, {}, "where this"),
    "days": (f"{GROUP}\nreport_link_days = 0", {}, {}, "report_link_days: must be from 1 to 365"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, name):
    """With the survey, the reason and what to do, before anything is served."""
    survey, without, secrets, said = REFUSED[name]
    text = "".join(line for line in SETTINGS.splitlines(True) if line.partition(" ")[0] not in without)
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, survey, text, **secrets)
    assert said in str(caught.value)
    assert "surveys.s" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("survey", "said", "asks"),
    [
        (GROUP, ["goes to the people named by", "The last page gives you a link", "works for 30 days"], False),
        (ALONE, ["shown to you and nobody else", "The last page gives you a link"], False),
        (f'{ALONE}\nreply_domains = ["council.example"]', ["If you give an email address", "The last page"], True),
    ],
)
def test_the_forms_notice_speaks_of_the_link(tmp_path, survey, said, asks):
    """Whoever answers knows beforehand who can read the report, and is asked for an address only where one is used."""
    form = questionnaire(BANK, "full", "en", loaded(tmp_path, survey).survey("s").about)
    for words in said:
        assert words in " ".join(form.notice)
    assert ("reply_to" in [question.id for question in form.questions]) is asks
    without = questionnaire(
        BANK, "full", "en", loaded(tmp_path, GROUP, SETTINGS.replace("true", "false")).survey("s").about
    )
    assert "link" not in " ".join(without.notice)


# -- when something is wrong ---------------------------------------------------------------------------------------


def test_a_store_that_is_away_is_a_page_to_try_again(client, bridge, monkeypatch):
    """A person sees a sentence, a program a status, and both may come back."""
    path = path_of(posted(client)["report_url"])

    def away(_):
        raise StoreUnavailable("away")

    monkeypatch.setattr(bridge.store, "result", away)
    page, data = client.get(path, headers=HTML), client.get(path, headers=JSON)
    assert (page.status_code, data.status_code, data.json) == (503, 503, {"status": "try_again"})
    assert "try again in a minute" in page.text
    assert page.headers["Retry-After"] == data.headers["Retry-After"] == "30"


def test_no_log_holds_a_link(client, caplog):
    """Only that a result was opened."""
    caplog.set_level(logging.DEBUG)
    said = posted(client)
    path = path_of(said["report_url"])
    client.get(path)
    client.get(path + "x")
    token = path.removeprefix("/reports/")
    assert f"survey=s outcome=opened result={said['result_id']}" in caplog.text
    assert token not in caplog.text
    assert token.split(".")[2] not in caplog.text


def test_a_link_can_be_taken_back(client, bridge):
    """One, or all of a survey; what is given afterwards works, and another report's link all the while."""
    first, other = (path_of(posted(client, name)["report_url"]) for name in ("r-1", "r-2"))
    result = bridge.store.current("s", "r-1").result_id
    bridge.store.revoke_links("s", result, datetime.now(UTC))
    assert client.get(first, headers=HTML).status_code == client.get("/reports/nonsense", headers=HTML).status_code
    assert client.get(other, headers=HTML).status_code == 200
    bridge.store.revoke_links("s", "", datetime.now(UTC))
    assert client.get(other, headers=HTML).status_code != 200
    bridge.store.revoke_links("s", "", datetime.now(UTC) - timedelta(days=1))
    bridge.store.revoke_links("s", result, datetime.now(UTC) - timedelta(days=1))
    assert client.get(first, headers=HTML).status_code == 200, "given after that moment"
