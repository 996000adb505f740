"""Every row of the answer table in docs/deploy.md, over real HTTP against both servers."""

from __future__ import annotations

import gzip
import json
import resource
import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from tests.web.servers import SECRETS, Server, start

from exit_bridge.bank import load_bank
from exit_bridge.platforms import platform

pytestmark = pytest.mark.server

BANK = load_bank()
OLD, NEW = SECRETS["OLD_SECRET"], SECRETS["NEW_SECRET"]
MARKER = "Zebedee-Marker"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=["gunicorn", "waitress"])
def server(request, tmp_path_factory):
    running = start(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    assert running.stop() == 0
    for secret in (OLD, NEW, NEW.removeprefix("whsec_")):
        assert secret not in running.log
    assert MARKER not in running.log
    assert "@example" not in running.log
    assert "Traceback" not in running.log


def chosen(question: str, ref: str) -> dict:
    field = {"id": "f", "ref": question, "type": "multiple_choice"}
    return {"type": "choice", "choice": {"id": "c", "ref": ref, "label": "x"}, "field": field}


def typeform(
    response_id="t-1", *, level=3, event="form_response", notice="yes", submitted="2026-11-20T10:00:00Z", **change
):
    answers = [chosen(item, f"{item}_{level}") for item in BANK.variants["full"].items]
    answers.append(chosen("notice", f"notice_{notice}"))
    answers.append(
        {"type": "text", "text": MARKER, "field": {"id": "k", "ref": "comment_adaption", "type": "long_text"}}
    )
    response = {
        "form_id": "F",
        "token": response_id,
        "submitted_at": submitted,
        "landed_at": submitted,
        "hidden": {},
        "definition": {"id": "F", "title": "t", "fields": []},
        "answers": answers,
    }
    return json.dumps({"event_id": "e", "event_type": event, "form_response": {**response, **change}}).encode()


def generic(response_id="g-1", level=3, **more):
    answers = dict.fromkeys(BANK.variants["full"].items, level)
    return json.dumps({
        "schema_version": 1, "response_id": response_id, "context": {"notice": "yes"}, "answers": answers,
        "comments": {"adaption": f"{MARKER} someone@example.example"}, **more,
    }).encode()  # fmt: skip


def post(server: Server, survey: str, body: bytes, secret: str = NEW, **headers) -> object:
    tool = "typeform" if survey == "tf" else "generic"
    mode = {"gen-header": "header", "gen-basic": "basic", "gen-path": "path"}.get(survey, "signature")
    signed = platform(tool).scheme(mode).sign(body, secret)
    path = f"/hooks/{survey}/{secret}" if mode == "path" else f"/hooks/{survey}"
    return server.request("POST", path, body, {**JSON, **signed, **headers})


def status(answer) -> tuple[int, str]:
    return answer.status, answer.json["status"]


def quarantined(server: Server) -> int:
    with sqlite3.connect(server.folder / "exit-bridge.sqlite3") as database:
        (n,) = database.execute("SELECT count(*) FROM quarantine").fetchone()
    database.close()
    return n


# -- accepted ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("survey", ["tf", "gen", "gen-header", "gen-basic", "gen-path"])
def test_accepted_and_duplicate(server, survey):
    """A good delivery is accepted once; the same again is a duplicate with the same result."""
    body = typeform(f"{survey}-1") if survey == "tf" else generic(f"{survey}-1")
    first, again = post(server, survey, body), post(server, survey, body)
    assert (status(first), status(again)) == ((200, "accepted"), (200, "duplicate"))
    assert first.json["result_id"] == again.json["result_id"]


def test_rotated_secrets_both_open_the_door(server):
    """While a secret is being changed, deliveries signed with either are taken."""
    assert status(post(server, "tf", typeform("rot-1"), OLD)) == (200, "accepted")
    assert status(post(server, "tf", typeform("rot-2"), NEW)) == (200, "accepted")


def test_scores_go_back_only_where_the_survey_says_so(server):
    """`reply_scores` is off unless set."""
    assert set(post(server, "gen", generic("reply-1")).json) == {"status", "result_id"}
    assert post(server, "gen-header", generic("reply-1")).json["score_receptivity"] == 50.0


def test_edits(server):
    """A newer edit replaces, an older one never does, and A, B, A are three versions."""
    at = "2026-11-20T{}:00:00Z".format
    assert status(post(server, "gen", generic("edit", 3, submitted_at=at(10)))) == (200, "accepted")
    assert status(post(server, "gen", generic("edit", 4, submitted_at=at(12)))) == (200, "edited")
    assert status(post(server, "gen", generic("edit", 5, submitted_at=at(11)))) == (200, "older")
    assert status(post(server, "gen", generic("edit", 3, submitted_at=at(13)))) == (200, "edited")
    assert status(post(server, "gen", generic("edit", 3, submitted_at=at(13)))) == (200, "duplicate")
    with sqlite3.connect(server.folder / "exit-bridge.sqlite3") as database:
        held = database.execute(
            "SELECT count(*) FROM version JOIN submission ON version.submission = submission.id"
            " WHERE response_id = 'edit'"
        ).fetchone()
    database.close()
    assert held == (4,)


def test_partial_unknown_and_declined_are_acknowledged_quietly(server):
    """Nothing of them is kept but a count."""
    assert status(post(server, "tf", typeform("p-1", event="form_response_partial"))) == (200, "ignored")
    assert status(post(server, "tf", typeform("p-2", event="something_new"))) == (200, "ignored")
    assert status(post(server, "tf", typeform("p-3", notice="no"))) == (200, "declined")
    with sqlite3.connect(server.folder / "exit-bridge.sqlite3") as database:
        kept = database.execute("SELECT count(*) FROM submission WHERE response_id LIKE 'p-%'").fetchone()
    database.close()
    assert kept == (0,)


def test_the_tools_own_test_request_is_counted_and_never_scored(server):
    """Typeform's test button fills every hidden field with the same placeholder."""
    ping = typeform("ping", hidden=dict.fromkeys(("bank", "variant", "wave", "respondent"), "hidden_value"))
    assert status(post(server, "tf", ping)) == (200, "ignored")


@pytest.mark.parametrize("path", ["/hooks/tf", "/hooks/tf/", "/hooks/nobody", "/hooks/gen-path/sometoken"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_probes_get_a_neutral_line(server, path, method):
    """A person or a tool that looks at the address learns nothing, known survey or not."""
    answer = server.request(method, path)
    assert answer.status == 200
    assert answer.body == (b"" if method == "HEAD" else b"exit-bridge receives form submissions here by POST.\n")


# -- not trusted ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Typeform-Signature": ""},
        {"Typeform-Signature": "sha256="},
        {"Typeform-Signature": "sha256=AAAA"},
        {"Typeform-Signature": "garbage"},
        {"Typeform-Signature": "sha256=\u00e9\u00e8"},
        {"Typeform-Signature": "x" * 3000},
        {"X-Exit-Bridge-Token": NEW},
        {"Authorization": "Basic ZXhpdC1icmlkZ2U6eA=="},
        {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1"},
    ],
)
def test_bad_or_foreign_credentials(server, headers):
    """Missing, garbage, not ASCII, or another mode's: always the same 401."""
    before = quarantined(server)
    answer = server.request("POST", "/hooks/tf", typeform("bad"), {**JSON, **headers})
    assert status(answer) == (401, "untrusted")
    assert quarantined(server) == before


def test_a_signature_of_another_body_or_secret(server):
    """A right signature of something else is a wrong one."""
    scheme = platform("typeform").scheme("signature")
    for signed in (scheme.sign(typeform("other"), NEW), scheme.sign(typeform("sig"), "x" * 40)):
        answer = server.request("POST", "/hooks/tf", typeform("sig"), {**JSON, **signed})
        assert status(answer) == (401, "untrusted")


def test_the_wrong_mode_is_refused_even_with_the_right_secret(server):
    """Exactly one way in: a path token on a signature survey, a signature on a path survey, a wrong token."""
    body = generic("mode")
    signed = platform("generic").scheme("signature").sign(body, NEW)
    for path, headers in (
        (f"/hooks/gen/{NEW}", signed),
        ("/hooks/gen", {"X-Exit-Bridge-Token": NEW}),
        ("/hooks/gen-path", signed),
        ("/hooks/gen-path/wrong", {}),
        ("/hooks/gen-basic", signed),
        ("/hooks/gen-header", signed),
    ):
        assert status(server.request("POST", path, body, {**JSON, **headers})) == (401, "untrusted")


@pytest.mark.parametrize("path", ["/hooks/nobody", "/hooks/nobody/token", "/hooks/nobody/a/b", "/hooks", "/else"])
def test_an_unknown_survey_is_a_wrong_credential(server, path):
    """Never 404 or 410, which make some senders switch their hook off."""
    assert status(server.request("POST", path, generic(), JSON)) == (401, "untrusted")


def test_no_credentials_only_from_this_machine(server):
    """`auth = "none"` is for trying things out: a request that came through a proxy is refused."""
    assert status(server.request("POST", "/hooks/open", generic("open-1"), JSON)) == (200, "accepted")
    forwarded = {**JSON, "X-Forwarded-For": "203.0.113.9"}
    assert status(server.request("POST", "/hooks/open", generic("open-2"), forwarded)) == (401, "untrusted")


# -- too large, wrong type -----------------------------------------------------------------------------------------


def test_one_byte_past_the_limit(server):
    """The limit is real: at it a body is read, one byte past it is 413, and so are 5 MB."""
    limit = platform("typeform").max_body
    fits = typeform("size").ljust(limit)
    assert status(post(server, "tf", fits)) == (200, "accepted")
    assert post(server, "tf", fits + b" ").status == 413
    assert server.raw(
        b"POST /hooks/tf HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5242880\r\n\r\n"
        + b" " * 5_242_880
    ).startswith(b"HTTP/1.1 413")


def test_chunked_bodies(server):
    """A chunked body is read up to the limit and refused past it, without a Content-Length to trust."""
    body = typeform("chunked")
    signed = {**JSON, **platform("typeform").scheme("signature").sign(body, NEW), "Transfer-Encoding": "chunked"}
    pieces = [body[n : n + 1000] for n in range(0, len(body), 1000)]
    assert status(server.request("POST", "/hooks/tf", iter(pieces), signed, chunked=True)) == (200, "accepted")
    head = b"POST /hooks/tf HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    assert b" 413 " in server.raw(head + chunk * 17 + b"0\r\n\r\n").split(b"\r\n")[0]


def test_compressed_and_foreign_types(server):
    """A gzip body and a form post are told apart from bad JSON: 415, and only once trusted."""
    body = gzip.compress(generic("zip"))
    header = {"X-Exit-Bridge-Token": NEW}
    for headers in (
        {**JSON, **header, "Content-Encoding": "gzip"},
        {**header, "Content-Type": "application/x-www-form-urlencoded"},
        {**header, "Content-Type": "text/plain"},
        header,
    ):
        assert status(server.request("POST", "/hooks/gen-header", body, headers)) == (415, "unsupported")
    assert server.request("POST", "/hooks/gen-header", body, {"Content-Encoding": "gzip"}).status == 401


# -- trusted but unreadable ----------------------------------------------------------------------------------------

UNREADABLE = {
    "not json": b"{",
    "nan": b'{"response_id": NaN}',
    "duplicate keys": b'{"response_id": "a", "response_id": "b"}',
    "100,000 brackets": b"[" * 100_000,
    "100,000 closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "not utf-8": b"\xff\xfe{}",
    "empty": b"",
    "another platform": typeform("x"),
    "a number": b"7",
    "unknown item": generic("q-item").replace(b'"rec01"', b'"rec99"'),
    "unknown label": generic("q-label").replace(b'"rec01": 3', b'"rec01": "' + MARKER.encode() + b'"'),
    "out of range": generic("q-range").replace(b'"rec01": 3', b'"rec01": 9'),
    "unknown bank": generic("q-bank", bank="exit-open@77"),
    "unknown variant": generic("q-variant", variant="nope"),
    "schema": generic("q" * 300),
    "bad time": generic("q-time", submitted_at="last week"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_trusted_but_unreadable_is_quarantined(server, body):
    """Answered 200 so that it is not sent for ever, kept whole so that nothing is lost."""
    before = quarantined(server)
    answer = post_token(server, body)
    assert status(answer) == (200, "quarantined")
    assert quarantined(server) == before + 1
    assert set(answer.json) == {"status"}


def post_token(server: Server, body: bytes):
    return server.request("POST", "/hooks/gen-header", body, {**JSON, "X-Exit-Bridge-Token": NEW})


def test_a_typeform_delivery_of_another_form(server):
    """Signed and well formed, but none of our questions."""
    body = typeform(
        "foreign", answers=[{"type": "text", "text": MARKER, "field": {"id": "a", "ref": "b", "type": "short_text"}}]
    )
    assert status(post(server, "tf", body)) == (200, "quarantined")


def test_one_bad_element_does_not_hold_up_the_others(server):
    """A batch of three with one bad: two accepted, one quarantined, and again without side effects."""
    batch = [json.loads(generic(f"batch-{n}")) for n in range(3)]
    batch[1]["answers"]["rec01"] = 99
    body = json.dumps(batch).encode()
    before = quarantined(server)
    answer = post_token(server, body)
    assert answer.status == 200
    assert sorted(row["status"] for row in answer.json["results"]) == ["accepted", "accepted", "quarantined"]
    again = post_token(server, body)
    assert sorted(row["status"] for row in again.json["results"]) == ["duplicate", "duplicate", "quarantined"]
    assert quarantined(server) == before + 1


# -- the store is away ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["gunicorn", "waitress"])
def own_server(request, tmp_path):
    """A server of one's own, to take its database away."""
    running = start(request.param, tmp_path)
    yield running
    running.stop()
    assert MARKER not in running.log
    assert "Traceback" not in running.log


def spooled(server: Server) -> list[Path]:
    return [path for path in (server.folder / "exit-bridge-spool").glob("*") if path.is_file()]


def wait_until(check, seconds=15):
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def within(seconds, call):
    """What a call gives; it must not take longer than the least patient sender waits."""
    began = time.monotonic()
    answer = call()
    assert time.monotonic() - began < seconds
    return answer


def away(server: Server) -> None:
    """Tools that send again are told to; for the others the delivery is spooled and taken as received."""
    answer = within(5, lambda: post(server, "tf", typeform("away")))
    assert status(answer) == (503, "try_again")
    assert int(answer.headers["retry-after"]) > 0
    assert status(within(5, lambda: post(server, "gen", generic("away")))) == (200, "spooled")


def test_a_locked_store(own_server):
    """Locked for long, every answer still comes within five seconds; afterwards everything spooled is taken."""
    blocker = sqlite3.connect(own_server.folder / "exit-bridge.sqlite3", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    away(own_server)
    assert len(spooled(own_server)) == 1
    blocker.execute("ROLLBACK")
    blocker.close()
    assert status(post(own_server, "tf", typeform("away"))) == (200, "accepted")
    if own_server.kind == "waitress":  # the worker runs beside the web only there
        wait_until(lambda: not spooled(own_server))
        assert status(post(own_server, "gen", generic("away"))) == (200, "duplicate")


def test_a_store_that_is_gone(own_server):
    """The database file is deleted under the running server: no delivery disappears into an unlinked file."""
    assert status(post(own_server, "tf", typeform("before"))) == (200, "accepted")
    for path in own_server.folder.glob("exit-bridge.sqlite3*"):
        path.unlink()
    away(own_server)
    assert own_server.request("GET", "/healthz").status == 503


@pytest.mark.parametrize("kind", ["gunicorn", "waitress"])
def test_a_full_disk(kind, tmp_path):
    """The database cannot grow any more: the sender is asked to try again, or the delivery is spooled."""
    running = start(kind, tmp_path, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000)))
    try:
        seen = set()
        for n in range(400):
            answer = post(running, "tf", typeform(f"full-{n}"))
            seen.add(answer.status)
            if answer.status != 200:
                break
        assert seen == {200, 503}
        # A failed write may free some room, so it can take a few more until there is none for this one.
        answers = [status(post(running, "gen", generic(f"full-{n}"))) for n in range(60)]
        assert set(answers) <= {(200, "accepted"), (200, "spooled")}
        assert answers[-1] == (200, "spooled")
        with sqlite3.connect(tmp_path / "exit-bridge.sqlite3") as database:
            kept = database.execute("SELECT count(*) FROM submission WHERE survey = 'gen'").fetchone()
        database.close()
        assert kept == (answers.count((200, "accepted")),)
    finally:
        running.stop()
    assert "Traceback" not in running.log
    shutil.rmtree(tmp_path / "exit-bridge-spool", ignore_errors=True)
