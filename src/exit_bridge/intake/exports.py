"""Export files: opened, understood, and read row by row in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from exit_bridge.bank import QuestionBank
from exit_bridge.errors import AmbiguousExport, UnreadableExport, UsageError
from exit_bridge.intake.codebook import DeployedForm
from exit_bridge.intake.columns import Layout, lay_out, listed
from exit_bridge.intake.detect import detect_platform, profile_of
from exit_bridge.intake.mapping_file import IGNORE, METADATA, MappingFile, fold, mapping_text, read_mapping
from exit_bridge.intake.rows import Filtered, Outcome, Refused, RowReader
from exit_bridge.intake.submission import Submission, validate
from exit_bridge.intake.table import Progress, Table
from exit_bridge.intake.tables import open_tables
from exit_bridge.platforms.base import ExportProfile

__all__ = ["READS", "UNNAMED", "Export", "Filtered", "Outcome", "Refused", "read_export"]

READS = 3
"""How often a file is read from end to end: for its encoding, for its response ids, for its answers."""

UNNAMED = "export"
"""What a submission calls its survey when nobody named one."""


class _Latest:
    """Which row of a response id is the last one, over all files that are read together.

    Kept are the hash of every id, and whole ids only from their second time on: exact, and small.
    """

    def __init__(self) -> None:
        self._met: set[int] = set()
        self._last: dict[str, tuple[int, int]] = {}

    def meet(self, response_id: str, place: tuple[int, int]) -> None:
        key = hash(response_id)
        if key in self._met:
            self._last[response_id] = place
        self._met.add(key)

    def has_others(self, response_id: str) -> bool:
        """Are there several rows of it?"""
        return response_id in self._last

    def is_last(self, response_id: str, place: tuple[int, int]) -> bool:
        return self._last.get(response_id, place) == place


@dataclass(frozen=True)
class Export:
    """One export file; iterate over it for what becomes of each row, in order.

    `rule` tells why it was taken for an export of `platform`, `notes` what whoever scores it should know.
    """

    path: Path
    platform: str
    rule: str
    layout: Layout
    table: Table = field(repr=False)
    reader: RowReader = field(repr=False)
    latest: _Latest = field(repr=False)
    order: int = 1
    notes: tuple[str, ...] = ()

    @property
    def mapped(self) -> dict[str, str]:
        """Heading -> question id or our own name for it, in the order of the file."""
        return self.layout.mapped

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headings of the columns that are nothing of ours and were left out."""
        return self.layout.left_out

    def mapping(self) -> str:
        """What was decided about columns and labels, as a mapping file for the next export of the same survey."""
        ignored = dict.fromkeys((*self.layout.ignored, *self.layout.left_out), IGNORE)
        return mapping_text(self.platform, {**ignored, **self.mapped}, self.reader.labels)

    def __iter__(self) -> Iterator[Outcome]:
        row_name = "row" if self.order == 1 else f"file-{self.order}-row"
        for row, cells, verdict in self._screened():
            if not isinstance(verdict, str):
                yield verdict
            elif verdict and not self.latest.is_last(verdict, (self.order, row)):
                yield Filtered(row, "duplicate")
            else:
                outcome = self.reader.read(row, verdict or f"{row_name}-{row}", cells)
                if isinstance(outcome, Refused) and self.latest.has_others(verdict):
                    outcome = replace(outcome, supersedes=True)
                yield outcome

    def meet_ids(self) -> tuple[int, int]:
        """Tell `latest` of every response id. Returns how many rows may be scored, and how many of them have no id."""
        rows = nameless = 0
        for row, cells, verdict in self._screened():
            if isinstance(verdict, str):
                self.reader.see_time(cells)
                rows += 1
                nameless += not verdict
                if verdict:
                    self.latest.meet(verdict, (self.order, row))
        return rows, nameless

    def _screened(self) -> Iterator[tuple[int, list[str], Outcome | str]]:
        with naming(self.path):
            for row, cells in islice(self.table.records(), self.layout.header_rows, None):
                yield row, cells or [], self.reader.screen(row, cells)


