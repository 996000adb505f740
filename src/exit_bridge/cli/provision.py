"""`provision`: the form in the survey tool, made and looked at through its own API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from exit_bridge.cli.kept_secret import secret_keeper
from exit_bridge.errors import ExitBridgeError, SendFailed, SettingsError, UsageError
from exit_bridge.intake.mapping_file import MappingFile
from exit_bridge.platforms import platform
from exit_bridge.platforms.rest import REFUSED_PAUSE
from exit_bridge.settings import Settings, Survey, load_settings, settings_path

if TYPE_CHECKING:
    from pathlib import Path

    from exit_bridge.platforms.api import ToolApi

DRIFTED = 3
"""Exit code: something of the form is not, or no longer, understood."""


@click.command()
@click.argument("survey")
@click.option("--yes", is_flag=True, help="Do it without asking first.")
@click.option("--check", is_flag=True, help="Change nothing: is the form in the tool still the one that is understood?")
@click.pass_context
def provision(ctx: click.Context, survey: str, yes: bool, check: bool) -> None:
    """Make the survey's form in its tool, through the tool's API, open it, and have it post responses here.

    Says first what it would do, and asks. The settings need [surveys.NAME.api] with url and secret; the id of the new
    form is written there. Run again it makes nothing twice. With --check it exits with 3 where questions or options
    were changed in the tool.
    """
    from exit_bridge.tool_api import open_api, settings_of

    path = settings_path(ctx.obj)
    settings = load_settings(path)
    chosen = settings.survey(survey)
    form, api = settings_of(chosen).access.form, open_api(chosen, form=check)
    if check:
        ctx.exit(DRIFTED if _drifted(chosen, api) else 0)
    hook = hook_of(settings, chosen)
    if not yes:
        _plan(chosen, form, hook, api)
        click.confirm("Do it?", abort=True)
    if form:
        click.echo(f"The settings name the form {form}, so none is made. To make another, take that line out.")
    else:
        form = _made(path, chosen, api)
        _bound(settings, chosen, api, form)
    click.echo("People can fill it in now." if api.activate(form) else "People could fill it in already.")
    if hook:
        _hooked(path, chosen, api, form, hook)
    click.echo(f"Give them this address: {api.address(form)}")


def _plan(survey: Survey, form: str, hook: str, api: ToolApi) -> None:
    tool = platform(survey.platform).title
    click.echo(f"In {tool}, as the settings' login:")
    click.echo(f"  - {f'open the form {form}' if form else f'make the form of the survey {survey.name}, and open it'}")
    if hook:
        click.echo("  - have it post every completed response to this survey's hook, if its API can do that")
        if api.signs_alone and survey.auth == "signature":
            click.echo(
                f"  - put the secret that {tool} signs with in the place of this survey's, in the file of secrets"
            )
    else:
        click.echo("  - no webhook, as there is no public_url: fetch responses with `exit-bridge pull`")


def hook_of(settings: Settings, survey: Survey) -> str:
    """The address that the tool is to post to, with the secret in it where the tool can carry it nowhere else."""
    if not settings.public_url:
        return ""
    token = f"/{survey.secrets[0]}" if survey.auth == "path" and survey.secrets else ""
    return f"{settings.public_url}/hooks/{survey.name}{token}"


def _made(path: Path, survey: Survey, api: ToolApi) -> str:
    from exit_bridge.cli.survey_forms import survey_forms

    files = survey_forms(survey)
    if not files:
        raise UsageError("No form is written for this tool", fix="Make it there by hand")
    try:
        form = api.create_form(files)
    except SendFailed as error:
        # Neither refused for good nor for its login: the request may have been done before this went wrong.
        if not error.permanent and error.retry_after != REFUSED_PAUSE:
            tool = platform(survey.platform).title
            click.echo(f"The form may have been made all the same. Look in {tool} before you run this again: if it is")
            click.echo("there, delete it, or write its id as form in the settings. Otherwise there may be two.")
        raise
    click.echo(f"The tool made the form {form}.")
    _note(path, survey, form)
    return form


def _bound(settings: Settings, survey: Survey, api: ToolApi, form: str) -> None:
    """Keep which of the tool's ids is which question and option, so that their words may be changed there."""
    from exit_bridge.cli.bind import keep
    from exit_bridge.intake.asked import asked_in_form
    from exit_bridge.intake.binding import learn

    try:
        live = api.questions(form)
        text = learn(asked_in_form(live or ()), survey.bank, MappingFile()).text(survey.platform, survey.bank)
        if text:
            keep(settings, survey, text)
    except ExitBridgeError as error:  # the form is there all the same
        click.echo(f"{error}\nWhat its ids stand for is not written down yet: exit-bridge bind {survey.name} --live")


