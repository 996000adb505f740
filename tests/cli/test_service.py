"""`serve`, `worker` and `send-test`, as the processes and the HTTP they are."""

from __future__ import annotations

import http.client
import json
import re
import shlex
import signal
import socket
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from flask import Flask
from tests.cli.cli_calls import FIRST, PATIENCE, SECRET, Running, call, started, until, write_settings

from exit_bridge import logs
from exit_bridge.bank import load_bank
from exit_bridge.cli.made_up import answers
from exit_bridge.cli.running import running
from exit_bridge.errors import ExitBridgeError, SendFailed
from exit_bridge.intake import DeployedForm, Submission, decode, reply_address
from exit_bridge.platforms import platform, platforms
from exit_bridge.platforms.base import Platform
from exit_bridge.settings import load_settings
from exit_bridge.store import open_store
from exit_bridge.web import server
from exit_bridge.worker import Pace, Worker

WHSEC = "whsec_ZXhpdC1icmlkZ2UtdGVzdC1zZWNyZXQtMDEyMzQ1Njc="
ROOT = Path(__file__).parents[2]
MODES = ("signature", "header", "basic", "path")


@pytest.fixture(autouse=True)
def _no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)


def address(service: Running) -> str:
    return service.wait_for(r"listening on (http://\S+)")[1]


def post(base: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    with closing(http.client.HTTPConnection(base.removeprefix("http://"), timeout=PATIENCE)) as connection:
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())


def delivery(number: int) -> tuple[bytes, dict[str, str]]:
    """One signed Typeform delivery with an id of its own."""
    tool, bank = platform("typeform"), load_bank()
    body = tool.sample_delivery(bank, "full", answers(bank, "full"), f"r-{number}", "2026-01-15T10:30:00Z")
    return body, tool.scheme("signature").sign(body, SECRET)


def states(settings: Path) -> list[str]:
    with open_store(load_settings(settings).database) as store:
        return [job.state for job in store.jobs()]


# -- serve ---------------------------------------------------------------------------------------------------------


@pytest.mark.server
def test_serve_takes_a_delivery_all_the_way(tmp_path: Path) -> None:
    """With nothing but a settings file: it makes the database, answers, sends the report, and ends when asked."""
    settings = write_settings(tmp_path)
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        body, proof = delivery(1)
        status, said = post(base, "/hooks/first", body, proof)
        assert (status, said["status"]) == (200, "accepted")
        report = tmp_path / "reports" / "first" / said["result_id"] / "report.eml"
        until(report.is_file, "the report")
        assert post(base, "/hooks/first", body, {}) == (401, {"status": "untrusted"})
        code, seconds = service.end(signal.SIGTERM)
        assert (code, service.out.count("Stopped.")) == (0, 1)
        assert seconds < 5
    assert "survey=first outcome=accepted" in service.err
    assert "Traceback" not in service.err


@pytest.mark.server
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_before_the_end_is_sent_after_the_next_start(tmp_path: Path, asked: int) -> None:
    """Stopped in the middle of the work: no job is lost, none is left in somebody's hands."""
    settings, count = write_settings(tmp_path), 30
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        for number in range(count):
            body, proof = delivery(number)
            assert post(base, "/hooks/first", body, proof)[0] == 200
        code, seconds = service.end(asked)
        assert code == 0
        assert seconds < 5
    left = states(settings)
    assert len(left) == count
    assert set(left) <= {"ready", "done"}
    with started(settings, "worker") as worker:
        until(lambda: states(settings) == ["done"] * count, "every job to be done")
        assert worker.end(signal.SIGTERM)[0] == 0
    assert len(list((tmp_path / "reports" / "first").glob("*/report.html"))) == count


@pytest.mark.server
def test_serve_shows_hooks_and_hides_secrets(tmp_path: Path) -> None:
    """A secret that is part of the address is masked, in what it prints and in what it logs."""
    settings = write_settings(
        tmp_path, 'public_url = "https://a.example"\n' + FIRST.replace("bank =", 'auth = "path"\nbank =')
    )
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        body, _ = delivery(1)
        assert post(base, f"/hooks/first/{SECRET}", body, {})[0] == 200
        service.wait_for(r"first \(Typeform\): https://a\.example/hooks/first/<secret>\n")
        assert service.end(signal.SIGTERM)[0] == 0
    assert SECRET not in service.out + service.err


