"""Formbricks as far as its source tells: it reads the written survey, asks, and tells of the answers."""

from __future__ import annotations

import csv
import html
import io
import json
import re

GUARDED = re.compile(r"[=+\-@\t\r]")


def deliver(files, said, response_id="cmadeup00000000000000000", language=None, link=None):
    """The webhook's body. Reads the written file alone: questions by their headline, choices by their label."""
    survey = json.loads(files[0].content)
    default = survey["defaultLanguage"]
    given, ending = _filled_in(survey, said, language or default)
    known = {field: value for field, value in (link or {}).items() if field in survey["hiddenFields"]["fieldIds"]}
    response = {
        "id": response_id,
        "surveyId": "cmadeupsurvey00000000000",
        "displayId": "cmadeupdisplay0000000000",
        "finished": True,
        "endingId": ending,
        "language": language or default,
        "createdAt": "2026-01-15T10:17:02.000Z",
        "updatedAt": "2026-01-15T10:29:41.507Z",
        "contact": None,
        "contactAttributes": None,
        "data": {**given, **known},
        "variables": {variable["id"]: variable["value"] for variable in survey["variables"]},
        "ttc": {"_total": 759507.1},
        "meta": {"url": "https://surveys.council.example/s/cmadeupsurvey00000000000"},
        "tags": [],
        "singleUseId": None,
        "survey": {"title": survey["name"], "type": "link", "status": "inProgress"},
    }
    return {"webhookId": "cmadeupwebhook0000000000", "event": "responseFinished", "data": response}


def export(files, respondents, language=None):
    """The CSV of the responses page: texts in quotation marks, headings in the default language."""
    survey = json.loads(files[0].content)
    default = survey["defaultLanguage"]
    elements = _elements(survey)
    head = ["No.", "Response ID", "Timestamp", "Finished", "Survey ID", "Formbricks ID (internal)", "User ID", "Tags"]
    head += ["url", "userAgent - browser", "country"]
    for number, element in enumerate(elements, 1):
        title = f"{number}. {_plain(element['headline'][default])}"
        head += [title, f"{title} - Option ID"] if "choices" in element else [title]
    variables, hidden = survey["variables"], survey["hiddenFields"]["fieldIds"]
    head += [*(variable["name"] for variable in variables), *hidden]
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    table.writerow(map(_guarded, head))
    for number, said in enumerate(respondents):
        given, _ = _filled_in(survey, said, language or default)
        response_id = f"cmadeup{number:017d}"
        row = [number + 1, response_id, "2026-01-15 10:17:02 UTC", "Yes", "cmadeupsurvey00000000000", "", "", ""]
        row += ["https://surveys.council.example/s/cmadeupsurvey00000000000", "Firefox", "GB"]
        for element in elements:
            answer = given.get(element["id"], "")
            chosen = [c["id"] for c in element.get("choices", ()) if answer in c["label"].values()]
            row += [answer, ", ".join(chosen)] if "choices" in element else [answer]
        row += [variable["value"] for variable in variables]
        table.writerow(map(_guarded, [*row, *("" for _ in hidden)]))
    return out.getvalue().encode()


def _filled_in(survey, said, language):
    """Element -> what is stored of the answer, and the ending people came to."""
    given = {}
    for block in survey["blocks"]:
        for element in block["elements"]:
            if element["type"] == "cta":
                continue
            typed = _said(element["headline"][language], said)
            assert typed or not element["required"], "Formbricks would not let them go on"
            if typed:
                assert "choices" not in element or typed in [choice["label"][language] for choice in element["choices"]]
                given[element["id"]] = typed
        for rule in block.get("logic", ()):
            if _met(rule["conditions"], survey, given, language):
                return given, rule["actions"][0]["target"]
    return given, survey["endings"][0]["id"]


def _met(group, survey, given, language):
    """A choice is looked up by what was stored of it, and compared by its id."""
    results = []
    for condition in group["conditions"]:
        element = next(e for e in _elements(survey) if e["id"] == condition["leftOperand"]["value"])
        stored = given.get(element["id"])
        chosen = next((choice["id"] for choice in element["choices"] if choice["label"][language] == stored), None)
        results.append(chosen == condition["rightOperand"]["value"])
    return any(results) if group["connector"] == "or" else all(results)


def _elements(survey):
    return [element for block in survey["blocks"] for element in block["elements"]]


def _said(headline, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    text = _plain(headline)
    return next((said[one] for one in said if text == one or text.endswith(f". {one}")), None)


def _plain(text):
    return html.unescape(re.sub("<[^<>]*>", "", text)).strip()


def _guarded(cell):
    return f"'{cell}" if isinstance(cell, str) and GUARDED.match(cell) else cell
