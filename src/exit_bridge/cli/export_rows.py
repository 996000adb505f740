"""Submissions of export files, by round: for reports over several of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from exit_bridge.bank import DEFAULT_BANK, About, QuestionBank, load_bank
from exit_bridge.errors import ExitBridgeError, UsageError
from exit_bridge.intake import Submission
from exit_bridge.intake.exports import Refused, read_export
from exit_bridge.scoring.disclosure import ROLE_FLOOR, Floors

SOME_REFUSED = 3
"""Exit code: done, but rows were refused."""

_FILE = click.Path(path_type=Path)
_SURVEY = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Names of surveys; whatever looks otherwise was meant as a file."""


@dataclass(frozen=True, slots=True)
class Given:
    """How export files are to be read."""

    survey: str | None
    platform: str | None
    mapping: Path | None
    bank: str | None

    def __bool__(self) -> bool:
        return any((self.survey, self.platform, self.mapping, self.bank))


def export_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that takes export files in a survey's place."""
    options = [
        click.option("--survey", metavar="NAME", help="Exports: take bank and facts from this survey's settings."),
        click.option("--platform", metavar="NAME", help="Exports: the tool that wrote them (default: by headings)."),
        click.option("--mapping", type=_FILE, metavar="FILE", help="Exports: which column is which question."),
        click.option("--bank", metavar="FILE|REF", help=f"Exports: bank (default: the survey's, or {DEFAULT_BANK})."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def export_files(what: Sequence[str], given: Given) -> list[Path] | None:
    """The files, or None where one survey is named instead. Raises UsageError for neither."""
    if all(Path(each).is_file() for each in what):
        return [Path(each) for each in what]
    missing = next(each for each in what if not Path(each).is_file())
    if len(what) > 1 or not _SURVEY.fullmatch(missing):
        raise UsageError("There is no such file", where=missing, fix="Name export files, or one survey")
    if given:
        raise UsageError("These options are for export files", where=what[0], fix="Leave them out for a survey")
    return None


def with_binding(settings: str | None, given: Given) -> Given:
    """With the survey's binding, where no mapping file is named."""
    if not given.survey or given.mapping or given.bank:
        return given
    from exit_bridge.settings import load_settings, settings_path

    binding = load_settings(settings_path(settings)).survey(given.survey).binding
    return replace(given, mapping=Path(binding)) if binding else given


def facts_of(settings: str | None, given: Given, about: About) -> tuple[QuestionBank, About, Floors, str | None]:
    """Bank, facts, floors and language: the survey's, or what stands without one."""
    if not given.survey:
        return load_bank(given.bank or DEFAULT_BANK), about, Floors(role=ROLE_FLOOR), None
    from exit_bridge.settings import load_settings, settings_path

    known = load_settings(settings_path(settings)).survey(given.survey)
    loaded = load_bank(given.bank or known.bank_source, () if given.bank else known.wordings)
    return loaded, known.about, Floors(role=known.role_floor), known.languages[0]


def rows_of(paths: Sequence[Path], bank: QuestionBank, given: Given) -> tuple[dict[str, list[Submission]], int]:
    """Submissions by round, and how many rows were refused; what was refused is told on stderr."""
    opened: list[Any] = []
    for path in paths:
        opened.append(
            read_export(
                path,
                bank=bank,
                platform=given.platform,
                survey=given.survey or "",
                mapping_file=given.mapping,
                after=opened[-1] if opened else None,
            )
        )
    found: defaultdict[str, list[Submission]] = defaultdict(list)
    refused = 0
    for export in opened:
        for outcome in export:
            if isinstance(outcome, Submission):
                found[outcome.wave].append(outcome)
            refused += isinstance(outcome, Refused)
    if refused:
        click.echo(f"{refused} row(s) were refused; `exit-bridge score` lists them with reasons.", err=True)
    return found, refused


def round_of(rows: Mapping[str, Sequence[Submission]], named: str | None, option: str) -> str:
    """The round that is meant. Raises UsageError where none of that name is there, or several and none is named."""
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
