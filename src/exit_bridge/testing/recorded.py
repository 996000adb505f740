"""Checks of what a tool really sent: recorded bytes in, expected outcome out, and nothing worse for any broken copy."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exit_bridge.bank import QuestionBank
from exit_bridge.errors import ExitBridgeError
from exit_bridge.intake import Declined, DeployedForm, Submission, decode, reply_address
from exit_bridge.intake.exports import read_export
from exit_bridge.intake.rows import Filtered, Refused
from exit_bridge.platforms import GROUP, platforms
from exit_bridge.platforms.base import Delivery, Platform, RawResponse
from exit_bridge.testing.credentials import NOW, SECRET
from exit_bridge.testing.mutations import MARK, mutations, nodes
from exit_bridge.testing.saying import must, todo
from exit_bridge.traces import mentions

SURVEY = "contract"
"""The survey that recorded cases belong to."""

PERSONAL = {
    "an e-mail address": r"[\w.+-]+@(?!(?:[\w-]+\.)*example\b)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}",
    "a network address": r"(?<![\w.])(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{1,4}(:[0-9a-f]{0,4}){4,7})(?![\w.])",
    "a place": r"(?<![\w.])-?\d{1,3}\.\d{4,}(?![\w.])",
}
"""What must never stand in a recorded file. Made-up addresses end in .example."""


@dataclass(frozen=True, slots=True)
class Case:
    """One recorded delivery, and what must come of it."""

    name: str
    delivery: Delivery
    expected: Mapping[str, Any]


def recorded_cases(platform: Platform, folder: Path) -> list[Case]:
    """Every `<case>.body` of a folder with its headers and its expected outcome."""
    cases = []
    for path in sorted(folder.glob("*.body")):
        for ending in (".headers.json", ".expected.json"):
            must(path.with_suffix(ending).is_file(), todo(platform, f"add recorded/{path.stem}{ending}"))
        headers = json.loads(path.with_suffix(".headers.json").read_text("utf-8"))
        expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
        mode = expected.get("auth", next(iter(platform.schemes)))
        token = SECRET if platform.scheme(mode).in_path else ""
        delivery = Delivery(path.read_bytes(), {name.lower(): value for name, value in headers.items()}, token)
        cases.append(Case(path.stem, delivery, expected))
    must(cases or "delivery" not in platform.faces, todo(platform, "record a delivery", "recorded/<case>.body"))
    return cases


def check_scrubbed(folder: Path) -> None:
    """No recorded file holds a real-looking address of a person, a machine or a place."""
    for path in sorted(folder.iterdir()):
        text = _unpacked(path).decode("utf-8", "replace")
        for kind, pattern in PERSONAL.items():
            must(
                not re.search(pattern, text, re.IGNORECASE), f"{path.name} holds what looks like {kind}: scrub it first"
            )


def _unpacked(path: Path) -> bytes:
    """What stands in a file; of a workbook, what stands in all its parts."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as parts:
        return b"\n".join(map(parts.read, parts.namelist()))


def form_of(platform: Platform, bank: QuestionBank, variant: str = "full") -> DeployedForm:
    """The form that recorded cases belong to."""
    return DeployedForm(SURVEY, platform.name, bank, variant, install_key=b"contract")


def outcome(platform: Platform, payload: Any, form: DeployedForm) -> dict[str, Any]:
    """What comes of a parsed delivery, as an expected file says it. Raises whatever is not one of our errors."""
    try:
        result = platform.read(payload)
    except ExitBridgeError as error:
        return _error(error)
    must(not any(MARK in bad.reason for bad in result.bad), "a reason repeats what was sent")
    found = {
        "responses": [decoded(raw, form) for raw in result.responses],
        "reply_to": [address for raw in result.responses if (address := addressed(raw, form))],
        "ignored": list(result.ignored),
        "fetch": list(result.fetch),
        "bad": [bad.index for bad in result.bad],
    }
    return {key: value for key, value in found.items() if value}


def addressed(raw: RawResponse, form: DeployedForm) -> str | None:
    """Where the respondent's own report would go; nowhere where the response is refused."""
    try:
        return reply_address(raw, form)
    except ExitBridgeError:
        return None


def decoded(raw: RawResponse, form: DeployedForm) -> dict[str, Any]:
    """One response as a submission document, `declined`, or the name of the error."""
    try:
        submission = decode(raw, form)
    except ExitBridgeError as error:
        return _error(error)
    return {"declined": True} if isinstance(submission, Declined) else submission.document()


def _error(error: ExitBridgeError) -> dict[str, Any]:
    must(MARK not in str(error), "a message repeats what was sent")
    return {"error": type(error).__name__}


