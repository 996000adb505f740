"""What Jotform would post and export for a form made from our file, in the shapes its users have published."""

from __future__ import annotations

import csv
import html
import io
import json

BOUNDARY = "------------------------rDBjFty9dvsCMadeUp0000"
TOKEN = "the-secret-in-the-path-0123456789abcdef"
FORM = "250150000000001"
UNASKED = ("control_head", "control_text", "control_pagebreak", "control_button")
FIELDS = (
    *("action", "webhookURL", "username", "formID", "type", "customParams", "product", "formTitle", "customTitle"),
    *("submissionID", "event", "documentID", "teamID", "subject", "isSilent", "customBody", "rawRequest", "fromTable"),
    *("appID", "pretty", "unread", "parent", "ip"),
)
"""All 23, in the order of bodies of 2025."""


def deliver(files, said, submission="6295223450430000000"):
    """The webhook's body. Reads the written file alone: questions by their text, options by their label."""
    raw, pretty = {}, []
    for number, question in asked(files):
        value = question.get("defaultValue", "") if question.get("hidden") == "Yes" else typed(question, said)
        if question["type"] == "control_radio":
            if value is None:
                assert question["required"] == "No", "Jotform would not let them go on"
                continue  # a radio nobody touched is not posted
            assert value in question["options"].split("|"), "no such option"
        raw[f"q{number}_{question['name']}"] = html.escape(value or "").replace("&#x27;", "&#039;")
        pretty += [f"{question['text']}:{value}"] if value else []
    return multipart(fields(raw, submission, ", ".join(pretty)))


def fields(raw, submission="6295223450430000000", pretty="", **more):
    """The 23 fields of a delivery."""
    raw = {
        "slug": f"submit/{FORM}",
        "submitSource": "form",
        "submitDate": "1768472981000",
        "buildDate": "1768470000000",
        "uploadServerUrl": "https://upload.jotform.example/upload",
        "eventObserver": "1",
        **raw,
        "event_id": f"1768472000000_{FORM}_madeUp1",
        "timeToSubmit": "41",
        "validatedNewRequiredFieldIDs": '{"new":1}',
        "path": f"/submit/{FORM}",
    }
    known = {
        "webhookURL": f"https://reports.council.example/hooks/staying-close/{TOKEN}",
        "username": "made-up",
        "formID": FORM,
        "type": "WEB",
        "formTitle": "Made up",
        "submissionID": submission,
        "rawRequest": json.dumps(raw).replace("/", r"\/"),
        "pretty": pretty,
        "ip": "the network address",
    }
    return dict.fromkeys(FIELDS, "") | known | more


def multipart(named, boundary=BOUNDARY):
    """As curl writes it."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in named.items()
    ]
    return ("\r\n".join([*parts, f"--{boundary}--"]) + "\r\n").encode()


def export(files, respondents):
    """The CSV of the submissions: `Submission Date` first, texts as headings, labels in the cells."""
    questions = asked(files)
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    texts = [question["text"] for _, question in questions]
    table.writerow(["Submission Date", *texts, "Submission IP", "Submission ID"])
    for place, said in enumerate(respondents):
        cells = [
            question.get("defaultValue", "") if question.get("hidden") == "Yes" else typed(question, said) or ""
            for _, question in questions
        ]
        table.writerow(["Jan 15, 2026", *cells, "the network address", f"{6295223450430000000 + place}"])
    return out.getvalue().encode()


def asked(files):
    """Number and question of everything that takes an answer, in the order of the form."""
    written = json.loads(files[0].content)["questions"]
    found = [(number, question) for number, question in written.items() if question["type"] not in UNASKED]
    return sorted(found, key=lambda pair: int(pair[1]["order"]))


def typed(question, said):
    """People see `R3. We listen.` and read the statement behind the number."""
    text = question["text"]
    return next((said[each] for each in said if text == each or text.endswith(f". {each}")), None)
