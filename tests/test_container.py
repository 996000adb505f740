"""The container file: built where there is an engine, and everywhere its steps run by hand."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from tests.cli.cli_calls import FIRST, SECRET, until, write_settings
from tests.conftest import missing
from tests.web.servers import free_port

from exit_bridge.bank import load_bank
from exit_bridge.cli.made_up import answers
from exit_bridge.http import HttpPolicy, post
from exit_bridge.platforms import platform

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Step:
    """One instruction. `words` is what stands behind its name, on one line."""

    name: str
    words: str

    @property
    def listed(self) -> list[str]:
        """The words of an instruction in exec form."""
        return json.loads(self.words[self.words.index("[") :])


def steps() -> list[Step]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Containerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [Step(*line.split(maxsplit=1)) for line in lines if line.strip()]


def only(name: str) -> Step:
    (found,) = (step for step in steps() if step.name == name)
    return found


def settings_of(step: Step) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(step.words))


# -- read ----------------------------------------------------------------------------------------------------------


def test_it_runs_as_nobody_in_particular_and_writes_to_one_place():
    """A numbered user, one volume, which is where it works and where its settings are."""
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", only("USER").words)
    assert only("VOLUME").words == "/data"
    assert [step.words for step in steps() if step.name == "WORKDIR"][-1] == "/data"
    final = [step for step in steps() if step.name == "ENV"][-1]
    assert settings_of(final)["EXIT_BRIDGE_SETTINGS"] == "/data/exit-bridge.toml"


def test_signals_reach_it():
    """Commands are in exec form, with no shell in between; nothing wraps what is given as a command."""
    assert only("CMD").words == '["exit-bridge", "serve", "--host", "0.0.0.0"]'
    assert only("HEALTHCHECK").words.partition("CMD ")[2].startswith('["python"')
    assert only("STOPSIGNAL").words == "SIGTERM"
    assert [step for step in steps() if step.name == "ENTRYPOINT"] == []


def test_everything_is_installed_by_hash_and_the_package_from_here():
    """Every pip command either demands hashes or may not look anywhere."""
    commands = [part for step in steps() if step.name == "RUN" for part in step.words.split("&&") if "bin/pip" in part]
    assert len(commands) == 4
    for command in commands:
        held = "--require-hashes" in command or "--no-index" in command
        assert held or "--no-build-isolation --no-deps" in command, command


def test_only_what_is_needed_gets_in():
    """The list of what is let in names every source of COPY and nothing else: no settings, secrets or databases."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    sources = {word for step in steps() if step.name == "COPY" and "--from" not in step.words
               for word in step.words.split()[:-1]}  # fmt: skip
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules[1:]} == sources
    assert [name for name in sources if not (ROOT / name).exists()] == []


# -- by hand -------------------------------------------------------------------------------------------------------


class ByHand:
    """Runs the steps one after the other under a folder that stands for the container's root."""

    def __init__(self, root: Path) -> None:
        self.root, self.here, self.skipped = root, "/", list[str]()
        self.environ = {key: value for key, value in os.environ.items() if not key.startswith("EXIT_BRIDGE_")}

    def place(self, path: str) -> Path:
        return self.root / (path if path.startswith("/") else f"{self.here}/{path}").lstrip("/")

    def inside(self, words: str) -> str:
        """Paths of the container as paths under the folder."""
        return re.sub(r"(?<![\w.])/(opt|data|build)\b", rf"{self.root}/\1", words)

    def do(self, step: Step) -> None:
        match step.name:
            case "WORKDIR":
                self.here = step.words
                self.place("").mkdir(parents=True, exist_ok=True)
            case "ENV":
                self.environ |= {key: self.inside(value) for key, value in settings_of(step).items()}
            case "COPY" if "--from" not in step.words:  # between stages nothing has to move: they share the folder
                *sources, target = step.words.split()
                for source in sources:
                    if (ROOT / source).is_dir():
                        clean = shutil.ignore_patterns("__pycache__", "*.egg-info")
                        shutil.copytree(ROOT / source, self.place(target), ignore=clean)
                    else:
                        shutil.copy(ROOT / source, self.place(target))
            case "RUN" if step.words.startswith("useradd "):  # a user of the image, not of this machine
                self.skipped.append(step.words)
                self.place("/data").mkdir(mode=0o700)
            case "RUN":
                script = self.inside(
                    re.sub(r"(?<!\S)python (?=-m venv)", f"{shlex.quote(sys.executable)} ", step.words)
                )
                done = subprocess.run(
                    ["sh", "-ec", script], cwd=self.place(""), env=self.environ, capture_output=True, text=True,
                    timeout=280, check=False,
                )  # fmt: skip
                if "No matching distribution" in done.stderr or "Connection" in done.stderr:
                    missing("A package index with the locked versions", done.stderr.strip().splitlines()[-1])
                assert done.returncode == 0, f"RUN {step.words}\n{done.stdout}{done.stderr}"

    def command(self, step: Step) -> list[str]:
        """A command in exec form, found on the path that the image sets."""
        program, *rest = step.listed
        found = shutil.which(program, path=self.environ["PATH"])
        assert found is not None, f"{program} is on no path of the image"
        assert Path(found).is_relative_to(self.root)
        return [found, *rest]


