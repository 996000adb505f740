"""Settings and secrets as text, where system and locale differ from the usual."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.cli_calls import write_settings

from exit_bridge.cli.checks import Scene, files
from exit_bridge.settings import load_settings

ADD = """
import sys
from pathlib import Path
from exit_bridge.cli.settings_text import Draft, adding
with adding(Path(sys.argv[1]), Draft(secrets={"MAIL": sys.argv[2]})):
    pass
"""


def test_a_password_beyond_ascii_is_kept_where_the_locale_knows_ascii_only(tmp_path: Path) -> None:
    """What was typed stands in the file of secrets as UTF-8, and can be read back."""
    path = write_settings(tmp_path)
    environ = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", ADD, path, "Grüße-密码"], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    assert path.with_suffix(".env").read_text("utf-8").splitlines()[-1] == "MAIL=Grüße-密码"
    load_settings(path)


@pytest.mark.parametrize(("system", "said"), [("linux", ["look"]), ("win32", [])])
def test_who_may_read_the_secrets_is_asked_where_the_system_can_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, said: list[str]
) -> None:
    """Windows shows every file as readable by all, so there `doctor` keeps quiet."""
    path = write_settings(tmp_path)
    path.with_suffix(".env").chmod(0o644)
    settings = load_settings(path)
    monkeypatch.setattr(sys, "platform", system)
    assert [finding.status for finding in files.private(Scene(settings))] == said
