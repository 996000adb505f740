"""`compare`: what several groups agreed on, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from exit_bridge.bank import About, QuestionBank
from exit_bridge.cli.files import cannot_write, whole
from exit_bridge.cli.outputs import csv_line
from exit_bridge.cli.queue import opened
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.intake import Submission, from_document
from exit_bridge.scoring import score
from exit_bridge.scoring.sides import FEWEST, MOST, Sheet
from exit_bridge.settings import TEST_WAVE

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("survey")
@click.option("--wave", metavar="NAME", help="Of this round (default: the survey's own in the settings).")
@click.option("--out", required=True, type=_FOLDER, metavar="DIR", help="Folder for the report.")
@click.option("--pdf", is_flag=True, help="The report as PDF too.")
@click.pass_obj
def compare(given: str | None, survey: str, wave: str | None, out: Path, pdf: bool) -> None:
    """Lay the sheets of several groups side by side: where they agree, where they differ, what to talk about first.

    For surveys that groups answer together, 2 to 10 of them. Give each its own link to the form, with its name as
    `sheet`. Nothing is averaged. Writes report.html, report.txt and answers.csv, for your eyes alone.
    """
    from exit_bridge.reports import as_html, as_pdf, as_text, sides
    from exit_bridge.reports.pdf import compiler

    if pdf:
        compiler()
    with opened(given) as (settings, store):
        known = settings.survey(survey)
        if known.about.answered_by != "group":
            raise UsageError(
                "Only what groups agreed on is laid side by side, and this survey asks individuals",
                where=survey,
                fix='It is for surveys with answered_by = "group"',
            )
        chosen = known.wave if wave is None else wave
        kept = [from_document(stored.document) for stored in store.submissions(survey, chosen)]
    sheets = sheets_of(kept, known.bank, known.about)
    about = replace(known.about, sample=known.about.sample or chosen == TEST_WAVE)
    today = datetime.now(UTC).date()
    report = sides.build(known.bank, sheets, about, language=known.languages[0], made_on=today)
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
        line(("item", *(sheet.name for sheet in sheets)))
        for item in known.bank.items:
            if any(item in sheet.submission.answers for sheet in sheets):
                line((item, *(sheet.submission.answers.get(item) for sheet in sheets)))
    click.echo(f"{len(sheets)} sheets side by side: {out / 'report.html'}")


def sheets_of(kept: Iterable[Submission], bank: QuestionBank, about: About) -> list[Sheet]:
    """Scored sheets, each with a name of its own, the organisations of the settings first and in their order.

    Raises UsageError where they are too few, too many, or answers to different forms.
    """
    found = [one for one in kept if bank.variants[one.variant].scored and one.answers]
    forms = sorted({f"{one.bank} {one.variant}" for one in found})
    if len(forms) > 1 or any(not form.startswith(f"{bank.ref} ") for form in forms):
        raise UsageError(
            "These sheets answer different forms, which cannot be laid side by side", where="; ".join(forms)
        )
    if not FEWEST <= len(found) <= MOST:
        raise ExitBridgeError(
            f"There are {len(found)} sheets with scores in this round, and {FEWEST} to {MOST} can be laid side by side",
            fix="Name another round with --wave, or wait for more",
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
