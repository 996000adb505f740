"""The body of Formbricks' `POST /api/v3/surveys`. What each fact rests on is explained in the package's docstring."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exit_bridge.bank import HIDDEN
from exit_bridge.bank.questionnaire import Page, Question, Questionnaire
from exit_bridge.errors import BankError
from exit_bridge.platforms.base import file_stem

WORKSPACE = "YOUR_WORKSPACE_ID"
"""What a person replaces: a survey cannot be made without it (spec)."""

REGIONS = {"en": "GB", "cy": "GB", "gd": "GB", "ga": "IE", "fr": "FR", "de": "DE", "es": "ES", "it": "IT", "nl": "NL"}
REGIONS |= {"pl": "PL", "ro": "RO", "uk": "UA"}
"""spec: a language is written with its region. For those that a bank names without one, the region meant."""

RESERVED = {"userid", "source", "suid", "end", "start", "welcomecard", "hidden", "verifiedemail", "multilanguage"}
RESERVED |= {"embed", "verify"}  # src
CONSTANTS = ("bank", "variant")
"""Variables whose value never changes: they come back with every response, whatever stands in the link (src)."""
LINK = tuple(name for name in HIDDEN if name not in CONSTANTS)

Texts = Mapping[str, str]


def locale(language: str) -> str:
    """`cy` -> `cy-GB`. Raises BankError for a language whose region is not known here."""
    base, _, region = language.partition("-")
    if not region and base not in REGIONS:
        raise BankError(
            f"Formbricks needs to know the region of the language {language!r}",
            fix=f"Name the wording with it, such as {base}-{base.upper()}",
        )
    return f"{base}-{region or REGIONS[base]}"


def language_of(code: str | None) -> str | None:
    """The other way round; None for the name that stands for whatever the survey's own language is (src)."""
    if not code or code == "default":
        return None
    base, _, region = code.partition("-")
    return base if REGIONS.get(base) == region else code


def key(name: str) -> str:
    """An id in the form Formbricks asks for (spec: cuid2), the same every time."""
    return f"x{hashlib.sha256(name.encode()).hexdigest()[:23]}"


def survey(asked: Mapping[str, Questionnaire]) -> dict[str, Any]:
    """The questionnaire in every language, the first of them as default. Raises BankError where an id is taken."""
    first = next(iter(asked.values()))
    taken = RESERVED | {name.lower() for name in HIDDEN}
    if wrong := [question.id for question in first.questions if question.id.lower() in taken]:
        raise BankError(f"Formbricks needs the id {wrong[0]!r} for itself", fix="Give this question another id")
    stem = file_stem(first.bank, first.variant)

    def every(text: Callable[[Questionnaire], str]) -> Texts:
        return {locale(language): text(one) for language, one in asked.items()}

    return {
        "workspaceId": WORKSPACE,
        "name": first.title,
        "type": "link",
        "status": "draft",
        "defaultLanguage": locale(next(iter(asked))),
        "languages": [
            {"code": locale(language), "default": place == 0, "enabled": True} for place, language in enumerate(asked)
        ],
        "welcomeCard": {
            "enabled": True,
            "headline": every(lambda one: _words(one.title)),
            "subheader": every(lambda one: _paragraphs(one.intro)),
            "buttonLabel": every(lambda one: one.start_button),
            "timeToFinish": False,
            "showResponseCount": False,
        },
        "blocks": [
            _block({language: one.pages[place] for language, one in asked.items()}, stem)
            for place in range(len(first.pages))
        ],
        # src: without a jump the first ending is shown.
        "endings": [
            {"id": key(f"{stem}/thanks"), "type": "endScreen", "headline": every(lambda one: _words(one.thanks))},
            {"id": key(f"{stem}/declined"), "type": "endScreen", "headline": every(lambda one: _words(one.declined))},
        ],
        "hiddenFields": {"enabled": True, "fieldIds": list(LINK)},
        "variables": [
            {"id": key(f"variable/{name}"), "name": name, "type": "text", "value": getattr(first, name)}
            for name in CONSTANTS
        ],
    }


