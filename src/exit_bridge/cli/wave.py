"""`wave`: how many have answered, closing a round, and the page that tells people what happens next."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from exit_bridge.bridge import Bridge
from exit_bridge.cli.printing import print_json, print_table
from exit_bridge.cli.queue import opened
from exit_bridge.cli.team import write_files
from exit_bridge.closing import close as close_wave
from exit_bridge.closing import next_report, standings
from exit_bridge.reports import as_html, as_pdf, as_text
from exit_bridge.reports.pdf import compiler
from exit_bridge.settings import Settings

_wave = click.option("--wave", metavar="NAME", help="This round (default: the survey's own in the settings).")


@click.group()
def wave() -> None:
    """Count who has answered, close a round, say what happens next."""


@wave.command("list")
@click.argument("survey")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.pass_obj
def list_waves(given: str | None, survey: str, as_json: bool) -> None:
    """Rounds of a survey with the number of submissions: before a round is closed there is nothing but this count."""
    with opened(given) as (settings, store):
        found = standings(Bridge(settings, store), settings.survey(survey))
    if as_json:
        return print_json(
            [
                {
                    "wave": each.wave,
                    "submissions": each.submissions,
                    "closed_at": each.closed_at.isoformat() if each.closed_at else None,
                    "reports": each.reports,
                    "closes": each.closes.isoformat() if each.closes else None,
                }
                for each in found
            ]
        )
    print_table(
        ("round", "submissions", "closes", "closed on", "reports"),
        [
            (
                each.wave or "(no name)",
                str(each.submissions),
                f"{each.closes}" if each.closes else "",
                f"{each.closed_at:%Y-%m-%d}" if each.closed_at else "",
                str(each.reports),
            )
            for each in found
        ],
        [None] * len(found),
    )
    return None


@wave.command("close")
@click.argument("survey")
@_wave
@click.option("--again", is_flag=True, help="A second report on a closed round, if enough people came or went since.")
@click.pass_obj
def close(given: str | None, survey: str, wave: str | None, again: bool) -> None:
    """Close a round: its team report is made once, kept as it is, and sent to the survey's destinations."""
    with opened(given) as (settings, store):
        known = settings.survey(survey)
        chosen = known.wave if wave is None else wave
        made = close_wave(Bridge(settings, store), known, chosen, again=again)
    click.echo(
        f"Closed with {made.picture['n']} people counted. Read it: exit-bridge team {survey}"
        + (f" --wave {chosen}" if wave else "")
        + " --out DIR"
    )


@wave.command("next")
@click.argument("survey")
@_wave
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--pdf", is_flag=True, help="As PDF too.")
@click.pass_obj
def next_page(given: str | None, survey: str, wave: str | None, out: Path, pdf: bool) -> None:
    """Write "What you told us, what happens next, by when" for everybody who answered, of a closed round.

    It needs three settings of the round: what_happens, who and by_when.
    """
    if pdf:
        compiler()
    with opened(given) as (settings, store):
        made = next_report(Bridge(settings, store), settings.survey(survey), _chosen(settings, survey, wave))
    today = datetime.now(UTC).date()
    files = {
        "next.html": as_html(made).encode("utf-8", "replace"),
        "next.txt": as_text(made).encode("utf-8", "replace"),
    }
    if pdf:
        files["next.pdf"] = as_pdf(made, today)
    write_files(out, files)
    click.echo(f"Written: {out / 'next.html'}")


def _chosen(settings: Settings, survey: str, wave: str | None) -> str:
    return settings.survey(survey).wave if wave is None else wave
