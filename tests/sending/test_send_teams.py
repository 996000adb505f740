"""A card in a Microsoft Teams channel: words and a link, never mark-up from outside."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import responses
from tests.cli.cli_calls import FIRST, write_settings

from exit_bridge.errors import SendFailed, SettingsError
from exit_bridge.sending import Outgoing, TeamsDestination, send
from exit_bridge.sending.teams import card
from exit_bridge.settings import load_settings

URL = "https://prod-01.westeurope.logic.azure.example/workflows/1/triggers/manual/paths/invoke?sig=hush"
CHANNEL = TeamsDestination(URL)


@responses.activate
def test_a_card_is_posted(outgoing: Outgoing) -> None:
    """The workflow answers 202; the address, which is a secret, is in no receipt."""
    responses.post(URL, status=202)
    made = send(CHANNEL, replace(outgoing, link="https://reports.example/reports/token"), None)
    assert (made.destination, made.detail) == ("Microsoft Teams", "HTTP 202")
    (call,) = responses.calls
    said = json.loads(call.request.body)
    (attachment,) = said["attachments"]
    content = attachment["content"]
    assert (said["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (content["type"], content["version"]) == ("AdaptiveCard", "1.4")
    assert content["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open the report", "url": "https://reports.example/reports/token"}
    ]
    words = [run["text"] for block in content["body"] for run in block["inlines"]]
    assert words == [outgoing.subject, *outgoing.summary.split("\n\n")]


def test_without_a_link_there_is_no_button(outgoing: Outgoing) -> None:
    assert "actions" not in card(outgoing)["attachments"][0]["content"]


def test_words_from_outside_are_words(outgoing: Outgoing) -> None:
    """A TextBlock reads Markdown, a TextRun does not: nobody can put a link of theirs into the channel."""
    hostile = "[Sign in](https://evil.example) **now** <at>everyone</at>"
    made = card(replace(outgoing, subject=hostile, summary=hostile))
    body = made["attachments"][0]["content"]["body"]
    assert {block["type"] for block in body} == {"RichTextBlock"}
    assert {run["type"] for block in body for run in block["inlines"]} == {"TextRun"}
    assert "entities" not in made["attachments"][0]["content"].get("msteams", {})


@responses.activate
@pytest.mark.parametrize(("status", "permanent"), [(404, True), (401, True), (429, False), (502, False), (302, True)])
def test_refusals(outgoing: Outgoing, status: int, permanent: bool) -> None:
    responses.post(URL, status=status, headers={"Location": "https://elsewhere.example"} if status == 302 else {})
    with pytest.raises(SendFailed) as failed:
        send(CHANNEL, outgoing, None)
    assert failed.value.permanent is permanent
    assert "hush" not in str(failed.value)


def test_the_address_is_a_secret(tmp_path: Path) -> None:
    text = FIRST.replace('by = "folder"\ndirectory = "reports"', 'by = "teams"\nurl = "$CHANNEL"')
    known = load_settings(write_settings(tmp_path, text, CHANNEL=URL)).surveys["first"]
    (destination,) = known.send.values()
    assert isinstance(destination, TeamsDestination)
    assert destination.url == URL
    assert "hush" not in repr(known)
    with pytest.raises(SettingsError, match="url"):
        load_settings(write_settings(tmp_path, text.replace("$CHANNEL", URL)))
