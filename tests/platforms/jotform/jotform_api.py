"""Jotform's API as its clients, its documentation and its users tell of it, over real HTTP on a free port."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, parse_qsl, urlsplit

KEY = "made-up-key-of-a-test-0123456789ab"
FORM = "250150000000001"
FIRST_ID = 6295223450430000000


@dataclass
class Jotform:
    """One account with one form. `answer`: (status, headers, body) in place of everything it would say."""

    status: str = "ENABLED"
    questions: dict[str, dict] = field(default_factory=dict)
    rows: list[dict] = field(default_factory=list)
    hooks: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    shell: int = 0
    """How often a form or its questions are taken without the questions: some accounts make a shell first."""
    as_list: bool = False
    """Is one form given as the only one of a list?"""
    descending: bool = False
    """Is `direction` ignored?"""
    answer: tuple[int, dict, bytes] | None = None
    during: object = None
    """Called before each answer with method and path."""
    url: str = ""

    def respond(self, when="2026-07-01 10:00:00", status="ACTIVE", **answers):
        """Somebody answers; returns the submission's id."""
        number = str(FIRST_ID + len(self.rows))
        told = {qid: {key: q[key] for key in ("name", "text", "type")} for qid, q in self.questions.items()}
        for entry in told.values():
            if entry["name"] in answers:
                entry["answer"] = answers[entry["name"]]
        self.rows.append(
            {
                "id": number,
                "form_id": FORM,
                "ip": "192.0.2.7",
                "created_at": when,
                "updated_at": None,
                "status": status,
                "new": "1",
                "flag": "0",
                "answers": told,
            }
        )
        return number

    def row(self, number):
        return next((row for row in self.rows if row["id"] == number), None)

    def handle(self, method, path, query, body):
        """Status, content."""
        match method, path.strip("/").split("/"):
            case "GET", ["user"]:
                return 200, {"username": "made-up", "email": "made-up@council.example"}
            case "PUT", ["user", "forms"]:
                self._take(json.loads(body))
                return 200, self._form()
            case "GET", ["form", number] if number == FORM:
                return 200, self._form()
            case "GET", ["form", number, "questions"] if number == FORM:
                return 200, self.questions or []  # PHP writes an empty object as a list
            case "PUT", ["form", number, "questions"] if number == FORM:
                self._take(json.loads(body))
                return 200, self.questions
            case "GET", ["form", number, "webhooks"] if number == FORM:
                return 200, {str(n): url for n, url in enumerate(self.hooks)} or []
            case "POST", ["form", number, "webhooks"] if number == FORM:
                self.hooks.append(dict(parse_qsl(body.decode()))["webhookURL"])
                return 200, {str(n): url for n, url in enumerate(self.hooks)}
            case "GET", ["form", number, "submissions"] if number == FORM:
                return 200, self._list(query)
            case "GET", ["submission", number] if self.row(number):
                return 200, self.row(number)
            case "POST", ["submission", number] if self.row(number):
                return 200, self._change(number, parse_qsl(body.decode(), keep_blank_values=True))
        return 404, ""

    def _take(self, document):
        if self.shell:
            self.shell -= 1
            return
        self.questions |= {number: dict(question) for number, question in document["questions"].items()}

    def _form(self):
        form = {"id": FORM, "title": "Made up", "status": self.status, "url": f"https://form.jotform.example/{FORM}"}
        return [form] if self.as_list else form

    def _list(self, query):
        assert set(query) <= {"offset", "limit", "orderby", "direction", "filter"}
        assert (query["orderby"], query["direction"]) == ("created_at", "ASC")
        after = json.loads(query.get("filter", "{}")).get("created_at:gt", "")
        rows = sorted((row for row in self.rows if row["created_at"] > after), key=lambda row: row["created_at"])
        rows = rows[::-1] if self.descending else rows
        offset, limit = int(query["offset"]), int(query["limit"])
        assert 1 <= limit <= 1000
        return rows[offset : offset + limit]

    def _change(self, number, fields):
        row = self.row(number)
        for name, value in fields:
            row["answers"][name.removeprefix("submission[").removesuffix("]")]["answer"] = value
        row["updated_at"] = "2026-07-03 09:00:00"
        return {"submissionID": number}


@contextmanager
def serving(jotform):
    """Its address is in `url` while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            jotform.calls.append(f"{self.command} {parts.path}")
            assert KEY not in self.path, "the key belongs into the header"
            if jotform.during:
                jotform.during(self.command, parts.path)
            if jotform.answer:
                status, headers, said = jotform.answer
            else:
                headers = {}
                if self.headers["APIKEY"] != KEY:
                    status, content = 401, ""
                else:
                    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                    status, content = jotform.handle(self.command, parts.path, query, body)
                message = "success" if status == 200 else "made-up@council.example"
                document = {"responseCode": status, "message": message, "content": content, "limit-left": 986}
                said = json.dumps(document).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(said))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def do_GET(self):
            self.handle_any()

        def do_PUT(self):
            self.handle_any()

        def do_POST(self):
            self.handle_any()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        jotform.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield jotform
        finally:
            server.shutdown()
            thread.join()
