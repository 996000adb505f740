"""Formbricks' management API as its source tells it, in memory: what the client asks goes no further than here."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from exit_bridge.http import Reply

URL = "https://forms.council.example"
KEY = "fbk_made_up"
WORKSPACE = "cmadeupworkspace00000000"
SURVEY = "cmadeupsurvey00000000000"
SIGNS_WITH = "whsec_bWFkZS11cC1zZWNyZXQtb2YtYS1ob29rLTAxMjM0NTY="


class Formbricks:
    """One workspace. `responses`: as they are stored, in any order. `calls`: method and path of every request."""

    def __init__(self):
        self.surveys, self.responses, self.calls = {}, [], []
        self.hooks, self.secret = [], SIGNS_WITH
        self.fault = None

    def __call__(self, method, url, body, headers):
        """Carries one request, as `exit_bridge.http` would."""
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == URL
        self.calls.append((method, parts.path))
        if self.fault:
            return self.fault
        if headers.get("x-api-key") != KEY:
            return _reply(401, {"title": "Unauthorized"})
        document = json.loads(body) if body else None
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, parts.path.split("/")[2:]:
            case "POST", ["v3", "surveys"]:
                return self._made(document)
            case "GET" | "PATCH", ["v3", "surveys", name]:
                return self._survey(name, document)
            case "GET", ["v2", "management", "responses"]:
                return _reply(200, {"data": self._listed(query)})
            case _, ["v2", "management", "webhooks", *number]:
                return self._webhook(method, number, document, query)
        return _reply(404, {"title": "Not found"})

    def respond(self, number, when, finished=True, survey=SURVEY, **data):
        """A response begun and last changed then; a number that is there already changes that one."""
        response_id = f"cmadeup{number:017d}"
        self.responses = [one for one in self.responses if one["id"] != response_id]
        self.responses.append(
            {
                "id": response_id,
                "surveyId": survey,
                "finished": finished,
                "language": "en-GB",
                "createdAt": "2026-07-01T08:00:00.000Z",
                "updatedAt": when,
                "data": data,
                "variables": {},
                "contactId": None,
                "contactAttributes": {"email": "someone@council.example"},
                "meta": {"url": f"{URL}/s/{survey}?wave=x", "userAgent": {"browser": "Firefox"}},
            }
        )

    def _webhook(self, method, number, document, query):
        """The secret is told once, and never asked for."""
        match method, number:
            case "GET", []:
                shown = [{name: value for name, value in hook.items() if name != "secret"} for hook in self.hooks]
                return _reply(200, {"data": shown[int(query["skip"]) :][: int(query["limit"])], "meta": {}})
            case "POST", [] if document["workspaceId"] == WORKSPACE:
                assert set(document) == {"name", "url", "source", "workspaceId", "triggers", "surveyIds"}
                self.hooks.append({**document, "id": f"cmadeuphook{len(self.hooks)}", "secret": self.secret})
                return _reply(201, {"data": self.hooks[-1]})
            case "PUT", [name]:
                assert set(document) == {"name", "url", "source", "triggers", "surveyIds"}
                (hook,) = (each for each in self.hooks if each["id"] == name)
                hook |= document
                return _reply(200, {"data": hook})
            case "DELETE", [name]:
                self.hooks = [each for each in self.hooks if each["id"] != name]
                return _reply(200, {"data": {"id": name}})
        return _reply(403, {"title": "Forbidden"})

    def _made(self, document):
        if document["workspaceId"] != WORKSPACE:
            return _reply(403, {"title": "Forbidden"})
        if "blocks" not in document:
            return _reply(422, {"title": "Unprocessable", "invalid_params": [{"name": "blocks"}]})
        self.surveys[SURVEY] = document
        return _reply(201, {"data": {**document, "id": SURVEY}})

    def _survey(self, name, changes):
        if name not in self.surveys:
            return _reply(403, {"title": "Forbidden"})
        self.surveys[name] = {**self.surveys[name], **(changes or {})}
        return _reply(200, {"data": {**self.surveys[name], "id": name}})

    def _listed(self, query):
        assert 1 <= int(query["limit"]) <= 250
        field, descending = query["sortBy"], query["order"] == "desc"
        rows = sorted(self.responses, key=lambda row: (row[field], row["id"]), reverse=descending)
        since = query.get("startDate", "")
        rows = [
            row
            for row in rows
            if row["surveyId"] == query["surveyId"] and row[query.get("filterDateField", field)] >= since
        ]
        return rows[int(query["skip"]) : int(query["skip"]) + int(query["limit"])]


def _reply(status, document):
    return Reply(status, {"content-type": "application/json"}, json.dumps(document).encode())
