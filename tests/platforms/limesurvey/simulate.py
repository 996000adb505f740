"""LimeSurvey as far as it was seen to behave: it reads the written survey file, asks, and tells of the answers."""

from __future__ import annotations

import csv
import html
import io

SID = 614001


def survey(files):
    """The `.txt` as rows, read as LimeSurvey's importer reads it."""
    (text,) = [file.content for file in files if file.path.endswith(".txt")]
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig")), delimiter="\t"))


def deliver(files, said, number=0):
    """What our plugin posts when somebody fills the survey in."""
    return {
        "source": "exit-bridge-limesurvey/1",
        "event": "completed",
        "survey_id": SID,
        "response_id": number,
        "submitted_at": "2026-01-15T10:29:41Z",
        "language": "en",
        "answers": response(files, said),
    }


def response(files, said):
    """Question code -> answer code or text; None where a page was never shown."""
    answers, shown, option_of = {}, True, {}
    for row in survey(files):
        if row["class"] == "G":
            shown = row["relevance"] == "1" or _true(row["relevance"], answers)
        elif row["class"] == "Q":
            code, typed = row["name"], said.get(_words(row["text"]))
            assert typed or row["mandatory"] == "N" or not shown, "LimeSurvey would not let them go on"
            answers[code] = (row["default"].replace("{SID}", str(SID)) or typed or "") if shown else None
            option_of = {"code": code, "typed": typed, "list": row["type/scale"] == "L"}
        elif row["class"] == "A" and option_of["typed"] == _words(row["text"]) and shown:
            answers[option_of["code"]] = row["name"]
    return answers


def _true(relevance, answers):
    """The one kind of condition we write: `code.NAOK == 'yes'`, joined by `and`."""
    parts = (part.split(".NAOK == ") for part in relevance.split(" and "))
    return all(answers[code] == value.strip("'") for code, value in parts)


def _words(text):
    return html.unescape(text.replace("<br />", "\n"))


def export(files, respondents):
    """The CSV with codes as headings and as answers: every cell quoted, but for what was never shown."""
    rows = [response(files, said) for said in respondents]
    head = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", *rows[0]]
    lines = [head]
    for number, row in enumerate(rows):
        times = ["2026-01-15 10:29:41", "7", "en", "552532923", "2026-01-15 10:17:02", "2026-01-15 10:29:41"]
        lines.append([str(number), *times, *row.values()])
    return "".join(",".join(map(_cell, line)) + "\r\n" for line in lines).encode("utf-8-sig")


def _cell(value):
    return "" if value is None else '"' + value.replace('"', '""') + '"'
