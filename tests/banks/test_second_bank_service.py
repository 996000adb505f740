"""The second bank through the whole service: its own form filled in, delivered by hook, kept, reported."""

from __future__ import annotations

import json
import shutil

import pytest
from tests.banks.test_second_bank import BANK, EXPECTED, PEOPLE, SOURCE
from tests.web.test_round_trip import as_posted, simulator

from exit_bridge.bank import questionnaire
from exit_bridge.bridge import Bridge
from exit_bridge.platforms import platforms
from exit_bridge.settings import load_settings
from exit_bridge.testing.forms import ABOUT
from exit_bridge.web import create_app
from exit_bridge.worker import Worker

SECRET = "whsec_c2Vjb25kLWJhbmstc2Vjb25kLWJhbmstc2Vjb25kLWI="
SETTINGS = """
[surveys.second]
platform = "{platform}"
bank = "team-climate-2.toml"
answered_by = "group"
secrets = ["$SECRET"]
[[surveys.second.send]]
by = "folder"
directory = "out"
"""


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("tool", platforms(), ids=lambda tool: tool.name)
def test_from_its_form_to_its_report(tool, name, store, tmp_path):
    """Read off the written form, sent through the hook, and found again in every format with the figures by hand."""
    shutil.copy(SOURCE, tmp_path)
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.format(platform=tool.name), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET})
    bridge = Bridge(settings, store)
    variant = next(v for v in BANK.variants.values() if set(PEOPLE[name]) <= set(v.items) and v.scored).id
    files = tool.write_form(BANK, variant, ["en"], ABOUT)
    said = {}
    for question in questionnaire(BANK, variant, "en", ABOUT).questions:
        answered = {**PEOPLE[name], "consent": "yes"}.get(question.id)
        if answered is not None:
            said[question.text] = next(c.label for c in question.choices if c.code == str(answered))
    address, body, headers = as_posted(tool, simulator(tool.name).deliver(files, said), "second", SECRET)
    client = create_app(settings, bridge).test_client()
    answer = client.post(address, data=body, headers=headers)
    assert answer.json["status"] == "accepted"
    assert Worker(bridge).step()

    folder = tmp_path / "out/second" / answer.json["result_id"]
    kept = json.loads((folder / "result.json").read_text("utf-8"))
    figures = {row["id"]: (row["score"], row["status"], row["band"], row["answered"]) for row in kept["ingredients"]}
    assert {**figures, "weakest": kept["weakest"]} == EXPECTED[name]
    for path in (folder / "report.txt", folder / "report.html"):
        text = path.read_text("utf-8")
        for ingredient in BANK.ingredients:
            assert BANK.wordings["en"].ingredients[ingredient.id].name in text
        for number, status, *_ in (EXPECTED[name][i.id] for i in BANK.ingredients):
            if status == "scored":
                assert f"{number:.0f} of 100" in text
        assert "EXIT" not in text
