"""Google's login, Forms API and Drive, as their documentation describes them: one account, with the forms a test makes.

Everything that is asked and answered is held against Google's own description of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator
from tests.platforms.google_discovery import drive_v3, forms_v1

from exit_bridge.http import Reply

FORM = "1FAIpQLSmade-up_form"
URL = "https://forms.googleapis.com"
LOGIN = {
    "type": "authorized_user",
    "client_id": "made-up.apps.example",
    "client_secret": "GOCSPX-made-up-secret-of-the-app",
    "refresh_token": "1//made-up-refresh-token",
}
SECRET = json.dumps(LOGIN)
HIDE = (LOGIN["client_secret"], LOGIN["refresh_token"], "ya29.")
"""What may stand in no message."""

_FILTER = re.compile(r"timestamp >= (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")
_FIELDS = "nextPageToken,responses(responseId,createTime,lastSubmittedTime,answers)"


class Google:
    """Answers requests.

    `asked`: methods and paths. `down`: (status, reason) of a refusal of all but the login. `refused`: (status, error)
    of the login's. `expires_in`: how long a token is said to work.
    """

    def __init__(self) -> None:
        self.forms: dict[str, dict[str, Any]] = {}
        self.people: dict[str, list[dict[str, str]]] = {}
        self.responses: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.down: tuple[int, str] | None = None
        self.refused: tuple[int, str] | None = None
        self.expires_in: object = 3599
        self.tokens = 0

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        self.headers.append(headers)
        if url == "https://oauth2.googleapis.com/token":
            return self._token(body, headers)
        if headers.get("Authorization") != f"Bearer ya29.{self.tokens}":
            return refusal(401, "ACCESS_TOKEN_EXPIRED")
        if self.down:
            return refusal(*self.down)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        document = json.loads(body) if body else None
        host, path = parts.hostname, parts.path.strip("/")
        if host == "forms.googleapis.com":
            return self._forms(method, path, query, document)
        assert host == "www.googleapis.com"
        return self._drive(method, path, query, document)

    def _token(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        wanted = {name: value for name, value in LOGIN.items() if name != "type"}
        assert asked == {"grant_type": "refresh_token", **wanted}
        if self.refused:
            status, error = self.refused
            said = {"error": error, "error_description": f"said about {wanted['refresh_token']}"}
            return Reply(status, {}, json.dumps(said).encode())
        self.tokens += 1
        said = {"access_token": f"ya29.{self.tokens}", "expires_in": self.expires_in, "token_type": "Bearer"}
        return Reply(200, {}, json.dumps(said).encode())

    def _forms(self, method: str, path: str, query: dict[str, str], document: Any) -> Reply:
        match method, re.split(r"[/:]", path):
            case "POST", ["v1", "forms"]:
                assert query == {"unpublished": "true"}
                assert set(document) == {"info"}
                made = {
                    **document,
                    "formId": FORM,
                    "responderUri": f"https://docs.google.com/forms/d/e/{FORM}/viewform",
                }
                # discovery: what is false, and what is empty, is left out.
                self.forms[FORM] = {**made, "publishSettings": {"publishState": {}}, "settings": {}}
                self.people[FORM] = []
                return said(self.forms[FORM], forms_v1("Form"))
            case "POST", ["v1", "forms", form, "batchUpdate"] if form in self.forms:
                fits(document, forms_v1("BatchUpdateFormRequest"))
                return said({"replies": self._update(form, document)}, forms_v1("BatchUpdateFormResponse"))
            case "POST", ["v1", "forms", form, "setPublishSettings"] if form in self.forms:
                fits(document, forms_v1("SetPublishSettingsRequest"))
                self.forms[form]["publishSettings"] = document["publishSettings"]
                return said({"formId": form, **document}, None)
            case "GET", ["v1", "forms", form] if form in self.forms:
                return said(self.forms[form], forms_v1("Form"))
            case "GET", ["v1", "forms", form, "responses"] if form in self.forms:
                return said(self._page(query), forms_v1("ListFormResponsesResponse"))
        return refusal(404, "")

    def _update(self, form: str, document: Any) -> list[dict[str, Any]]:
        """All or nothing: an id that is taken refuses everything."""
        held = self.forms[form]
        items = list(held.get("items", []))
        for request in document["requests"]:
            if "createItem" in request:
                items.insert(request["createItem"]["location"]["index"], request["createItem"]["item"])
        ids = [item["itemId"] for item in items] + [question["questionId"] for question, *_ in asked_in(items)]
        assert len(set(ids)) == len(ids), "an id is taken"
        held["items"] = items
        held["settings"] = {"emailCollectionType": "DO_NOT_COLLECT"}
        return [{} for _ in document["requests"]]

    def _drive(self, method: str, path: str, query: dict[str, str], document: Any) -> Reply:
        match method, path.split("/"):
            case "GET", ["drive", "v3", "files", form, "permissions"] if form in self.forms:
                assert query["includePermissionsForView"] == "published"
                owner = {"type": "user"}
                return said({"permissions": [owner, *self.people[form]]}, drive_v3("PermissionList"))
            case "POST", ["drive", "v3", "files", form, "permissions"] if form in self.forms:
                fits(document, drive_v3("Permission"))
                self.people[form].append({name: document[name] for name in ("type", "view")})
                return said({"kind": "drive#permission", **document}, drive_v3("Permission"))
        return refusal(404, "")

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        """In no order of time. The token holds the filter it was made for (docs: it must stay)."""
        rows = sorted(self.responses, key=lambda row: row["responseId"][::-1])
        if "filter" in query:
            found = _FILTER.fullmatch(query["filter"])
            assert found, "no filter of Google's"
            rows = [row for row in rows if _moment(row["lastSubmittedTime"]) >= _moment(found[1])]
        start = 0
        if "pageToken" in query:
            place, kept = json.loads(query["pageToken"])
            assert kept == query.get("filter")
            start = place
        assert query["fields"] in (_FIELDS, "nextPageToken")
        end = start + int(query["pageSize"])
        page: dict[str, Any] = {"responses": rows[start:end]} if rows[start:end] else {}
        if end < len(rows):
            page["nextPageToken"] = json.dumps([end, query.get("filter")])
        return page if query["fields"] == _FIELDS else {}

    def respond(self, number: str, when: str, chosen: Mapping[str, str], form: str = FORM) -> None:
        """Somebody answers, or edits: `chosen` holds the words under the words of a question, without its number."""
        answers = {}
        for question, title, _ in asked_in(self.forms[form].get("items", [])):
            typed = next((chosen[text] for text in chosen if title == text or title.endswith(f". {text}")), "")
            if typed:
                number_of = question["questionId"]
                answers[number_of] = {"questionId": number_of, "textAnswers": {"answers": [{"value": typed}]}}
        old = next((row for row in self.responses if row["responseId"] == number), None)
        row = {
            "responseId": number,
            "createTime": old["createTime"] if old else when,
            "lastSubmittedTime": when,
            "respondentEmail": "somebody@council.example",
            "answers": answers,
        }
        self.responses = [one for one in self.responses if one is not old] + [row]


def asked_in(items: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """(question, words, item) of everything that asks."""
    for item in items:
        if "questionItem" in item:
            yield item["questionItem"]["question"], item["title"], item
        for row in item.get("questionGroupItem", {}).get("questions", []):
            yield row, row["rowQuestion"]["title"], item


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def fits(document: Any, schema: Draft202012Validator) -> None:
    faults = [error.message for error in schema.iter_errors(document)]
    assert faults == []


def said(document: Any, schema: Draft202012Validator | None) -> Reply:
    """An answer as Google describes it. What is required there is so in what is sent."""
    faults = [
        error.message for error in (schema.iter_errors(document) if schema else ()) if error.validator != "required"
    ]
    assert faults == []
    return Reply(200, {}, json.dumps(document).encode())


def refusal(status: int, reason: str) -> Reply:
    """seen: both shapes, of the Forms API and of Drive's."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    error = {
        "code": status,
        "message": f"about {LOGIN['client_id']}",
        "details": details,
        "errors": [{"reason": reason}],
    }
    return Reply(status, {"retry-after": "7"}, json.dumps({"error": error}).encode())
