"""What waits and what was refused: `jobs`, `quarantine`, `replay`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exit_bridge.cli.printing import instant, minute, print_json, print_table
from exit_bridge.errors import ExitBridgeError, RefusedDelivery, UsageError
from exit_bridge.settings import Settings, load_settings, settings_path
from exit_bridge.store import Job, JobState, Quarantined, open_store

if TYPE_CHECKING:
    from exit_bridge.store.store import Store

STATES = ("ready", "leased", "done", "dead")
SOME_REFUSED = 3
"""Exit code: done, but part of it was refused again."""


class ListByDefault(click.Group):
    """A group whose `list` command runs, with its options, where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` in front unless a command, or help, is asked for."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@contextmanager
def opened(given: str | None) -> Iterator[tuple[Settings, Store]]:
    """The settings in force, and their store until the end of the block."""
    settings = load_settings(settings_path(given))
    with open_store(settings.database) as store:
        yield settings, store


_survey = click.option("--survey", metavar="NAME", help="Of this survey only.")
_as_json = click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")


# -- jobs ----------------------------------------------------------------------------------------------------------


@click.group(cls=ListByDefault)
def jobs() -> None:
    """List what is to be sent, and try dead sends again."""


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), help="In this state only.")
@_survey
@_as_json
@click.pass_obj
def list_jobs(given: str | None, state: JobState | None, survey: str | None, as_json: bool) -> None:
    """One line a job: ready (waits for its time), leased (a worker is at it), dead (given up); done with --state."""
    with opened(given) as (_, store):
        found = [job for job in store.jobs(state, survey) if state or job.state != "done"]
        pauses = [pause for pause in store.pauses(datetime.now(UTC)) if survey in (None, pause.survey)]
    ends = {(pause.survey, pause.kind, pause.destination): pause.until for pause in pauses}
    found = [_after_pause(job, ends.get((job.survey, job.kind, job.destination))) for job in found]
    if as_json:
        return print_json([_job(job) for job in found])
    print_table(
        ("id", "state", "survey", "destination", "tries", "next try (UTC)"),
        [(str(job.id), job.state, job.survey, _goal(job), str(job.attempts), minute(job.due_at)) for job in found],
        [job.last_error for job in found],
    )
    for pause in pauses:
        until = "while one job tries it" if pause.probing else f"until {minute(pause.until)} UTC, when one job tries it"
        click.echo(
            f"{pause.survey}, {pause.destination}: paused {until}, after {pause.failures} failures in a row. Its other "
            "jobs wait for that. Once the cause is mended, run `exit-bridge jobs retry --paused`.",
            err=True,
        )
    if dead := sum(job.state == "dead" for job in found):
        click.echo(f"{dead} dead: once the cause is mended, run `exit-bridge jobs retry --all-dead`.", err=True)
    if not found:
        click.echo(f"No job is {state}." if state else "Nothing waits to be sent.", err=True)
    return None


@jobs.command()
@click.argument("ids", type=int, nargs=-1, metavar="[ID]...")
@click.option("--all-dead", is_flag=True, help="Every dead job.")
@click.option("--paused", is_flag=True, help="End every pause: one job goes now, the others after it if it works.")
@click.pass_obj
def retry(given: str | None, ids: tuple[int, ...], all_dead: bool, paused: bool) -> None:
    """Make dead jobs due now, with their tries counted from 0; or end the pauses of destinations that kept failing."""
    if not (paused and not ids and not all_dead):
        _one_of(ids, all_dead, "--all-dead")
    with opened(given) as (_, store):
        if paused:
            click.echo(f"{store.end_pauses(datetime.now(UTC))} pause(s) ended.")
        if paused and not ids and not all_dead:
            return
        wanted = [job.id for job in store.jobs("dead")] if all_dead else list(dict.fromkeys(ids))
        revived = store.requeue(wanted)
    click.echo(f"{revived} job(s) are due now.")
    if revived < len(wanted):
        other = len(wanted) - revived
        what = "1 of these ids is not a dead job" if other == 1 else f"{other} of these ids are not dead jobs"
        raise ExitBridgeError(what, fix="`exit-bridge jobs --state dead` lists them")


# -- quarantine ----------------------------------------------------------------------------------------------------


@click.group(cls=ListByDefault)
def quarantine() -> None:
    """List deliveries that could not become submissions."""


@quarantine.command("list")
@_survey
@_as_json
@click.pass_obj
def list_quarantine(given: str | None, survey: str | None, as_json: bool) -> None:
    """One line a delivery, with the reason under it; never what is in it."""
    with opened(given) as (_, store):
        found = store.quarantined(survey)
    if as_json:
        return print_json([_quarantined(kept) for kept in found])
    print_table(
        ("id", "received (UTC)", "survey", "reason"),
        [(str(kept.id), minute(kept.received_at), kept.survey, kept.reason) for kept in found],
        [kept.detail for kept in found],
    )
    click.echo("`exit-bridge replay` tries them again." if found else "Nothing is in quarantine.", err=True)
    return None


@quarantine.command()
@click.argument("kept_id", type=int, metavar="ID")
@click.option("--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.pass_obj
def show(given: str | None, kept_id: int, file: Path) -> None:
    """Save one delivery to a file that only you can read. It may hold personal data: delete it when done."""
    with opened(given) as (_, store):
        body = store.quarantined_body(kept_id)
    if body is None:
        raise UsageError(f"Nothing in quarantine has the id {kept_id}", fix="`exit-bridge quarantine` lists them")
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"The file cannot be made: {error.strerror}", where=str(file), fix="Name a new one") from None
    with os.fdopen(descriptor, "wb") as saved:
        saved.write(body)
    click.echo(f"Saved {len(body)} bytes to {file}. They may hold personal data: delete the file when done.")


# -- replay --------------------------------------------------------------------------------------------------------


@click.command()
@click.argument("ids", type=int, nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="Everything in quarantine.")
@_survey
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
@click.pass_context
def replay(ctx: click.Context, ids: tuple[int, ...], everything: bool, survey: str | None, dry_run: bool) -> None:
    """Send quarantined deliveries down the normal path again, with today's settings.

    What is accepted leaves quarantine and its reports are sent. Exits with 3 where some are refused again.
    """
    from exit_bridge.bridge import Bridge

    _one_of(ids, everything, "--all")
    refused = 0
    with opened(ctx.obj) as (settings, store):
        bridge = Bridge(settings, store)
        kept = {row.id: row for row in store.quarantined(survey)}
        for wanted in kept if everything else dict.fromkeys(ids):
            if wanted not in kept:
                raise UsageError(
                    f"Nothing in quarantine has the id {wanted}", fix="`exit-bridge quarantine` lists them"
                )
            became = (
                _preview(settings, kept[wanted], store.quarantined_body(wanted) or b"")
                if dry_run
                else [outcome.status for outcome in bridge.replay(wanted)]
            )
            refused += any(word.startswith("quarantined") for word in became)
            click.echo(f"{wanted}: {'would be ' * dry_run}{', '.join(became)}")
    click.echo(f"{refused} refused again." if refused else "None refused.", err=True)
    ctx.exit(SOME_REFUSED if refused else 0)


def _preview(settings: Settings, kept: Quarantined, body: bytes) -> list[str]:
    """What the normal path would say of a body, without keeping anything."""
    from exit_bridge.deployed import deployed
    from exit_bridge.intake import Declined, decode
    from exit_bridge.platforms import platform

    survey = settings.survey(kept.survey)
    try:
        tool = platform(survey.platform)
        read = tool.read(tool.payload(body))
        became = ["ignored" for _ in read.ignored] + ["quarantined (unreadable)" for _ in read.bad]
        became += ["fetching" for _ in read.fetch]
        for raw in read.responses:
            decoded = decode(raw, deployed(survey, settings))
            became.append("declined" if isinstance(decoded, Declined) else "accepted")
    except RefusedDelivery as refused:
        return [f"quarantined ({refused.reason})"]
    except Exception as error:  # noqa: BLE001 (as in the pipeline: a bug of ours keeps it in quarantine)
        return [f"quarantined (bug: {type(error).__name__})"]
    return became


# -- rows and ids --------------------------------------------------------------------------------------------------


def _one_of(ids: Sequence[int], everything: bool, flag: str) -> None:
    if bool(ids) == everything:
        raise UsageError(f"Name ids, or say {flag}", fix="One of the two, and not both")


def _after_pause(job: Job, until: datetime | None) -> Job:
    """With the time of its next try as it will be, whether a worker has put it off already or not."""
    if until is None or job.state != "ready" or job.due_at is None:
        return job
    return replace(job, due_at=max(job.due_at, until))


def _goal(job: Job) -> str:
    """What it is about, for people: an id alone would look like a destination."""
    return f"fetch {job.destination}" if job.kind == "fetch" else job.destination


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "survey": job.survey,
        "destination": job.destination,
        "version": job.version,
        "state": job.state,
        "attempts": job.attempts,
        "created_at": instant(job.created_at),
        "due_at": instant(job.due_at),
        "last_error": job.last_error,
    }


def _quarantined(kept: Quarantined) -> dict[str, Any]:
    return {
        "id": kept.id,
        "survey": kept.survey,
        "received_at": instant(kept.received_at),
        "element": kept.element,
        "reason": kept.reason,
        "detail": kept.detail,
    }
