"""`db`: the tables brought up to date, and a copy of them."""

from __future__ import annotations

from pathlib import Path

import click

from exit_bridge.settings import load_settings, settings_path
from exit_bridge.store import open_store


@click.group()
def db() -> None:
    """Upgrade or back up the database."""


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
