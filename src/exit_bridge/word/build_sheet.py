"""A form as a sheet to build it from by hand, in a tool that takes no file."""

from __future__ import annotations

from collections.abc import Sequence

from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.word.document import Word

KINDS = {"choice": "single choice", "text": "long text", "email": "email address"}
"""What a question is called on the sheet."""

SWITCH_OFF = (
    "signing in, and everything that records who answers: name, email address, user name, staff number",
    "IP address, place, device and browser, where the tool lets you choose",
    "shuffled questions or options: they stay in the order of this sheet",
    'an option "Other", more than one answer to a question, and questions that must be answered unless marked here',
    "results shown to those who answer, and anything that writes or changes questions for you",
)

_HOW = """\
Make a new form in your tool. Copy every text from here exactly, with the number in front of it (such as R3.): \
it tells later which question a column of answers belongs to.
Give each page of this sheet a page or section of its own, if the tool has them.
Make every question as the table says. Only those marked yes must be answered.
Switch off what is listed below, before anybody answers.
Send whoever chooses the second answer to the question that must be answered to the text for them, and end there. \
If your tool cannot do that, leave it: such answers are counted and not kept here.
Fill in the form once yourself, export the answers and score them (exit-bridge score FILE). \
Every question must have its column.""".splitlines()
_NO_ONE_ASKED = "Send whoever chooses"

_TABLE = ("Copy this", "Kind", "Must be answered", "Options, in this order")
_WIDTHS = (9, 4, 3, 9)
_IN_BLOCK = "\u25cb"


def build_sheet(asked: Questionnaire, *, blocks: bool = False) -> bytes:
    """The sheet as a Word file. `blocks`: statements of a page that share their options stand together as one grid.

    The instructions are in English, what is to be copied is in the language of the form and marked as such.
    """
    sheet = Word(
        f"Build sheet: {asked.title} ({asked.bank}, {asked.variant}, {asked.language})", "en", landscape=blocks
    )
    lang = "" if asked.language == "en" else asked.language
    sheet.title()
    gated = any(question.required for question in asked.questions)
    sheet.heading("How to use this sheet")
    sheet.points([step for step in _HOW if gated or not step.startswith(_NO_ONE_ASKED)], numbered=True)
    sheet.heading("Switch off")
    sheet.points(SWITCH_OFF)
    sheet.heading("Title and welcome")
    _texts(sheet, "Title", [asked.title], lang)
    _texts(sheet, "Welcome", asked.intro, lang)
    for number, page in enumerate(asked.pages, 1):
        sheet.heading(f"Page {number} of {len(asked.pages)}")
        _texts(sheet, "Heading", [page.title] if page.title else [], lang)
        _texts(sheet, "Text under the heading", page.intro.split("\n") if page.intro else [], lang)
        sheet.heading("Questions", 2)
        for group in groups(page, blocks=blocks):
            if len(group) > 1 and blocks:
                _grid(sheet, group, number, lang)
            else:
                _questions(sheet, group, number, lang)
    sheet.heading("Closing")
    _texts(sheet, "For everybody who sent the answers", [asked.thanks], lang)
    if gated:
        _texts(sheet, "For whoever did not agree", [asked.declined], lang)
    return sheet.content()


def _texts(sheet: Word, heading: str, texts: Sequence[str], lang: str) -> None:
    if texts:
        sheet.heading(heading, 2)
    for text in texts:
        sheet.paragraph(text, lang=lang)


def groups(page: Page, *, blocks: bool) -> list[list[Question]]:
    """Without blocks one group for each page; with them one for each grid that can be made of it."""
    return page.blocks if blocks else [list(page.questions)]


def _questions(sheet: Word, questions: Sequence[Question], page: int, lang: str) -> None:
    rows = [
        (
            question.shown + (f"\n\n{question.help}" if question.help else ""),
            KINDS[question.kind] + ("; the second paragraph is its help text" if question.help else ""),
            "yes" if question.required else "no",
            "\n".join(choice.label for choice in question.choices),
        )
        for question in questions
    ]
    sheet.table(_TABLE, rows, _WIDTHS, f"Questions of page {page}", lang=lang)


def _grid(sheet: Word, questions: Sequence[Question], page: int, lang: str) -> None:
    labels = [choice.label for choice in questions[0].choices]
    sheet.paragraph("One grid (Likert): statements down the side, options across the top. Nothing must be answered.")
    rows = [(question.shown, *(_IN_BLOCK for _ in labels)) for question in questions]
    about = f"Grid of page {page}"
    sheet.table(("Statement", *labels), rows, (12, *(4 for _ in labels)), about, lang=lang, head_lang=lang)
