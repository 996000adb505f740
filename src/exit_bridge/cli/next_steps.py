"""What `init` says at the end: where the secret is, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

import click

from exit_bridge.cli.checks import Scene, address, mail, notify, sender
from exit_bridge.cli.checks import survey as one_survey
from exit_bridge.cli.checks import tool as its_tool
from exit_bridge.cli.hook import base_url, hook_url, how_to_prove, scheme_of
from exit_bridge.cli.survey_forms import HOW_TO, survey_forms
from exit_bridge.errors import ExitBridgeError
from exit_bridge.platforms import platform
from exit_bridge.platforms.signatures import Open
from exit_bridge.settings import Settings, Survey
from exit_bridge.store import open_store


def print_secret(settings: Settings, survey: Survey) -> None:
    """The secret on stdout, alone on its line, so that it can be piped; what it is for on stderr."""
    scheme = scheme_of(survey)
    if isinstance(scheme, Open):
        click.echo('This survey has auth = "none" and no secret.', err=True)
        return
    here = "" if settings.public_url else " (from this computer only: no public_url is set)"
    click.echo(f"Hook: {hook_url(base_url(settings), survey, reveal=True)}{here}", err=True)
    click.echo(f"{how_to_prove(scheme)} Whoever has the secret can post as this survey. It is:", err=True)
    for secret in survey.secrets:
        click.echo(secret)


def print_next_steps(settings: Settings, survey: Survey, folder: Path, given: str | None) -> None:
    """Bring the database up to date; then what was written, what to do now, and what is still missing."""
    database, forms = _upgrade(settings), survey_forms(survey)
    call = f"exit-bridge --settings {given}" if given else "exit-bridge"
    tool = "your tool" if survey.platform == "generic" else platform(survey.platform).title
    click.echo("\nWritten:")
    click.echo(f"  {settings.path}  settings, without secrets")
    click.echo(f"  {settings.path.with_suffix('.env')}  secrets; only you can read it, keep it so")
    if forms:
        click.echo(f"  {folder}  the form for {tool}")
    click.echo("\nNext:")
    make = f"Make the form in {tool}"
    if forms:
        make += f", as {folder / HOW_TO} says; it tells what each file is for:" + "".join(
            f"\n     {folder / form.path}" for form in forms
        )
    steps = [
        make,
        f"Have {tool} post each response to this address:\n     {_address(settings, survey)}",
        f"{how_to_prove(scheme_of(survey))}\n     Show it with: {call} init --show-secret {survey.name}",
        f"Start the service: {call} serve",
        f"Try it from another window: {call} send-test {survey.name}",
    ]
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")
    missing = [*database, *_missing(settings, survey)]
    if missing:
        click.echo(f"\nStill missing (`{call} doctor` tells when all is there):")
        for line in missing:
            click.echo(fill(line, 78, initial_indent="  - ", subsequent_indent="    "))


def _address(settings: Settings, survey: Survey) -> str:
    if settings.public_url:
        return hook_url(settings.public_url, survey)
    page = f"docs/platforms/{survey.platform}.md tells the ways without one"
    return f"Not possible yet: this computer has no public address. Set public_url (docs/deploy.md);\n     {page}."


def _upgrade(settings: Settings) -> list[str]:
    try:
        with open_store(settings.database) as store:
            store.upgrade()
    except ExitBridgeError as error:
        return [f"{error} Then run: exit-bridge db upgrade."]
    return []


def _missing(settings: Settings, survey: Survey) -> Iterator[str]:
    scene = Scene(settings, offline=True)
    checks = (address.public_url, mail.needed, mail.server, notify.account, sender.domain)
    found = [finding for check in checks for finding in check(scene)]
    for finding in (
        *found,
        *one_survey.reports(scene, survey),
        *one_survey.notice(scene, survey),
        *its_tool.api(scene, survey),
    ):
        if finding.status != "ok":
            yield f"{finding.line}. {finding.fix}."
