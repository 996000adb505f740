"""RemoteControl as it was seen to answer (6.14.0, 5.6.8 and 3.25.12), over real HTTP on a free port.

It imports the written survey file and keeps a table of responses; `version` 3 differs as the real one does.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

USER, PASSWORD = "admin", "made-up-password-of-a-test"
PATH = "/index.php/admin/remotecontrol"
SID = 614001


@dataclass
class LimeSurvey:
    """One survey on one server. `answer`: (status, headers, body) in place of everything it would say."""

    version: int = 6
    active: bool = True
    edits: str = "Y"
    codes: list[str] = field(default_factory=list)
    rows: dict[int, dict] = field(default_factory=dict)
    next_number: int = 1
    sessions: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    allowed: bool = True
    answer: tuple[int, dict, bytes] | None = None
    refusal: str = ""
    """What `get_session_key` says to a wrong login."""
    during: object = None
    """Called before each answer with the method's name: things happen between two calls."""
    url: str = ""

    def respond(self, complete=True, **answers):
        """Somebody answers. None: never shown."""
        number, self.next_number = self.next_number, self.next_number + 1
        self.rows[number] = {
            "submitdate": "2026-07-01 10:00:00" if complete else None,
            "startlanguage": "en",
            "ipaddr": "192.0.2.7",
            **{code: answers.get(code) for code in self.codes},
        }
        return number

    # -- methods ---------------------------------------------------------------------------------------------------

    def get_session_key(self, user, password):
        if (user, password) != (USER, PASSWORD):
            return {"status": self.refusal or "Invalid user name or password"}
        key = f"key-{len(self.calls)}"
        self.sessions.add(key)
        return key

    def release_session_key(self, key):
        self.sessions.discard(key)
        return "OK"

    def import_survey(self, content, kind):
        if kind != "txt":
            return {"status": "Invalid extension"}
        table = csv.DictReader(io.StringIO(base64.b64decode(content).decode("utf-8-sig")), delimiter="\t")
        self.codes = [row["name"] for row in table if row["class"] == "Q"]
        self.active = False
        return SID

    def activate_survey(self, sid):
        if self.active:
            return {"status": "Error: Survey already active"}
        self.active = True
        return {"status": "OK", "pluginFeedback": None}

    def get_survey_properties(self, sid, names):
        if sid != SID:
            return {"status": "Error: Invalid survey ID"}
        return {"active": "Y" if self.active else "N", "alloweditaftercompletion": self.edits}

    def list_questions(self, sid):
        asked = [
            {"title": code, "sid": SID, "gid": 15, "qid": 100 + place, "parent_qid": 0}
            for place, code in enumerate(self.codes)
        ]
        return [*asked, {"title": "SQ1", "sid": SID, "gid": 15, "qid": 999, "parent_qid": 100}]

    def export_responses(self, sid, kind, language, state, heading, answers, first, last, fields):
        assert (kind, heading, answers) == ("json", "code", "short")
        if not self.active:
            return {"status": "No Data, survey table does not exist."}
        if not self.rows:
            return {"status": "No Data, could not get max id."}
        found = [
            {"id": number if self.version > 3 else str(number), **row}
            for number, row in sorted(self.rows.items())
            if (first or 1) <= number <= (last or 10**9) and (state == "all" or row["submitdate"])
        ]
        found = found or [dict.fromkeys(["id", "submitdate", *self.codes], "")]
        if fields:
            found = [{name: row[name] for name in fields} for row in found]
        if self.version == 3:
            found = [{row["id"]: row} for row in found]
        return base64.b64encode(json.dumps({"responses": found}).encode()).decode()

    def update_response(self, sid, values):
        columns = {f"{SID}X15X{100 + place}": code for place, code in enumerate(self.codes)}
        number = values.pop("id")
        said = None
        if not self.active:
            said = "Survey is not active"
        elif self.edits != "Y":
            said = "Survey does not allow edit after completion"
        elif number not in self.rows:
            said = "No matching Response"
        elif unknown := sorted(values.keys() - columns.keys()):
            said = f"Invalid Column names supplied: {', '.join(unknown)}"
        if said:
            return f"Error: {said}." if self.version == 3 else {"status": said}
        self.rows[number] |= {columns[column]: value for column, value in values.items()}
        return True

    def handle(self, body):
        """One request, as the JSON-RPC server takes it."""
        asked = json.loads(body)
        method, params = asked["method"], asked["params"]
        self.calls.append(method)
        if self.during:
            self.during(method)
        if method != "get_session_key":
            key, *params = params
            if method == "release_session_key":
                params = [key]
            elif key not in self.sessions:
                return {"id": 1, "result": {"status": "Invalid session key"}, "error": None}
            elif not self.allowed:
                said = "No permission"
                bare = self.version == 3 and method == "update_response"
                return {"id": 1, "result": said if bare else {"status": said}, "error": None}
        return {"id": 1, "result": getattr(self, method)(*params), "error": None}


@contextmanager
def serving(limesurvey):
    """Its address is in `url` while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/json"
            status, headers, said = limesurvey.answer or (200, {}, json.dumps(limesurvey.handle(body)).encode())
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(said))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        limesurvey.url = f"http://127.0.0.1:{server.server_port}{PATH}"
        try:
            yield limesurvey
        finally:
            server.shutdown()
            thread.join()