@pytest.mark.server
def test_its_steps_make_a_service_that_answers_and_ends(tmp_path):
    """From the locked requirements to a report: every step by hand, then CMD, HEALTHCHECK and STOPSIGNAL as written."""
    image = ByHand(tmp_path)
    for step in steps():
        image.do(step)
    assert len(image.skipped) == 1
    data = image.place("/data")
    write_settings(data, FIRST)
    port = free_port()
    environ = image.environ | {"PORT": str(port)}
    healthy = image.command(only("HEALTHCHECK"))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            image.command(only("CMD")), cwd=image.place(image.here), env=environ, stdout=log, stderr=log
        )
    try:
        until(lambda: process.poll() is not None or is_healthy(healthy, environ), "health")
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert deliver(port) == 200
        until(lambda: list((data / "reports" / "first").glob("*/report.eml")), "the report")
        process.send_signal(getattr(signal, only("STOPSIGNAL").words))
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    assert not is_healthy(healthy, environ)


def is_healthy(check: list[str], environ: dict[str, str]) -> bool:
    return subprocess.run(check, env=environ, stderr=subprocess.DEVNULL, timeout=30).returncode == 0


def deliver(port: int) -> int:
    tool, bank = platform("typeform"), load_bank()
    body = tool.sample_delivery(bank, "full", answers(bank, "full"), "r-1", "2026-01-15T10:30:00Z")
    headers = {"Content-Type": "application/json", **tool.scheme("signature").sign(body, SECRET)}
    at = f"http://127.0.0.1:{port}"
    return post(f"{at}/hooks/first", body, headers, HttpPolicy(internal=at)).status


# -- with an engine ------------------------------------------------------------------------------------------------


def engine() -> str:
    """Docker or Podman that can build. Not demanded with CI=true: continuous integration often runs in a container
    itself, where no engine may run, and the test above has run every step by then."""
    for name in ("podman", "docker"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True, timeout=60).returncode == 0:
            return name
    pytest.skip("no container engine answers here: install podman, or start docker")


@pytest.mark.server
def test_an_engine_builds_and_runs_it(tmp_path):
    """As it is deployed: built, started with a volume, healthy, fed, and stopped within its grace."""
    program, name = engine(), f"exit-bridge-test-{uuid4().hex[:8]}"

    def run(*words: object) -> str:
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=280)
        if "Could not resolve" in done.stderr or "i/o timeout" in done.stderr or "no such host" in done.stderr:
            pytest.skip("the engine reaches no registry")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("build", "-f", ROOT / "Containerfile", "-t", name, ROOT)
    try:
        write_settings(tmp_path)
        tmp_path.chmod(0o777)
        for file in tmp_path.iterdir():
            file.chmod(0o644)
        run("run", "-d", "--name", name, "-v", f"{tmp_path}:/data", "-p", "127.0.0.1::8000", name)
        try:
            port = int(run("port", name, "8000").splitlines()[0].rpartition(":")[2])
            until(lambda: "is listening" in run("logs", name), "the start")
            assert run("exec", name, "id", "-u") == "10001"
            assert deliver(port) == 200
            until(lambda: list(tmp_path.glob("reports/first/*")), "the report")
            run("stop", name)
            assert run("inspect", "-f", "{{.State.ExitCode}}", name) == "0"
        finally:
            subprocess.run([program, "rm", "-f", name], capture_output=True)
    finally:
        subprocess.run([program, "rmi", "-f", name], capture_output=True)
