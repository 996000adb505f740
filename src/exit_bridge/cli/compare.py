"""`compare`: what groups agreed on, beside each other or beside what they said before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from exit_bridge.bank import About, QuestionBank
from exit_bridge.cli.files import cannot_write, whole
from exit_bridge.cli.outputs import csv_line
from exit_bridge.cli.queue import opened
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.intake import Submission, from_document
from exit_bridge.reports import Report, as_html, as_pdf, as_text, sides
from exit_bridge.reports import waves as rounds
from exit_bridge.reports.pdf import compiler
from exit_bridge.scoring import score
from exit_bridge.scoring.sides import FEWEST, MOST, Sheet
from exit_bridge.scoring.waves import waves
from exit_bridge.settings import TEST_WAVE

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("survey")
@click.option("--wave", metavar="NAME", help="Of this round (default: the survey's own in the settings).")
@click.option("--since", metavar="NAME", help="Each group beside itself in this earlier round, not beside the others.")
@click.option("--out", required=True, type=_FOLDER, metavar="DIR", help="Folder for the report.")
@click.option("--pdf", is_flag=True, help="The report as PDF too.")
@click.pass_obj
def compare(given: str | None, survey: str, wave: str | None, since: str | None, out: Path, pdf: bool) -> None:
    """Lay the sheets of several groups side by side: where they agree, where they differ, what to talk about first.

    For surveys that groups answer together, 2 to 10 of them. Give each its own link to the form, with its name as
    `sheet`. Nothing is averaged. With --since: what changed clearly between two rounds, one group or several. Writes
    report.html, report.txt and answers.csv, for your eyes alone.
    """
    if pdf:
        compiler()
    with opened(given) as (settings, store):
        known = settings.survey(survey)
        if known.about.answered_by != "group":
            raise UsageError(
                "Only what groups agreed on is compared here, and this survey asks individuals",
                where=survey,
                fix='It is for surveys with answered_by = "group"',
            )
        chosen = known.wave if wave is None else wave
        if since == chosen:
            raise UsageError("A round cannot be compared with itself", where=since, fix="Name another with --since")
        read = [chosen] if since is None else [since, chosen]
        kept = [[from_document(one.document) for one in store.submissions(survey, name)] for name in read]
        there = sorted(filter(None, store.counts(survey)))
    about = replace(known.about, sample=known.about.sample or TEST_WAVE in read)
    least = FEWEST if since is None else 1
    laid = [sheets_of(found, known.bank, about, least, there) for found in kept]
    today, language = datetime.now(UTC).date(), known.languages[0]
    if since is None:
        (sheets,) = laid
        report = sides.build(known.bank, sheets, about, language=language, made_on=today)
        said, heads = f"{len(sheets)} sheets side by side", [sheet.name for sheet in sheets]
    else:
        report, sheets = _then_and_now(known.bank, about, laid[0], laid[1], language, today)
        said, heads = f"{len(sheets) // 2} sheet(s) then and now", _heads(sheets, since, chosen)
    _write(out, report, today, heads, sheets, known.bank, pdf=pdf)
    click.echo(f"{said}: {out / 'report.html'}")


def _then_and_now(
    bank: QuestionBank, about: About, then: Sequence[Sheet], now: Sequence[Sheet], language: str, today: date
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


def _write(
    out: Path,
    report: Report,
    today: date,
    heads: Sequence[str],
    sheets: Sequence[Sheet],
    bank: QuestionBank,
    *,
    pdf: bool,
) -> None:
    texts = {"report.html": as_html(report), "report.txt": as_text(report)}
    files = {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    if pdf:
        files["report.pdf"] = as_pdf(report, today)
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    for name, content in files.items():
        with whole(out / name, mode=0o600) as file:
            file.write(content)
    with whole(out / "answers.csv", mode=0o600) as file:
        line = csv_line(file)
        line(("item", *heads))
        for item in bank.items:
            if any(item in sheet.submission.answers for sheet in sheets):
                line((item, *(sheet.submission.answers.get(item) for sheet in sheets)))


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
