"""`provision`, `pull` and `bind --live` for Google Forms, whose login is a whole file on one line of the settings."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from tests.cli.cli_calls import SECRET as WEBHOOK_SECRET
from tests.cli.cli_calls import call, write_settings
from tests.platforms import google_server as google_module
from tests.platforms.google_server import FORM, HIDE, SECRET, Google, asked_in

from exit_bridge import tool_api
from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.platforms import platform
from exit_bridge.platforms.google_forms.known import known
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.testing.round_trip import respondent

pytestmark = pytest.mark.dev  # the server holds everything against Google's own description

BANK = load_bank()
SETTINGS = """\
public_url = "https://bridge.example"

[surveys.staying-close]
platform = "google-forms"
bank = "exit-open@1"
answered_by = "group"
auth = "header"
secrets = ["$FIRST_SECRET"]

[surveys.staying-close.api]
url = "https://forms.googleapis.com"
secret = "$API"
"""


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Google:
    """Every request of a tool's API goes to it."""
    google = Google()
    monkeypatch.setattr(tool_api, "caller", lambda _: google)
    return google


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_settings(tmp_path, SETTINGS, API=f"'{SECRET}'")
    with open_store(load_settings(path).database) as store:
        store.upgrade()
    return path


@pytest.fixture
def made(google: Google, path: Path) -> Path:
    assert call(path, "provision", "staying-close", "--yes").code == 0
    return path


def respond(google: Google, path: Path, n: int, minute: int = 0, seed: int | None = None) -> None:
    about = load_settings(path).survey("staying-close").about
    chosen, _ = respondent(BANK, "full", "en", random.Random(n if seed is None else seed), about)
    google.respond(f"2_ABaOnu{n}", f"2026-01-15T10:{minute:02}:00.123456Z", chosen)


def posted(google: Google, n: int) -> dict[str, Any]:
    """The same response as the script posts it: by its own numbers and clock, with the language it was built in."""
    row = next(row for row in google.responses if row["responseId"] == f"2_ABaOnu{n}")
    answers = {number: one["textAnswers"]["answers"][0]["value"] for number, one in row["answers"].items()}
    items: dict[str, Any] = {}
    for question, title, item in asked_in(google.forms[FORM]["items"]):
        about = {"id": str(int(item["itemId"], 16)), "title": item["title"]}
        number = question["questionId"]
        if "questionItem" in item:
            value = answers.get(number)
            items[item["itemId"]] = {**about, "type": "TEXT", "ref": known()[number].ref, "value": value}
        else:
            grid = items.setdefault(item["itemId"], {**about, "type": "GRID", "rows": [], "refs": [], "values": []})
            grid["rows"].append(title)
            grid["refs"].append(known()[number].ref)
            grid["values"].append(answers.get(number))
    return {
        "source": "google-forms",
        "form_id": FORM,
        "response_id": row["responseId"],
        "submitted_at": row["lastSubmittedTime"].replace("123456Z", "123Z"),
        "bank": BANK.ref,
        "variant": "full",
        "language": "en",
        "wave": "",
        "sheet": "",
        "items": list(items.values()),
    }


def deliver(path: Path, payload: dict[str, Any]) -> str:
    """What became of a delivery of the script."""
    settings = load_settings(path)
    with open_store(settings.database) as store:
        survey, tool = settings.survey("staying-close"), platform("google-forms")
        body = json.dumps(payload).encode()
        (outcome,) = Bridge(settings, store).take(survey, tool, body, "application/json")
    return outcome.status


def test_form_and_address_in_one_go(google: Google, path: Path) -> None:
    """The webhook is the script's. Once more, and nothing is made twice."""
    said = call(path, "provision", "staying-close", "--yes")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"The tool made the form {FORM}.\nexit-bridge.toml names it now.\nPeople can fill it in now.\n"
        "Whether it posts responses here is set up in the tool by hand: docs/platforms/google-forms.md\n"
        f"Give them this address: https://docs.google.com/forms/d/e/{FORM}/viewform\n"
    )
    said = call(path, "provision", "staying-close", "--yes")
    assert "People could fill it in already." in said.out
    assert google.asked.count("POST /v1/forms") == 1
    assert google.people[FORM] == [{"type": "anyone", "view": "published"}]


def test_what_failed_half_way_is_done_by_the_next_run(google: Google, path: Path) -> None:
    """The form is named in the settings as soon as it is there, so that no second one is made."""
    drive = google._drive
    google._drive = lambda *_: google_module.refusal(403, "accessNotConfigured")  # type: ignore[method-assign]
    said = call(path, "provision", "staying-close", "--yes")
    assert said.code == 1
    assert "The API of Google Drive is switched off in the login's Google Cloud project" in said.err
    assert load_settings(path).survey("staying-close").api.access.form == FORM  # type: ignore[union-attr]
    google._drive = drive  # type: ignore[method-assign]
    assert "People can fill it in now." in call(path, "provision", "staying-close", "--yes").out
    assert google.asked.count("POST /v1/forms") == 1


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429, 500, 503])
def test_what_goes_wrong_is_one_sentence(google: Google, path: Path, status: int) -> None:
    """With what to do, and nothing of the login; run again, it goes on."""
    google.down = (status, "")
    said = call(path, "provision", "staying-close", "--yes")
    unsure = "The form may have been made all the same." if status in (429, 500, 503) else ""
    assert (said.code, said.out.partition(" Look")[0].strip()) == (1, unsure)
    assert said.err.startswith("exit-bridge: ")
    assert said.err.count("\n") == 1
    assert not [word for word in HIDE if word in said.err]
    google.down = None
    assert call(path, "provision", "staying-close", "--yes").code == 0
    assert len(google.forms) == 1


