"""Whether a survey may give links to its reports."""

from __future__ import annotations

from exit_bridge.bank import About
from exit_bridge.bank.types import Variant


def link_fault(about: About, variant: Variant | None, *, address: bool, strong_key: bool) -> tuple[str, str] | None:
    """What stands against it and what to do, or None.

    `address`: is there a public_url? `strong_key`: is there an install_key that nobody can guess?
    """
    if not strong_key:
        what = "A link to a report is as safe as the install_key, and there is none, or one that is too short"
        return what, 'Add install_key = "$NAME" at the top and set NAME to 32 random bytes in hex'
    if not address:
        return "A link to a report needs to know where this service is", 'Set public_url = "https://…"'
    if about.answered_by == "individuals" and about.individual_reports != "respondent":
        what = f'With individual_reports = "{about.individual_reports}" the person who answers gets no report'
        return what, 'Take report_link out, or use individual_reports = "respondent"'
    if variant and not variant.reply:
        return f"The form {variant.id!r} gives no report to those who fill it in", "Take report_link out"
    return None
