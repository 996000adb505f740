"""`team`: the report on what individuals see together, of a closed wave or from export files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from exit_bridge.bank import About, QuestionBank
from exit_bridge.cli.export_rows import (
    SOME_REFUSED,
    Given,
    export_files,
    export_options,
    facts_of,
    round_of,
    rows_of,
    with_binding,
)
from exit_bridge.cli.files import cannot_write, whole
from exit_bridge.cli.queue import opened
from exit_bridge.errors import UsageError
from exit_bridge.intake import Submission
from exit_bridge.reports import Report
from exit_bridge.reports.bundle import bundle
from exit_bridge.reports.pdf import compiler
from exit_bridge.reports.team import TeamWave, build
from exit_bridge.scoring import score
from exit_bridge.scoring.disclosure import Floors
from exit_bridge.scoring.picture import Frame, Member, TeamPicture, picture_document
from exit_bridge.scoring.team import counted
from exit_bridge.scoring.team import team as picture_of
from exit_bridge.scoring.team_waves import team_waves


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="SURVEY|EXPORT...")
@click.option("--wave", metavar="NAME", help="Of this round (default: the survey's own in the settings).")
@click.option("--since", metavar="NAME", help="Exports: beside this earlier round, whose rows are in the files too.")
@export_options
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the report.")
@click.option("--pdf", is_flag=True, help="The report as PDF too.")
@click.pass_context
def team(
    ctx: click.Context,
    what: tuple[str, ...],
    wave: str | None,
    since: str | None,
    survey: str | None,
    platform: str | None,
    mapping: Path | None,
    bank: str | None,
    out: Path,
    pdf: bool,
) -> None:
    """Write the team's report on a closed wave, or on exported answers.

    Figures are over 5 people or more, and over 10 where they are about one role or how people differ. A wave is closed
    by `exit-bridge wave close` or on its closing date, and its report then stands. Made from export files the report
    keeps the same floors, but whoever holds those files sees every answer in them.

    Writes report.html, report.txt, team.json, figures.csv, an action plan and a sheet for whoever leads the meeting.
    """
    if pdf:
        compiler()
    given = Given(survey, platform, mapping, bank)
    if paths := export_files(what, given):
        made, document, refused = _from_exports(ctx.obj, paths, given, wave, since)
    elif since:
        raise UsageError("A closed round stands beside the one before it by itself", fix="Leave --since out")
    else:
        (made, document), refused = _closed(ctx.obj, what[0], wave), 0
    files = team_files(made, document, pdf=pdf)
    write_files(out, files)
    click.echo(f"{len(files)} files written: {out / 'report.html'}")
    ctx.exit(SOME_REFUSED if refused else 0)


def team_files(made: Report, document: dict[str, Any], *, pdf: bool) -> dict[str, bytes]:
    """Everything that is written of a team's report: what a meeting needs, and the document for programs."""
    files = bundle(made, date.fromisoformat(document["closed_on"]), pdf=pdf)
    return files | {"team.json": (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()}


def write_files(out: Path, files: dict[str, bytes]) -> None:
    """Every file whole, for this user's eyes alone. Raises ExitBridgeError."""
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    for name, content in files.items():
        with whole(out / name, mode=0o600) as file:
            file.write(content)


def _closed(given: str | None, name: str, wave: str | None) -> tuple[Report, dict[str, Any]]:
    from exit_bridge.bridge import Bridge
    from exit_bridge.closing import document_of, report_on

    with opened(given) as (settings, store):
        survey = settings.survey(name)
        made, shown = report_on(Bridge(settings, store), survey, survey.wave if wave is None else wave)
    return made, document_of(shown)


# -- from export files ---------------------------------------------------------------------------------------------


def _from_exports(
    settings: str | None, paths: Sequence[Path], given: Given, wave: str | None, since: str | None
) -> tuple[Report, dict[str, Any], int]:
    alone = About(answered_by="individuals", individual_reports="none")
    bank, about, floors, language = facts_of(settings, given, alone)
    rows, refused = rows_of(paths, bank, with_binding(settings, given))
    chosen, today = round_of(rows, wave, "--wave"), datetime.now(UTC).date()
    picture, frame = _picture(rows[chosen], bank, about, floors)
    compared = None
    if since is not None:
        then, before = _picture(rows[round_of(rows, since, "--since")], bank, about, floors)
        compared = team_waves(then, picture, (before, frame), bank)
    shown = TeamWave(chosen, picture, from_files=True)
    made = build(bank, shown, about, compared, since or "", language=language, made_on=today)
    click.echo(
        "Whoever holds these export files sees every answer in them, whatever the report keeps back. If the report is "
        "made again with a few more answers, the two together can give single people away.",
        err=True,
    )
    document = {"survey": given.survey or "", "wave": chosen, "report": 1, "closed_on": today.isoformat()}
    return made, {**document, "bank": bank.ref, **picture_document(picture)}, refused


def _picture(rows: Sequence[Submission], bank: QuestionBank, about: About, floors: Floors) -> tuple[TeamPicture, Frame]:
    latest = {one.response_id: one for one in counted(rows)}
    members = [Member.of(name, one, score(one, bank, about), bank) for name, one in latest.items()]
    return picture_of(members, bank, replace(about, sample=False), floors)
