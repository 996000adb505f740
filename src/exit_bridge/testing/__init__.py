"""The contract every platform must meet, for the platforms of other packages as much as for our own.

One test is all that an outside package needs; every failure is a sentence that says which line is still to be written:

    def test_my_tool():
        check_platform(MyTool(), Path(__file__).parent / "recorded")

`recorded/` holds what the tool really sent: `<case>.body` (bytes), `<case>.headers.json` and `<case>.expected.json`;
what it exported: `export_<case>.csv` and `export_<case>.expected.json`; and PROVENANCE.md, which says where they come
from. `outcome` gives what belongs into an expected file, to be read through before it is saved.
"""

from __future__ import annotations

from pathlib import Path

from exit_bridge.bank import QuestionBank, load_bank
from exit_bridge.platforms import NAME
from exit_bridge.platforms.base import Platform
from exit_bridge.testing.credentials import NOW, OTHER_SECRET, SECRET, check_scheme
from exit_bridge.testing.forms import ABOUT, check_form
from exit_bridge.testing.mutations import mutations, random_mutation
from exit_bridge.testing.recorded import (
    Case,
    check_mutations,
    check_provenance,
    check_recorded,
    check_scrubbed,
    check_unknown_fields,
    form_of,
    outcome,
    recorded_cases,
)
from exit_bridge.testing.round_trip import Deliver, Export, Said, check_round_trip, respondent
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
    "check_form",
    "check_mutations",
    "check_platform",
    "check_provenance",
    "check_recorded",
    "check_round_trip",
    "check_scheme",
    "check_scrubbed",
    "check_unknown_fields",
    "form_of",
    "mutations",
    "outcome",
    "random_mutation",
    "recorded_cases",
    "respondent",
]


def check_platform(platform: Platform, recorded_dir: Path, bank: QuestionBank | None = None) -> None:
    """Every check but the round trip, which needs a simulator of the tool. Raises AssertionError."""
    bank = bank or load_bank()
    check_description(platform)
    for mode in platform.schemes:
        check_scheme(platform.scheme(mode), f"{platform.name}, auth = {mode!r}")
    if "form" in platform.faces:
        for variant in bank.variants:
            for language in bank.wordings:
                check_form(platform, bank, variant, language)
    check_provenance(platform, recorded_dir)
    check_scrubbed(recorded_dir)
    for case in recorded_cases(platform, recorded_dir):
        check_recorded(platform, case, bank)
        check_unknown_fields(platform, case, bank)
        check_mutations(platform, case, bank)


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
