"""The keystone, whole: form as written, filled in, delivered over the hook, stored on either engine, reported."""

from __future__ import annotations

import importlib.util
import json
import random
from functools import cache
from pathlib import Path

import pytest

from exit_bridge.bank import About, load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.intake import Submission
from exit_bridge.platforms import platforms
from exit_bridge.scoring import result_document, score
from exit_bridge.settings import load_settings
from exit_bridge.testing import respondent
from exit_bridge.testing.forms import ABOUT
from exit_bridge.web import create_app
from exit_bridge.worker import Worker

BANK = load_bank()
SECRET = "whsec_cm91bmQtdHJpcC1yb3VuZC10cmlwLXJvdW5kLXRyaXA="
PLATFORMS = {tool.name: tool for tool in platforms()}
SETTINGS = """
[surveys.round]
platform = "{platform}"
bank = "exit-open@1"
variant = "{variant}"
answered_by = "group"
secrets = ["$SECRET"]
[surveys.round.about]
stage = "sustaining"
[[surveys.round.send]]
by = "folder"
directory = "out"
"""


@cache
def simulator(name):
    path = Path(__file__).parents[1] / "platforms" / name / "simulate.py"
    spec = importlib.util.spec_from_file_location(f"simulate_{name.replace('-', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def as_posted(tool, sent, survey, secret):
    """Address, body and headers, as the tool posts what its simulator gave, with the first way to prove itself."""
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    best = next(iter(tool.schemes.values()))
    address = f"/hooks/{survey}/{secret}" if best.in_path else f"/hooks/{survey}"
    return address, body, {**best.sign(body, secret), "Content-Type": tool.content_types[0]}


@pytest.mark.parametrize("variant", BANK.variants)
@pytest.mark.parametrize("tool", PLATFORMS.values(), ids=PLATFORMS)
def test_what_was_meant_is_what_is_reported(tool, variant, store, tmp_path):
    """Scores from hook, store and folder equal those of scoring the respondent's meaning directly."""
    (tmp_path / "exit-bridge.toml").write_text(SETTINGS.format(platform=tool.name, variant=variant), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET})
    bridge = Bridge(settings, store)
    client = create_app(settings, bridge).test_client()
    files = tool.write_form(BANK, variant, ["en"], ABOUT)
    said, meant = respondent(BANK, variant, "en", random.Random(7))
    address, body, headers = as_posted(tool, simulator(tool.name).deliver(files, said), "round", SECRET)
    answer = client.post(address, data=body, headers=headers)
    assert (answer.status_code, answer.json["status"]) == (200, "accepted")

    worker = Worker(bridge)
    assert worker.step()
    folder = tmp_path / "out" / "round" / answer.json["result_id"]
    got = json.loads((folder / "result.json").read_text("utf-8"))
    direct = Submission(
        survey="round",
        platform=tool.name,
        response_id=got["response_id"],
        bank=BANK.ref,
        variant=variant,
        answers=meant["answers"],
        context=meant["context"],
        not_asked=tuple(item for item in BANK.items if item not in BANK.variants[variant].items),
        wave=got["wave"],
    )
    scores = score(direct, BANK, About(stage="sustaining"))
    assert got == result_document(direct, scores, BANK, BANK.wordings["en"].fingerprint)
    assert {path.name for path in folder.iterdir()} >= {"report.html", "report.txt", "result.json", "report.eml"}
    assert [job.state for job in store.jobs()] == ["done"]
