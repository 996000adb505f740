"""Which survey tool wrote this export? Decided by its headings, said aloud, and never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from exit_bridge.bank import QuestionBank
from exit_bridge.errors import AmbiguousExport, UnreadableExport, UsageError
from exit_bridge.intake.columns import shown
from exit_bridge.intake.headings import columns_of, style_of
from exit_bridge.intake.mapping import Mapping, mapping_for
from exit_bridge.intake.mapping_file import fold
from exit_bridge.intake.text import as_code
from exit_bridge.platforms import platform, platforms
from exit_bridge.platforms.base import ExportProfile


def detect_platform(headings: Sequence[str], bank: QuestionBank) -> tuple[str, str]:
    """The platform whose export has these headings, and the rule that said so.

    Tools with headings of their own come before those known by the bank's question ids. Raises AmbiguousExport when
    more than one fits, UnreadableExport when none does.
    """
    names = {fold(heading) for heading in headings}
    ids = len({as_code(name) for name in names} & bank.items.keys())
    codes = mapping_for(bank)
    for by_items in (False, True):
        hits = {}
        for tool in platforms():
            profile = tool.export
            if profile is None or bool(profile.detect_items) != by_items:
                continue
            sets = (profile.detect, *profile.detect_also) if profile.detect is not None else ()
            fits = next((wanted for wanted in sets if names.issuperset(wanted)), None)
            if fits is not None:
                rule = f"headings {', '.join(map(shown, fits))}"
                known = _named(headings, profile, codes) if profile.detect_words else ids
                if known >= profile.detect_items:
                    what = "questions" if profile.detect_words else "question ids"
                    hits[tool.name] = f"{rule} and {known} {what}" if by_items else rule
            elif style := style_of(headings, profile):
                hits[tool.name] = f"headings {', '.join(map(shown, style[1]))}: {style[0].name}"
        if len(hits) > 1:
            raise AmbiguousExport(f"This may be an export of {' or '.join(hits)}", fix="Name the tool with --platform")
        if hits:
            return next(iter(hits.items()))
    raise UnreadableExport(
        f"No survey tool is known by these {len(headings)} headings, of which {ids} are question ids of {bank.ref}",
        fix="Name the tool with --platform (`exit-bridge platforms` lists them); --platform generic reads any table, "
        "and a mapping file (--mapping) says which column is which question",
    )


def _named(headings: Sequence[str], profile: ExportProfile, codes: Mapping) -> int:
    """How many headings name an item, by whatever columns are matched by."""
    targets = (column.question(codes)[0] for column in columns_of([headings], profile, codes))
    return len({target.id for target in targets if target and target.kind == "item"})


def profile_of(name: str) -> ExportProfile:
    """How that platform's export is read. Raises UnknownPlatform, and UsageError where there is none."""
    tool = platform(name)
    if tool.export is None:
        raise UsageError(
            f"Export files of {tool.title} are not read", fix="Save its answers as a table for --platform generic"
        )
    return tool.export
