"""The questionnaire as a LimeSurvey survey, before it is written down as `.txt` or `.lss`.

Our ids are the question codes, without separators, which LimeSurvey forbids; option codes are the answer codes. What
each fact rests on is explained in the package's docstring.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exit_bridge.bank import HIDDEN, REPLY_TO, QuestionBank
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.errors import BankError

Texts = Mapping[str, str]
"""Language -> HTML."""

LIST, SHORT, LONG = "L", "S", "T"
"""run: LimeSurvey's letters for the question types used here: radio list, short and long text."""

FORM = "form"
"""Hidden question that holds LimeSurvey's own number of the survey: response ids are unique only within one."""

SCORE = "score"
"""Hidden questions `score<ingredient>`, which scores may be written back into."""

MAX_CODE, MAX_TITLE = 20, 200  # run: longer codes abort the import; src: the length of a survey's title

_CODE = re.compile("[A-Za-z][A-Za-z0-9]*")
# run: these are renamed at import, and the answers then come back under another name.
_RESERVED = {"lang", "sid", "savedid", "token", "qid", "gid", "sgq", "self", "that", "this", "time", "other"}
_EMAIL = r"/^[^@\s]+@[^@\s]+\.[^@\s]+$/"

SETTINGS = {
    "format": "G",  # a page for each group
    "anonymized": "Y",  # answers cannot be traced to an invited person
    "datestamp": "Y",
    "ipaddr": "N",
    "refurl": "N",
    "savetimings": "N",
    "usecookie": "N",  # several people may share a computer
    "allowsave": "N",  # "resume later" would ask for a name and an address
    "allowprev": "Y",
    "alloweditaftercompletion": "Y",  # src: RemoteControl writes scores back only where this is on
    "showwelcome": "Y",
    "showprogress": "Y",
    "showgroupinfo": "B",
    "showqnumcode": "X",
    "shownoanswer": "N",  # every item has its own "don't know" and "does not apply"
    "showxquestions": "N",
    "showsurveypolicynotice": "0",  # the first page is the notice
    "printanswers": "N",
    "publicstatistics": "N",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer option."""

    code: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class Asked:
    """One LimeSurvey question."""

    code: str
    kind: str
    texts: Texts
    help: Texts = field(default_factory=dict)
    mandatory: bool = False
    options: tuple[Option, ...] = ()
    default: str = ""
    validation: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """One page of the survey."""

    key: str
    titles: Texts
    intros: Texts
    relevance: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The whole survey. `words`: language -> LimeSurvey's name of a text -> the text."""

    number: int
    languages: tuple[str, ...]
    settings: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    groups: tuple[Group, ...]


def code_of(name: str) -> str:
    """Our id as a question code. Raises BankError where LimeSurvey could not keep it."""
    code = "".join(filter(str.isalnum, name))
    if not _CODE.fullmatch(code) or len(code) > MAX_CODE or code.lower() in _RESERVED:
        raise BankError(
            f"The id {name!r} cannot be a question code in LimeSurvey",
            fix=f"Use a letter, then letters and digits, {MAX_CODE} at most, and none of LimeSurvey's own words",
        )
    return code


def survey(bank: QuestionBank, asked: Mapping[str, Questionnaire], name: str) -> Survey:
    """The questionnaire in every language, as LimeSurvey has it. `name` decides the survey's number.

    Raises BankError where ids or titles do not fit.
    """
    first = next(iter(asked.values()))
    gates = [question.id for question in first.questions if question.required]
    groups = [
        Group(
            key=f"G{place}",
            titles={language: _plain(page.title) for language, page in pages.items()},
            intros={language: _paragraphs(page.intro.splitlines()) for language, page in pages.items()},
            relevance="1" if place == 1 else _agreed(gates),
            questions=(*_questions(pages), *(_hidden(bank, first) if place == 1 else ())),
        )
        for place, pages in enumerate(_side_by_side({code: one.pages for code, one in asked.items()}), 1)
    ]
    digits = int(hashlib.sha256(name.encode()).hexdigest(), 16)
    return Survey(
        number=100_000 + digits % 900_000,
        languages=tuple(asked),
        settings=SETTINGS,
        words={language: _words(one, gates) for language, one in asked.items()},
        groups=tuple(groups),
    )


def _side_by_side(pages: Mapping[str, Sequence[Page]]) -> list[dict[str, Page]]:
    """The same page of every language together."""
    return [dict(zip(pages, same, strict=True)) for same in zip(*pages.values(), strict=True)]


def _questions(pages: Mapping[str, Page]) -> Iterable[Asked]:
    """One question an item: LimeSurvey's arrays break the words of seven options apart, and read badly on a phone."""
    for place in range(len(next(iter(pages.values())).questions)):
        yield _question({language: page.questions[place] for language, page in pages.items()})


def _question(same: Mapping[str, Question]) -> Asked:
    question = next(iter(same.values()))
    kinds = {"choice": LIST, "email": SHORT, "text": LONG}
    return Asked(
        code=code_of(question.id),
        kind=kinds[question.kind],
        texts={language: _html(own.text) for language, own in same.items()},
        help={language: _html(own.help) for language, own in same.items()},
        mandatory=question.required,
        options=_options(same),
        validation=_EMAIL if question.id == REPLY_TO else "",
        attributes={"hide_tip": "1"} if question.kind == "choice" else {},
    )


def _options(same: Mapping[str, Question]) -> tuple[Option, ...]:
    first = next(iter(same.values()))
    return tuple(
        Option(choice.short, {language: _html(own.choices[place].label) for language, own in same.items()})
        for place, choice in enumerate(first.choices)
    )


def _hidden(bank: QuestionBank, asked: Questionnaire) -> Iterable[Asked]:
    """What travels unseen. The link may fill wave and respondent in: `?wave=2026-autumn` (run)."""
    known = {"bank": asked.bank, "variant": asked.variant, FORM: "{SID}"}
    names = [*HIDDEN, FORM]
    if bank.variants[asked.variant].scored:
        names += [f"{SCORE}{ingredient.id}" for ingredient in bank.ingredients]
    for name in names:
        yield Asked(
            code=code_of(name),
            kind=SHORT,
            texts=dict.fromkeys(bank.wordings, name),
            default=known.get(name, ""),
            attributes={"hidden": "1"},
        )


def _agreed(gates: Sequence[str]) -> str:
    """ExpressionScript: every gate question is answered with yes."""
    return " and ".join(f"{code_of(gate)}.NAOK == 'yes'" for gate in gates) or "1"


def _words(asked: Questionnaire, gates: Sequence[str]) -> dict[str, str]:
    title = _plain(asked.title)
    if len(title) > MAX_TITLE:
        raise BankError("The title is too long for LimeSurvey", fix=f"Use at most {MAX_TITLE} characters")
    thanks, declined = _html(asked.thanks), _html(asked.declined)
    return {
        "surveyls_title": title,
        "surveyls_welcometext": _paragraphs(asked.intro),
        "surveyls_endtext": f"{{if({_agreed(gates)}, '{thanks}', '{declined}')}}" if gates else thanks,
    }


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{_html(text)}</p>" for text in texts)


def _html(text: str) -> str:
    """Words that stay words: no tag, no expression in braces, and no quotation mark or backslash of a table's cell."""
    return html.escape(text).translate(_ENTITIES).replace("\n", "<br />")


_ENTITIES = {ord(character): f"&#{ord(character)};" for character in "{}\\"}


def _plain(text: str) -> str:
    """A title. It is shown as text, but braces in it would be taken for an expression."""
    return " ".join(text.replace("{", "(").replace("}", ")").replace("\\", "/").split())


def how_to_import(path: str) -> str:
    """What a person does with the file."""
    return f"""\
1. In LimeSurvey, choose Create survey > Import and upload {path}. The .txt and the .lss file hold the same survey.
2. Look through it with Preview, then choose Activate this survey. Leave its settings for privacy and dates alone.
3. Give people the survey's address. Add ?wave=NAME_OF_THIS_ROUND to it where rounds are to be told apart.
4. You may change words in LimeSurvey. Do not change question codes or answer codes: they carry the answers.
"""


HOW_TO_INSTALL = """\
1. In LimeSurvey 4 or newer, choose Configuration > Plugins > Upload & install, upload ExitBridge.zip, and activate it.
2. In your survey, open Settings > Simple plugins, enter the address of your hook and the survey's secret under
   exit-bridge, and switch it on.
3. Choose "Send a test when I save" and save. A test is answered and counted, and never scored.
"""
