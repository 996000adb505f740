"""What Google Forms would make of our bodies for its API, and what the script and the response sheet would then say."""

from __future__ import annotations

import csv
import io
import json


def items(files):
    """Every item that asks, as batchUpdate puts it into the form; each goes to the place that it names."""
    (file,) = [file for file in files if file.path.endswith(".api.json")]
    made = []
    for request in json.loads(file.content)["batchUpdate"]["requests"]:
        if "createItem" in request:
            made.insert(request["createItem"]["location"]["index"], request["createItem"]["item"])
    assert made[0].keys() & {"textItem", "questionItem"}, "the form begins on its first page"
    return [item for item in made if item.keys() & {"questionItem", "questionGroupItem"}]


def rows(item):
    """(title, options, required, whether an option sends the form) of each question of an item."""
    if "questionItem" in item:
        question = item["questionItem"]["question"]
        options = question.get("choiceQuestion", {}).get("options", [])
        ends = {option["value"] for option in options if option.get("goToAction") == "SUBMIT_FORM"}
        return [(item["title"], [option["value"] for option in options], question["required"], ends)]
    options = [option["value"] for option in item["questionGroupItem"]["grid"]["columns"]["options"]]
    return [
        (one["rowQuestion"]["title"], options, one["required"], set()) for one in item["questionGroupItem"]["questions"]
    ]


def answered(files, said):
    """Each item with the value of each of its rows, in order; people read the statement behind the number."""
    ended = False
    for item in items(files):
        values = []
        for title, options, required, ends in rows(item):
            typed = next((said[text] for text in said if title == text or title.endswith(f". {text}")), None)
            assert not (typed and options) or typed in options, "no such option"
            assert typed or not required, "Google would not let them go on"
            values.append(None if ended else typed)
            ended = ended or typed in ends
        yield item, values


def deliver(files, said, response_id="2_ABaOnuMadeUp"):
    """The script's post: for each question as it is now what was said, by the words that people see alone."""
    sent = []
    for item, values in answered(files, said):
        about = {"id": str(int(item["itemId"], 16)), "title": item["title"]}
        if "questionItem" in item:
            kind = "MULTIPLE_CHOICE" if "choiceQuestion" in item["questionItem"]["question"] else "PARAGRAPH_TEXT"
            sent.append({**about, "type": kind, "value": values[0]})
        else:
            sent.append({**about, "type": "GRID", "rows": [title for title, *_ in rows(item)], "values": values})
    return {
        "source": "google-forms",
        "form_id": "1FAIpMadeUp",
        "response_id": response_id,
        "submitted_at": "2026-01-15T10:29:41.123Z",
        "items": sent,
    }


def export(files, respondents):
    """The response sheet saved as CSV in the United Kingdom: a column for each row of a grid, its words in brackets."""
    out = io.StringIO()
    table = csv.writer(out)
    head = [
        f"{item['title']} [{title}]" if "questionGroupItem" in item else title
        for item in items(files)
        for title, *_ in rows(item)
    ]
    table.writerow(["Timestamp", *head])
    for said in respondents:
        cells = [value or "" for _, values in answered(files, said) for value in values]
        table.writerow(["15/01/2026 10:29:41", *cells])
    return out.getvalue().encode()
