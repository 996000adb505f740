"""What Typeform would send and export for a form made from our file, in the shapes its documentation shows."""

from __future__ import annotations

import csv
import io
import json


def deliver(files, said, token=f"{0:032d}", hidden=None):
    """The webhook's body. Reads the written file alone: questions by their title, options by their label."""
    form = json.loads(files[0].content)
    asked = [(number, field) for number, field in enumerate(form["fields"], 1) if field["type"] != "statement"]
    answers, ending = [], form["thankyou_screens"][0]["ref"]
    for number, field in asked:
        typed = _said(field, said)
        if typed is None:
            assert not field["validations"]["required"], "Typeform would not let them go on"
            continue
        answers.append({**_answer(field, number, typed), "field": _field(field, number)})
        jump = _jump(form, field, answers[-1])
        if jump:
            ending = jump
            break
    response = {
        "form_id": "Qw3rTy",
        "token": token,
        "landed_at": "2026-01-15T10:17:02Z",
        "submitted_at": "2026-01-15T10:29:41Z",
        "hidden": hidden or {},
        "definition": {
            "id": "Qw3rTy",
            "title": form["title"],
            "fields": [{**_field(field, number), "title": field["title"], "properties": {}} for number, field in asked],
        },
        "answers": answers,
        "ending": {"id": "screenMadeUp", "ref": ending},
    }
    return {"event_id": "00MADEUPEVENT00000000000001", "event_type": "form_response", "form_response": response}


def export(files, respondents):
    """The CSV of the results page: titles as headings, labels in the cells."""
    form = json.loads(files[0].content)
    asked = [field for field in form["fields"] if field["type"] != "statement"]
    tail = [
        "Response Type",
        "Start Date (UTC)",
        "Stage Date (UTC)",
        "Submit Date (UTC)",
        "Network ID",
        "Tags",
        "Ending",
    ]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["#", *(field["title"] for field in asked), *form["hidden"], *tail])
    for number, said in enumerate(respondents):
        cells = [_said(field, said) or "" for field in asked]
        times = ["2026-01-15 10:17:02", "", "2026-01-15 10:29:41"]
        table.writerow(
            [f"{number:032d}", *cells, *("" for _ in form["hidden"]), "completed", *times, "98eebf3737", "", ""]
        )
    return out.getvalue().encode()


def _said(field, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    return next((said[text] for text in said if field["title"] == text or field["title"].endswith(f". {text}")), None)


def _field(field, number):
    return {"id": f"field{number:03d}", "ref": field["ref"], "type": field["type"]}


def _answer(field, number, typed):
    if field["type"] == "multiple_choice":
        place, choice = next((p, c) for p, c in enumerate(field["properties"]["choices"]) if c["label"] == typed)
        return {"type": "choice", "choice": {"id": f"choice{number:03d}{place}", **choice}}
    kind = "email" if field["type"] == "email" else "text"
    return {"type": kind, kind: typed}


def _jump(form, field, answer):
    for logic in form["logic"]:
        for action in logic["actions"] if logic["ref"] == field["ref"] else ():
            about, wanted = action["condition"]["vars"]
            if about["value"] == field["ref"] and wanted["value"] == answer["choice"]["ref"]:
                return action["details"]["to"]["value"]
    return None