@pytest.mark.server
def test_a_body_too_large_is_refused_in_our_words(tmp_path: Path) -> None:
    """One byte past the limit, sent whole or in chunks; so is one that no survey could ever take."""
    limit = platform("typeform").max_body
    with started(write_settings(tmp_path), "serve", "--port", 0) as service:
        base = address(service)
        refused = (413, {"status": "too_large"})
        assert post(base, "/hooks/first", b" " * limit, {})[0] == 401  # large, but not too large to be looked at
        assert post(base, "/hooks/first", b" " * (limit + 1), {}) == refused
        with closing(http.client.HTTPConnection(base.removeprefix("http://"), timeout=PATIENCE)) as connection:
            chunks = (b" " * 65536 for _ in range(limit // 65536 + 1))
            connection.request(
                "POST", "/hooks/first", chunks, {"Content-Type": "application/json"}, encode_chunked=True
            )
            reply = connection.getresponse()
            assert (reply.status, json.loads(reply.read())) == refused


def test_no_platform_takes_more_than_the_server_lets_through() -> None:
    """Else the server would answer 413 in words of its own, below a limit that we publish."""
    assert max(tool.max_body for tool in platforms()) < 64 * 1024 * 1024


@pytest.mark.server
def test_a_hook_without_a_secret_works_on_this_machine_and_not_through_a_proxy(tmp_path: Path) -> None:
    """The server hands the proxy's headers on, so that its own loopback address is not mistaken for this machine."""
    open_hook = FIRST.replace('secrets = ["$FIRST_SECRET"]', 'auth = "none"')
    with started(write_settings(tmp_path, open_hook), "serve", "--port", 0) as service:
        base = address(service)
        body, _ = delivery(1)
        assert post(base, "/hooks/first", body, {"X-Forwarded-For": "203.0.113.7"})[0] == 401
        assert post(base, "/hooks/first", body, {"Forwarded": "for=203.0.113.7"})[0] == 401
        assert post(base, "/hooks/first", body, {})[0] == 200


def test_a_hook_without_a_secret_is_never_served_to_others(tmp_path: Path) -> None:
    """Refused before anything listens."""
    settings = write_settings(tmp_path, FIRST.replace('secrets = ["$FIRST_SECRET"]', 'auth = "none"'))
    said = call(settings, "serve", "--host", "0.0.0.0", "--port", "0")
    assert said.code == 1
    assert "lets anybody in" in said.err
    assert not (tmp_path / "exit-bridge.sqlite3").exists()


@pytest.mark.parametrize(("flag", "value"), [("--port", 70000), ("--host", "nosuch.invalid")])
def test_an_address_that_cannot_be_listened_on_is_said(tmp_path: Path, flag: str, value: object) -> None:
    """One line, exit code of a wrong flag."""
    said = call(write_settings(tmp_path), "serve", "--port", "0", flag, value)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    """Two services cannot share it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = call(write_settings(tmp_path), "serve", "--port", taken.getsockname()[1])
    assert said.code == 2
    assert "Address already in use" in said.err


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
@pytest.mark.server
def test_postgresql_is_upgraded_by_somebody_who_means_it(tmp_path: Path, store_url: str) -> None:
    """Other processes may be using it: `serve` refuses until `db upgrade` was run, and then works."""
    settings = write_settings(tmp_path, 'database = "$DATABASE_URL"\n' + FIRST, DATABASE_URL=store_url)
    said = call(settings, "serve", "--port", "0")
    assert said.code == 1
    assert "Run: exit-bridge db upgrade" in said.err
    assert call(settings, "db", "upgrade").code == 0
    with started(settings, "serve", "--port", 0) as service:
        body, proof = delivery(1)
        assert post(address(service), "/hooks/first", body, proof)[0] == 200
        until(lambda: states(settings) == ["done"], "the job to be done")
        assert service.end(signal.SIGTERM)[0] == 0


@pytest.mark.server
def test_serve_starts_while_postgresql_is_away(tmp_path: Path) -> None:
    """Deliveries are put off rather than lost, and the health check says so."""
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    settings = write_settings(tmp_path, 'database = "$DATABASE_URL"\n' + FIRST, DATABASE_URL=url)
    pytest.importorskip("psycopg", reason="pip install psycopg[binary]")
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        body, proof = delivery(1)
        assert post(base, "/hooks/first", body, proof) == (503, {"status": "try_again"})
        code, seconds = service.end(signal.SIGTERM)
        assert code == 0
        assert seconds < 5


def test_requests_in_hand_are_answered_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop in the middle of one, with another waiting for its turn, the server still answers both."""
    monkeypatch.setattr(server, "THREADS", 1)
    app, begun, stop, answers_given = Flask("slow"), Event(), Event(), []

    @app.get("/")
    def slow() -> str:
        begun.set()
        sleep(0.4)
        return "answered"

    listening = server.listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    serving = Thread(target=server.serve, args=(app, listening, stop, 1000))
    serving.start()

    def ask() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", "/")
            answers_given.append(connection.getresponse().read())

    clients = [Thread(target=ask) for _ in range(2)]
    for client in clients:
        client.start()
    assert begun.wait(PATIENCE)
    sleep(0.2)  # for the second one to arrive
    stop.set()
    for thread in (*clients, serving):
        thread.join(PATIENCE)
    assert (answers_given, serving.is_alive()) == ([b"answered"] * 2, False)


def test_half_a_service_does_not_pass_for_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the worker breaks down the web server ends too, and the reason is said without a traceback."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("an answer that must not be quoted")

    monkeypatch.setattr(Worker, "run", broken)
    settings = load_settings(write_settings(tmp_path))
    with open_store(settings.database) as store:
        store.upgrade()
        with pytest.raises(ExitBridgeError, match="worker: ZeroDivisionError") as caught:  # noqa: SIM117
            with running(settings, store, server.listen("127.0.0.1", 0), Pace(poll=0.01)) as stop:
                assert stop.wait(PATIENCE)
    assert "must not be quoted" not in str(caught.value)


def test_log_lines_leave_the_secret_part_of_an_address_out() -> None:
    """Whoever writes them."""
    import logging

    record = logging.LogRecord("waitress", logging.ERROR, "", 0, "serving %s", ("/hooks/first/s3cret-token?x=1",), None)
    line = logs._WithoutTokens("%(message)s").format(record)
    assert line == "serving /hooks/first/<secret>?x=1"


# -- worker --------------------------------------------------------------------------------------------------------


@pytest.mark.server
def test_the_worker_says_what_sqlite_means(tmp_path: Path) -> None:
    """It refuses nothing: a missing database is waited for."""
    settings = write_settings(tmp_path)
    with started(settings, "worker") as worker:
        worker.wait_for("The worker is running")
        until(lambda: "There is no database" in worker.err, "a warning")
        code, seconds = worker.end(signal.SIGTERM)
        assert code == 0
        assert seconds < 5
    assert "the web process must run on this machine" in worker.err
    assert "Run: exit-bridge db upgrade" in worker.err
    assert "Traceback" not in worker.err


def test_the_worker_outlives_a_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step that trips must not stop every report after it."""
    settings, steps, stop = load_settings(write_settings(tmp_path)), [], Event()

    def step(_: Worker) -> bool:
        steps.append(1)
        if len(steps) == 1:
            raise ZeroDivisionError
        stop.set()
        return True

    monkeypatch.setattr(Worker, "step", step)
    from exit_bridge.bridge import Bridge

    with open_store(settings.database) as store:
        Worker(Bridge(settings, store), Pace(backoff=0.01)).run(stop)
    assert len(steps) == 2


# -- send-test -----------------------------------------------------------------------------------------------------


@pytest.mark.server
def test_send_test_goes_the_whole_way_and_can_be_removed(tmp_path: Path) -> None:
    """Marked as made up, in a wave of its own, and gone again by the line it prints."""
    settings = write_settings(tmp_path)
    with started(settings, "serve", "--port", 0) as service:
        said = call(settings, "send-test", "first", "--url", address(service))
        assert said.code == 0, said.err
        assert "The hook answered 200 accepted." in said.out
        until(lambda: states(settings) == ["done"], "the report")
    (report,) = (tmp_path / "reports" / "first").glob("*/report.txt")
    assert "made up" in report.read_text("utf-8")
    with open_store(load_settings(settings).database) as store:
        assert store.counts("first") == {"send-test": 1}
    assert re.search(r"send-test-\d{8}T\d{6}Z-[0-9a-f]{4} ", said.out)
    removal = shlex.split(said.out.split("To remove it everywhere: exit-bridge ")[1])
    assert call(settings, *removal, "--yes").code == 0
    assert not report.exists()


@pytest.mark.server
def test_send_test_proves_itself_in_every_mode(tmp_path: Path) -> None:
    """As the survey's settings say, whatever the tool."""
    text = "".join(
        f'[surveys.{mode}]\nplatform = "generic"\nbank = "exit-open@1"\nanswered_by = "individuals"\n'
        f'individual_reports = "none"\nauth = "{mode}"\nsecrets = ["$WHSEC"]\n'
        for mode in MODES
    )
    settings = write_settings(tmp_path, text, WHSEC=WHSEC)
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        for mode in MODES:
            said = call(settings, "send-test", mode, "--url", base)
            assert (said.code, "200 accepted" in said.out) == (0, True), mode
            assert WHSEC not in said.out
    assert "No report leaves" in said.out


@pytest.mark.server
@pytest.mark.parametrize("variant", ["full", "extended", "quick", "young-person"])
def test_send_test_fits_every_variant(tmp_path: Path, variant: str) -> None:
    """Made-up answers are valid answers."""
    settings = write_settings(tmp_path, FIRST.replace("bank =", f'variant = "{variant}"\nbank ='))
    with started(settings, "serve", "--port", 0) as service:
        said = call(settings, "send-test", "first", "--url", address(service))
    assert said.code == 0, said.err


@pytest.mark.parametrize("tool", platforms(), ids=lambda tool: tool.name)
def test_what_is_made_up_is_read_as_it_was_meant(tool: Platform) -> None:
    """In the shape of every tool that somebody has written down, reply address and wave included."""
    if type(tool).sample_delivery is Platform.sample_delivery:
        with pytest.raises(NotImplementedError):
            tool.sample_delivery(load_bank(), "full", {}, "r-1", "2026-01-15T10:30:00Z")
        return
    bank = load_bank()
    said = answers(bank, "extended") | {"reply_to": "somebody@council.example"}
    body = tool.sample_delivery(bank, "extended", said, "r-1", "2026-01-15T10:30:00Z", "a wave")
    (raw,) = tool.read(tool.payload(body)).responses
    form = DeployedForm("first", tool.name, bank)
    read, reply_to = decode(raw, form), reply_address(raw, form)
    assert isinstance(read, Submission)
    assert (read.response_id, read.submitted_at, read.wave) == ("r-1", "2026-01-15T10:30:00Z", "a wave")
    assert (read.variant, reply_to) == ("extended", "somebody@council.example")
    back = {key: str(value) for key, value in (read.answers | read.context).items()}
    back |= {f"comment_{key}": text for key, text in read.comments.items()}
    assert back | {"reply_to": reply_to} == said


@pytest.mark.server
def test_send_test_says_when_the_secrets_differ(tmp_path: Path) -> None:
    """A service that was not restarted after a change is the usual reason."""
    settings = write_settings(tmp_path)
    with started(settings, "serve", "--port", 0) as service:
        base = address(service)
        write_settings(tmp_path, FIRST_SECRET="another-made-up-secret-0123456789-abcdef")
        said = call(settings, "send-test", "first", "--url", base)
    assert said.code == 1
    assert "The hook answered 401 untrusted." in said.out
    assert "Restart it after changing settings" in said.err


def test_send_test_says_when_nobody_is_there(tmp_path: Path) -> None:
    """And never shows the address's secret part."""
    settings = write_settings(tmp_path, FIRST.replace("bank =", 'auth = "path"\nbank ='))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = call(settings, "send-test", "first", "--url", f"http://127.0.0.1:{port}")
    assert said.code == 1
    assert said.err.endswith("Start it with `exit-bridge serve`.\n")
    assert SECRET not in said.out + said.err


def test_send_test_says_how_to_reach_a_service_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where public_url is set, and nothing answers there yet."""

    def nobody(*_: object) -> None:
        raise SendFailed("The server cannot be reached", where="reports.council.example")

    monkeypatch.setattr("exit_bridge.http.post", nobody)
    settings = write_settings(tmp_path, 'public_url = "https://reports.council.example"\n' + FIRST)
    said = call(settings, "send-test", "first")
    assert said.code == 1
    assert said.err.endswith("add --url http://127.0.0.1:8000.\n")


@pytest.mark.parametrize("url", ["reports.example", "https://", "ftp://a.example", "http://[::1", "http://a.example:x"])
def test_send_test_wants_a_web_address(tmp_path: Path, url: str) -> None:
    """One line for anything else."""
    said = call(write_settings(tmp_path), "send-test", "first", "--url", url)
    assert said.code == 2
    assert "This is no web address" in said.err


def test_send_test_names_the_surveys_there_are(tmp_path: Path) -> None:
    """For a name that is none of them."""
    said = call(write_settings(tmp_path), "send-test", "second")
    assert said.code == 1
    assert "Known surveys: first" in said.err


@pytest.mark.server
def test_send_test_says_when_a_form_gives_no_report(tmp_path: Path) -> None:
    """Whatever address is named."""
    text = FIRST.replace('"group"', '"individuals"\nreply_domains = ["b.example"]\nvariant = "young-person"')
    settings = write_settings(tmp_path, text)
    with started(settings, "serve", "--port", 0) as service:
        said = call(settings, "send-test", "first", "--url", address(service), "--reply-to", "a@b.example")
    assert said.code == 0, said.err
    assert "\nThis form gives no report.\n" in said.out
    assert "A report leaves" not in said.out
