"""Runs the script of a Google form in Node, with Google's services made up (google-forms/script/harness.js)."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from tests.conftest import missing

from exit_bridge.bank import load_bank, questionnaire
from exit_bridge.platforms.google_forms.form import plan
from exit_bridge.platforms.google_forms.script import script
from exit_bridge.testing import ABOUT, SECRET, respondent

HARNESS = Path(__file__).parent / "google-forms" / "script" / "harness.js"
BANK = load_bank()
ADDRESS = "https://reports.council.example/hooks/round"
CONNECTED = [{"run": "buildForm"}, {"set": {"ADDRESS": ADDRESS, "SECRET": SECRET}}, {"run": "connect"}]


@cache
def written(variant="full", language="en", about=ABOUT):
    """The plan of a form and its script."""
    made = plan(questionnaire(BANK, variant, language, about))
    return made, script(made)


def titles(made):
    """Our id -> the words that stand above it, of each question and each row."""
    parts = [part for page in made["pages"] for part in page["parts"]]
    rows = [row for part in parts for row in (part["rows"] if part["kind"] == "grid" else [part])]
    return {row["id"]: row["title"] for row in rows}


def in_titles(made, said):
    """What a respondent said, by the words that the form shows: a number stands before some questions."""
    shown = {text: title for title in titles(made).values() for text in (title, title.partition(". ")[2])}
    return {shown[text]: value for text, value in said.items()}


def google(*steps, code=None, now=None):
    """Take steps in a new, empty Google account; `now` is Unix time in seconds."""
    node = shutil.which("node") or missing("node", "install Node.js 18 or newer")
    at = int((time.time() if now is None else now) * 1000)
    work = json.dumps({"script": code or written()[1], "now": at, "steps": steps})
    done = subprocess.run([node, HARNESS], input=work, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(**json.loads(done.stdout))


def log_of(result):
    """What the owner reads under the editor."""
    return "\n".join(text for _, text in result["log"])


def posted(done, *, tests=False):
    """The bodies that were sent, in order; without the test of `connect`."""
    bodies = [json.loads(request["body"]) for request in done.requests]
    return [body for body in bodies if tests or not body.get("test")]


def said_in(body):
    """Our id -> what was said, of one body."""
    said = {}
    for item in body["items"]:
        if "rows" in item:
            said |= dict(zip(item["refs"], item["values"], strict=True))
        else:
            said[item["ref"]] = item["value"]
    return said


def waiting(done):
    """Ids that are kept."""
    kept = done.properties
    count = int(kept.get("WAITING", 0))
    return [name for name, _ in json.loads("".join(kept[f"WAITING_{n + 1}"] for n in range(count)) or "[]")]


def posted_of(state):
    """Requests with answers in them, of a state on the way."""
    return [request for request in state["requests"] if '"test"' not in request["body"]]


PLAN = written()[0]
TITLES = titles(PLAN)
SAID = in_titles(PLAN, respondent(BANK, "full", "en", random.Random(5))[0])
DECLINED = {TITLES["notice"]: "No, keep none of my answers"}
AWAY = {"world": {"always": 503}}
BACK = {"world": {"always": None}}