def test_a_login_that_ended(google: Google, made: Path) -> None:
    google.refused = (400, "invalid_grant")
    for words in (("pull", "staying-close"), ("provision", "staying-close", "--check")):
        said = call(made, *words)
        assert said.code == 1
        assert "The login to Google has ended or was taken back (oauth2.googleapis.com). Log in again" in said.err
        assert not [word for word in HIDE if word in said.err]


def test_a_form_that_was_not_changed(google: Google, made: Path) -> None:
    before = len(google.asked)
    said = call(made, "provision", "staying-close", "--check")
    assert (said.code, said.out) == (0, "35 of 35 questions with a scale are there and understood.\n")
    assert set(google.asked[before:]) == {"POST /token", f"GET /v1/forms/{FORM}"}


def test_words_may_be_changed_and_drift_is_found_and_bound(google: Google, made: Path) -> None:
    """A row that was reworded keeps its id; one that was made anew has another, and goes by its words once bound."""
    grids = [item["questionGroupItem"] for item in google.forms[FORM]["items"] if "questionGroupItem" in item]
    rows = {known()[row["questionId"]].ref: row for grid in grids for row in grid["questions"]}
    rows["rec02"]["rowQuestion"]["title"] = "Reworded by somebody"
    assert call(made, "provision", "staying-close", "--check").code == 0
    words = "Senior managers see that people have time to try new ideas"
    rows["rec01"] |= {"questionId": "0000abcd", "rowQuestion": {"title": words}}
    said = call(made, "provision", "staying-close", "--check")
    assert said.code == 3
    assert f'Not found: rec01\nNothing of the bank: "{words}"' in said.out
    bound = call(made, "bind", "staying-close", "--live", answers="y\n")
    assert bound.code == 0, bound.err
    assert call(made, "provision", "staying-close", "--check").code == 0
    respond(google, made, 1)
    google.responses[0]["answers"]["0000abcd"] = {"textAnswers": {"answers": [{"value": "Agree"}]}}
    assert call(made, "pull", "staying-close").out == "1 fetched: 1 new.\n"


def test_responses_are_fetched_once_and_edits_are_found(google: Google, made: Path) -> None:
    for n in range(3):
        respond(google, made, n, n)
    assert call(made, "pull", "staying-close").out == "3 fetched: 3 new.\n"
    assert call(made, "pull", "staying-close").out == "3 fetched: 3 kept already.\n"
    respond(google, made, 0, 9, seed=77)
    assert call(made, "pull", "staying-close").out == "3 fetched: 1 changed, 2 kept already.\n"


def test_what_the_script_posted_is_not_kept_twice(google: Google, made: Path) -> None:
    """Whichever comes first; an edit that came one way is not undone by the other."""
    respond(google, made, 1, 1)
    assert deliver(made, posted(google, 1)) == "accepted"
    assert call(made, "pull", "staying-close").out == "1 fetched: 1 kept already.\n"
    respond(google, made, 2, 2)
    first = posted(google, 2)
    assert call(made, "pull", "staying-close").out == "2 fetched: 1 new, 1 kept already.\n"
    assert deliver(made, posted(google, 2)) == "duplicate"
    respond(google, made, 2, 30, seed=5)
    assert call(made, "pull", "staying-close").out == "2 fetched: 1 changed, 1 kept already.\n"
    assert deliver(made, first) == "older"


def test_somebody_who_declines_is_counted_and_nothing_else(google: Google, made: Path) -> None:
    """Google sends the form there and then, with what was answered before."""
    choices = next(item for item in google.forms[FORM]["items"] if item["title"] == notice())
    options = choices["questionItem"]["question"]["choiceQuestion"]["options"]
    (no,) = [option["value"] for option in options if option.get("goToAction") == "SUBMIT_FORM"]
    google.respond("2_no", "2026-01-15T10:00:00Z", {notice(): no})
    assert call(made, "pull", "staying-close").out == "1 fetched: 1 declined the notice.\n"


def notice() -> str:
    from exit_bridge.bank import About, questionnaire

    asked = questionnaire(BANK, "full", "en", About())
    return next(question.shown for question in asked.questions if question.id == "notice")


def test_doctor_looks_at_login_form_and_answers(google: Google, made: Path) -> None:
    said = call(made, "doctor").out
    assert f"Form {FORM} is open to anybody with its address" in said
    google.people[FORM] = []
    assert f"Nobody may answer form {FORM} without being asked to sign in" in call(made, "doctor").out
    for word in (*HIDE, WEBHOOK_SECRET):
        assert word not in said
