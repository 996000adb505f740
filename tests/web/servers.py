"""A real server process to send real HTTP to."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
SECRETS = {
    "OLD_SECRET": "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZA==",
    "NEW_SECRET": "whsec_bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldw==",
}
SETTINGS = """
{database}
[surveys.tf]
platform = "typeform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$OLD_SECRET", "$NEW_SECRET"]
[[surveys.tf.send]]
by = "folder"
directory = "out"

[surveys.gen]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$NEW_SECRET"]

[surveys.gen-header]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "header"
secrets = ["$NEW_SECRET"]
reply_scores = true

[surveys.gen-basic]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "basic"
secrets = ["$NEW_SECRET"]

[surveys.gen-path]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "path"
secrets = ["$NEW_SECRET"]

[surveys.open]
platform = "generic"
bank = "exit-open@1"
answered_by = "group"
auth = "none"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Server:
    """One running server over its own folder. `log` is everything it printed so far."""

    kind: str
    folder: Path
    port: int
    process: subprocess.Popen
    log_file: Path
    extra: dict = field(default_factory=dict)

    @property
    def log(self) -> str:
        return self.log_file.read_text("utf-8", errors="replace")

    def request(self, method: str, path: str, body=None, headers=None, *, chunked=False) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=headers or {}, encode_chunked=chunked)
            reply = connection.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and read what comes back until the server closes or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plug:
            received = b""
            with contextlib.suppress(OSError):  # the server may close before it has read everything
                plug.sendall(request)
            with contextlib.suppress(OSError):
                while chunk := plug.recv(65536):
                    received += chunk
            return received

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def start(kind: str, folder: Path, *, database: str = "", before=None) -> Server:
    """Start `gunicorn`, as the Procfile does, or `waitress` over the settings above and wait until it answers."""
    (folder / "exit-bridge.toml").write_text(SETTINGS.format(database=database), "utf-8")
    environment = {**os.environ, **SECRETS, "EXIT_BRIDGE_SETTINGS": str(folder / "exit-bridge.toml")}
    upgraded = subprocess.run(
        [sys.executable, "-m", "exit_bridge", "db", "upgrade"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert upgraded.returncode == 0, upgraded.stderr
    port = free_port()
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text("utf-8").splitlines())
    web = (
        procfile["web"]
        .removeprefix("exec ")
        .replace("${WEB_CONCURRENCY:-1}", "1")
        .replace("0.0.0.0:$PORT", f"127.0.0.1:{port}")
    )
    command = {
        "gunicorn": [sys.executable, "-m", *shlex.split(web)],
        "waitress": [sys.executable, "-m", "exit_bridge", "serve", "--port", str(port)],
    }[kind]
    log_file = folder / f"{kind}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT, preexec_fn=before
        )
    server = Server(kind, folder, port, process, log_file)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, server.log
        try:
            if server.request("GET", "/healthz").status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    server.stop()
    raise AssertionError(f"the server did not come up: {server.log}")
