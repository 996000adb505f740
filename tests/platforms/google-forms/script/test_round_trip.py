"""What the script posts, taken by exit-bridge: over HTTP with its signature checked, and read by delivery.py."""

from __future__ import annotations

import json
import random

import pytest
from tests.platforms.apps_script import BANK, CONNECTED, DECLINED, SAID, TITLES, google, in_titles, posted, written

from exit_bridge.bridge import Bridge
from exit_bridge.platforms import platform
from exit_bridge.settings import load_settings
from exit_bridge.testing import SECRET, form_of, outcome, respondent
from exit_bridge.web import create_app
from exit_bridge.worker import Worker

pytestmark = pytest.mark.node
TOOL = platform("google-forms")
SETTINGS = """
[surveys.round]
platform = "google-forms"
bank = "exit-open@1"
variant = "{}"
answered_by = "group"
secrets = ["$SECRET"]
[[surveys.round.send]]
by = "folder"
directory = "out"
"""
EVERY = [(variant, language) for variant in BANK.variants for language in BANK.wordings]


@pytest.mark.parametrize(("variant", "language"), EVERY, ids=[f"{v}-{w}" for v, w in EVERY])
def test_what_was_meant_is_what_arrives(variant, language, store, tmp_path):
    """The test of `connect`, an answer, one who declines, and both again by `sendAll`: each is what it is."""
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.format(variant), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET})
    bridge = Bridge(settings, store)
    client = create_app(settings, bridge).test_client()
    plan, code = written(variant, language)
    said, meant = respondent(BANK, variant, language, random.Random(7))
    (gate,) = [part for page in plan["pages"] for part in page["parts"] if part.get("required")]
    no = {gate["title"]: gate["options"][1]["label"]}
    done = google(*CONNECTED, {"submit": in_titles(plan, said)}, {"submit": no}, {"run": "sendAll"}, code=code)

    answers = [
        client.post("/hooks/round", data=one["body"], headers={**one["headers"], "Content-Type": one["contentType"]})
        for one in done.requests
    ]
    assert {200} == {answer.status_code for answer in answers}
    assert ["ignored", "accepted", "declined", "duplicate", "declined"] == [answer.json["status"] for answer in answers]
    assert Worker(bridge).step()
    folder = tmp_path / "out" / "round" / answers[1].json["result_id"]
    got = json.loads((folder / "result.json").read_text("utf-8"))
    assert (variant, done.results[3]["id"]) == (got["variant"], got["response_id"])

    (given,) = outcome(TOOL, posted(done)[0], form_of(TOOL, BANK, variant))["responses"]
    assert meant == {part: given.get(part) for part in meant}


def test_a_wrong_secret_is_not_taken(store, tmp_path):
    """The signature is what counts."""
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.format("full"), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": "whsec_YW5vdGhlciBzZWNyZXQgdGhhbiB0aGVpcnM="})
    client = create_app(settings, Bridge(settings, store)).test_client()
    done = google(*CONNECTED, {"submit": SAID})
    for one in done.requests:
        headers = {**one["headers"], "Content-Type": one["contentType"]}
        assert 401 == client.post("/hooks/round", data=one["body"], headers=headers).status_code


def answers_of(done):
    """What exit-bridge makes of the last submission: item -> value."""
    (given,) = outcome(TOOL, posted(done)[-1], form_of(TOOL, BANK, "full"))["responses"]
    return given


CHANGES = {
    "nothing": "",
    "other words": "form.items.forEach((i) => { if (i.type.name !== 'GRID') i.title += '!' })",
    "questions in another order": "form.items.splice(3, 0, ...form.items.splice(-9, 4))",
    "rows in another order": "form.items.filter((i) => i.rows).forEach((i) => i.rows.reverse())",
    "questions added": """
      form.addCheckboxItem().setTitle('Which?').setChoiceValues(['a', 'b']);
      form.addCheckboxGridItem().setTitle('Many').setRows(['r1', 'r2']).setColumns(['x', 'y']);
      form.items.push(...form.items.splice(-3, 1));""",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_that_was_changed_is_read_the_same(change):
    """Our ids come with the answers."""
    _, meant = respondent(BANK, "full", "en", random.Random(5))
    said = {**SAID, **{f"{title}!": value for title, value in SAID.items()}}
    extra = {"Which?": ["a", "b"], "r1": ["x", "y"]}
    done = google(*CONNECTED, {"by_hand": CHANGES[change]}, {"submit": {**said, **extra}})
    given = answers_of(done)
    assert meant == {part: given.get(part) for part in meant}


def test_a_question_that_was_deleted_was_not_asked():
    """Which is not the same as left blank."""
    code = "form.items.splice(form.items.findIndex((i) => i.title.startsWith('R3.')), 1)"
    given = answers_of(google(*CONNECTED, {"by_hand": code}, {"submit": SAID}))
    assert "rec03" in given["not_asked"]
    assert "rec03" not in answers_of(google(*CONNECTED, {"submit": SAID})).get("not_asked", ())


def test_who_declines_leaves_no_answers():
    """Only that somebody said no."""
    given = outcome(TOOL, posted(google(*CONNECTED, {"submit": DECLINED}))[0], form_of(TOOL, BANK, "full"))
    assert "declined" in json.dumps(given)
    assert TITLES["rec01"] not in json.dumps(given)
