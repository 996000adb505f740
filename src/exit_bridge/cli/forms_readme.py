"""The README beside the form files, for whoever downloads them to set up a survey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exit_bridge.bank import PRESENT, QuestionBank
from exit_bridge.paper import PaperForms
from exit_bridge.platforms.base import FormFile, Platform
from exit_bridge.response_sheet import ResponseSheetForms
from exit_bridge.sheets import SheetForms
from exit_bridge.workbook import WorkbookForms


@dataclass(frozen=True, slots=True)
class Tool:
    """What forms are written for, with its files: each with its variant, or with none for all variants."""

    platform: Platform | PaperForms | SheetForms | ResponseSheetForms | WorkbookForms
    files: Sequence[tuple[str, FormFile]]


STAND_INS = {"THIS_FILE": "its name", "THIS_VARIANT": "its variant"}

START = """\
Each folder holds the questions of {} as files for one survey tool. Choose your tool and the variant that you want, then
follow the steps under the tool's name."""

SAMPLES = """\
**These are samples.** They do not say who is responsible for the answers, what these are used for or how long they are
kept. So the form itself says that it is a sample, and must not be sent out. Look at the files, try them in your tool,
and then make your own:

    exit-bridge init
    exit-bridge forms --survey YOUR_SURVEY"""

INDEPENDENT = """\
The questions are original, and independent of the EXIT study and its toolkit. They have not been tested with people."""

SCHEMAS = """\
- `submission.schema.json`: what every answer from every tool is turned into.
- `result.schema.json`: what is sent out for it.
- `team.schema.json`: what is sent out for a closed round of individuals.
- `openapi.json`: the web service that takes answers and shows reports, in OpenAPI 3.1.
- `bank.schema.json` and `wording.schema.json`: how to write a question bank, or its words in another language."""


def readme(
    bank: QuestionBank, tools: Sequence[Tool], variants: Sequence[str], languages: Sequence[str], survey: str
) -> str:
    """Markdown. `survey` is empty for samples."""
    parts = [
        "# Form files",
        "<!-- Written by `exit-bridge forms`; changes made here are lost. -->",
        START.format(bank.ref),
        f"These files were made for the survey `{survey}`, with its own notice." if survey else SAMPLES,
        INDEPENDENT if bank.id == "exit-open" else "",
        "## Variants",
        _table(("variant", "questions", "what comes back"), [_variant(bank, name) for name in variants]),
        f"Languages: {_languages(bank, languages)}.",
        "## Tools",
        _table(("tool", "files"), [_listed(tool) for tool in tools]),
    ]
    for tool in tools:
        formats = [f"About the formats: <{tool.platform.docs}>"] if tool.platform.docs else []
        parts += [f"### {tool.platform.title}", *formats, *_steps(tool)]
    parts += ["## For programmers", SCHEMAS]
    return "\n\n".join(filter(None, parts)) + "\n"


def _variant(bank: QuestionBank, name: str) -> tuple[str, str, str]:
    return f"`{name}`", *describe(bank, name)


def describe(bank: QuestionBank, name: str, *, together: bool = False) -> tuple[str, str]:
    """How many questions a variant asks, and what comes back for it; `together`: to a group that fills it in as one."""
    variant = bank.variants[name]
    asked = len(variant.comments) + (together and any(w.has_form_text(PRESENT, name) for w in bank.wordings.values()))
    open_questions = f", and {asked} open" if asked else ""
    if not (variant.reply or together):
        back = "thanks, and no scores; a group's answers also go to the people you name"
    elif variant.scored:
        back = f"a report with a score for each of {len(bank.ingredients)} themes"
    else:
        back = "a report with the answers and where to look first, without scores"
    return f"{len(variant.items)}{open_questions}", back


def _languages(bank: QuestionBank, languages: Sequence[str]) -> str:
    named = (
        f"{bank.wordings[code].name} (`{code}`{', draft' if bank.wordings[code].draft else ''})" for code in languages
    )
    return ", ".join(named) or "none, this bank has codes only"


def _listed(tool: Tool) -> tuple[str, str]:
    files = (f"[{file.path}]({tool.platform.name}/{file.path})" for _, file in tool.files)
    return tool.platform.title, "<br>".join(files) or "none"


def _steps(tool: Tool) -> Iterator[str]:
    """The steps, once for all files that share them but for their own name and variant."""
    shared: dict[str, list[str]] = {}
    for variant, file in tool.files:
        text = file.how_to_import.replace(file.path, "THIS_FILE")
        text = text.replace(f"={variant}", "=THIS_VARIANT") if variant else text
        shared.setdefault(text, []).append(file.path)
    for text, paths in shared.items():
        about = "Every file" if len(shared) == 1 else ", ".join(f"`{path}`" for path in paths)
        stand_ins = ", ".join(f"`{mark}` stands for {what}" for mark, what in STAND_INS.items() if mark in text)
        yield f"{about} ({stand_ins}):" if stand_ins else f"{about}:"
        yield f"```text\n{text.strip()}\n```"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
