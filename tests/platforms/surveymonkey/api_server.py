"""SurveyMonkey's API as its documentation describes it, over real HTTP on a free port. One account with one survey."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from tests.platforms.surveymonkey.simulate import deliver

TOKEN = "made-up-access-token-of-a-test"
FORM = "505000001"
BEGIN = datetime.fromisoformat("2026-07-01T09:00:00+00:00")


@dataclass
class SurveyMonkey:
    """`answers`: (status, headers, body) in place of what it would say, one for each request to come."""

    survey: dict | None = None
    variables: dict = field(default_factory=dict)
    links: list[dict] = field(default_factory=list)
    hooks: list[dict] = field(default_factory=list)
    responses: dict[str, dict] = field(default_factory=dict)
    answers: list[tuple[int, dict, bytes]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    queries: list[dict] = field(default_factory=list)
    scopes: str = "surveys_read,surveys_write,collectors_read,collectors_write,responses_read,responses_read_detail"
    page: int = 100
    order: int = 1
    """-1: it lists the newest first, whatever it is asked."""
    during: object = None
    """Called before each answer with the request: things happen between two calls."""
    url: str = ""

    def respond(self, files, said, minute=None, **changes):
        """Somebody answers `minute` minutes after the first; where it is not said, one after the one before."""
        number = f"1180860{len(self.responses) + 1:05d}"
        when = BEGIN + timedelta(minutes=len(self.responses) if minute is None else minute)
        response = deliver(files, said, number) | {"date_modified": when.isoformat()} | changes
        self.responses[number] = response | {"ip_address": "192.0.2.7", "email_address": "ann@people.example"}
        return number

    def handle(self, method, path, query, body):
        """(status, document) of one request."""
        match method, *path.strip("/").split("/"):
            case "GET", "v3", "webhooks":
                return 200, {"data": [{"id": hook["id"], "name": hook["name"]} for hook in self.hooks]}
            case "GET", "v3", "webhooks", number:
                return 200, next(hook for hook in self.hooks if hook["id"] == number)
            case "POST", "v3", "webhooks":
                self.hooks.append({"id": f"10{len(self.hooks)}", **body})
                return 201, self.hooks[-1]
            case "POST", "v3", "surveys":
                if "custom_variables" in body:
                    return 400, error("1002")
                self.survey = body
                return 201, {"id": FORM, **body}
            case "PATCH", "v3", "surveys", form if form == FORM and self.survey:
                self.variables = body["custom_variables"]
                return 200, {"id": FORM}
            case "GET", "v3", "surveys":
                return 200, {"data": [], "total": 0}
            case "GET", "v3", "surveys", form if form == FORM and self.survey:
                return 200, {"id": FORM, "title": self.survey["title"]}
            case _, "v3", "surveys", form, *_ if form != FORM or not self.survey:
                return 404, error("1020")
            case "GET", "v3", "surveys", _, "details":
                return 200, self.survey
            case "POST", "v3", "surveys", _, "collectors":
                number = f"43000000{len(self.links) + 1}"
                link = {"id": number, "status": "open", "url": f"https://www.surveymonkey.example/r/{number}", **body}
                self.links.append(link)
                return 201, link
            case "GET", "v3", "surveys", _, "collectors":
                wanted = ("id", *query["include"].split(","))
                return 200, {"data": [{key: link[key] for key in wanted} for link in self.links]}
            case "PATCH", "v3", "collectors", number:
                link = next(link for link in self.links if link["id"] == number)
                link.update(body)
                return 200, link
            case "GET", "v3", "surveys", _, "responses", "bulk":
                return 200, self.bulk(query)
            case "GET", "v3", "surveys", _, "responses", number, "details":
                assert query == {"simple": "true"}
                found = self.responses.get(number)
                return (200, found) if found else (404, error("1020"))
        return 404, error("1020")

    def bulk(self, query):
        self.queries.append(query)
        assert (query["sort_by"], query["sort_order"], query["simple"]) == ("date_modified", "ASC", "true")
        found = [row for row in self.responses.values() if row["response_status"] == query["status"]]
        if since := query.get("start_modified_at"):
            found = [row for row in found if row["date_modified"] > since]
        found = sorted(found, key=lambda row: row["date_modified"])[:: self.order]
        size, page = min(self.page, int(query["per_page"])), int(query["page"])
        return {"data": found[size * (page - 1) : size * page], "total": len(found), "per_page": size, "page": page}


def error(number):
    return {
        "error": {"id": number, "message": "Words of SurveyMonkey, which no message repeats", "http_status_code": 0}
    }


@contextmanager
def serving(account):
    """Its address is in `url` while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            where = urlsplit(self.path)
            account.calls.append(f"{self.command} {where.path}")
            if account.during:
                account.during(account.calls[-1])
            query = {name: values[0] for name, values in parse_qs(where.query).items()}
            if account.answers:
                status, headers, said = account.answers.pop(0)
            elif self.headers["Authorization"] != f"bearer {TOKEN}":
                status, headers, said = 401, {}, json.dumps(error("1011")).encode()
            else:
                asked = json.loads(body) if body else None
                status, document = account.handle(self.command, where.path, query, asked)
                headers, said = {"X-OAuth-Scopes-Granted": account.scopes}, json.dumps(document).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(said))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 (names that the library calls)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        account.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield account
        finally:
            server.shutdown()
            thread.join()
