"""`team`: the report on what individuals see together, of a closed wave or from export files."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from exit_bridge.bank import DEFAULT_BANK, About, QuestionBank, load_bank
from exit_bridge.cli.files import cannot_write, whole
from exit_bridge.cli.queue import opened
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import read_export
from exit_bridge.reports import Report
from exit_bridge.reports.bundle import bundle
from exit_bridge.reports.pdf import compiler
from exit_bridge.reports.team import TeamWave, build
from exit_bridge.scoring import score
from exit_bridge.scoring.disclosure import ROLE_FLOOR, Floors
from exit_bridge.scoring.picture import Frame, Member, TeamPicture, picture_document
from exit_bridge.scoring.team import counted
from exit_bridge.scoring.team import team as picture_of
from exit_bridge.scoring.team_waves import team_waves

SOME_REFUSED = 3
_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="SURVEY|EXPORT...")
@click.option("--wave", metavar="NAME", help="Of this round (default: the survey's own in the settings).")
@click.option("--since", metavar="NAME", help="Exports: beside this earlier round, whose rows are in the files too.")
@click.option("--survey", metavar="NAME", help="Exports: take bank, facts and floors from this survey's settings.")
@click.option("--platform", metavar="NAME", help="Exports: the tool that wrote them (default: by their headings).")
@click.option("--mapping", type=_FILE, metavar="FILE", help="Exports: which column is which question.")
@click.option("--bank", metavar="FILE|REF", help=f"Exports: question bank (default: the survey's, or {DEFAULT_BANK}).")
@click.option("--out", required=True, type=_FILE, metavar="DIR", help="Folder for the report.")
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
    if all(Path(each).is_file() for each in what):
        given = _Given(platform, mapping, bank, survey, wave, since)
        made, document, refused = _from_exports(ctx.obj, [Path(each) for each in what], given)
    elif len(what) == 1:
        if since or survey or platform or mapping or bank:
            raise UsageError("These options are for export files", where=what[0], fix="Leave them out for a survey")
        (made, document), refused = _closed(ctx.obj, what[0], wave), 0
    else:
        missing = next(each for each in what if not Path(each).is_file())
        raise UsageError("There is no such file", where=missing, fix="Name export files, or one survey")
    files = bundle(made, date.fromisoformat(document["closed_on"]), pdf=pdf)
    files["team.json"] = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    write_files(out, files)
    click.echo(f"{len(files)} files written: {out / 'report.html'}")
    ctx.exit(SOME_REFUSED if refused else 0)


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


@dataclass(frozen=True, slots=True)
class _Given:
    """What was asked of the exports."""

    platform: str | None
    mapping: Path | None
    bank: str | None
    survey: str | None
    wave: str | None
    since: str | None


def _from_exports(settings: str | None, paths: Sequence[Path], given: _Given) -> tuple[Report, dict[str, Any], int]:
    bank, about, floors, language = _facts(settings, given)
    rows, refused = _rows(paths, bank, given)
    wave = _wave(rows, given.wave, "--wave")
    today = datetime.now(UTC).date()
    picture, frame = _picture(rows[wave], bank, about, floors)
    then = None
    if given.since is not None:
        then = _picture(rows[_wave(rows, given.since, "--since")], bank, about, floors)
    compared = team_waves(then[0], picture, (then[1], frame), bank) if then else None
    made = build(
        bank,
        TeamWave(wave, picture, from_files=True),
        about,
        compared,
        given.since or "",
        language=language,
        made_on=today,
    )
    click.echo(
        "Whoever holds these export files sees every answer in them, whatever the report keeps back. If the report is "
        "made again with a few more answers, the two together can give single people away.",
        err=True,
    )
    if refused:
        click.echo(f"{refused} row(s) were refused; `exit-bridge score` lists them with reasons.", err=True)
    document = {"survey": given.survey or "", "wave": wave, "report": 1, "closed_on": today.isoformat()}
    return made, {**document, "bank": bank.ref, **picture_document(picture)}, refused


def _facts(settings: str | None, given: _Given) -> tuple[QuestionBank, About, Floors, str | None]:
    if not given.survey:
        about = About(answered_by="individuals", individual_reports="none")
        return load_bank(given.bank or DEFAULT_BANK), about, Floors(role=ROLE_FLOOR), None
    from exit_bridge.settings import load_settings, settings_path

    known = load_settings(settings_path(settings)).survey(given.survey)
    loaded = load_bank(given.bank or known.bank_source, () if given.bank else known.wordings)
    return loaded, known.about, Floors(role=known.role_floor), known.languages[0]


def _rows(paths: Sequence[Path], bank: QuestionBank, given: _Given) -> tuple[dict[str, list[Submission]], int]:
    """Submissions by wave, and how many rows were refused."""
    found: defaultdict[str, list[Submission]] = defaultdict(list)
    refused, last = 0, None
    for path in paths:
        last = read_export(
            path,
            bank=bank,
            platform=given.platform,
            survey=given.survey or "",
            mapping_file=given.mapping,
            after=last,
        )
        for outcome in last:
            if isinstance(outcome, Submission):
                found[outcome.wave].append(outcome)
            else:
                refused += type(outcome).__name__ == "Refused"
    return found, refused


def _wave(rows: dict[str, list[Submission]], named: str | None, option: str) -> str:
    if named is not None and named not in rows:
        there = ", ".join(sorted(filter(None, rows))) or "none has a name"
        raise UsageError("No row belongs to this round", where=named, fix=f"Rounds in the files: {there}")
    if named is not None:
        return named
    if len(rows) > 1:
        there = ", ".join(name or "(no name)" for name in sorted(rows))
        raise UsageError(f"These files hold several rounds: {there}", fix=f"Name one with {option}")
    if not rows:
        raise ExitBridgeError("No row of these files could be counted")
    return next(iter(rows))


def _picture(rows: Sequence[Submission], bank: QuestionBank, about: About, floors: Floors) -> tuple[TeamPicture, Frame]:
    latest = {one.response_id: one for one in counted(rows)}
    members = [Member.of(name, one, score(one, bank, about), bank) for name, one in latest.items()]
    return picture_of(members, bank, replace(about, sample=False), floors)
