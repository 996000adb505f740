"""What Microsoft Forms would make of our Word file, and what its flow and its workbook would then hold."""

from __future__ import annotations

import csv
import io
import json
import re

import docx

FIXED = ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time"]
TIMES = ["2026-01-15 10:17:02", "2026-01-15 10:29:41"]


def imported(files):
    """Quick import: numbered lines are questions, lettered lines their options, all else is left out."""
    (word,) = [file for file in files if file.path.endswith(".docx") and ".likert." not in file.path]
    questions = []
    for paragraph in docx.Document(io.BytesIO(word.content)).paragraphs:
        if numbered := re.fullmatch(r"(\d+)\. (.+)", paragraph.text):
            assert int(numbered[1]) == len(questions) + 1, "Forms counts its questions"
            questions.append((numbered[2], []))
        elif lettered := re.fullmatch(r"[A-Z]\. (.+)", paragraph.text):
            questions[-1][1].append(lettered[1])
    return questions


def answered(files, said):
    """Title of each question -> what they chose or typed; people read the statement behind the number."""
    found = {}
    for title, options in imported(files):
        typed = next((said[text] for text in said if title == text or title.endswith(f". {text}")), "")
        assert not (typed and options) or typed in options, "no such option"
        found[title] = typed
    assert next(iter(found.values())), "the first question must be answered"
    return found


def deliver(files, said, response_id="17"):
    """The body of the HTTP action, once somebody has put the dynamic content of each name into its place."""
    (recipe,) = [file for file in files if file.path.endswith(".flow.json")]
    content = {"Response Id": response_id, **answered(files, said)}
    expressions = {"@{workflow()?['name']}": "made-up-flow", "@{utcNow()}": "2026-01-15T10:29:41.1234567Z"}

    def filled(value):
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        place = re.fullmatch(r"\[\[(.+)\]\]", value, re.DOTALL)
        return content[place[1]] if place else expressions.get(value, value)

    return filled(json.loads(recipe.content))


def export(files, respondents):
    """The sheet of answers: fixed columns, then titles as headings, labels in the cells."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*FIXED, *(title for title, _ in imported(files))])
    for number, said in enumerate(respondents, 1):
        table.writerow([number, *TIMES, "anonymous", "", "", *answered(files, said).values()])
    return out.getvalue().encode("utf-8-sig")
