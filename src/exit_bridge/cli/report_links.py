"""`links`: taking back links to reports."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from exit_bridge.cli.queue import opened
from exit_bridge.errors import UsageError


@click.group()
def links() -> None:
    """Take back links to reports that were given."""


@links.command()
@click.argument("survey")
@click.argument("response_id", required=False)
@click.pass_obj
def revoke(given: str | None, survey: str, response_id: str | None) -> None:
    """Make every link given until now open nothing: to one response's report, or to all of the survey.

    RESPONSE_ID is the reference that the report names. Links given later work; to give none take report_link out.
    """
    with opened(given) as (settings, store):
        known = settings.survey(survey)
        stored = store.current(known.name, response_id) if response_id else None
        if response_id and stored is None:
            raise UsageError("No such response is kept", where=survey, fix="Check its id, letter by letter")
        store.revoke_links(known.name, stored.result_id if stored else "", datetime.now(UTC))
    click.echo(f"Links to {'this report' if stored else f'every report of {survey}'} given until now open nothing.")
