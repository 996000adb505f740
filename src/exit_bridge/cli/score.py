"""`score`: exports in, a table of scores out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from exit_bridge.bank import DEFAULT_BANK, About, QuestionBank, load_bank
from exit_bridge.cli.files import whole
from exit_bridge.cli.outputs import writer_for
from exit_bridge.cli.tally import Rejects, Tally
from exit_bridge.errors import UsageError
from exit_bridge.intake.exports import READS, Export, read_export
from exit_bridge.intake.table import Progress
from exit_bridge.scoring import columns

if TYPE_CHECKING:
    from exit_bridge.cli.report_files import ReportFolder

SOME_REFUSED = 3
"""Exit code: done, but rows were refused."""

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("exports", nargs=-1, required=True, type=_FILE, metavar="EXPORT...")
@click.option("--platform", metavar="NAME", help="The tool that wrote the exports (default: by their headings).")
@click.option("--mapping", type=_FILE, metavar="FILE", help="Which column is which question, and labels of your own.")
@click.option("--save-mapping", type=_FILE, metavar="FILE", help="Keep what was decided about the columns.")
@click.option("--survey", metavar="NAME", help="Take bank, variant, wave and facts from this survey's settings.")
@click.option("--bank", metavar="FILE|REF", help=f"Question bank (default: the survey's, or {DEFAULT_BANK}).")
@click.option("--wording", type=_FILE, multiple=True, metavar="FILE", help="Words of the bank in one more language.")
@click.option("--variant", metavar="NAME", help="For rows that do not say theirs (default: the survey's, or full).")
@click.option("--out", type=_FILE, metavar="FILE", help="A .csv, .json, .parquet or .xlsx (default: CSV on stdout).")
@click.option("--items", type=click.Choice(["raw", "value", "both"]), help="Add the answers, or values.")
@click.option("--team", is_flag=True, help="Leave out those who asked not to be counted in team figures.")
@click.option("--reports", type=_FILE, metavar="DIR", help="Write a report on each response into this folder.")
@click.option("--pdf", is_flag=True, help="With --reports: each report as PDF too.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "python"]),
    default="auto",
    expose_value=False,
    help="Which engine scores: python is the only one so far.",
)
@click.pass_context
def score(
    ctx: click.Context,
    exports: tuple[Path, ...],
    platform: str | None,
    mapping: Path | None,
    save_mapping: Path | None,
    survey: str | None,
    bank: str | None,
    wording: tuple[Path, ...],
    variant: str | None,
    out: Path | None,
    items: str | None,
    team: bool,
    reports: Path | None,
    pdf: bool,
) -> None:
    """Score responses exported from a survey tool: one row for each response.

    Unfinished, test, repeated and declined rows are left out and counted. Rows that cannot be read are refused: the
    others are scored, the refused ones are listed with their reasons, and the exit code is 3.
    """
    form = form_of(ctx.obj, survey, bank, wording, variant)
    mapping = mapping or form.mapping
    used = [*exports, *wording, *([Path(bank)] if bank else [])]
    _keep_apart((out, _rejects(out), reports), [*used, *([mapping] if mapping else [])])
    _keep_apart((save_mapping,), [*used, *([out] if out else [])])
    tally = score_files(
        exports,
        form,
        out=out,
        folder=_report_folder(reports, form, pdf),
        platform=platform,
        mapping=mapping,
        save_mapping=save_mapping,
        items=items or "",
        team=team,
    )
    ctx.exit(SOME_REFUSED if tally.rejects.count else 0)


def score_files(
    exports: Sequence[Path],
    form: Form,
    *,
    out: Path | None,
    folder: ReportFolder | None,
    platform: str | None = None,
    mapping: Path | None = None,
    save_mapping: Path | None = None,
    items: str = "",
    team: bool = False,
) -> Tally:
    """Write the table, the reports and the list of refused rows, and tell on stderr what became of every row."""
    write, rejects = writer_for(out), _rejects(out)
    with ExitStack() as files, _progress(exports, visible=out is not None) as progress:
        opened: list[Export] = []
        for path in exports:
            opened.append(
                read_export(
                    path,
                    bank=form.bank,
                    platform=platform,
                    survey=form.survey,
                    variant=form.variant,
                    wave=form.wave,
                    mapping_file=mapping,
                    after=opened[-1] if opened else None,
                    progress=progress,
                )
            )
        kept = _one_mapping(opened) if save_mapping else ""
        file: BinaryIO = files.enter_context(whole(out)) if out else sys.stdout.buffer
        listed = Rejects(rejects, files, len(exports) > 1)
        tally = Tally(form.bank, form.about, form.survey, items, folder, listed, team=team)
        write(file, columns(form.bank, items), tally.rows(opened))
        file.flush()
        if save_mapping:
            files.enter_context(whole(save_mapping)).write(kept.encode())
    if rejects and not tally.rejects.count:
        rejects.unlink(missing_ok=True)  # of an earlier run: nothing is refused any more
    tally.tell(opened)
    return tally


def _rejects(out: Path | None) -> Path | None:
    return out.with_name(f"{out.name}.rejects.csv") if out else None


@dataclass(frozen=True, slots=True)
class Form:
    """What was asked, and what the coordinator said about it. Empty text: not said."""

    bank: QuestionBank
    about: About
    survey: str
    variant: str
    wave: str
    mapping: Path | None = None


def form_of(
    settings: str | None, survey: str | None, bank: str | None, wording: Sequence[Path], variant: str | None
) -> Form:
    """What --survey, --bank, --wording and --variant say together."""
    words = tuple(map(str, wording))
    if not survey:
        return Form(load_bank(bank or DEFAULT_BANK, words), About(), "", variant or "", "")
    from exit_bridge.settings import load_settings, settings_path

    known = load_settings(settings_path(settings)).survey(survey)
    binding = Path(known.binding) if known.binding and not bank else None
    loaded = load_bank(bank or known.bank_source, words if bank else (*known.wordings, *words))
    return Form(loaded, known.about, known.name, variant or known.variant, known.wave, binding)


def _keep_apart(targets: Sequence[Path | None], used: Sequence[Path]) -> None:
    """Refuse to write over what is read."""
    for target in filter(None, targets):
        if any(target.exists() and path.exists() and target.samefile(path) for path in used) or target in used:
            raise UsageError(
                "This file is read, so it cannot be written as well", where=str(target), fix="Name another"
            )


def _report_folder(directory: Path | None, form: Form, pdf: bool) -> ReportFolder | None:
    if directory is None:
        if pdf:
            raise UsageError("--pdf is for reports, and none are asked for", fix="Add --reports DIR")
        return None
    from exit_bridge.cli.report_files import ReportFolder

    return ReportFolder(directory, form.bank, form.about, pdf=pdf)


def _one_mapping(opened: Sequence[Export]) -> str:
    mappings = {export.mapping() for export in opened}
    if len(mappings) > 1:
        raise UsageError("These exports have different columns", fix="Keep the mapping of one of them at a time")
    return mappings.pop()


@contextmanager
def _progress(paths: Sequence[Path], *, visible: bool) -> Iterator[Progress | None]:
    """A bar on stderr by bytes read, for people who watch."""
    if not (visible and sys.stderr.isatty()):
        yield None
        return
    size = sum(path.stat().st_size for path in paths if path.is_file())
    with click.progressbar(length=max(1, READS * size), label="Scoring", file=sys.stderr) as bar:
        yield bar.update
