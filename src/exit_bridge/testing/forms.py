"""Checks of what a platform writes: all of the questionnaire is in it, once, and the same every time."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from pathlib import Path

from exit_bridge.bank import About, QuestionBank, questionnaire
from exit_bridge.platforms.base import Platform
from exit_bridge.testing.saying import must, todo

ABOUT = About(answered_by="individuals", reply_domains=("fenmoor.example",))
"""The settings that ask for most: every context question and the reply address."""


_ESCAPED = re.compile(r"(?:\\u[0-9a-f]{4})+")
"""Letters in a script that holds nothing but ASCII; two such escapes may make one character."""

TOGETHER = About()
"""A group that fills in one form: what only it is asked."""


def check_form(platform: Platform, bank: QuestionBank, variant: str, language: str) -> None:
    """Written twice it is the same; every question of the variant stands in it once, with every option."""
    where = f"{variant}, {language}"
    files = platform.write_form(bank, variant, [language], ABOUT)
    must(files, todo(platform, "write a form", where))
    must(files == platform.write_form(bank, variant, [language], ABOUT), todo(platform, "use no clock and no random"))
    must(len({file.path for file in files}) == len(files), todo(platform, "give every file its own path", where))
    for file in files:
        inside = not Path(file.path).is_absolute() and ".." not in Path(file.path).parts
        must(inside, todo(platform, "keep paths inside the platform's folder", file.path))
        must(file.how_to_import.startswith("1. "), todo(platform, "say in numbered steps how to import", file.path))
    texts = [readable(file.content) for file in files]
    whole = questionnaire(bank, variant, language, ABOUT)
    for sentence in filter(None, (*whole.intro, *whole.notice, whole.thanks, whole.declined)):
        said = any(_plain(sentence) in text for text in texts)
        must(said, todo(platform, f"write what people must be told: {sentence[:60]!r}", where))
    asked = whole.questions
    for question in asked:
        statement = _plain(question.text)
        times = sum(statement in _plain(other.text) for other in asked)
        home = [text for text in texts if statement in text or re.search(rf"\b{question.id}\b", text)]
        must(home, todo(platform, f"write question {question.id!r}", where))
        once = all(text.count(statement) <= times for text in texts)
        must(once, todo(platform, f"write question {question.id!r} only once", where))
        for choice in question.choices:
            marks = (choice.alias, _plain(choice.label))
            found = any(mark in text for text in home for mark in marks)
            must(found, todo(platform, f"write option {choice.code!r} of {question.id!r}", where))


def readable(content: bytes) -> str:
    """The words in a form file, whatever holds them: text, JSON, XML, a script, or a zip of these."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return " ".join(readable(archive.read(name)) for name in archive.namelist())
    text = content.decode("utf-8", "replace")
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False).replace('\\"', '"').replace("\\n", "\n")
    except ValueError:
        text = _ESCAPED.sub(lambda found: json.loads(f'"{found[0]}"'), html.unescape(text).replace('""', '"'))
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join(text.split())
