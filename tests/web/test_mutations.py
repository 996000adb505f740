"""Broken deliveries over the hook: a submission or one of our answers, never a 500, and nothing quoted."""

from __future__ import annotations

import json
import logging
import os
import random
from pathlib import Path

import pytest

from exit_bridge import testing
from exit_bridge.bridge import Bridge
from exit_bridge.platforms import platforms
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.testing.mutations import MARK
from exit_bridge.web import create_app

SECRET = "whsec_bXV0YXRpb24tbXV0YXRpb24tbXV0YXRpb24tbXV0YQ=="
RECORDED = Path(__file__).parents[1] / "platforms"
STATUSES = {"accepted", "duplicate", "edited", "older", "ignored", "declined", "quarantined", "fetching", "batch"}


@pytest.fixture
def hook(tmp_path):
    """`post(tool, body)` against an application of its own."""
    rows = [
        f'[surveys.{tool.name}]\nplatform = "{tool.name}"\nbank = "exit-open@1"\nanswered_by = "individuals"\n'
        f'reply_domains = ["council.example"]\nsecrets = ["$SECRET"]\nauth = "path"\n'
        for tool in platforms()
    ]
    (tmp_path / "exit-bridge.toml").write_text("\n".join(rows), "utf-8")
    settings = load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET})
    with open_store(settings.database) as store:
        store.upgrade()
        client = create_app(settings, Bridge(settings, store)).test_client()
        yield lambda tool, body: client.post(
            f"/hooks/{tool.name}/{SECRET}", data=body, headers={"Content-Type": tool.content_types[0]}
        )


def run(hook, many: int, seed: int, caplog) -> None:
    caplog.set_level(logging.INFO)
    rng = random.Random(seed)
    cases = [
        (tool, case) for tool in platforms() for case in testing.recorded_cases(tool, RECORDED / tool.name / "recorded")
    ]
    for n in range(many):
        tool, case = rng.choice(cases)
        payload = testing.random_mutation(rng, tool.payload(case.delivery.body))
        body = json.dumps(payload).encode()
        if rng.random() < 0.05:
            cut = rng.randrange(len(body) + 1)
            noise = bytes(rng.randrange(256) for _ in range(rng.randrange(4)))
            body = body[:cut] + noise + body[cut + rng.randrange(3) :]
        answer = hook(tool, body)
        assert answer.status_code == 200, (tool.name, case.name, n)
        assert answer.json["status"] in STATUSES
        assert MARK.split(maxsplit=1)[0] not in answer.text
        if n % 500 == 499:
            assert MARK not in caplog.text
            assert "reason=bug" not in caplog.text
            caplog.clear()
    assert MARK not in caplog.text
    assert "reason=bug" not in caplog.text


def test_random_mutations_over_the_hook(hook, caplog):
    """A few hundred in every run."""
    run(hook, 600, 1, caplog)


@pytest.mark.long
def test_a_hundred_thousand_random_mutations_over_the_hook(hook, caplog):
    """The long run: as many as EXIT_BRIDGE_MUTATIONS says."""
    many = int(os.environ.get("EXIT_BRIDGE_MUTATIONS", "100000"))
    run(hook, many, 2, caplog)
    print(f"\n{many} random mutations, each answered 200 with one of {', '.join(sorted(STATUSES))}")
