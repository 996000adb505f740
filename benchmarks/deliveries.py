"""Signed deliveries as a survey tool sends them, and what the service keeps of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count, islice

SECRET = "benchmark-secret-of-enough-length-0123456789"
SURVEY = """
[surveys.bench]
platform = "typeform"
bank = "exit-open@1"
answered_by = "group"
secrets = ["$BENCH_SECRET"]
[[surveys.bench.send]]
"""
_ID = b"r" * 12


def delivery(response_id: str) -> bytes:
    """A complete Typeform delivery of the full form, as large as a real one."""
    from exit_bridge.bank import load_bank

    bank = load_bank()
    words = bank.wordings["en"]
    fields, answers = [], []
    for n, name in enumerate(bank.variants["full"].items):
        item = bank.items[name]
        code = str(n % item.points + 1)
        field = {"id": f"f{n:03d}", "ref": name, "type": "multiple_choice"}
        fields.append({**field, "title": words.item(item).text, "properties": {}})
        choice = {"id": f"c{n:03d}", "ref": f"{name}_{code}", "label": words.option_labels(item)[code]}
        answers.append({"type": "choice", "choice": choice, "field": field})
    field = {"id": "fnotice", "ref": "notice", "type": "multiple_choice"}
    answers.append({"type": "choice", "choice": {"id": "c", "ref": "notice_yes", "label": "Yes"}, "field": field})
    response = {
        "form_id": "bench",
        "token": response_id,
        "landed_at": "2026-11-20T09:50:00Z",
        "submitted_at": "2026-11-20T10:00:00Z",
        "hidden": {"wave": "bench"},
        "definition": {"id": "bench", "title": "bench", "fields": fields},
        "answers": answers,
    }
    return json.dumps({"event_id": "e", "event_type": "form_response", "form_response": response}).encode()


def requests_for(path: str, tag: str, most: int | None = None) -> Iterator[bytes]:
    """Signed requests as they go over the wire, each of another response, made one at a time."""
    from exit_bridge.platforms import platform

    scheme = platform("typeform").schemes["signature"]
    template = delivery(_ID.decode())
    for n in islice(count(), most):
        body = template.replace(_ID, f"{tag}{n:0{len(_ID) - len(tag)}d}".encode())
        headers = {**scheme.sign(body, SECRET), "Content-Type": "application/json", "Host": "localhost"}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        yield f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def kept() -> tuple[dict[str, object], dict[str, object]]:
    """The submission and the result that the service stores for such a delivery."""
    from exit_bridge.bank import load_bank
    from exit_bridge.intake import DeployedForm, decode
    from exit_bridge.platforms import platform
    from exit_bridge.scoring import result_document, score

    bank = load_bank()
    raw = platform("typeform").read(json.loads(delivery("template"))).responses[0]
    decoded = decode(raw, DeployedForm("bench", "typeform", bank))
    return decoded.document(), result_document(decoded, score(decoded, bank), bank, "w")
