"""A respondent's click becomes a mail in an inbox: real HTTP, real worker, real SMTP, real browser."""

from __future__ import annotations

import email
import email.policy
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.web.servers import free_port
from tests.web.test_round_trip import as_posted, simulator

from exit_bridge.bank import load_bank
from exit_bridge.http import HttpPolicy, post
from exit_bridge.platforms import platforms
from exit_bridge.testing import respondent
from exit_bridge.testing.forms import ABOUT

pytestmark = [pytest.mark.server, pytest.mark.browser]

BANK = load_bank()
SECRET = "whsec_d2hvbGUtd2F5LXdob2xlLXdheS13aG9sZS13YXktd2g="
SETTINGS = """
[email]
host = "127.0.0.1"
port = {smtp}
security = "none"
from = "exit-bridge@council.example"

[surveys.whole]
platform = "{platform}"
bank = "exit-open@1"
answered_by = "{answered_by}"
reply_domains = ["council.example"]
secrets = ["$SECRET"]
[surveys.whole.about]
innovation = "Staying <Close> & more"
stage = "sustaining"
[[surveys.whole.send]]
by = "email"
to = ["lead@council.example"]
"""


class Inbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 kept"


@pytest.fixture
def inbox():
    kept = Inbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    kept.port = controller.port  # type: ignore[attr-defined]
    yield kept
    controller.stop()


def served(folder: Path, inbox: Any, tool: str, answered_by: str) -> tuple[subprocess.Popen, int]:
    settings = SETTINGS.format(smtp=inbox.port, platform=tool, answered_by=answered_by)
    (folder / "exit-bridge.toml").write_text(settings, "utf-8")
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "exit_bridge", "serve", "--port", str(port)],
            cwd=folder,
            env={**os.environ, "SECRET": SECRET},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    return process, port


def delivered(port: int, address: str, body: bytes, headers: dict[str, str]) -> dict:
    policy = HttpPolicy(internal=f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + 20
    while True:
        try:
            reply = post(f"http://127.0.0.1:{port}{address}", body, headers, policy)
        except Exception:
            assert time.monotonic() < deadline
            time.sleep(0.1)
            continue
        assert reply.status == 200
        return json.loads(reply.body)


@pytest.mark.parametrize("answered_by", ["group", "individuals"])
@pytest.mark.parametrize("tool", platforms(), ids=lambda tool: tool.name)
def test_from_click_to_inbox(tool, answered_by, inbox, browser, tmp_path):
    """The right report reaches the right inbox within seconds, and reads well there."""
    from axe_playwright_python.sync_playwright import Axe

    files = tool.write_form(BANK, "full", ["en"], ABOUT)
    said, meant = respondent(BANK, "full", "en", random.Random(3))
    posted = as_posted(tool, simulator(tool.name).deliver(files, said), "whole", SECRET)
    process, port = served(tmp_path, inbox, tool.name, answered_by)
    try:
        assert delivered(port, *posted)["status"] == "accepted"
        asked_for_own = "somebody@council.example" in posted[1].decode()
        expected = answered_by == "group" or asked_for_own
        deadline = time.monotonic() + 15
        while expected and not inbox.mails:
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
        assert delivered(port, *posted)["status"] == "duplicate"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert len(inbox.mails) == expected
    log = (tmp_path / "log").read_text()
    assert "@council.example" not in log
    assert not any(comment in log for comment in meant["comments"].values())
    for receivers, mail in inbox.mails:
        assert receivers == (["lead@council.example"] if answered_by == "group" else ["somebody@council.example"])
        text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
        for ingredient in BANK.ingredients:
            name = BANK.wordings["en"].ingredients[ingredient.id].name
            assert name in text
            assert name in html
        shows_comments = any(comment in " ".join(text.split()) for comment in meant["comments"].values())
        assert shows_comments == (answered_by == "group" and bool(meant["comments"]))
        page, asked = browser.new_page(), []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.set_content(html)
        assert Axe().run(page).response["violations"] == []
        assert page.get_by_text("Staying <Close> & more").count() >= 1
        assert asked == []
        page.close()
