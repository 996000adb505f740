"""One row of an export: from cells to a submission, or to why it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from exit_bridge.bank import COMMENT_PREFIX, HIDDEN, QuestionBank
from exit_bridge.errors import InvalidSubmission, RefusedDelivery, UnknownBankVersion, UnknownLabel
from exit_bridge.intake.codebook import Declined, DeployedForm, decode
from exit_bridge.intake.columns import Layout
from exit_bridge.intake.local_times import LocalTimes
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.intake.submission import Submission, validate
from exit_bridge.intake.table import NULL, Table
from exit_bridge.intake.text import as_words
from exit_bridge.platforms.base import ExportProfile, RawAnswer, RawResponse

_GUARDED = tuple("=+-@\t\r")
_COUNT = re.compile(r"[0-9]{1,9}")
_PATH = re.compile(r"\$\.(\w+)(?:\.(\w+))?")
_SHORT, _LONG = 60, 20_000
_MEND = "Mend the row, or export again."


@dataclass(frozen=True, slots=True)
class Filtered:
    """A row that is no response to score, and needs nobody's attention. `row` counts records, the headings first."""

    row: int
    reason: Literal["partial", "test", "duplicate", "declined", "blank"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that should have been scored and cannot be. `column` is its heading; nothing here quotes a cell.

    `supersedes`: earlier rows of the same response count as duplicates, so that nothing of it is scored.
    """

    row: int
    response_id: str
    reason: str
    column: str = ""
    supersedes: bool = False


Outcome = Submission | Filtered | Refused


def check_row(document: Mapping[str, Any], bank: QuestionBank) -> None:
    """`validate`, without its cost for rows that are certain to pass: their codes are the Mapping's, their texts short.

    Survey and platform are the same for all rows and are not looked at. Raises InvalidSubmission.
    """
    language = document.get("language", "en")
    certain = (
        all(len(text) <= _SHORT and text.isprintable() for text in (document["response_id"], document["wave"]))
        and len(sheet := document.get("sheet", "")) <= _SHORT
        and sheet.isprintable()
        and (len(language) == 2 and language.isascii() and language.isalpha())
        and all(len(comment) <= _LONG for comment in document["comments"].values())
    )
    if not certain:
        validate(document, bank)


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows of one export. `labels`: question -> label as `as_words` writes it -> option code."""

    profile: ExportProfile
    layout: Layout
    form: DeployedForm
    labels: Mapping[str, Mapping[str, str]]
    broken: str = Table.broken
    """What is wrong with a row that the table could not read."""
    times: LocalTimes = field(default_factory=LocalTimes)

    def screen(self, row: int, cells: Sequence[str] | None) -> str | Filtered | Refused:
        """The response id of a row that may be scored (empty where it has none), or what becomes of it instead."""
        if cells is None:
            return Refused(row, "", f"{self.broken}. {_MEND}")
        if not any(map(str.strip, cells)):
            return Filtered(row, "blank")
        if len(cells) != len(self.layout.headings):
            widths = f"{len(cells)} cells under {len(self.layout.headings)} headings"
            return Refused(row, "", f"This row has {widths}. {_MEND}")
        cells = self._joined(cells)
        for row_filter, place in self.layout.filters:
            cell = cells[place].strip().lower()
            if not ((row_filter.keep is None or cell in row_filter.keep) if cell else row_filter.blank_keeps):
                return Filtered(row, row_filter.reason)
        if not self._answers_items(cells) and not self._declines(cells):
            return Filtered(row, "blank")
        response_id, before_id = self._metadata("response_id", cells), self.layout.before_id
        before = "" if before_id is None or not response_id else self._cell(cells[before_id])
        return f"{before}-{response_id}" if before else response_id

    def see_time(self, cells: Sequence[str]) -> None:
        """Take the time of a row that may be scored into account, before any is read."""
        if self.profile.local_times:
            self.times.see(self._metadata("submitted_at", cells))

    def read(self, row: int, response_id: str, cells: Sequence[str]) -> Outcome:
        """Decode a row that passed `screen`, by the same codebook as a delivery."""
        cells = self._joined(cells)
        revision = self._metadata("revision", cells)
        if revision and not _COUNT.fullmatch(revision):
            reason = "The revision is no whole number. Leave it empty, or count 1, 2, 3."
            return Refused(row, response_id, reason, self._heading("revision"))
        bank = self.form.bank.ref
        if self._metadata("bank", cells) not in ("", bank):
            reason = f"This row answers another question bank than {bank}. Name its own with --bank."
            return Refused(row, response_id, reason, self._heading("bank"))
        raw = RawResponse(
            response_id=response_id,
            answers=tuple(
                RawAnswer((question,), (self._value(question, cell),))
                for question, place in self.layout.questions.items()
                if (cell := self._cell(cells[place]))
            ),
            revision=int(revision) if revision else None,
            submitted_at=self._submitted_at(cells),
            language=self._metadata("language", cells) or None,
            hidden={name: value for name in HIDDEN if (value := self._metadata(name, cells))},
            asked=self._asked(self._metadata("variant", cells), cells),
        )
        try:
            submission = decode(raw, self.form, check_row)
        except RefusedDelivery as refused:
            return Refused(row, response_id, str(refused), self._heading(self._at_fault(refused, raw)))
        if isinstance(submission, Declined):
            return Filtered(row, "declined")
        return submission

    def _joined(self, cells: Sequence[str]) -> Sequence[str]:
        """Where options have columns of their own, with the one that was chosen in the first of these.

        Several, or a cell that holds anything but its column's option, make a text that is no option.
        """
        if not self.layout.options:
            return cells
        joined = list(cells)
        for question, places in self.layout.options.items():
            filled = {code: cell for place, code in places.items() if (cell := self._cell(cells[place]))}
            right = [code for code, cell in filled.items() if self._code(question, cell) == code]
            several = "; ".join((*filled, *filled.values()))
            joined[self.layout.questions[question]] = right[0] if len(right) == len(filled) == 1 else several
        return joined

    def _answers_items(self, cells: Sequence[str]) -> bool:
        items = self.form.bank.items
        return any(self._cell(cells[place]) for name, place in self.layout.questions.items() if name in items)

    def _declines(self, cells: Sequence[str]) -> bool:
        """Does a gate question hold anything but a yes? Such a row counts without answers too: it takes them back."""
        gates = [question.id for question in self.form.bank.context if question.gate]
        return any(
            cell and self._code(gate, cell) != "yes"
            for gate in gates
            if gate in self.layout.questions and (cell := self._cell(cells[self.layout.questions[gate]]))
        )

    def _cell(self, text: str) -> str:
        """Without what is the tool's own in it, such as the mark before what a spreadsheet would take for a formula."""
        if text and text[0] in self.profile.strip_leading and text[1:].startswith(_GUARDED):
            text = text[1:]
        text = self.profile.plain(text).strip()
        return "" if text in self.profile.blanks else text

    def _metadata(self, name: str, cells: Sequence[str]) -> str:
        place = self.layout.metadata.get(name)
        value = "" if place is None else self._cell(cells[place])
        return "" if value in self.profile.placeholders else value

    def _submitted_at(self, cells: Sequence[str]) -> str | None:
        time = self._metadata("submitted_at", cells)
        return self.times.read(time) if time and self.profile.local_times else time or None

    def _value(self, question: str, cell: str) -> str:
        given = self.labels.get(question)
        return given.get(as_words(cell), cell) if given else cell

    def _code(self, question: str, cell: str) -> str | None:
        return mapping_for(self.form.bank).option(question, (self._value(question, cell),))

    def _asked(self, variant: str, cells: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Items of the row's variant that have a column, and a cell in it that says so where the tool tells.

        The others were never asked, and not skipped.
        """
        chosen = self.form.bank.variants.get(variant or self.form.variant)
        places = self.layout.questions
        asked = [item for item in chosen.items if item in places] if chosen else []
        if self.profile.null_not_shown:
            asked = [item for item in asked if cells[places[item]] is not NULL]
        return tuple((item,) for item in asked)

    def _heading(self, name: str) -> str:
        place = self.layout.metadata.get(name, self.layout.questions.get(name))
        return "" if place is None else self.layout.headings[place]

    def _at_fault(self, refused: RefusedDelivery, raw: RawResponse) -> str:
        """The question or column of ours that a refusal is about."""
        match refused:
            case UnknownLabel():
                mapping = mapping_for(self.form.bank)
                asked = [answer for answer in raw.answers if mapping.codes[answer.keys[0]].kind in ("item", "context")]
                return next((a.keys[0] for a in asked if mapping.option(a.keys[0], a.values) is None), "")
            case UnknownBankVersion():
                return "variant"
            case InvalidSubmission():
                path = _PATH.match(refused.where)
                if not path:
                    return "submitted_at"
                return f"{COMMENT_PREFIX}{path[2]}" if path[1] == "comments" else path[1]
            case _:
                return ""
