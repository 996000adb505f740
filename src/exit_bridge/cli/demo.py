"""`demo`: the whole way from a submission to a report, on this machine, with nothing set up beforehand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

import click

from exit_bridge.errors import ExitBridgeError, UsageError

if TYPE_CHECKING:
    from exit_bridge.settings import Settings, Survey
    from exit_bridge.store.store import Store

DEADLINE = 20.0
"""Seconds until the demo gives up."""

FILES = {"HTML": "report.html", "text": "report.txt", "JSON": "result.json", "e-mail": "report.eml"}
WIDTH = 78


@dataclass(frozen=True, slots=True)
class Arrived:
    """One delivery that the hook accepted, and where its report is to be found."""

    survey: str
    result_id: str
    folder: Path


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("demo-output"), show_default=True)
@click.option("--keep", is_flag=True, help="Keep the demo's database too, in the same folder.")
@click.option("--team", is_flag=True, help="Show instead what teams get: groups side by side, a team in two rounds.")
def demo(out: Path, keep: bool, team: bool) -> None:
    """Show the whole way from submission to report on this machine.

    The real server receives a signed Typeform delivery and one from another tool, the worker sends the reports, and
    what went on is told here. All answers are made up. Nothing leaves this machine, and no settings are needed.
    """
    if team:
        from exit_bridge.cli.demo_team import demo_team

        with _folder(out, keep=False):
            return demo_team(out)
    from exit_bridge.cli.demo_answers import surveys
    from exit_bridge.cli.running import running
    from exit_bridge.store import open_store
    from exit_bridge.web.server import listen
    from exit_bridge.worker import Pace

    began = monotonic()
    click.echo("exit-bridge demo: from a submission to a report. All answers are made up.\n")
    with _folder(out, keep) as work:
        settings = _settings(work, surveys(str(out.absolute())))
        with open_store(settings.database) as store:
            store.upgrade()
            listening = listen("127.0.0.1", 0)
            base = f"http://127.0.0.1:{listening.getsockname()[1]}"
            with running(settings, store, listening, Pace(poll=0.05)):
                _tell("Start", f"The real server listens on {base}, with its worker.")
                arrived = [_deliver(base, survey, out) for survey in settings.surveys.values()]
                _tell("Keep", f"{len(arrived)} scored submissions in SQLite, each together with its send.")
                _wait(store, began + DEADLINE)
        _tell("Send", "The worker made both reports and wrote them into folders.")
    for each in arrived:
        _check(each)
    _tell("Stop", f"Server and worker have ended. All of it took {monotonic() - began:.1f} seconds.")
    _show(arrived, settings)
    return None


@contextmanager
def _folder(out: Path, keep: bool) -> Iterator[Path]:
    """Where the database lives while the demo runs."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        work = tempfile.mkdtemp(prefix="database-", dir=out) if keep else tempfile.TemporaryDirectory()
    except OSError as error:
        raise UsageError(
            f"The folder cannot be written: {error.strerror}", where=str(out), fix="Name another with --out"
        ) from None
    if isinstance(work, str):
        yield Path(work)
        return
    with work as temporary:
        yield Path(temporary)


def _settings(work: Path, surveys: dict[str, Survey]) -> Settings:
    from exit_bridge.settings import Settings

    return Settings(
        path=work / "exit-bridge.toml",
        database=f"sqlite:///{work / 'demo.sqlite3'}",
        spool=work / "spool",
        public_url="",
        quarantine_days=1,
        email=None,
        surveys=surveys,
    )


def _deliver(base: str, survey: Survey, out: Path) -> Arrived:
    """Post one delivery as the tool would: its own shape, its own signature, over HTTP."""
    from exit_bridge.cli.demo_answers import answers
    from exit_bridge.cli.hook import hook_url, scheme_of
    from exit_bridge.http import HttpPolicy, post
    from exit_bridge.platforms import platform

    tool, now = platform(survey.platform), datetime.now(UTC)
    body = tool.sample_delivery(survey.bank, survey.variant, answers(survey), "made-up", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    proof = scheme_of(survey).sign(body, survey.secrets[0])
    headers = {"Content-Type": tool.content_types[0], **proof}
    reply = post(hook_url(base, survey), body, headers, HttpPolicy(internal=base))
    said = json.loads(reply.body) if reply.status == 200 else {}
    if said.get("status") != "accepted":
        raise ExitBridgeError(f"The hook answered {reply.status} instead of accepting", where=survey.name)
    title = "a program of your own" if survey.platform == "generic" else tool.title
    _tell("Deliver", f"As {title} does: POST /hooks/{survey.name}, {len(body):,} bytes,")
    _tell("", f"signed in {', '.join(name for name in proof if 'ignature' in name)}. The hook: 200 accepted.")
    return Arrived(survey.name, said["result_id"], out / survey.name / said["result_id"])


def _wait(store: Store, deadline: float) -> None:
    """Until every send is done. Raises ExitBridgeError where one is not in time."""
    while waiting := [job for job in store.jobs() if job.state != "done"]:
        if monotonic() > deadline:
            reason = next((job.last_error for job in waiting if job.last_error), "the worker did not take them")
            raise ExitBridgeError(f"{len(waiting)} report(s) were not sent in time", where=reason)
        sleep(0.02)


def _check(arrived: Arrived) -> None:
    """Are the files there, and is the result the one of this submission?"""
    for name in FILES.values():
        path = arrived.folder / name
        if not path.is_file() or not path.stat().st_size:
            raise ExitBridgeError("A file of the report is missing", where=str(path))
    result = json.loads((arrived.folder / "result.json").read_text("utf-8"))
    if result["survey"] != arrived.survey:
        raise ExitBridgeError("A result belongs to another survey", where=str(arrived.folder))


def _tell(step: str, what: str) -> None:
    click.echo(f"  {step:<8} {what}")


def _show(arrived: list[Arrived], settings: Settings) -> None:
    first = arrived[0]
    click.echo(f"\n{' The first report, as text ':=^{WIDTH}}\n")
    click.echo((first.folder / "report.txt").read_text("utf-8").rstrip())
    click.echo(f"\n{'=' * WIDTH}")
    for each in arrived:
        who = "by a group" if settings.surveys[each.survey].about.answered_by == "group" else "by one person"
        click.echo(f"\n{each.survey}, answered {who}:")
        for kind, name in FILES.items():
            click.echo(f"  {kind:<7} {each.folder / name}")
    click.echo("\nOpen report.html in a browser. To set up a survey of your own: exit-bridge init")
