"""From a delivery to a mail at GOV.UK Notify, with everything in between real."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sending.notify_double import CERTS, KEY, TEMPLATE, Account, notify_account

from exit_bridge.bank import load_bank
from exit_bridge.bridge import Bridge
from exit_bridge.platforms.base import Delivery
from exit_bridge.settings import load_settings
from exit_bridge.store.store import Store
from exit_bridge.worker import Pace, Worker

SECRET = "made-up-secret-of-the-hook-0123456789abcdef"
SETTINGS = """
[email]
by = "notify"
key = "$NOTIFY"
template = "{template}"
url = "{url}"
internal = "{url}"

[http]
ca_bundle = "{authority}"

[surveys.s]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$SECRET"]
[surveys.s.about]
innovation = "Staying Close [see](https://elsewhere.example)"
[[surveys.s.send]]
by = "email"
to = ["lead@council.example", "head@council.example"]
"""


@pytest.fixture
def account() -> Iterator[Account]:
    """An account at Notify."""
    with notify_account() as running:
        yield running


@pytest.fixture
def bridge(store: Store, tmp_path: Path, account: Account) -> Bridge:
    """A survey whose reports leave by Notify, on either engine."""
    text = SETTINGS.format(template=TEMPLATE, url=account.url, authority=CERTS / "authority.pem")
    (tmp_path / "exit-bridge.toml").write_text(text, "utf-8")
    return Bridge(load_settings(tmp_path / "exit-bridge.toml", {"SECRET": SECRET, "NOTIFY": KEY}), store)


def test_a_report_leaves_by_notify(bridge: Bridge, account: Account) -> None:
    """Notify fails first; then each address gets one mail, with the whole report as text."""
    answers = dict.fromkeys(load_bank().variants["full"].items, 2)
    document = {"response_id": "r-1", "context": {"notice": "yes"}, "answers": answers}
    bridge.receive("s", Delivery(json.dumps(document).encode(), {"content-type": "application/json"}, SECRET))
    account.answers["head@council.example"] = (502, b"", {})
    worker = Worker(bridge, Pace(backoff=0.0))
    assert worker.step()
    (job,) = bridge.store.jobs("ready")
    assert (job.attempts, job.last_error) == (
        1,
        "GOV.UK Notify answered HTTP 502 (email to 2 addresses at council.example).",
    )
    account.answers.clear()
    assert worker.step()
    assert [mail["email_address"] for mail in account.mails] == ["lead@council.example", "head@council.example"]
    given = account.mails[0]["personalisation"]
    assert given["subject"].startswith("Your five ingredients report: Staying Close")
    assert "Your answers suggest that" in given["summary"]
    text = base64.b64decode(given["report"]["file"]).decode("utf-8-sig")
    assert "Ingredient by ingredient" in text
    assert bridge.store.jobs("ready") == []
