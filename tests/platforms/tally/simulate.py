"""What Tally would send and export for a form made from our file, in the shapes its documentation and users show."""

from __future__ import annotations

import csv
import html
import io
import json


def deliver(files, said, token=f"{0:06d}", hidden=None):
    """The webhook's body. Reads the written file alone: questions by their title, options by their text."""
    form = json.loads(files[0].content)
    answers = _filled_in(form["blocks"], said)
    (unseen,) = [block for block in form["blocks"] if block["type"] == "HIDDEN_FIELDS"]
    fields = [
        {
            "key": f"question_{place:06d}_{field['uuid']}",
            "label": field["name"],
            "type": "HIDDEN_FIELDS",
            "value": (hidden or {}).get(field["name"]),
        }
        for place, field in enumerate(unseen["payload"]["hiddenFields"])
    ]
    for place, (question, value) in enumerate(answers):
        field = {"key": f"question_{place:06d}", "label": question["label"], "type": question["type"], "value": value}
        if question["options"]:
            field["options"] = [{"id": uuid, "text": text} for uuid, text in question["options"].items()]
        fields.append(field)
    data = {
        "responseId": token,
        "submissionId": token,
        "respondentId": "wMadeU",
        "formId": "nMadeU",
        "formName": next(block["payload"]["title"] for block in form["blocks"] if block["type"] == "FORM_TITLE"),
        "createdAt": "2026-01-15T10:29:41.000Z",
        "fields": fields,
    }
    event = {"eventId": "0a000000-0000-4000-8000-000000000001", "eventType": "FORM_RESPONSE"}
    return {**event, "createdAt": "2026-01-15T10:29:42.000Z", "data": data}


def export(files, respondents):
    """The CSV of the submissions page: titles as headings, texts in the cells."""
    form = json.loads(files[0].content)
    (unseen,) = [block for block in form["blocks"] if block["type"] == "HIDDEN_FIELDS"]
    names = [field["name"] for field in unseen["payload"]["hiddenFields"]]
    rows = [_filled_in(form["blocks"], said) for said in respondents]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    titles = [question["label"] for question, _ in rows[0]]
    table.writerow(["Submission ID", "Respondent ID", "Submitted at", *names, *titles])
    for number, row in enumerate(rows):
        cells = [question["options"][value[0]] if isinstance(value, list) else value or "" for question, value in row]
        table.writerow([f"{number:06d}", "wMadeU", "2026-01-15 10:29:41", *("" for _ in names), *cells])
    return out.getvalue().encode()


def _filled_in(blocks, said):
    """Every question of the form with what was answered, from page to page until a closing one."""
    questions, answers, page, jump = _questions(blocks), {}, 0, None
    pages = _pages(blocks)
    while not pages[page]["closing"]:
        for group in pages[page]["groups"]:
            question = questions[group]
            answers[group] = _answer(question, said)
            assert answers[group] or not question["required"], "Tally would not let them go on"
        jump = next(filter(None, (_jump(logic, answers) for logic in pages[page]["logic"])), None)
        page = next(n for n, p in enumerate(pages) if p["uuid"] == jump) if jump else page + 1
    return [(question, answers.get(group)) for group, question in questions.items()]


def _questions(blocks):
    """Group -> the question it belongs to: a title, whatever stands below it, and its options."""
    found, title = {}, ""
    for block in blocks:
        payload = block["payload"]
        if block["type"] == "TITLE":
            title = html.unescape(payload["html"])
        elif "isRequired" in payload:
            question = found.setdefault(
                block["groupUuid"],
                {
                    "label": payload.get("name", title),
                    "title": title,
                    "type": block["groupType"],
                    "required": payload["isRequired"],
                    "options": {},
                },
            )
            if block["type"] == "MULTIPLE_CHOICE_OPTION":
                assert len(question["options"]) == payload["index"], "Tally shows options by their index"
                question["options"][block["uuid"]] = payload["text"]
    return found


def _pages(blocks):
    pages = [{"uuid": None, "closing": False, "groups": [], "logic": []}]
    for block in blocks:
        if block["type"] == "PAGE_BREAK":
            closing = block["payload"]["isThankYouPage"]
            pages.append({"uuid": block["uuid"], "closing": closing, "groups": [], "logic": []})
        elif block["type"] == "CONDITIONAL_LOGIC":
            pages[-1]["logic"].append(block["payload"])
        elif "isRequired" in block["payload"] and block["groupUuid"] not in pages[-1]["groups"]:
            pages[-1]["groups"].append(block["groupUuid"])
    return pages


def _answer(question, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    text = question["title"]
    typed = next((said[one] for one in said if text == one or text.endswith(f". {one}")), None)
    if typed is None or not question["options"]:
        return typed
    return [next(uuid for uuid, label in question["options"].items() if label == typed)]


def _jump(logic, answers):
    """The page that this logic leads to, if what it asks for was answered."""
    met = [
        answers.get(one["payload"]["field"]["blockGroupUuid"]) == [one["payload"]["value"]]
        for one in logic["conditionals"]
    ]
    assert logic["logicalOperator"] == "AND"
    return logic["actions"][0]["payload"]["jumpToPage"] if all(met) else None