def read_export(
    path: Path,
    *,
    bank: QuestionBank,
    platform: str | None = None,
    survey: str = "",
    variant: str = "",
    wave: str = "",
    mapping_file: Path | None = None,
    after: Export | None = None,
    progress: Progress | None = None,
) -> Export:
    """Open an export: find out which tool wrote it, what each column is, and which rows repeat a response id.

    `platform` and the mapping file overrule detection; `variant` and `wave` hold for rows that do not say their own.
    With `after` the two exports count as one: of all rows with one response id the last complete one is scored, so
    open every file before the first is iterated over.

    Raises UnreadableExport and AmbiguousExport, which name the file, UnknownPlatform and UsageError.
    """
    given = read_mapping(mapping_file, bank) if mapping_file else MappingFile()
    with naming(path):
        table, name, rule, layout = _understood(open_tables(path, progress), bank, platform, given)
        profile = profile_of(name)
        if profile.null_not_shown:
            table = table.telling_null()
        gates = [question.id for question in bank.context if question.gate]
        form = DeployedForm(
            survey or UNNAMED,
            name,
            bank,
            _variant(bank, variant),
            wave,
            consent_elsewhere=not any(gate in layout.questions for gate in gates),
        )
        validate(Submission(form.survey, name, "any", bank.ref, form.variant, {}, wave=wave).document(), bank)
        reader = RowReader(profile, layout, form, given.labels, table.broken)
        latest, order = (after.latest, after.order + 1) if after else (_Latest(), 1)
        export = Export(path, name, rule, layout, table, reader, latest, order)
    return replace(export, notes=tuple(_notes(export, gates, *export.meet_ids())))


def _understood(
    tables: list[Table], bank: QuestionBank, named: str | None, given: MappingFile
) -> tuple[Table, str, str, Layout]:
    """The one table that holds responses, the tool that wrote it, the rule that said so, and its columns."""
    found, faults = [], []
    for table in tables:
        try:
            name, rule = platform_of(table, bank, named, given)
            profile = profile_of(name)
            layout = lay_out(head_of(table, profile, given), profile, bank, given)
            found.append((table, name, rule, layout))
        except AmbiguousExport:
            raise
        except UnreadableExport as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    if len(found) > 1:
        names = " and ".join(repr(table.name) for table, *_ in found)
        raise AmbiguousExport(
            f"Several sheets hold responses: {names}", fix="Save the one that counts in a workbook of its own"
        )
    return found[0]


def head_of(table: Table, profile: ExportProfile, given: MappingFile) -> list[list[str]]:
    """The rows of headings that are really there."""
    if table.keyed or profile.parts is None:
        return table.head(1 if table.keyed else profile.header_rows)
    (first,) = table.head(1)
    tools = profile.own | {heading for heading, target in given.columns.items() if target in METADATA}
    own = [place for place, cell in enumerate(first) if fold(cell) in tools]
    if not own:
        raise UnreadableExport(
            "None of the tool's own columns is there, so that headings cannot be told from responses",
            fix="Export again with the columns for number and date of a response, or name one in a mapping file",
        )
    head = [first]
    for _, cells in islice(table.records(), 1, profile.header_rows):
        if cells is None or any(cells[place].strip() for place in own if place < len(cells)):
            break
        head.append(cells)
    return head


def platform_of(table: Table, bank: QuestionBank, named: str | None, given: MappingFile) -> tuple[str, str]:
    """The tool that wrote it, and what said so."""
    if named:
        return named, "named by --platform"
    if given.platform:
        return given.platform, "named by the mapping file"
    return detect_platform(table.head(1)[0], bank)


def _variant(bank: QuestionBank, named: str) -> str:
    chosen = named or "full"
    if chosen not in bank.variants:
        raise UsageError(
            f"{bank.ref} has no variant {chosen!r}", fix=f"Use --variant with one of: {', '.join(bank.variants)}"
        )
    return chosen


def _notes(export: Export, gates: list[str], rows: int, nameless: int) -> Iterator[str]:
    layout, form = export.layout, export.reader.form
    if export.table.note:
        yield export.table.note
    wanted = export.reader.profile.header_rows
    if not export.table.keyed and layout.header_rows < wanted:
        yield f"only {layout.header_rows} of {wanted} rows of headings are there: parts of questions may be unknown"
    if not rows:
        yield "no row of it holds a response to score"
    if left := layout.left_out:
        yield f"{len(left)} of {len(layout.headings)} columns are no questions and were left out: {listed(left)}"
    if cut := layout.cut:
        yield f"{len(cut)} headings are cut short and were matched by how they begin, please check: {listed(cut)}"
    items = form.bank.variants[form.variant].items
    missing = [item for item in items if item not in layout.questions]
    if missing and "variant" not in layout.metadata:
        few = f"{len(missing)} of the {len(items)} items of the variant {form.variant!r}"
        yield f"{few} have no column and count as not asked: {listed(missing)}"
    if nameless:
        yield f"{nameless} of {rows} rows have no response id: they are called by their row, and copies are not found"
    times = export.reader.times
    if times.unsure and not times.told:
        yield f"{times.unsure} times may have the day or the month first and were left out; responses are scored"
    if times.unknown:
        yield f"{times.unknown} times are written in a way that is not read and were left out; responses are scored"
    if gates and form.consent_elsewhere:
        yield f"there is no column for {' or '.join(gates)!r}, so consent is taken to have been given elsewhere"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors about a file say which one."""
    try:
        yield
    except UnreadableExport as error:
        raise type(error)(error.what, where=error.where or str(path), fix=error.fix) from None