def _hooked(path: Path, survey: Survey, api: ToolApi, form: str, hook: str) -> None:
    tool, kept = platform(survey.platform).title, list[str]()
    if survey.auth == "header":
        made = None  # no tool is told of such a header through its API
    elif not api.signs_alone:
        made = api.add_hook(form, hook, survey.secrets[0] if survey.secrets else "")
    elif survey.auth != "signature":
        made = api.add_own_hook(form, hook, lambda _: None)
    elif keep := secret_keeper(path, survey, kept):
        made = api.add_own_hook(form, hook, keep)
    else:
        made = None
        click.echo(f"The secret that {tool} makes cannot be put in the place of this survey's, which is set elsewhere.")
    match made:
        case True:
            click.echo("It posts completed responses here now.")
        case False:
            click.echo("It posts completed responses here already.")
        case None:
            page = f"docs/platforms/{survey.platform}.md"
            click.echo(f"Whether it posts responses here is set up in the tool by hand: {page}")
    if kept:
        click.echo(f"{path.with_suffix('.env').name} holds the secret that {tool} signs with. Start exit-bridge again.")
    elif made is False and api.signs_alone and survey.auth == "signature":
        click.echo(
            f"{tool} tells its secret once. If deliveries are refused, delete that webhook there and run this again."
        )


def _drifted(survey: Survey, api: ToolApi) -> bool:
    """Tell what of the form in the tool is not, or no longer, understood."""
    from exit_bridge.deployed import binding_of
    from exit_bridge.intake.asked import asked_in_form
    from exit_bridge.intake.binding import learn, words_held_against
    from exit_bridge.intake.columns import listed

    bank, live = survey.bank, api.questions(api.access.form)
    if live is None:
        raise UsageError(
            f"{platform(survey.platform).title} does not tell what its forms ask",
            fix=f"Look at an export instead: exit-bridge bind {survey.name} EXPORT --no-ask",
        )
    asked, before = asked_in_form(live), binding_of(survey)
    found = learn(asked, bank, before)
    found.keep(before)
    contrary, reworded = words_held_against(asked, found, bank)
    wanted = bank.variants[survey.variant].items
    missing = [item for item in wanted if item not in found.columns.values()]
    click.echo(f"{len(wanted) - len(missing)} of {len(wanted)} questions with a scale are there and understood.")
    if missing:
        click.echo(f"Not found: {', '.join(missing)}")
    if found.unknown:
        click.echo(f"Nothing of the bank: {listed([one.keys[-1] for one in found.unknown])}")
    for question, options in found.odd.items():
        click.echo(f"{question} has options that are none of its own: {listed([values[-1] for values in options])}")
    if reworded:
        click.echo(f"In other words there, and known all the same: {', '.join(reworded)}")
    if contrary:
        click.echo(
            f"The words are those of another question or option, so answers would be misread: {', '.join(contrary)}"
        )
        click.echo("Put these back there, each with the words that the form was made with.")
    if missing or found.odd:
        click.echo(f"Put the words back there, or say what the new ones mean: exit-bridge bind {survey.name} --live")
    return bool(missing or found.odd or contrary)


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