def check_recorded(platform: Platform, case: Case, bank: QuestionBank) -> None:
    """A recorded delivery passes its own credentials and gives what was expected."""
    mode = case.expected.get("auth", next(iter(platform.schemes)))
    platform.scheme(mode).verify(case.delivery, [SECRET], NOW)
    given = outcome(platform, platform.payload(case.delivery.body), form_of(platform, bank))
    expected = {key: value for key, value in case.expected.items() if key != "auth"}
    must(expected == given, f"{platform.name}, {case.name}: expected\n{expected}\nbut it gives\n{given}")
    for each in given.get("responses", ()):
        if response_id := each.get("response_id"):
            held = all(mentions(case.delivery.body, part) for part in platform.id_parts(response_id))
            must(held, todo(platform, f"say how {case.name} has the pieces of its response id", "id_parts"))


def export_outcome(platform: Platform, path: Path, bank: QuestionBank, variant: str = "full") -> dict[str, Any]:
    """What comes of an export file row by row, as an expected file says it; `platform` as it is detected."""
    installed = platform.name in {tool.name for tool in platforms()}
    must(installed, todo(platform, "install it, so that files find it", f'entry point "{GROUP}"'))
    known = None if platform.export and platform.export.detectable else platform.name
    export = read_export(path, bank=bank, platform=known, survey=SURVEY, variant=variant)
    return {"platform": export.platform, "rows": [_row(row) for row in export]}


def _row(row: Submission | Filtered | Refused) -> dict[str, Any]:
    match row:
        case Submission():
            return row.document()
        case Filtered():
            return {"filtered": row.reason}
        case Refused():
            return {"refused": row.column or "the row"}


def recorded_exports(platform: Platform, folder: Path) -> list[Path]:
    """Every `export_<case>` of a folder, as .csv, .xlsx and .json; one expected outcome lies beside all of a case."""
    paths = exports_in(folder)
    must(paths or "export" not in platform.faces, todo(platform, "save an export", "recorded/export_<case>.csv"))
    for path in paths:
        must(_expected(path).is_file(), todo(platform, f"add recorded/{_expected(path).name}"))
    return paths


def exports_in(folder: Path) -> list[Path]:
    """Every saved export of a folder, without the outcomes beside them."""
    found = (path for ending in (".csv", ".xlsx", ".json") for path in folder.glob(f"export_*{ending}"))
    return sorted(path for path in found if not path.name.endswith(".expected.json"))


def _expected(path: Path) -> Path:
    return path.with_suffix(".expected.json")


def check_export(platform: Platform, path: Path, bank: QuestionBank) -> None:
    """A saved export is detected, and gives what was expected for every row."""
    expected = json.loads(_expected(path).read_text("utf-8"))
    given = export_outcome(platform, path, bank)
    must(expected == given, f"{platform.name}, {path.name}: expected\n{expected}\nbut it gives\n{given}")


def check_same_by_file(platform: Platform, folder: Path, bank: QuestionBank) -> None:
    """Where the tool keeps its ids, one response by webhook and by file is one submission."""
    if not platform.same_id_in_export:
        return
    by_file = _by_id(
        row for path in recorded_exports(platform, folder) for row in export_outcome(platform, path, bank)["rows"]
    )
    delivered = [
        outcome(platform, platform.payload(case.delivery.body), form_of(platform, bank)).get("responses", ())
        for case in recorded_cases(platform, folder)
    ]
    by_hook = _by_id(response for responses in delivered for response in responses)
    both = by_file.keys() & by_hook.keys()
    must(both, todo(platform, "record one response both as a delivery and in an export, for `same_id_in_export`"))
    for key in sorted(both):
        one, other = by_file[key], by_hook[key]
        must(alike(platform, one, other), f"{platform.name}: by file\n{one}\nbut by webhook\n{other}")


def alike(platform: Platform, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Are these the same submission, but for what the tool is known to tell differently?"""
    apart = platform.told_apart
    return {key: one[key] for key in one if key not in apart} == {key: other[key] for key in other if key not in apart}


def _by_id(documents: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {document["response_id"]: document for document in documents if "response_id" in document}


def check_mutations(platform: Platform, case: Case, bank: QuestionBank) -> None:
    """However one place of the payload is broken, the end is a submission, a count or one of our errors."""
    form = form_of(platform, bank)
    for what, payload in mutations(platform.payload(case.delivery.body)):
        try:
            outcome(platform, payload, form)
        except Exception as error:
            raise AssertionError(f"{platform.name}, {case.name}: {what} ends in {error!r}") from error


def check_unknown_fields(platform: Platform, case: Case, bank: QuestionBank) -> None:
    """Fields that the tool adds one day change nothing."""
    form, payload = form_of(platform, bank), platform.payload(case.delivery.body)
    grown = deepcopy(payload)
    for _, node in nodes(grown):
        if isinstance(node, dict):
            node["a_field_of_tomorrow"] = "x"
    same = outcome(platform, payload, form) == outcome(platform, grown, form)
    must(same, f"{platform.name}, {case.name}: fields it does not know must be left alone")
