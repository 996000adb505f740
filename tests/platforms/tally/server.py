"""Tally's API as its documentation describes it, for one form and as many submissions as a test puts in."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.platforms.tally.simulate import deliver

from exit_bridge.http import Reply
from exit_bridge.platforms.base import FormFile

KEY = "tly-made-up-key"
FORM = "mMadeU"


class Server:
    """Answers requests; `asked` are their methods and paths, `down` a status it answers everything with.

    How answers are written, which the vendor's pages do not agree on: `name` is what they are called, `texts` whether a
    choice is a text or an id, `bare` whether it stands alone or in a list, `hidden` by what hidden values are found.
    """

    def __init__(self) -> None:
        self.forms: dict[str, dict[str, Any]] = {}
        self.hooks: list[dict[str, Any]] = []
        self.submissions: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.down, self.page, self.newest_first = 0, 50, True
        self.name, self.texts, self.bare, self.hidden = "answer", True, False, "uuid"

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        if self.down:
            return Reply(self.down, {}, b"{}")
        if headers.get("Authorization") != f"Bearer {KEY}":
            return Reply(401, {}, b'{"message": "Unauthorized"}')
        document = json.loads(body) if body else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, parts.path.strip("/").split("/"):
            case "POST", ["forms"]:
                assert set(document) == {"status", "settings", "blocks"}
                self.forms[FORM] = {**document, "id": FORM, "isClosed": False}
                return _said(201, {name: self.forms[FORM][name] for name in ("id", "status", "isClosed")})
            case "GET", ["forms"]:
                return _said(200, {"items": [], "page": 1, "limit": 1, "total": 0, "hasMore": False})
            case "GET", ["forms", form] if form in self.forms:
                return _said(200, self.forms[form])
            case "PATCH", ["forms", form] if form in self.forms:
                assert document == {"status": "PUBLISHED"}
                self.forms[form] |= document
                return _said(200, {"id": form})
            case "GET", ["forms", form, "questions"] if form in self.forms:
                return _said(200, {"questions": self.questions(), "hasResponses": bool(self.submissions)})
            case "GET", ["forms", form, "submissions"] if form in self.forms:
                return _said(200, self._page(query))
            case "GET", ["webhooks"]:
                assert int(query["limit"]) <= 100
                first = 100 * (int(query["page"]) - 1)
                more = len(self.hooks) > first + 100
                return _said(200, {"webhooks": self.hooks[first : first + 100], "hasMore": more})
            case "POST", ["webhooks"]:
                assert set(document) == {"formId", "url", "eventTypes", "signingSecret"}
                self.hooks.append({**document, "id": f"hook{len(self.hooks)}", "isEnabled": True})
                return _said(201, {"id": self.hooks[-1]["id"], "isEnabled": True})
            case "PATCH", ["webhooks", number]:
                (hook,) = (each for each in self.hooks if each["id"] == number)
                assert {"formId", "url", "eventTypes", "isEnabled"} <= set(document)
                hook |= document
                return Reply(204, {}, b"")
        return Reply(404, {}, b"{}")

    def respond(self, files: list[FormFile], said: Mapping[str, str], when: str, **hidden: str) -> str:
        """Somebody fills the form in; as their webhook had it, written as this API writes it."""
        number = f"sub{len(self.submissions):04d}"
        fields = deliver(files, said, number, hidden)["data"]["fields"]
        unseen = {field["key"].rpartition("_")[2]: field for field in fields if field["type"] == "HIDDEN_FIELDS"}
        found = {uuid if self.hidden == "uuid" else one["label"]: one["value"] for uuid, one in unseen.items()}
        answers = [{"questionId": "hidden", self.name: {name: value for name, value in found.items() if value}}]
        for field in fields:
            if field["type"] == "HIDDEN_FIELDS" or field["value"] is None:
                continue
            value = field["value"]
            if options := {option["id"]: option["text"] for option in field.get("options", [])}:
                value = [options[one] if self.texts else one for one in value]
                value = value[0] if self.bare else value
            answers.append({"questionId": field["key"].removeprefix("question_"), self.name: value})
        row = {"id": number, "formId": FORM, "respondentId": "wMadeU", "isCompleted": True, "submittedAt": when}
        self.submissions.append({**row, "responses": answers})
        return number

    def questions(self) -> list[dict[str, Any]]:
        """Hidden fields are one question; an input takes the title above it, or its own name."""
        found: dict[str, dict[str, Any]] = {}
        title, unseen = "", []
        for block in self.forms[FORM]["blocks"]:
            payload, group = block["payload"], block["groupUuid"]
            if block["type"] == "HIDDEN_FIELDS":
                unseen = [{"uuid": one["uuid"], "title": one["name"]} for one in payload["hiddenFields"]]
            elif block["type"] == "TITLE":
                title = html.unescape(payload["html"])
            elif "isRequired" in payload and group not in found:
                named, kind = payload.get("name", title), block["groupType"]
                field = {"uuid": group, "blockGroupUuid": group, "questionType": kind, "title": named}
                number = f"{len(found):06d}"
                found[group] = {"id": number, "type": kind, "title": named, "isDeleted": False, "fields": [field]}
        return [{"id": "hidden", "type": "HIDDEN_FIELDS", "title": "", "fields": unseen}, *found.values()]

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        assert query["filter"] == "completed"
        rows = sorted(self.submissions, key=lambda row: str(row["submittedAt"]), reverse=self.newest_first)
        if since := query.get("startDate"):
            start = datetime.fromisoformat(since)
            rows = [row for row in rows if datetime.fromisoformat(row["submittedAt"]) >= start]
        first = self.page * (int(query["page"]) - 1)
        shown = rows[first : first + self.page]
        head = {"page": int(query["page"]), "limit": self.page, "hasMore": len(rows) > first + self.page}
        return {**head, "questions": self.questions(), "submissions": shown}


def _said(status: int, document: Any) -> Reply:
    return Reply(status, {}, json.dumps(document).encode())
