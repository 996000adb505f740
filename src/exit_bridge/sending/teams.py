"""A message in a Microsoft Teams channel: what the report says in a few sentences, and a link where there is one.

An Adaptive Card, as the trigger "When a Teams webhook request is received" takes it (believed from Microsoft's pages,
not tried with a live channel):
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
https://adaptivecards.io/explorer/RichTextBlock.html
"""

from __future__ import annotations

import json
from typing import Any

from exit_bridge import http
from exit_bridge.reports.phrases import phrases
from exit_bridge.sending.post import receipt
from exit_bridge.sending.types import Outgoing, Receipt, TeamsDestination

VERSION = "1.4"
"""Of Adaptive Cards: what Teams shows everywhere."""


def send_teams(destination: TeamsDestination, outgoing: Outgoing) -> Receipt:
    """POST one card. Any 2xx is a receipt. Raises UnsafeDestination, and SendFailed as a signed POST does."""
    body = json.dumps(card(outgoing), separators=(",", ":")).encode()
    reply = http.post(destination.url, body, {"Content-Type": "application/json"}, destination.policy)
    return receipt(reply, destination.label, "Make the address anew in Teams: the workflow may be gone or switched off")


def card(outgoing: Outgoing) -> dict[str, Any]:
    """The message. Words from outside stand in text runs, which no mark-up is read in."""
    body = [_words(outgoing.subject, strong=True), *map(_words, filter(None, outgoing.summary.split("\n\n")))]
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": body,
    }
    if outgoing.link:
        title = phrases(outgoing.language)("link.open")
        content["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": outgoing.link}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def _words(text: str, *, strong: bool = False) -> dict[str, Any]:
    run = {"type": "TextRun", "text": text, **({"weight": "Bolder", "size": "Medium"} if strong else {})}
    return {"type": "RichTextBlock", "inlines": [run]}
