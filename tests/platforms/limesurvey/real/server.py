"""A LimeSurvey of the tests' own: a copy of a release tree, its own database, PHP's server on a free port.

Nothing of the release tree is changed, and no running LimeSurvey is touched. `start` is all a test needs:

    with start(tmp_path_factory.mktemp("limesurvey")) as limesurvey:
        survey = limesurvey.import_survey(Path("form.txt").read_bytes(), "txt")
        limesurvey.activate(survey)
        page.goto(limesurvey.page(survey))
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from tests.conftest import missing

SOURCE = os.environ.get("EXIT_BRIDGE_LIMESURVEY", "")
"""Folder of a LimeSurvey release, 3.x to 6.x. Without it the tests of the real thing skip."""
MARIADB = os.environ.get("EXIT_BRIDGE_TEST_MARIADB", "mysql://root@127.0.0.1:3306")
ADMIN, PASSWORD = "admin", "password-for-tests"
ZONE = "America/New_York"
"""Where the server stands: never UTC, so that a time sent without its zone cannot pass by luck."""
PREFIX = "lime_"

_CONFIG = """<?php if (!defined('BASEPATH')) exit('No direct script access allowed');
return array(
    'components' => array(
        'db' => array(
            'connectionString' => %(dsn)s, 'username' => %(user)s, 'password' => %(password)s,
            'emulatePrepare' => true, 'charset' => 'utf8mb4', 'tablePrefix' => '%(prefix)s',
        ),
        'session' => array('sessionName' => %(session)s),
        'urlManager' => array('urlFormat' => 'path', 'rules' => array(), 'showScriptName' => true),
    ),
    'config' => array('debug' => 0, 'debugsql' => 0, 'RPCInterface' => 'json', 'force_ssl' => 'off'),
);
"""
_SQL = """
[$dsn, $user, $password, $statement, $values] = json_decode(stream_get_contents(STDIN), true);
$db = new PDO($dsn, $user, $password, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$done = $db->prepare($statement);
$done->execute($values);
echo json_encode($done->columnCount() ? $done->fetchAll(PDO::FETCH_ASSOC) : []);
"""


@dataclass
class LimeSurvey:
    """One running LimeSurvey: its files, its address, its database, its RemoteControl."""

    root: Path
    url: str
    database: str
    php: tuple[str, ...]
    _key: str = field(default="", repr=False)

    @property
    def version(self) -> tuple[int, ...]:
        """The release, as (6, 14, 0)."""
        text = (self.root / "application" / "config" / "version.php").read_text("utf-8")
        return tuple(int(part) for part in text.split("'versionnumber'] = '")[1].split("'")[0].split("."))

    def page(self, survey: int, **parameters: str) -> str:
        """Where a respondent begins."""
        query = "".join(f"&{name}={quote(value)}" for name, value in parameters.items())
        return f"{self.url}/index.php/{survey}?newtest=Y{query}"

    def admin(self, path: str) -> str:
        """An administration page."""
        return f"{self.url}/index.php/{path}"

    # -- RemoteControl ---------------------------------------------------------------------------------------------

    def call(self, method: str, *parameters: Any) -> Any:
        """A RemoteControl call with a session key before its parameters; refusals raise AssertionError."""
        self._key = self._key or self._post("get_session_key", ADMIN, PASSWORD)
        answer = self._post(method, self._key, *parameters)
        status = answer.get("status") if isinstance(answer, dict) else None
        assert status in (None, "OK"), f"{method}: {status}"
        return answer

    def import_survey(self, content: bytes, kind: str) -> int:
        """Import a form (`txt` or `lss`); the survey's id."""
        return int(self.call("import_survey", base64.b64encode(content).decode(), kind))

    def activate(self, survey: int) -> None:
        """Open a survey to respondents."""
        self.call("activate_survey", survey)

    def _post(self, method: str, *parameters: Any) -> Any:
        body = {"method": method, "params": parameters, "id": 1}
        reply = requests.post(self.admin("admin/remotecontrol"), json=body, timeout=120).json()
        assert reply.get("error") is None, f"{method}: {reply['error']}"
        return reply["result"]

    # -- machinery -------------------------------------------------------------------------------------------------

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """One statement on this LimeSurvey's database; `{name}` is a table of LimeSurvey."""
        return _sql(self.php, self.database, statement.replace("{", PREFIX).replace("}", ""), values)

    def console(self, *arguments: str) -> str:
        """LimeSurvey's command line, as cron runs it."""
        command = [*self.php, "application/commands/console.php", *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True, timeout=300).stdout

    def logs(self) -> str:
        """All that LimeSurvey and its plugins have written to their logs."""
        return "".join(path.read_text("utf-8", "replace") for path in (self.root / "tmp" / "runtime").glob("*.log*"))


@contextmanager
def start(folder: Path, source: str = SOURCE, **ini: str) -> Iterator[LimeSurvey]:
    """Copy, install and serve a LimeSurvey below `folder`; all of it is gone afterwards.

    `ini`: settings for PHP, dots written as `__`. Skips with the reason where something is missing.
    """
    if not source:
        # Never a failure: a release is nobody's to install but the reader's.
        pytest.skip("LimeSurvey is missing: name the folder of a release in EXIT_BRIDGE_LIMESURVEY")
    if not shutil.which("php"):
        missing("PHP", "install php-cli and the extensions curl, gd, imap, intl, ldap, mbstring, mysql, xml, zip")
    settings = {"error_reporting": "0", "date__timezone": ZONE, "upload_max_filesize": "20M", **ini}
    php = ("php", *(part for name, value in settings.items() for part in ("-d", f"{name.replace('__', '.')}={value}")))
    try:
        _sql(php, "", "SELECT 1")
    except subprocess.CalledProcessError:
        missing("MariaDB", "start a server and name it in EXIT_BRIDGE_TEST_MARIADB, as mysql://user:password@host:port")
    database = f"exit_bridge_test_{secrets.token_hex(6)}"
    root = folder / "limesurvey"
    leave = shutil.ignore_patterns(".git", "docs", "tests")
    shutil.copytree(source, root, symlinks=True, ignore=lambda at, names: {*leave(at, names), *_own(at, source, names)})
    for empty in ("assets", "runtime", "upload", "sessions"):
        (root / "tmp" / empty).mkdir(parents=True, exist_ok=True)
    _sql(php, "", f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
    try:
        limesurvey = LimeSurvey(root, f"http://127.0.0.1:{_free_port()}", database, php)
        _configure(limesurvey)
        limesurvey.console("install", ADMIN, PASSWORD, "Admin", "admin@fenmoor.example")
        with _served(limesurvey):
            yield limesurvey
    finally:
        _sql(php, "", f"DROP DATABASE {database}")
        shutil.rmtree(root, ignore_errors=True)


def _own(at: str, source: str, names: list[str]) -> set[str]:
    """What belongs to an installation and not to the release: its settings, keys, caches, logs and other plugins."""
    inside = Path(at).relative_to(source).as_posix()
    if inside in ("tmp", "upload/plugins"):
        return {name for name in names if name not in ("index.html", ".htaccess")}
    return {"config.php", "security.php"} & set(names) if inside == "application/config" else set()


def _configure(limesurvey: LimeSurvey) -> None:
    dsn, user, password = _connection(limesurvey.database)
    words = {"dsn": dsn, "user": user, "password": password, "session": limesurvey.database}
    quoted = {name: "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'" for name, value in words.items()}
    config = limesurvey.root / "application" / "config" / "config.php"
    config.write_text(_CONFIG % {**quoted, "prefix": PREFIX}, "utf-8")


@contextmanager
def _served(limesurvey: LimeSurvey) -> Iterator[None]:
    port = urlsplit(limesurvey.url).port
    with (limesurvey.root.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*limesurvey.php, "-S", f"127.0.0.1:{port}", "-t", "."],
            cwd=limesurvey.root,
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "4"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(limesurvey.url, server)
        yield
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # its workers are children in the same session
        server.wait(30)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"{url}/index.php/admin", timeout=30).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("LimeSurvey did not come up: see server.log beside its folder")


def _sql(php: tuple[str, ...], database: str, statement: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    given = json.dumps([*_connection(database), statement, values])
    done = subprocess.run([*php, "-r", _SQL], input=given, check=True, capture_output=True, text=True, timeout=60)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def _connection(database: str) -> tuple[str, str, str]:
    parts = urlsplit(MARIADB)
    dsn = f"mysql:host={parts.hostname};port={parts.port or 3306};dbname={database};charset=utf8mb4"
    return dsn, parts.username or "", parts.password or ""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
