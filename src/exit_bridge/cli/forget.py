"""`forget`: letting go of one response, everywhere."""

from __future__ import annotations

import click

from exit_bridge.cli.queue import opened
from exit_bridge.errors import ExitBridgeError


@click.command()
@click.argument("survey")
@click.argument("response_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def forget(given: str | None, survey: str, response_id: str, yes: bool) -> None:
    """Delete one response from everywhere: database, quarantine, spool and folder output.

    RESPONSE_ID is the reference that the report names; for LimeSurvey the numbers of survey and response: 123456-7.
    Mail already sent, results already posted elsewhere, report folders that are no longer in the settings, and backups
    are out of reach.
    """
    from exit_bridge.platforms import platform
    from exit_bridge.store import Spool
    from exit_bridge.traces import holds
    from exit_bridge.upkeep import forget_folders

    with opened(given) as (settings, store):
        known = settings.surveys.get(survey)
        held = holds(platform(known.platform) if known else None, response_id)
        stored = store.current(survey, response_id)
        bodies = sum(held(store.quarantined_body(row.id) or b"") for row in store.quarantined(survey))
        click.echo(f"In the database: {'this response, with its versions and jobs' if stored else 'no such response'}.")
        click.echo(f"In quarantine: {bodies} delivery(ies) of it, or that mention it and cannot be read.")
        if known is None:
            click.echo("Folders: not looked for, because this survey is not in the settings.")
        if not yes:
            click.confirm("Delete these, and what the spool and the report folders hold of it, for good?", abort=True)
        results = [stored.result_id] if stored else []
        # In the order of its way through here, so that nothing slips past: spool, database, folders. The folders go
        # before the database too, which alone knows their names, should that one fail.
        spooled = Spool(settings.spool).forget(survey, held)
        folders = forget_folders(known, results) if known else 0
        records = store.forget(survey, response_id, held)
        folders += forget_folders(known, results) if known else 0
        if not records + spooled + folders:
            raise ExitBridgeError(
                "Nothing of this response was found",
                fix="Check the survey's name and the response id, letter by letter",
            )
        store.tally(survey, stored.wave if stored else "", "forgotten")
    click.echo(f"Deleted: {records} record(s) in the database, {folders} report folder(s), {spooled} spooled file(s).")
    click.echo(
        "Not reached: mail already sent, results posted elsewhere, report folders that are no longer in the settings, "
        "scores written back into the survey tool, team reports of closed rounds (figures of 5 people or more), and "
        "backups."
    )
