"""`doctor`: what is missing or dangerous, one plain line each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from exit_bridge.cli.printing import print_json
from exit_bridge.errors import ExitBridgeError
from exit_bridge.settings import load_settings, settings_path

if TYPE_CHECKING:
    from exit_bridge.cli.checks import Finding


@click.command()
@click.option("--survey", metavar="NAME", help="Look at this survey only, besides the installation.")
@click.option("--offline", is_flag=True, help="Connect to nobody but the database.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_context
def doctor(ctx: click.Context, survey: str | None, offline: bool, as_json: bool) -> None:
    """Look for what is missing or dangerous: ok, look (think about it), broken (it will not work).

    Changes nothing and sends nothing. Exits with 1 where something is broken.
    """
    findings = list(_examine(ctx.obj, survey, offline))
    broken = sum(finding.status == "broken" for finding in findings)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.status:<6}  {finding.about}: {finding.line}.")
            if finding.fix:
                click.echo(f"        {finding.fix}.")
        look = sum(finding.status == "look" for finding in findings)
        click.echo(f"\n{broken} broken, {look} to look at, {len(findings) - broken - look} ok.")
    ctx.exit(1 if broken else 0)


def _examine(given: str | None, only: str | None, offline: bool) -> Iterator[Finding]:
    from exit_bridge.cli.checks import Finding, Scene, examine

    path = settings_path(given)
    try:
        settings = load_settings(path)
        scene = Scene(settings, offline, only)
        _ = scene.store  # a database URL that cannot be used is the settings' fault
    except ExitBridgeError as error:
        where = f" ({error.where})" if error.where else ""
        yield Finding("broken", "settings", f"{error.what}{where}", error.fix or "Mend it in the settings file")
        return
    if only is not None:
        scene.settings = replace(settings, surveys={only: settings.survey(only)})
    yield Finding("ok", "settings", f"{path}, {len(scene.settings.surveys)} survey(s)")
    if not scene.settings.surveys:
        yield Finding("look", "settings", "There is no survey yet", "Run: exit-bridge init")
    with scene:
        yield from examine(scene)
