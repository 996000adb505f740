"""`watch`: every export that lands in a folder becomes reports, by the same code as `score`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import click

from exit_bridge.bank import DEFAULT_BANK
from exit_bridge.cli.files import whole
from exit_bridge.cli.inbox import DONE, FAILED, Inbox
from exit_bridge.cli.report_files import ReportFolder
from exit_bridge.cli.score import Form, form_of, score_files
from exit_bridge.errors import ExitBridgeError, UnreadableExport, trace_of

_FOLDER = click.Path(path_type=Path)
_SETTLE = 2.0
"""Seconds between two looks with --once: a file that changed in between is still arriving."""


@click.command()
@click.argument("directory", type=_FOLDER, metavar="DIR")
@click.option("--reports", type=_FOLDER, required=True, metavar="OUT", help="Write scores and reports in here.")
@click.option("--platform", metavar="NAME", help="The tool that wrote the exports (default: by their headings).")
@click.option("--mapping", type=_FOLDER, metavar="FILE", help="Which column is which question, and labels of your own.")
@click.option("--survey", metavar="NAME", help="Take bank, variant, wave and facts from this survey's settings.")
@click.option("--bank", metavar="FILE|REF", help=f"Question bank (default: the survey's, or {DEFAULT_BANK}).")
@click.option("--wording", type=_FOLDER, multiple=True, metavar="FILE", help="Words of the bank in one more language.")
@click.option("--variant", metavar="NAME", help="For rows that do not say theirs (default: the survey's, or full).")
@click.option("--pdf", is_flag=True, help="Each report as PDF too.")
@click.option("--once", is_flag=True, help="Take what is there and end, for a scheduler.")
@click.option(
    "--every",
    type=click.FloatRange(1, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks.",
)
@click.pass_context
def watch(
    ctx: click.Context,
    directory: Path,
    reports: Path,
    platform: str | None,
    mapping: Path | None,
    survey: str | None,
    bank: str | None,
    wording: tuple[Path, ...],
    variant: str | None,
    pdf: bool,
    once: bool,
    every: float,
) -> None:
    """Turn every export that lands in the folder DIR into scores and reports, one line for each.

    What is finished moves to DIR/done; what cannot be read moves to DIR/failed, with a text that says what to do.
    """
    form = form_of(ctx.obj, survey, bank, wording, variant)
    if reports.resolve() == directory.resolve():
        raise click.UsageError("OUT is the watched folder itself: its scores would be taken for exports.")
    desk = _Desk(Inbox(directory), reports, form, platform, mapping or form.mapping, pdf)
    desk.check()
    desk.work_through(desk.inbox.left_over())
    stop = Event()
    if not once:
        from exit_bridge.cli.running import stop_on_signal

        stop_on_signal(stop)
        click.echo(f"Watching {directory} every {every:g} seconds. Ctrl-C ends it.", err=True)
    before = desk.inbox.look()
    while not stop.wait(_SETTLE if once else every):
        now = desk.inbox.look()
        desk.work_through(desk.inbox.take(before, now))
        if once:
            break
        before = now
    ctx.exit(1 if once and desk.failed else 0)


@dataclass
class _Desk:
    """Where files are worked through one by one, all in the same way."""

    inbox: Inbox
    reports: Path
    form: Form
    platform: str | None
    mapping: Path | None
    pdf: bool
    failed: int = 0

    def check(self) -> None:
        """Raises UsageError before anything is taken where no reports may be written, or no PDF can be."""
        ReportFolder(self.reports, self.form.bank, self.form.about, pdf=self.pdf)

    def work_through(self, taken: Iterable[Path]) -> None:
        """Score each, move it, and say in one line what came of it.

        Raises ExitBridgeError for what is no fault of the file, such as a full disk or a wrong option: it is taken up
        again at the next start.
        """
        for path in taken:
            try:
                said = self._score(path)
            except UnreadableExport as error:
                self._fail(path, error.what, error.fix)
            except ExitBridgeError:
                raise
            except Exception as error:  # noqa: BLE001 (one file must not stop all that come after it)
                click.echo(trace_of(error), err=True)
                self._fail(path, "Reading it met a bug of exit-bridge", "Please report this, with the line on stderr")
            else:
                self.inbox.put(path, DONE)
                click.echo(f"{path.name}: {said}")

    def _score(self, path: Path) -> str:
        out = self.reports / path.name
        try:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            fix = "Check that its folder exists, belongs to you and has room"
            raise ExitBridgeError(f"It cannot be written: {error.strerror}", where=str(out), fix=fix) from None
        folder = ReportFolder(out, self.form.bank, self.form.about, pdf=self.pdf)
        tally = score_files(
            (path,), self.form, out=out / "scores.csv", folder=folder, platform=self.platform, mapping=self.mapping
        )
        (counts,) = tally.counts.values()
        if counts["refused"] and not counts["scored"]:
            raise UnreadableExport(
                "None of its rows could be scored", fix=f"Mend what {out}/scores.csv.rejects.csv lists"
            )
        refused = f", {counts['refused']} rows refused" if counts["refused"] else ""
        return f"{counts['scored']} scored, {counts['reports']} reports in {out}{refused}"

    def _fail(self, path: Path, what: str, fix: str) -> None:
        self.failed += 1
        lies = self.inbox.put(path, FAILED)
        with whole(lies.with_name(f"{lies.name}.txt")) as file:
            file.write(_WHY.format(name=path.name, what=what, fix=fix, folder=self.inbox.directory).encode())
        click.echo(f"{path.name}: failed, {FAILED}/{lies.name}.txt says why")


_WHY = """\
No reports were made of the file {name}.

What happened: {what}.

What to do: {fix}.

Then put the file into {folder} again, under any name. This text and the file
beside it are no longer needed then: delete both, because the file holds answers.
"""
