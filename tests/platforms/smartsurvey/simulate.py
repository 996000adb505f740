"""What SmartSurvey would send and export for a form built from our table, in the shapes its documentation shows."""

from __future__ import annotations

import csv
import io
from itertools import groupby

OWN = ["UserID", "UserNo", "Name", "Email", "IP Address", "Unique ID", "Started", "Ended", "Tracking Link"]


def deliver(files, said, number=100000001, variables=()):
    """The webhook's body: a batch of one. Reads the table alone: questions by their title, options by their label."""
    answers = {}
    status = "completed"
    for row in rows(files):
        typed = heard(row, said)
        if typed is not None:
            answers[row["copy_this"]] = typed
        assert typed is not None or row["must_be_answered"] == "no", "SmartSurvey would not let them go on"
        if row["must_be_answered"] == "yes" and typed != row["option_1"]:
            status = "disqualified"
            break
    pages = [
        {
            "id": 9000 + int(page),
            "title": page,
            "position": int(page),
            "questions": [question(group, answers, place) for place, group in enumerate(questions(of_page), 1)],
        }
        for page, of_page in groupby(rows(files), key=lambda row: row["page"])
    ]
    response = {
        "id": number,
        "survey_id": 123456,
        "tracking_link_id": 1,
        "translation_id": 1,
        "unique_id": None,
        "date_started": "2026-01-15T10:17:02Z",
        "date_ended": "2026-01-15T10:29:41Z",
        "date_modified": "2026-01-15T10:29:41Z",
        "status": status,
        "contact_name": None,
        "ip_address": "",
        "page_path": None,
        "manual_entry": False,
        "variables": [
            {"id": 700 + place, "name": name, "value": value} for place, (name, value) in enumerate(variables)
        ],
        "pages": pages,
    }
    return [response]


def export(files, respondents):
    """The CSV of raw data: three rows of headings, `@SQ@` for an apostrophe and `-` for what was skipped."""
    made = [group for _, of_page in groupby(rows(files), key=lambda row: row["page"]) for group in questions(of_page)]
    first, second = [*OWN], [""] * len(OWN)
    for number, group in enumerate(made, 1):
        grid = group[0]["make"] == "grid row"
        title = "How far do you agree?" if grid else group[0]["copy_this"]
        first += [f"Q{number}. {title}", *[""] * (len(group) - 1)]
        second += [f"Q{number}.{place}.\u00a0{row['copy_this']}" if grid else "" for place, row in enumerate(group, 1)]
    lines = [first, second, [""] * len(first)]
    for number, said in enumerate(respondents, 1):
        own = [
            str(100000000 + number),
            str(number),
            "",
            "",
            "",
            "",
            "2026-01-15 10:17:02",
            "2026-01-15 10:29:41",
            "Main",
        ]
        lines.append([*own, *(heard(row, said) or "-" for group in made for row in group)])
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[cell.replace("'", "@SQ@") for cell in line] for line in lines])
    return out.getvalue().encode()


def rows(files):
    """The rows of the table that are questions."""
    (table,) = [file for file in files if file.path.endswith(".csv")]
    every = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline=""))
    return [row for row in every if row["make"] in ("grid row", "single choice", "long text", "email address")]


def questions(of_page):
    """Rows of a grid that share their options are one question; every other row is one by itself."""
    found = {}
    for row in of_page:
        key = tuple(options(row)) if row["make"] == "grid row" else row["copy_this"]
        found.setdefault(key, []).append(row)
    return list(found.values())


def options(row):
    return [cell for name, cell in row.items() if name.startswith("option_") and cell]


def heard(row, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    title = row["copy_this"]
    typed = next((said[text] for text in said if title == text or title.endswith(f". {text}")), None)
    assert typed is None or not options(row) or typed in options(row), "nobody can choose that here"
    return typed


def question(group, answers, place):
    """One question as a delivery has it: what was skipped is there without an answer."""
    head = group[0]
    given = [
        (number, row, answers[row["copy_this"]]) for number, row in enumerate(group) if row["copy_this"] in answers
    ]
    if head["make"] == "grid row":
        kind, title = ("matrix", "single"), "How far do you agree?"
        said = [
            {
                "id": 1,
                "type": "matrix_col",
                "row_title": row["copy_this"],
                "row_id": 8000 + number,
                "column_title": typed,
                "column_id": 8100 + options(row).index(typed),
                "column_score_value": None,
            }
            for number, row, typed in given
        ]
    elif options(head):
        kind, title = ("single_choice", "radio"), head["copy_this"]
        said = [{"id": 1, "type": "radio", "choice_title": typed, "choice_id": 61} for _, _, typed in given]
    else:
        kind, title = ("open_ended", "essay"), head["copy_this"]
        said = [{"id": 2, "type": "text", "choice_title": "", "choice_id": 66, "value": typed} for _, _, typed in given]
    return {
        "id": 5000 + place,
        "title": title,
        "type": kind[0],
        "sub_type": kind[1],
        "position": place,
        "answers": said,
    }
