"""What became of every row: scored for the table, or counted and listed for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exit_bridge.bank import About, QuestionBank
from exit_bridge.cli.files import whole
from exit_bridge.cli.outputs import Row, csv_line
from exit_bridge.intake import Submission
from exit_bridge.intake.columns import shown
from exit_bridge.intake.exports import Export, Filtered, Refused
from exit_bridge.platforms import platform
from exit_bridge.scoring import flat_row, score

if TYPE_CHECKING:
    from exit_bridge.cli.report_files import ReportFolder

MOST_LISTED = 20
NOT_TEAM = "not to be counted in team figures"
FILTERED = ("partial", "test", "duplicate", "declined", "blank", NOT_TEAM)


class Rejects:
    """Refused rows: all of them in a file, or the first of them for stderr where `path` is None."""

    def __init__(self, path: Path | None, files: ExitStack, several: bool) -> None:
        self.path, self.count = path, 0
        self.listed: list[str] = []
        self._files, self._several = files, several
        self._line: Callable[[Iterable[Any]], Any] | None = None

    def add(self, export: Export, refused: Refused) -> None:
        """Keep one. Where several files are read its row is named with its file."""
        self.count += 1
        row = f"{export.path}:{refused.row}" if self._several else str(refused.row)
        if self.path is None:
            if self.count <= MOST_LISTED:
                column = f", {shown(refused.column)}" if refused.column else ""
                self.listed.append(f"row {row}{column}: {refused.reason}")
            return
        if self._line is None:
            self._line = csv_line(self._files.enter_context(whole(self.path)))
            self._line(("row", "response_id", "reason", "column"))
        self._line((row, refused.response_id, refused.reason, refused.column))


class Tally:
    """Scores the rows of exports one after the other, and remembers what people want to know of the others."""

    def __init__(
        self,
        bank: QuestionBank,
        about: About,
        survey: str,
        items: str,
        folder: ReportFolder | None,
        rejects: Rejects,
        *,
        team: bool = False,
    ) -> None:
        self.bank, self.about, self.survey, self.items = bank, about, survey, items
        self.folder, self.rejects, self.team = folder, rejects, team
        self.counts: dict[int, Counter[str]] = {}

    def rows(self, exports: Sequence[Export]) -> Iterator[Row]:
        """One row of the table for each response that can be scored."""
        for export in exports:
            counts = self.counts[export.order] = Counter()
            for outcome in export:
                match outcome:
                    case Submission() if self.team and outcome.context.get("team") == "no":
                        counts[NOT_TEAM] += 1
                    case Submission():
                        counts["scored"] += 1
                        counts["team no"] += outcome.context.get("team") == "no"
                        yield self._row(outcome, counts)
                    case Filtered():
                        counts[outcome.reason] += 1
                    case Refused():
                        counts["refused"] += 1
                        counts["superseding"] += outcome.supersedes
                        self.rejects.add(export, outcome)

    def _row(self, submission: Submission, counts: Counter[str]) -> Row:
        scores = score(submission, self.bank, self.about)
        if self.folder:
            counts["reports" if self.folder.write(submission, scores) else "no report"] += 1
        return {**flat_row(submission, scores, self.bank, self.items), "survey": self.survey or None}

    def tell(self, exports: Sequence[Export]) -> None:
        """On stderr: what each file was taken for, what was left out, and why."""
        for export in exports:
            counts = self.counts[export.order]
            mapped, every = len(export.mapped), len(export.layout.headings)
            title = platform(export.platform).title
            _say(f"{export.path}: read as {title} ({export.rule}); {mapped} of {every} columns are used")
            for note in export.notes:
                _say(f"  note: {note}")
            _say(f"  {_counted(counts)}")
            if last := counts["superseding"]:
                _say(f"  {last} refused as the last row of a response: its earlier rows are duplicates, none is scored")
            if declined := counts["team no"]:
                _say(f"  {declined} of them asked {NOT_TEAM}: for these add --team, which leaves them out")
            if self.folder:
                _say(f"  {counts['reports']} reports written, {counts['no report']} responses that get none")
        for line in self.rejects.listed:
            _say(f"refused: {line}")
        if self.rejects.path and self.rejects.count:
            _say(f"The refused rows are listed in {self.rejects.path}")
        elif (more := self.rejects.count - len(self.rejects.listed)) > 0:
            _say(f"{more} more rows were refused; --out FILE lists them all")


def _counted(counts: Counter[str]) -> str:
    filtered = [reason for reason in FILTERED if counts[reason]]
    reasons = ", ".join(f"{counts[reason]} {reason}" for reason in filtered)
    left_out = f"{sum(counts[reason] for reason in filtered)} filtered" + (f" ({reasons})" if reasons else "")
    return f"{counts['scored']} scored, {left_out}, {counts['refused']} refused"


def _say(line: str) -> None:
    click.echo(line, err=True)
