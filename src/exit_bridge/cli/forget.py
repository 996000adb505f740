"""`forget`: letting go of one response, everywhere."""

from __future__ import annotations

import click

from exit_bridge.cli.queue import opened
from exit_bridge.errors import ExitBridgeError
from exit_bridge.settings import Settings


@click.command()
@click.argument("survey")
@click.argument("response_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(given: str | None, survey: str, response_id: str, yes: bool) -> None:
    """Delete one response from everywhere: database, quarantine, spool and folder output.

    Mail already sent, results already posted elsewhere and backups are out of reach.
    """
    from exit_bridge.store import Spool, mentions

    with opened(given) as (settings, store):
        stored = store.current(survey, response_id)
        bodies = sum(mentions(store.quarantined_body(row.id) or b"", response_id) for row in store.quarantined(survey))
        click.echo(f"In the database: {'this response, with its versions and jobs' if stored else 'no such response'}.")
        click.echo(f"In quarantine: {bodies} delivery(ies) that mention this id.")
        if survey not in settings.surveys:
            click.echo("Folders: not looked for, because this survey is not in the settings.")
        if not yes:
            click.confirm("Delete these, and what the spool and the report folders hold of it, for good?", abort=True)
        result_id = stored.result_id if stored else ""
        # In the order of its way through here, so that nothing slips past: spool, database, folders. The folders go
        # before the database too, which alone knows their names, should that one fail.
        spooled = Spool(settings.spool).forget(survey, response_id)
        folders = _forget_folders(settings, survey, result_id)
        records = store.forget(survey, response_id, in_quarantine=True)
        folders += _forget_folders(settings, survey, result_id)
        if not records + spooled + folders:
            raise ExitBridgeError(
                "Nothing of this response was found",
                fix="Check the survey's name and the response id, letter by letter",
            )
        store.tally(survey, stored.wave if stored else "", "forgotten")
    click.echo(f"Deleted: {records} record(s) in the database, {folders} report folder(s), {spooled} spooled file(s).")
    click.echo("Not reached: mail already sent, results posted elsewhere, and backups.")


def _forget_folders(settings: Settings, survey: str, result_id: str) -> int:
    from exit_bridge.sending.folder import forget as forget_folder

    if not result_id or survey not in settings.surveys:
        return 0
    return sum(forget_folder(directory, survey, result_id) for directory in settings.surveys[survey].folders)
