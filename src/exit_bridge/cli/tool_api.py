"""`deploy` and `pull`: the survey tool through its own API."""

from __future__ import annotations

import os
import socket
import sys
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from exit_bridge.errors import ExitBridgeError, SettingsError, UsageError
from exit_bridge.settings import Survey, load_settings, settings_path

if TYPE_CHECKING:
    from pathlib import Path

    from click._termui_impl import ProgressBar

    from exit_bridge.platforms.api import Pulled

SOME_REFUSED = 3
"""Exit code: done, but some responses were refused."""

KINDS = {
    "accepted": "new",
    "edited": "changed",
    "duplicate": "kept already",
    "older": "older than what is kept",
    "declined": "declined the notice",
    "ignored": "no response",
    "quarantined": "refused",
    "unfinished": "not finished yet",
}
"""What became of a response -> how it is counted for people."""


@click.command()
@click.argument("survey")
@click.pass_obj
def deploy(given: str | None, survey: str) -> None:
    """Make the survey's form in its tool, through the tool's API, and let people fill it in.

    The settings need [surveys.NAME.api] with url, user and secret; the id of the new form is written there. Where the
    form exists already it is only activated.
    """
    from exit_bridge.cli.survey_forms import survey_forms
    from exit_bridge.tool_api import open_api, settings_of

    path = settings_path(given)
    chosen = load_settings(path).survey(survey)
    form = settings_of(chosen).access.form
    api = open_api(chosen, form=False)
    if form:
        click.echo(f"The settings name the form {form}, so none is made. To make another, take that line out.")
    else:
        files = survey_forms(chosen)
        if not files:
            raise UsageError("No form is written for this tool", fix="Make it there by hand")
        form = api.create_form(files)
        click.echo(f"The tool made the form {form}.")
        _note(path, chosen, form)
    click.echo("People can fill it in now." if api.activate(form) else "People could fill it in already.")
    click.echo(f"Give them this address: {api.address(form)}")


def _note(path: Path, survey: Survey, form: str) -> None:
    """The id belongs into the settings; where that fails the form is there all the same, so its id is told."""
    from exit_bridge.cli.settings_text import Draft, adding

    heading = f"[surveys.{survey.name}.api]"
    try:
        with adding(path, Draft(within=[(heading, {"form": form})])):
            pass
    except (UsageError, SettingsError):
        click.echo(f'Write this under {heading} in {path.name}: form = "{form}"')
    else:
        click.echo(f"{path.name} names it now.")


@click.command()
@click.argument("survey")
@click.option("--all", "everything", is_flag=True, help="From the first response on: finds changed ones too.")
@click.pass_context
def pull(ctx: click.Context, survey: str, everything: bool) -> None:
    """Fetch responses that are new in the survey tool, through its API, and send them down the normal path.

    A response that was changed after it had been fetched is found with --all only. Exits with 3 where some are refused.
    """
    from exit_bridge.bridge import Bridge
    from exit_bridge.pulling import pull as fetch
    from exit_bridge.store import open_store

    settings = load_settings(settings_path(ctx.obj))
    chosen = settings.survey(survey)
    holder = f"{socket.gethostname()}-{os.getpid()}-pull"
    with open_store(settings.database) as store, ExitStack() as shown:
        bar: ProgressBar[int] | None = None

        def tell(page: Pulled) -> None:
            nonlocal bar
            if bar is None:
                length = len(page.payloads) + page.left
                bar = shown.enter_context(click.progressbar(length=length, label="Pulling", file=sys.stderr))
            bar.update(len(page.payloads))

        counts = fetch(Bridge(settings, store), chosen, holder, afresh=everything, tell=tell)
    if counts is None:
        raise ExitBridgeError("Another process is pulling this survey just now", where=survey, fix="Try again later")
    click.echo(_said(counts))
    if refused := counts["quarantined"]:
        click.echo(f"{refused} refused: see `exit-bridge quarantine --survey {survey}`", err=True)
        ctx.exit(SOME_REFUSED)


def _said(counts: Counter[str]) -> str:
    fetched = sum(counts.values()) - counts["unfinished"]
    parts = [f"{counts[kind]} {words}" for kind, words in KINDS.items() if counts[kind]]
    return f"{fetched} fetched" + (f": {', '.join(parts)}." if parts else ": nothing is new.")
