"""What `forms` asks of everything it can write, for the script that scores beside a Google form's answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from exit_bridge.bank import About, QuestionBank
from exit_bridge.platforms.base import FormFile, file_stem
from exit_bridge.response_sheet.data import data
from exit_bridge.response_sheet.words import ROOM
from exit_bridge.workbook.plan import Plan

PARTS = ("words", "rows", "scoring", "scores", "report", "sheets", "menu")
"""In the order in which they are put into one file."""

_HEAD = """\
/**
 * Scores the answers in the spreadsheet that a Google form fills, inside that spreadsheet. Nothing is sent anywhere.
 * Made by exit-bridge from REF, VARIANT, for a form in any of its languages; this script speaks LANGUAGE.
 *
STEPS *
 * Nothing below needs a change. More on it: docs/response-sheet.md in the repository of exit-bridge.
 *
 * @OnlyCurrentDoc
 */

/**
 * @typedef {{id: string, name: string, points: number, core: string[], statuses: string[]}} Ingredient
 * @typedef {{item: boolean, asked: boolean, gate: boolean, points: number, reversed: boolean, history: boolean,
 *   name: string, text: string, scale: number}} Question
 * @typedef {{weights: Object<string, number>, turns: Object<string, number>, actions: Object<string, string>}} Stage
 * @type {{bank: string, fingerprint: string, variant: string, language: string, group: boolean, shown: boolean,
 *   stage: string, longest: number, nonAnswers: string[], ingredients: Ingredient[],
 *   questions: Object<string, Question>, scales: Object<string, string>[],
 *   bands: {id: string, start: number, name: string}[],
 *   headings: {codes: Object<string, string>, visible: Object<string, string>, texts: Object<string, string>,
 *     replyStarts: string[]},
 *   limits: {low: number, jointWeakest: number, standsOut: number, strength: number, fewestScored: number,
 *     mostActions: number},
 *   stages: Object<string, Stage>, actions: Object<string, string[]>, words: Object<string, *>}}
 */
const BANK = DATA;
"""
_HOW = """\
1. Open the form in Google Forms, choose Responses, then Link to Sheets (or View in Sheets). A spreadsheet opens.
2. In that spreadsheet choose Extensions > Apps Script. Delete what stands there and paste all of THIS_FILE.
3. Choose the disk (Save project). Close that tab, and reload the spreadsheet.
4. After some seconds a new menu stands beside Help. Choose from it: Score these answers (its first line).
5. Google asks for permission, the first time only. Choose your account. If it says that it has not verified this
   app, choose Advanced, then Go to the project. Tick what it asks for, then choose Continue or Allow. Then choose
   Score these answers once more.
6. Read the two new sheets. Whoever can open the file sees people's answers.
"""


class ResponseSheetForms:
    """One script for each language of a scored variant, among the files of Google Forms; of other variants nothing."""

    name = "google-forms"
    title = "Google Forms, scored in its spreadsheet"
    docs = "https://developers.google.com/apps-script/guides/sheets"

    def write_form(self, bank: QuestionBank, variant: str, languages: Sequence[str], about: About) -> list[FormFile]:
        """The same bytes every time. Raises BankError."""
        if not bank.variants[variant].scored:
            return []
        written = []
        for language in languages:
            path = f"{file_stem(bank.ref, variant, language)}.scores.gs"
            content = script(Plan(bank, variant, language, about))
            written.append(FormFile(path, content.encode(), _HOW.replace("THIS_FILE", path)))
        return written

    def companions(self) -> list[FormFile]:
        """Nothing else is needed."""
        return []


def script(plan: Plan) -> str:
    """The whole file for a plan."""
    name = plan.words.name or plan.language
    table = "{\n" + "".join(f"  {_json(key)}: {_json(value)},\n" for key, value in data(plan).items()) + "}"
    head = _HEAD
    for mark, value in (
        ("REF", plan.bank.ref),
        ("VARIANT", plan.variant),
        ("LANGUAGE", name),
        ("STEPS", _steps()),
        ("DATA", table),
    ):
        head = head.replace(mark, value, 1)
    folder = files(ROOM) / "script"
    return "\n".join((head, *((folder / f"{part}.js").read_text("utf-8") for part in PARTS)))


def _steps() -> str:
    # Whoever is handed this file alone has no other page.
    return "".join(f" *   {line}\n" for line in _HOW.replace("THIS_FILE", "this file").splitlines())


def _json(value: Any) -> str:
    # ASCII survives every editor, and without `<` it may stand in a web page.
    return json.dumps(value).replace("<", "\\u003c")
