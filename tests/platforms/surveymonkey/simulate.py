"""What SurveyMonkey would tell and export of a survey made from our file, in the shapes that published ones have."""

from __future__ import annotations

import csv
import io
import json


def deliver(files, said, number="118086000001", variables=None):
    """One response as the API tells it with `simple=true`; questions that nobody answered are not in it."""
    pages = []
    for page_number, page in enumerate(_survey(files)["pages"], 1):
        answered = []
        for question in page["questions"]:
            typed = _said(question, said)
            if typed is None:
                assert "required" not in question, "SurveyMonkey would not let them go on"
                continue
            answered.append(_answered(page_number, question, typed))
        pages.append({"id": f"3000{page_number}", "questions": answered})
    return {
        "id": number,
        "survey_id": "505000001",
        "collector_id": "430000001",
        "recipient_id": "",
        "response_status": "completed",
        "collection_mode": "default",
        "date_created": "2026-01-15T10:17:02+00:00",
        "date_modified": "2026-01-15T10:29:41+00:00",
        "total_time": 759,
        "custom_value": "",
        "custom_variables": variables or {},
        "ip_address": "",
        "logic_path": {},
        "metadata": {"contact": {}},
        "page_path": [],
        "pages": pages,
    }


def export(files, respondents):
    """The CSV with both rows of headings, condensed."""
    survey = _survey(files)
    asked = [question for page in survey["pages"] for question in page["questions"] if _asks(question)]
    own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address"]
    own += ["First Name", "Last Name", "Custom Data 1"]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([*own, *survey["custom_variables"], *(question["headings"][0]["heading"] for question in asked)])
    below = ["Open-Ended Response" if question["family"] == "open_ended" else "Response" for question in asked]
    table.writerow([*("" for _ in (*own, *survey["custom_variables"])), *below])
    for number, said in enumerate(respondents, 1):
        times = ["01/15/2026 10:17:02 AM", "01/15/2026 10:29:41 AM"]
        cells = [f"11808600{number:04d}", "430000001", *times, "", "", "", "", ""]
        table.writerow(
            [*cells, *("" for _ in survey["custom_variables"]), *(_said(question, said) or "" for question in asked)]
        )
    return out.getvalue().encode()


def _survey(files):
    (survey,) = (json.loads(file.content) for file in files if not file.path.endswith(".weblink.json"))
    return survey


def _asks(question):
    return question["family"] != "presentation"


def _said(question, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    heading = question["headings"][0]["heading"]
    fits = (said[text] for text in said if heading == text or heading.endswith(f". {text}"))
    return next(fits, None) if _asks(question) else None


def _answered(page, question, typed):
    number = f"62{page:02d}{question['position']:03d}"
    if question["family"] == "single_choice":
        place = next(c["position"] for c in question["answers"]["choices"] if c["text"] == typed)
        answer = {"choice_id": f"{number}{place:02d}", "simple_text": typed}
    else:
        answer = {"tag_data": [], "text": typed, "simple_text": typed}
    about = {"family": question["family"], "subtype": question["subtype"]}
    return {"id": number, "answers": [answer], **about, "heading": question["headings"][0]["heading"]}
