"""The sheets to build a form in SmartSurvey from. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import csv
import io

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Questionnaire
from exit_bridge.platforms.base import FormFile
from exit_bridge.word import build_sheet, build_table


def sheets(asked: Questionnaire, stem: str) -> list[FormFile]:
    """The Word file, with a grid for statements that share their options, and the same as a table."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(build_table(asked, blocks=True))
    files = {f"{stem}.docx": build_sheet(asked, blocks=True), f"{stem}.csv": out.getvalue().encode("utf-8-sig")}
    return [FormFile(path, content, _how_to_build(path, asked)) for path, content in files.items()]


def _how_to_build(path: str, asked: Questionnaire) -> str:
    link = f"?bank={asked.bank}&variant={asked.variant}&wave=NAME_OF_THIS_ROUND"
    return f"""\
1. Open {path} and make a new survey in SmartSurvey with the pages and questions it lists, in this order. Copy every
   text with the number in front of it, such as R3.: it is how answers find their question again.
2. Make each grid a matrix with one answer in each row: its statements are the rows, its options the columns. Give it
   the heading of its page as title. Make each other single choice a question of radio buttons without "Other".
3. Under the question that must be answered, add skip logic: whoever does not say yes is disqualified.
4. Under Custom Variables, add {", ".join(HIDDEN)}. Leave "Is Required" and "Is Unique" off.
5. Under My Account > Webhooks, add the address of your hook for completed, disqualified and updated responses, as JSON,
   and put the webhook's "Signature Key" into the survey's secrets.
6. Share the survey's address with these values behind it, so that every answer says what it belongs to:
   {link}
"""
