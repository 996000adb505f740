"""Typeform's API as its documentation describes it, for as many forms and responses as a test puts in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from exit_bridge.http import Reply

TOKEN = "tfp_made-up-token"
FORM = "aBc123"


class Server:
    """Answers requests; `asked` are their methods and paths, `down` a status it answers everything with."""

    def __init__(self) -> None:
        self.forms: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, dict[str, Any]] = {}
        self.responses: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.down = 0

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        if self.down:
            return Reply(self.down, {}, b"{}")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return Reply(401, {}, b'{"code": "AUTHENTICATION_FAILED"}')
        document = json.loads(body) if body else None
        match method, parts.path.strip("/").split("/"):
            case "POST", ["forms"]:
                self.forms[FORM] = {**document, "id": FORM}
                return _said(201, self.forms[FORM])
            case "GET", ["forms"]:
                return _said(200, {"items": [], "total_items": 0})
            case "GET", ["forms", form] if form in self.forms:
                return _said(200, self.forms[form])
            case "PATCH", ["forms", form] if form in self.forms:
                for change in document:
                    assert change == {"op": "replace", "path": "/settings/is_public", "value": True}
                    self.forms[form]["settings"]["is_public"] = True
                return Reply(204, {}, b"")
            case "GET", ["forms", form, "webhooks", _] if form in self.hooks:
                return _said(200, {name: self.hooks[form][name] for name in ("url", "enabled")})
            case "PUT", ["forms", form, "webhooks", _] if form in self.forms:
                self.hooks[form] = document
                return _said(200, document)
            case "GET", ["forms", form, "responses"] if form in self.forms:
                return _said(200, self._page(parse_qs(parts.query)))
        return Reply(404, {}, b"{}")

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """Newest first, from `since` on, before a token."""
        assert query["response_type"] == ["completed"]
        rows = sorted(self.responses, key=lambda row: row["submitted_at"], reverse=True)
        since = int(query.get("since", ["0"])[0])
        rows = [row for row in rows if _seconds(row["submitted_at"]) >= since]
        if "before" in query:
            place = [row["token"] for row in rows].index(query["before"][0])
            rows = rows[place + 1 :]
        return {"items": rows[: int(query["page_size"][0])], "total_items": len(rows)}


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _said(status: int, document: Any) -> Reply:
    return Reply(status, {}, json.dumps(document).encode())
