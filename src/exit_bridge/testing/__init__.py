"""The contract every platform must meet, for the platforms of other packages as much as for our own.

One test is all that an outside package needs; every failure is a sentence that says which line is still to be written:

    def test_my_tool():
        check_platform(MyTool(), Path(__file__).parent / "recorded")

`recorded/` holds what the tool really sent: `<case>.body` (bytes), `<case>.headers.json` and `<case>.expected.json`;
what it exported: `export_<case>.csv`, `.xlsx` or `.json`, and `export_<case>.expected.json`; and PROVENANCE.md, a
table that says of each case what it holds and what it rests on. `outcome` and `export_outcome` give what belongs into
an expected file; read it through before you save it.
"""

from __future__ import annotations

from pathlib import Path

from exit_bridge.bank import QuestionBank, load_bank
from exit_bridge.platforms import NAME
from exit_bridge.platforms.base import Platform
from exit_bridge.testing.credentials import NOW, OTHER_SECRET, SECRET, check_scheme
from exit_bridge.testing.forms import ABOUT, check_form
from exit_bridge.testing.mutations import mutations, random_mutation
from exit_bridge.testing.provenance import check_provenance
from exit_bridge.testing.recorded import (
    Case,
    check_export,
    check_mutations,
    check_recorded,
    check_same_by_file,
    check_scrubbed,
    check_unknown_fields,
    export_outcome,
    form_of,
    outcome,
    recorded_cases,
    recorded_exports,
)
from exit_bridge.testing.round_trip import (
    Deliver,
    Export,
    Said,
    check_file_round_trip,
    check_round_trip,
    check_sample,
    respondent,
)
from exit_bridge.testing.saying import must, todo

__all__ = [
    "ABOUT",
    "NOW",
    "OTHER_SECRET",
    "SECRET",
    "Case",
    "Deliver",
    "Export",
    "Said",
    "check_description",
    "check_export",
    "check_file_round_trip",
    "check_form",
    "check_mutations",
    "check_platform",
    "check_provenance",
    "check_recorded",
    "check_round_trip",
    "check_same_by_file",
    "check_sample",
    "check_scheme",
    "check_scrubbed",
    "check_unknown_fields",
    "export_outcome",
    "form_of",
    "mutations",
    "outcome",
    "random_mutation",
    "recorded_cases",
    "recorded_exports",
    "respondent",
]


def check_platform(platform: Platform, recorded_dir: Path, bank: QuestionBank | None = None) -> None:
    """Every check but the round trips, which need a simulator of the tool. Raises AssertionError."""
    bank = bank or load_bank()
    check_description(platform)
    for mode in platform.schemes:
        check_scheme(platform.scheme(mode), f"{platform.name}, auth = {mode!r}")
    for variant in bank.variants:
        check_sample(platform, bank, variant)
        for language in bank.wordings if "form" in platform.faces else ():
            check_form(platform, bank, variant, language)
    cases = recorded_cases(platform, recorded_dir)
    check_provenance(platform, recorded_dir)
    check_scrubbed(recorded_dir)
    for case in cases:
        check_recorded(platform, case, bank)
        check_unknown_fields(platform, case, bank)
        check_mutations(platform, case, bank)
    for path in recorded_exports(platform, recorded_dir):
        check_export(platform, path, bank)
    if {"delivery", "export"} <= set(platform.faces):
        check_same_by_file(platform, recorded_dir, bank)


def check_description(platform: Platform) -> None:
    """Name, title, link to the formats, and what each face needs besides."""
    must(NAME.fullmatch(platform.name), todo(platform, "write `name` in lower-case letters, digits and hyphens"))
    must(platform.title.strip(), todo(platform, "write `title`, the tool's own name"))
    must(platform.docs.startswith("https://"), todo(platform, "link the vendor's page on the formats", "docs = ..."))
    must(type(platform).__doc__, todo(platform, "write a docstring"))
    must(platform.faces, todo(platform, "write at least one of write_form, read_delivery and export"))
    if "delivery" in platform.faces:
        must(platform.schemes, todo(platform, "say how deliveries prove where they come from", "schemes = {...}"))
        must(platform.delivery_schema, todo(platform, "describe what read_delivery reads", "delivery_schema = {...}"))
