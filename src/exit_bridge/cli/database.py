"""`db`: the tables brought up to date, a copy of them, and the way back."""

from __future__ import annotations

from pathlib import Path

import click

from exit_bridge.errors import UsageError
from exit_bridge.settings import load_settings, settings_path
from exit_bridge.store import open_store


@click.group()
def db() -> None:
    """Upgrade, back up or restore the database."""


@db.command()
@click.pass_obj
def upgrade(given: str | None) -> None:
    """Create the tables, or bring them up to date. Safe to run at every release."""
    settings = load_settings(settings_path(given))
    with open_store(settings.database) as store:
        store.upgrade()
        click.echo(f"The database is up to date ({store.where}).")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(given: str | None, file: Path) -> None:
    """Copy a SQLite database to FILE while it is in use. The copy holds personal data: keep it as safe."""
    settings = load_settings(settings_path(given))
    with open_store(settings.database) as store:
        store.backup(file)
    click.echo(f"Copied to {file}, which only you can read. What you forget or purge later stays in this copy.")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore(given: str | None, file: Path, yes: bool) -> None:
    """Put the backup FILE in the place of a SQLite database, which is kept beside it. Stop web and workers first.

    What came in after the backup is gone from the database then, and what was forgotten after it is back. Jobs that
    were done after it are due again; receivers can tell a repeat by its Message-ID or webhook-id.
    """
    from exit_bridge.store.restore import restore as put_back

    settings = load_settings(settings_path(given))
    if not settings.database.startswith("sqlite"):
        raise UsageError(
            "PostgreSQL is restored by its own tools",
            fix="Stop web and workers, then: pg_restore --clean --if-exists --no-owner --single-transaction "
            "--dbname=URL FILE, with a FILE made by pg_dump --format=custom. Then: exit-bridge db upgrade",
        )
    database = Path(settings.database.partition("///")[2])
    if database.exists() and not yes:
        click.confirm(f"Replace {database} by {file}? What came in since is only in the old file then.", abort=True)
    done = put_back(database, file)
    click.echo(f"Restored: {done.submissions} submission(s), {done.due} job(s) still to do.")
    if done.kept:
        click.echo(
            f"The database as it was is {done.kept}, which only you can read. Delete it once you need it no more."
        )
    if done.behind:
        click.echo("It is of an older version. Run: exit-bridge db upgrade")
    click.echo("What was forgotten after the backup is back: forget it again.")
