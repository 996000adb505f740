"""`forms`: the bank as files that survey tools import, and whether files made earlier are still right."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from exit_bridge.bank import DEFAULT_BANK, About, QuestionBank, load_bank
from exit_bridge.bank.shape import schema
from exit_bridge.bank.wording import draft_fault
from exit_bridge.cli.files import cannot_write
from exit_bridge.cli.forms_readme import Tool, readme
from exit_bridge.cli.survey_forms import HOW_TO, as_files, forms_folder, survey_forms, write
from exit_bridge.errors import UsageError
from exit_bridge.intake import submission_schema
from exit_bridge.openapi import description
from exit_bridge.paper import PaperForms
from exit_bridge.platforms import NOT_A_TOOL, platforms
from exit_bridge.platforms import platform as platform_called
from exit_bridge.platforms.base import Platform
from exit_bridge.response_sheet import ResponseSheetForms
from exit_bridge.scoring import result_schema, team_schema
from exit_bridge.sheets import SheetForms
from exit_bridge.workbook import WorkbookForms

DEFAULT_OUT = "form_definitions"


@click.command()
@click.argument("names", nargs=-1, metavar="[PLATFORM]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=f"Default: {DEFAULT_OUT}; with --survey: forms-NAME beside the settings, as `init` writes it.",
)
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Only in this language.")
@click.option("--variant", "variants", multiple=True, metavar="NAME", help="Only this selection of questions.")
@click.option("--bank", metavar="FILE|REF", help=f"Question bank (default: the survey's, or {DEFAULT_BANK}).")
@click.option("--wording", multiple=True, metavar="FILE", help="Words of the bank in one more language.")
@click.option("--survey", metavar="NAME", help="For this survey: its tool, variant and languages, its own notice.")
@click.option("--pdf", is_flag=True, help="The form on paper as PDF too.")
@click.option("--draft", is_flag=True, help="Languages whose wording is a draft as well; the form says that it is one.")
@click.option("--check", is_flag=True, help="Write nothing: say which files are missing, stale or too many.")
@click.pass_context
def forms(
    ctx: click.Context,
    names: tuple[str, ...],
    out: Path | None,
    languages: tuple[str, ...],
    variants: tuple[str, ...],
    bank: str | None,
    wording: tuple[str, ...],
    survey: str | None,
    pdf: bool,
    draft: bool,
    check: bool,
) -> None:
    """Write the form files that survey tools import, with the schemas and a README beside them.

    PLATFORM may also be `paper`: a form to print, with a sheet to score it by hand where the variant is scored; or
    `sheet`: a Word file and a table to build the form from by hand, in a tool that takes no file; or `workbook`: a
    spreadsheet that scores by formulas, written only where it is named, of variants with scores.
    Without --survey they are samples: they do not say who is responsible for the answers, and tell so on the form.
    With --survey alone only its form is written, where `init` put it.
    """
    if survey and out is None:
        if names or languages or variants or bank or wording or pdf:
            raise UsageError("The survey's own folder holds what its settings say", fix="Add --out DIR for other files")
        out, files = _own(ctx.obj, survey)
        how = out / HOW_TO
    else:
        out = out or Path(DEFAULT_OUT)
        files = dict(_files(_wanted(ctx.obj, names, languages, variants, bank, wording, survey, pdf=pdf, draft=draft)))
        how = out / "README.md"
    if check:
        found = list(_differences(files, out))
        for line in found:
            click.echo(line)
        if found:
            click.echo(f"{len(found)} to mend: run `{_again(ctx)}`; delete by hand what is too many", err=True)
            ctx.exit(1)
        click.echo(f"{len(files)} files in {out} are as they should be.")
        return
    try:
        write(out, files)
    except OSError as error:
        raise cannot_write(out, error) from None
    click.echo(f"{len(files)} files written to {out}. {how} says how to import them.")


def _own(given: str | None, name: str) -> tuple[Path, dict[str, bytes]]:
    """The survey's folder and what belongs there."""
    from exit_bridge.settings import load_settings, settings_path

    settings = load_settings(settings_path(given))
    survey = settings.survey(name)
    check_bank(survey.bank, (survey.variant,), survey.languages, draft=survey.draft_wording)
    _tools((survey.platform,))
    return forms_folder(settings.path, name), as_files(survey_forms(survey))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be written."""

    tools: tuple[Platform | PaperForms | SheetForms | ResponseSheetForms | WorkbookForms, ...]
    bank: QuestionBank
    variants: tuple[str, ...]
    languages: tuple[str, ...]
    about: About
    survey: str


def _wanted(
    settings: str | None,
    names: Sequence[str],
    languages: Sequence[str],
    variants: Sequence[str],
    source: str | None,
    wording: tuple[str, ...],
    survey: str | None,
    *,
    pdf: bool,
    draft: bool,
) -> _Wanted:
    about = About(sample=True)
    if survey:
        from exit_bridge.settings import load_settings, settings_path

        known = load_settings(settings_path(settings)).survey(survey)
        names, about = names or [known.platform], known.about
        variants, languages = variants or [known.variant], languages or known.languages
        wording = wording if source else (*known.wordings, *wording)
        source, draft = source or known.bank_source, draft or known.draft_wording
    bank = load_bank(source or DEFAULT_BANK, wording)
    if not languages:
        reviewed = [code for code, words in bank.wordings.items() if draft or not words.draft]
        languages = reviewed or list(bank.wordings)
    check_bank(bank, variants, languages, draft=draft)
    return _Wanted(
        tools=(*_tools(names), *_scripts(names), *_paper(names, pdf=pdf), *_sheet(names), *_workbook(names)),
        bank=bank,
        variants=tuple(variants or _suited(names, bank)),
        languages=tuple(languages),
        about=about,
        survey=survey or "",
    )


def check_bank(bank: QuestionBank, variants: Sequence[str], languages: Sequence[str], *, draft: bool) -> None:
    """Raises UsageError for a variant or a language that the bank does not have, or a draft that was not asked for."""
    for what, asked, there in (("variant", variants, bank.variants), ("language", languages, bank.wordings)):
        for name in asked:
            if name not in there:
                fix = f"Use one of: {', '.join(there) or 'none, it has codes only'}"
                raise UsageError(f"{bank.ref} has no {what} {name!r}", fix=fix)
    if not draft and (fault := draft_fault(bank, languages)):
        raise UsageError(fault, fix="Have it reviewed first, or add --draft; docs/languages.md says how")


def _tools(names: Sequence[str]) -> tuple[Platform, ...]:
    if not names:
        return tuple(tool for tool in platforms() if "form" in tool.faces)
    tools = tuple(platform_called(name) for name in dict.fromkeys(names) if name not in NOT_A_TOOL)
    for tool in tools:
        if "form" not in tool.faces:
            raise UsageError(
                f"No form is written for {tool.title}", fix="`exit-bridge platforms` lists what each can do"
            )
    return tools


def _paper(names: Sequence[str], *, pdf: bool) -> tuple[PaperForms, ...]:
    """Paper stands among the tools for `forms` alone: no answers are ever delivered from it."""
    if not names or PaperForms.name in names:
        return (PaperForms(pdf=pdf),)
    if pdf:
        raise UsageError("Only the form on paper is made as PDF", fix="Name paper among the platforms")
    return ()


def _sheet(names: Sequence[str]) -> tuple[SheetForms, ...]:
    """Build sheets stand there too: whatever the answers come back from, its own platform or `generic` reads them."""
    return (SheetForms(),) if not names or SheetForms.name in names else ()


def _scripts(names: Sequence[str]) -> tuple[ResponseSheetForms, ...]:
    """What scores beside the answers of Google Forms goes with its form."""
    return (ResponseSheetForms(),) if not names or ResponseSheetForms.name in names else ()


def _workbook(names: Sequence[str]) -> tuple[WorkbookForms, ...]:
    """Only where it is named: its bytes change with the package that writes it, so it is not among files to keep."""
    return (WorkbookForms(),) if WorkbookForms.name in names else ()


def _suited(names: Sequence[str], bank: QuestionBank) -> list[str]:
    """Every variant; but where nothing else than the workbook is wanted, those that have scores."""
    scored = [name for name, variant in bank.variants.items() if variant.scored]
    return scored if scored and set(names) == {WorkbookForms.name} else list(bank.variants)


def _files(wanted: _Wanted) -> Iterator[tuple[str, bytes]]:
    """Path below the folder -> content, the same every time."""
    bank, tools = wanted.bank, []
    for tool in wanted.tools:
        written = [
            (variant, file)
            for variant in wanted.variants
            for file in tool.write_form(bank, variant, wanted.languages, wanted.about)
        ]
        written += [("", file) for file in tool.companions()]
        tools.append(Tool(tool, written))
        yield from ((f"{tool.name}/{file.path}", file.content) for _, file in written)
    yield "submission.schema.json", _json(submission_schema(bank))
    yield "result.schema.json", _json(result_schema())
    yield "team.schema.json", _json(team_schema())
    yield "openapi.json", _json(description())
    yield "bank.schema.json", _json(schema("bank"))
    yield "wording.schema.json", _json(schema("wording"))
    yield "README.md", readme(bank, tools, wanted.variants, wanted.languages, wanted.survey).encode()


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _differences(files: Mapping[str, bytes], out: Path) -> Iterator[str]:
    for name, content in sorted(files.items()):
        path = out / name
        if not path.is_file():
            yield f"missing: {path}"
        elif path.read_bytes() != content:
            yield f"stale: {path}"
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.is_file() and name not in files and not path.name.startswith("."):
            yield f"too many: {path}"


def _again(ctx: click.Context) -> str:
    """The command as it was given, without --check."""
    words = ["exit-bridge", *(["--settings", ctx.obj] if ctx.obj else []), "forms", *ctx.params["names"]]
    words += ["--pdf"] if ctx.params["pdf"] else []
    words += ["--draft"] if ctx.params["draft"] else []
    for option in ("out", "languages", "variants", "bank", "wording", "survey"):
        value = ctx.params[option]
        flag = f"--{option.removesuffix('s')}"
        for one in value if isinstance(value, tuple) else [value] if value else []:
            words += [flag, str(one)]
    return shlex.join(words)
