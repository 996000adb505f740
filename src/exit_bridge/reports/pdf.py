"""The report as a PDF that can be read by ear as well as on paper (PDF/UA-1), set by Typst: extra `[pdf]`.

https://typst.app/docs/reference/pdf/ The compiler refuses what breaks PDF/UA-1 as far as a program can tell. No other
checker has looked at these files.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

from exit_bridge.errors import ExitBridgeError
from exit_bridge.reports.phrases import Phrases, phrases
from exit_bridge.reports.types import Report

if TYPE_CHECKING:
    from typst import Compiler

# Beyond European letters and the marks of print it depends on the fonts, which come with Typst.
_UNUSUAL = re.compile("[^\x00-\u024f\u2010-\u2026\u20ac]+")
_TINTS = "\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"  # no signs of their own: they change an emoji
_ONE_AT_A_TIME = Lock()  # the compiler refuses a second thread while a first is in it
_LETTER = b'#set document(title: "x"); #set text(font: "Libertinus Serif"); #sys.inputs.letter'


def as_pdf(report: Report, made_on: date) -> bytes:
    """A tagged A4 document; the same bytes for the same report and day.

    Signs that the fonts have no shape for are named ("[thumbs up sign]") or said to be missing. Raises ExitBridgeError
    where the package typst is not installed.
    """
    return compiled(template(), datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC), report=tree(report))


@lru_cache(maxsize=1)
def template() -> bytes:
    """The document in Typst's language."""
    return (files("exit_bridge.reports") / "templates" / "page.typ").read_bytes()


def tree(report: Report) -> str:
    """The report as JSON, with the kind of each block."""
    say, plain = phrases(report.language), asdict(report)
    for section, copied in zip(report.sections, plain["sections"], strict=True):
        for block, each in zip(section.blocks, copied["blocks"], strict=True):
            each["kind"] = block.kind
    if report.logo:  # the compiler takes text alone, so a picture goes in as the numbers of its bytes
        plain["logo"]["content"] = list(report.logo.content)
    return json.dumps(drawable(plain, say), ensure_ascii=False)


def drawable(value: Any, say: Phrases) -> Any:
    """A tree of values in which every text holds only signs that the fonts have a shape for."""
    match value:
        case str():
            return _UNUSUAL.sub(partial(_with_shapes, say), value)
        case dict():
            return {key: drawable(each, say) for key, each in value.items()}
        case list() | tuple():
            return [drawable(each, say) for each in value]
        case _:
            return value


def _with_shapes(say: Phrases, found: re.Match[str]) -> str:
    letters = [letter for letter in found[0] if letter not in _TINTS]
    parts = [letter if _has_shape(letter) else _named(letter, say) for letter in letters]
    once = [part for part, before in zip(parts, ["", *parts], strict=False) if len(part) == 1 or part != before]
    return "".join(once)


def _named(letter: str, say: Phrases) -> str:
    if unicodedata.category(letter) == "So" and (name := unicodedata.name(letter, "")):
        return say("pdf.sign", name=name.lower())
    return say("pdf.missing")


@lru_cache(maxsize=4096)
def _has_shape(letter: str) -> bool:
    from typst import TypstError

    try:
        compiled(_LETTER, datetime(2026, 1, 1, tzinfo=UTC), letter=letter)
    except TypstError:
        return False
    return True


def compiled(source: bytes, stamp: datetime, **inputs: str) -> bytes:
    """The document set with these inputs; `stamp` is the moment it says it was made at."""
    with _ONE_AT_A_TIME:
        made = compiler().compile(
            source, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"], timestamp=int(stamp.timestamp())
        )
    return bytes(made)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def compiler() -> Compiler:
    """What sets documents. Raises ExitBridgeError where the package typst is not installed."""
    try:
        from typst import Compiler
    except ImportError:
        raise ExitBridgeError(
            "A PDF needs the package typst, which is not installed",
            fix='In the repository of exit-bridge run pip install ".[pdf]"',
        ) from None
    return Compiler(ignore_system_fonts=True)  # with those of the machine, each would make another file
