"""Runs the script of a response sheet in Node, with Google's services made up (google.js)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.conftest import missing

HARNESS = Path(__file__).with_name("harness.js")
SCORE = {"run": "scoreAnswers"}
READ = {"read": True}


def sheet(cells, name="Form responses 1", *, linked=True):
    """A sheet as a form fills it."""
    return {"name": name, "cells": cells, "formUrl": "https://forms.example/one" if linked else None}


def date(text):
    """A cell with a time."""
    return {"date": text}


def google(script, files):
    """What each file holds after its steps."""
    node = shutil.which("node") or missing("node", "install Node.js 18 or newer")
    work = json.dumps({"script": script, "files": files})
    done = subprocess.run([node, HARNESS], input=work, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def one(script, sheets, *steps):
    """One file after these steps."""
    return google(script, [{"sheets": sheets, "steps": steps}])[0]
