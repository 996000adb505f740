"""The script that builds the form in Google Forms and posts each submission. It is JavaScript, in `apps_script`.

What each fact rests on:
- docs: Google's reference of Apps Script, as stored publicly in 2026: quotas, page navigation, what responses hold.
- seen: scripts that people have published, and what they report of Google's behaviour.
- believed: no source found. Nothing here was tried with a live account.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

PARTS = ("build", "parts", "connect", "send", "payload", "post", "memory", "waiting")
"""In this order: what a person runs comes first, and a constant stands before those made of it."""

IMPORT = """\
1. At script.google.com choose New project, delete what stands in the editor, paste the whole of {} and save.
2. Choose buildForm above the editor and press Run. Google asks for permission: choose the account that is to own the
   form. If it says that it has not verified this app, choose Advanced, then Go to the project.
   Tick what it asks for, then choose Continue (or Allow).
3. The log under the editor shows two links. Open the one for answering in a private window. If it asks for an account,
   open the other one and let everyone who has the link respond.
4. Answer it twice: once with Yes, once with No, which must lead past all questions.
5. To send answers: Project Settings (the gear) > Script Properties. Add ADDRESS, the address of your hook, and SECRET,
   the survey's secret. Then run connect; its log says whether exit-bridge took a test.
6. You may change words of questions and pages in Google Forms. Leave numbers such as R3. and the words of options.
"""


def script(plan: Mapping[str, Any]) -> str:
    """What is pasted into script.google.com for a form of this `plan`. ASCII only: it survives every editor."""
    return "\n".join([_part("start") + f"const PLAN = {literal(plan)};\n", *map(_part, PARTS)])


def literal(plan: Mapping[str, Any]) -> str:
    """The plan as JSON that is JavaScript too, a line for each part of the form."""
    about = "".join(f"  {_json(name)}: {_json(value)},\n" for name, value in plan.items() if name != "pages")
    return f'{{\n{about}  "pages": [\n{_lines(map(_page, plan["pages"]))}\n  ]\n}}'


def _page(page: Mapping[str, Any]) -> str:
    about = "".join(f"{_json(name)}: {_json(value)}, " for name, value in page.items() if name != "parts")
    parts = _lines(f"      {_json(part)}" for part in page["parts"])
    return f'    {{ {about}"parts": [\n{parts}\n    ] }}'


def _lines(values: Iterable[str]) -> str:
    return ",\n".join(values)


def _json(value: Any) -> str:
    # Escaped, so that it may stand in a web page too.
    return json.dumps(value).replace("<", "\\u003c")


@cache
def _part(name: str) -> str:
    folder = files("exit_bridge.platforms.google_forms") / "apps_script"
    return (folder / f"{name}.js").read_text("utf-8")
