"""What a tool set up after our `.form.json` would send, and a table filled in under our headings."""

from __future__ import annotations

import csv
import io
import json


def deliver(files, said, number=0):
    """Our JSON, built from the written file alone: questions by their text, options by their label."""
    form = json.loads(next(file.content for file in files if file.path.endswith(".form.json")))
    return {
        "schema_version": 1,
        "response_id": f"person-{number}",
        "submitted_at": "2026-01-15T10:29:41Z",
        **{name: form[name] for name in ("bank", "variant", "language")},
        **dict(_answers(form, said)),
    }


def export(files, respondents):
    """The template with a row for each respondent."""
    headings = next(file.content for file in files if file.path.endswith(".csv")).decode().strip().split(",")
    out = io.StringIO()
    table = csv.DictWriter(out, headings, restval="", extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for number, said in enumerate(respondents):
        table.writerow(deliver(files, said, number))
    return out.getvalue().encode()


def _answers(form, said):
    for page in form["pages"]:
        for question in page["questions"]:
            typed = said.get(question["text"])
            if typed is not None:
                codes = {choice["label"]: choice["code"] for choice in question["choices"]}
                yield question["id"], codes.get(typed, typed)
