"""`compare`: what groups agreed on, beside each other or beside what they said before."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from exit_bridge.bank import PRESENT, About, QuestionBank
from exit_bridge.bank.wording import words_for
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
from exit_bridge.cli.outputs import csv_line
from exit_bridge.cli.queue import opened
from exit_bridge.cli.team import write_files
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.intake import Submission, from_document
from exit_bridge.reports import Report, sides
from exit_bridge.reports import waves as rounds
from exit_bridge.reports.bundle import bundle
from exit_bridge.reports.pdf import compiler
from exit_bridge.scoring import result_document, score
from exit_bridge.scoring.sides import FEWEST, MOST, Sheet
from exit_bridge.scoring.waves import waves
from exit_bridge.settings import TEST_WAVE

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("what", nargs=-1, required=True, metavar="SURVEY|EXPORT...")
@click.option("--wave", metavar="NAME", help="Of this round (default: the survey's own in the settings).")
@click.option("--since", metavar="NAME", help="Each group beside itself in this earlier round, not beside the others.")
@export_options
@click.option("--out", required=True, type=_FOLDER, metavar="DIR", help="Folder for the report.")
@click.option("--pdf", is_flag=True, help="The report as PDF too.")
@click.pass_context
def compare(
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
    """Lay the sheets of several groups side by side: where they agree, where they differ, what to talk about first.

    For surveys that groups answer together, 2 to 10 of them, or export files with a row for each. Give each its own
    link to the form, with its name as `sheet`. Nothing is averaged. With --since: what changed clearly between two
    rounds, one group or several. Writes report.html, report.txt, figures.csv, answers.csv, sheets.json, an action plan
    and a sheet for whoever leads the meeting, for your eyes alone.
    """
    if pdf:
        compiler()
    given = Given(survey, platform, mapping, bank)
    if since is not None and since == wave:
        raise UsageError("A round cannot be compared with itself", where=since, fix="Name another with --since")
    paths = export_files(what, given)
    found = _exported(ctx.obj, paths, given, wave, since) if paths else _kept(ctx.obj, what[0], wave, since)
    least = FEWEST if since is None else 1
    laid = [sheets_of(sent, found.bank, found.about, least, found.there) for sent in found.sent]
    today = datetime.now(UTC).date()
    if since is None:
        (sheets,) = laid
        report = sides.build(found.bank, sheets, found.about, language=found.language, made_on=today)
        said, heads = f"{len(sheets)} sheets side by side", [sheet.name for sheet in sheets]
    else:
        report, sheets = _then_and_now(found.bank, found.about, laid[0], laid[1], found.language, today)
        said, heads = f"{len(sheets) // 2} sheet(s) then and now", _heads(sheets, since, found.wave)
    write_files(out, sheet_files(report, sheets, heads, found.bank, today, pdf=pdf))
    click.echo(f"{said}: {out / 'report.html'}")
    ctx.exit(SOME_REFUSED if found.refused else 0)


def sheet_files(
    report: Report, sheets: Sequence[Sheet], heads: Sequence[str], bank: QuestionBank, today: date, *, pdf: bool
) -> dict[str, bytes]:
    """Everything `compare` writes, by file name; `heads` are what the sheets are called in columns."""
    return {
        **bundle(report, today, pdf=pdf),
        "answers.csv": _answers(heads, sheets, bank),
        "sheets.json": _documents(sheets, bank, report.language),
    }


@dataclass(frozen=True, slots=True)
class _Found:
    """What is compared: a list of submissions a round, the earlier first; `there`: names of rounds there are."""

    bank: QuestionBank
    about: About
    language: str | None
    wave: str
    sent: list[list[Submission]]
    there: Sequence[str]
    refused: int = 0


def _kept(given: str | None, name: str, wave: str | None, since: str | None) -> _Found:
    with opened(given) as (settings, store):
        known = settings.survey(name)
        if known.about.answered_by != "group":
            raise UsageError(
                "Only what groups agreed on is compared here, and this survey asks individuals",
                where=name,
                fix='It is for surveys with answered_by = "group"; for individuals there is `exit-bridge team`',
            )
        chosen = known.wave if wave is None else wave
        if since == chosen:
            raise UsageError("A round cannot be compared with itself", where=since, fix="Name another with --since")
        read = [chosen] if since is None else [since, chosen]
        sent = [[from_document(one.document) for one in store.submissions(name, each)] for each in read]
        there = sorted(filter(None, store.counts(name)))
    about = replace(known.about, sample=known.about.sample or TEST_WAVE in read)
    return _Found(known.bank, about, known.languages[0], chosen, sent, there)


def _exported(settings: str | None, paths: Sequence[Path], given: Given, wave: str | None, since: str | None) -> _Found:
    bank, about, _, language = facts_of(settings, given, About())
    rows, refused = rows_of(paths, bank, with_binding(settings, given))
    if wave is None and since is not None and len(rows) == 2 and since in rows:
        wave = next(name for name in rows if name != since)
    chosen = round_of(rows, wave, "--wave")
    read = [chosen] if since is None else [round_of(rows, since, "--since"), chosen]
    sent = [list({one.response_id: one for one in rows[each]}.values()) for each in read]
    return _Found(bank, about, language, chosen, sent, sorted(filter(None, rows)), refused)


def _then_and_now(
    bank: QuestionBank, about: About, then: Sequence[Sheet], now: Sequence[Sheet], language: str | None, today: date
) -> tuple[Report, list[Sheet]]:
    before = {sheet.name: sheet for sheet in then}
    both = [sheet for sheet in now if sheet.name in before]
    if not both:
        raise ExitBridgeError(
            "No group answered in both rounds",
            fix="Groups are told apart by the name in their link (`sheet`), which must be the same both times",
        )
    if len({f"{sheet.submission.variant}" for sheet in (*then, *both)}) > 1:
        raise UsageError("The two rounds answer different forms, which cannot be compared")
    missing = sorted({sheet.name for sheet in (*then, *now)} - {sheet.name for sheet in both})
    compared = [waves(before[sheet.name], sheet, bank) for sheet in both]
    report = rounds.build(bank, compared, about, missing, language=language, made_on=today)
    return report, [sheet for each in compared for sheet in (each.then, each.now)]


def _heads(sheets: Sequence[Sheet], then: str, now: str) -> list[str]:
    return [f"{sheet.name}, {now if n % 2 else then}" for n, sheet in enumerate(sheets)]


def _answers(heads: Sequence[str], sheets: Sequence[Sheet], bank: QuestionBank) -> bytes:
    """One row an item, one column a sheet."""
    file = io.BytesIO()
    line = csv_line(file)
    line(("item", *heads))
    for item in bank.items:
        if any(item in sheet.submission.answers for sheet in sheets):
            line((item, *(sheet.submission.answers.get(item) for sheet in sheets)))
    return file.getvalue()


def _documents(sheets: Sequence[Sheet], bank: QuestionBank, language: str) -> bytes:
    """Every sheet's result, with its name and who was in the room: unrounded scores, reasons, rules that fired."""
    wording = words_for(bank, language).fingerprint
    found = [
        {
            "sheet": sheet.name,
            **_present(sheet.submission),
            "result": result_document(sheet.submission, sheet.scores, bank, wording),
        }
        for sheet in sheets
    ]
    return (json.dumps(found, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _present(sent: Submission) -> dict[str, str]:
    return {PRESENT: sent.comments[PRESENT]} if PRESENT in sent.comments else {}


def sheets_of(
    kept: Iterable[Submission], bank: QuestionBank, about: About, least: int, there: Sequence[str]
) -> list[Sheet]:
    """Scored sheets, each with a name of its own, the organisations of the settings first and in their order.

    `there`: the names of rounds that have answers, for whoever named another. Raises ExitBridgeError where sheets
    are too few or too many, UsageError where they answer different forms.
    """
    found = [one for one in kept if one.answers and (one.bank != bank.ref or bank.variants[one.variant].scored)]
    forms = sorted({f"{one.bank} {one.variant}" for one in found})
    if len(forms) > 1 or any(one.bank != bank.ref for one in found):
        raise UsageError("These sheets answer different forms, which cannot be compared", where="; ".join(forms))
    if not least <= len(found) <= MOST:
        raise ExitBridgeError(
            f"There are {len(found)} sheets with scores in a round, and {least} to {MOST} can be compared",
            fix=f"Name another round ({', '.join(there) or 'none has a name so far'}), or wait for more",
        )
    first = {name: place for place, name in enumerate(about.organisations)}
    order = sorted(found, key=lambda one: (first.get(one.sheet or "", len(first)), one.sheet or "", one.response_id))
    return [Sheet(name, one, score(one, bank, about)) for name, one in zip(_names(order), order, strict=True)]


def _names(order: Sequence[Submission]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for one in order:
        name = one.sheet or "Group"
        seen[name] += 1
        several = sum((other.sheet or "Group") == name for other in order) > 1
        names.append(f"{name} ({seen[name]})" if several else name)
    return names
