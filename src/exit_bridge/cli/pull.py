"""`pull`: responses that are new in the survey tool, through its own API, once or again and again."""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

import click

from exit_bridge.cli.printing import minute
from exit_bridge.errors import ExitBridgeError, SendFailed, StoreUnavailable, UnsafeDestination, UsageError
from exit_bridge.platforms.api import EPOCH_YEAR
from exit_bridge.settings import Survey, load_settings, settings_path

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from exit_bridge.bridge import Bridge
    from exit_bridge.platforms.api import Pulled

SOME_REFUSED = 3
"""Exit code: done, but some responses were refused."""

FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds to the next try after one failure, and after many, unless the tool asks for more."""

ENOUGH_DOUBLED = 6
"""So many times doubled the first pause is longer than the longest: a number that grows on is too large one day."""

KINDS = {
    "accepted": "new",
    "edited": "changed",
    "duplicate": "kept already",
    "older": "older than what is kept",
    "declined": "declined the notice",
    "ignored": "no response",
    "quarantined": "refused",
    "before": "submitted before that time",
    "undated": "without a time",
    "unfinished": "not finished yet",
}
"""What became of a response -> how it is counted for people."""


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """A date, which begins in UTC, or RFC 3339 with a zone. Raises click.BadParameter."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{value}T00:00:00Z" if len(value) == len("2026-01-15") else value)
    except ValueError:
        moment = None
    # Some tools are asked from a little earlier on, which the first days of the calendar do not have.
    if moment is None or moment.tzinfo is None or moment.year < EPOCH_YEAR:
        raise click.BadParameter("Write a date, such as 2026-01-15, or a time and its zone: 2026-01-15T09:00:00Z")
    return moment


@click.command()
@click.argument("survey")
@click.option("--all", "everything", is_flag=True, help="From the first response on: finds changed ones too.")
@click.option(
    "--since",
    callback=_moment,
    metavar="TIME",
    help="What was submitted from then on: a date, or RFC 3339. Where pulling goes on stays as it is.",
)
@click.option(
    "--every",
    type=click.FloatRange(1, 10_080),
    metavar="MINUTES",
    help="Go on until stopped, with so long a pause each time.",
)
@click.pass_context
def pull(ctx: click.Context, survey: str, everything: bool, since: datetime | None, every: float | None) -> None:
    """Fetch responses that are new in the survey tool, through its API, and send them down the normal path.

    A response that was changed after it had been fetched is found with --all or --since only. Exits with 3 where some
    are refused.

    With --every: one line each time. After an error it tries again in a minute, then ever later, up to an hour, and no
    sooner than the tool asks for; it ends by itself only where trying again is no use.
    """
    from exit_bridge.bridge import Bridge
    from exit_bridge.store import open_store

    if sum((everything, since is not None, every is not None)) > 1:
        raise UsageError("--all, --since and --every do not go together", fix="Use one of them")
    settings = load_settings(settings_path(ctx.obj))
    chosen = settings.survey(survey)
    with open_store(settings.database) as store:
        bridge = Bridge(settings, store)
        if every is not None:
            from exit_bridge.cli.running import stop_on_signal

            stop = Event()
            stop_on_signal(stop)
            click.echo(f"Pulling {survey} every {every:g} minutes. Ctrl-C ends it.", err=True)
            _again_and_again(bridge, chosen, every * 60, stop)
            return
        counts = _once(bridge, chosen, everything, since)
    if counts is None:
        raise ExitBridgeError("Another process is pulling this survey just now", where=survey, fix="Try again later")
    click.echo(_said(counts))
    if counts["undated"]:
        click.echo("What has no time was left out: set time_zone where the tool needs it, or use --all", err=True)
    if refused := counts["quarantined"]:
        click.echo(f"{refused} refused: see `exit-bridge quarantine --survey {survey}`", err=True)
        ctx.exit(SOME_REFUSED)


def _once(bridge: Bridge, survey: Survey, everything: bool, since: datetime | None) -> Counter[str] | None:
    from exit_bridge.pulling import pull as fetch

    with ExitStack() as shown:
        bar: ProgressBar[int] | None = None

        def tell(page: Pulled) -> None:
            nonlocal bar
            if bar is None:
                length = len(page.payloads) + page.left
                bar = shown.enter_context(click.progressbar(length=length, label="Pulling", file=sys.stderr))
            bar.update(len(page.payloads))

        return fetch(bridge, survey, _holder(), afresh=everything, since=since, tell=tell)


def _again_and_again(bridge: Bridge, survey: Survey, pause: float, stop: Event) -> None:
    """Raises what trying again does not mend."""
    from exit_bridge.pulling import pull as fetch

    failures = 0
    while not stop.is_set():
        try:
            counts = fetch(bridge, survey, _holder(), enough=stop.is_set)
        except (SendFailed, UnsafeDestination, StoreUnavailable) as error:
            if isinstance(error, UnsafeDestination) or (isinstance(error, SendFailed) and error.permanent):
                raise
            asked = getattr(error, "retry_after", None) or 0.0
            wait = max(asked, min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))
            failures = min(failures + 1, ENOUGH_DOUBLED)
            line = f"failed, next try in {wait / 60:.0f} minutes: {error}"
        else:
            failures, wait = 0, pause
            line = "somebody else is at it." if counts is None else _said(counts)
        click.echo(f"{minute(datetime.now(UTC))}  {line}")
        stop.wait(wait)


def _holder() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-pull"


def _said(counts: Counter[str]) -> str:
    from exit_bridge.pulling import fetched

    parts = [f"{counts[kind]} {words}" for kind, words in KINDS.items() if counts[kind]]
    return f"{fetched(counts)} fetched" + (f": {', '.join(parts)}." if parts else ": nothing is new.")
