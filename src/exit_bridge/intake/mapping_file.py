"""The mapping file: what a person decided about an export's columns and labels, kept for the next export.

platform = "typeform"

[columns]                       # heading -> question id, one of our own columns, or "ignore"
"How long have you been here?" = "ignore"
"We have time for new ideas" = "rec01"

[labels.rec01]                  # label -> option code
"Fully agree" = "5"
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exit_bridge.bank import HIDDEN, QuestionBank
from exit_bridge.errors import UnreadableExport
from exit_bridge.intake.mapping import mapping_for
from exit_bridge.intake.text import LONGEST, as_words

IGNORE = "ignore"
METADATA = ("response_id", "submitted_at", "revision", "language", *HIDDEN)
"""What a column may be besides a question."""


def fold(heading: str) -> str:
    """A heading as headings are compared: spaces, case and look-alike characters do not matter."""
    if len(heading) > LONGEST:
        return heading
    return " ".join(unicodedata.normalize("NFKC", heading).strip("\ufeff").split()).lower()


@dataclass(frozen=True, slots=True)
class MappingFile:
    """`columns`: folded heading -> question id, one of METADATA, or IGNORE. `labels`: question -> words -> code."""

    platform: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_mapping(path: Path, bank: QuestionBank) -> MappingFile:
    """Read and check a mapping file. Raises UnreadableExport with every fault found."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UnreadableExport(
            f"The mapping file cannot be read: {error.strerror}", where=str(path), fix="Check the path"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is not UTF-8"
        raise UnreadableExport(
            f"The mapping file is not TOML: {reason}", where=str(path), fix="Mend that line"
        ) from None
    if faults := _faults(document, bank):
        raise UnreadableExport(
            f"{len(faults)} thing(s) to mend in the mapping file: {'; '.join(faults)}",
            where=str(path),
            fix="docs/bulk.md shows one",
        )
    return MappingFile(
        platform=document.get("platform", ""),
        columns={fold(heading): target for heading, target in document.get("columns", {}).items()},
        labels={
            question: {as_words(label): code for label, code in labels.items()}
            for question, labels in document.get("labels", {}).items()
        },
    )


def mapping_text(platform: str, columns: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> str:
    """The same as a file, in the order given."""
    lines = [f"platform = {_quoted(platform)}", "", "[columns]"]
    lines += [f"{_quoted(heading)} = {_quoted(target)}" for heading, target in columns.items()]
    for question, codes in labels.items():
        lines += ["", f"[labels.{question}]"]
        lines += [f"{_quoted(label)} = {_quoted(code)}" for label, code in codes.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML, which is one of JSON but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _faults(document: Mapping[str, Any], bank: QuestionBank) -> list[str]:
    mapping = mapping_for(bank)
    found = [f"{name} is not known here" for name in document if name not in ("platform", "columns", "labels")]
    if not isinstance(document.get("platform", ""), str):
        found.append("platform must be a name")
    columns, labels = document.get("columns", {}), document.get("labels", {})
    if not isinstance(columns, dict) or not isinstance(labels, dict):
        return [*found, "columns and labels must be tables"]
    folded: dict[str, str] = {}
    for heading, target in columns.items():
        if target not in (*mapping.codes, *METADATA, IGNORE):
            found.append(f"columns.{_quoted(heading)}: there is no such question in {bank.ref}")
        item = bank.items.get(str(target))
        if item and item.reverse_keyed and fold(heading) == f"{item.id}_value":
            found.append(
                f"columns.{_quoted(heading)}: these numbers are turned round already and would be once more; "
                f"use {item.id}_raw"
            )
        if folded.setdefault(fold(heading), str(target)) != target:
            found.append(f"columns.{_quoted(heading)}: the heading stands twice")
    for question, codes in labels.items():
        known = mapping.options.get(question)
        if known is None or not isinstance(codes, dict):
            found.append(f"labels.{question}: no question with options in {bank.ref}")
            continue
        found += [
            f"labels.{question}.{_quoted(label)}: use one of {', '.join(dict.fromkeys(known.values()))}"
            for label, code in codes.items()
            if code not in known.values()
        ]
    return found