def _block(pages: Mapping[str, Page], stem: str) -> dict[str, Any]:
    """A page: its heading, if it has one, its questions, and where the gate leads."""
    first = next(iter(pages.values()))
    elements = list(_heading(pages)) if first.title else []
    for place, question in enumerate(first.questions):
        elements.append(_element(question, {code: page.questions[place] for code, page in pages.items()}))
    logic = [_gate(question, stem) for question in first.questions if question.required]
    return {"name": first.title or first.id, "elements": elements, **({"logic": logic} if logic else {})}


def _heading(pages: Mapping[str, Page]) -> Iterator[dict[str, Any]]:
    """src: a `cta` without a button is a heading with a text."""
    intros = {locale(code): _paragraphs(page.intro.splitlines()) for code, page in pages.items()}
    yield {
        "id": f"page_{next(iter(pages.values())).id}",
        "type": "cta",
        "headline": {locale(code): _words(page.title) for code, page in pages.items()},
        **({"subheader": intros} if all(intros.values()) else {}),
        "required": False,
        "buttonExternal": False,
    }


def _element(question: Question, same: Mapping[str, Question]) -> dict[str, Any]:
    element: dict[str, Any] = {
        "id": question.id,
        "type": "multipleChoiceSingle" if question.kind == "choice" else "openText",
        # The number in front lets people see of which item a report speaks.
        "headline": {
            locale(code): _words(f"{own.code}. {own.text}" if own.code else own.text) for code, own in same.items()
        },
        "required": question.required,
    }
    if question.help:
        element["subheader"] = {locale(code): _words(own.help) for code, own in same.items()}
    if question.kind == "choice":
        element["shuffleOption"] = "none"
        element["choices"] = [
            {"id": choice.alias, "label": {locale(code): own.choices[place].label for code, own in same.items()}}
            for place, choice in enumerate(question.choices)
        ]
    else:
        element["inputType"] = "email" if question.kind == "email" else "text"
        element["longAnswer"] = question.kind == "text"
    return element


def _gate(question: Question, stem: str) -> dict[str, Any]:
    """Any answer but yes ends the survey. src: a choice is compared by its id, whatever the language."""
    conditions = [
        {
            "id": key(f"{stem}/{choice.alias}/if"),
            "leftOperand": {"type": "element", "value": question.id},
            "operator": "equals",
            "rightOperand": {"type": "static", "value": choice.alias},
        }
        for choice in question.choices
        if choice.code != "yes"
    ]
    jump = {"objective": "jumpToBlock", "target": key(f"{stem}/declined")}
    return {
        "id": key(f"{stem}/{question.id}/gate"),
        "conditions": {"id": key(f"{stem}/{question.id}/any"), "connector": "or", "conditions": conditions},
        "actions": [{"id": key(f"{stem}/{question.id}/then"), **jump}],
    }


def _words(text: str) -> str:
    """src: headlines and texts below them are read as HTML where there is a tag in them."""
    return text if "<" not in text else html.escape(text, quote=False)


def _paragraphs(texts: tuple[str, ...] | list[str]) -> str:
    return "".join(f"<p>{html.escape(text, quote=False)}</p>" for text in texts)


def how_to_import(path: str) -> str:
    """What a person does with the file."""
    return f"""\
1. In Formbricks, make an API key that may read and write the workspace, and copy the workspace's id from its address.
2. Open {path} in a text editor and put that id in the place of {WORKSPACE}.
3. In a terminal, in the folder of this file (your own server's address, or https://app.formbricks.com):
   curl -X POST https://app.formbricks.com/api/v3/surveys -H "x-api-key: YOUR_KEY" \\
     -H "Content-Type: application/json" --data @{path}
4. Open the new survey, look through it, try "No" on its first page, and publish it.
5. Under Integrations > Webhooks, add the address of your hook for this survey, with the trigger "Response Finished".
   Formbricks makes the secret and shows it: put it into your settings as the survey's secret.
6. Share the survey's address with ?wave=NAME_OF_THIS_ROUND behind it, and &lang=CODE to open it in another language.
7. You may change words of questions. Leave ids and the words of options as they are: answers come back as words.
"""
