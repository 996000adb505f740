"""Whether a survey may give links to its reports."""

from __future__ import annotations

from exit_bridge.bank import About
from exit_bridge.bank.types import Variant
from exit_bridge.errors import SettingsError


def refuse_unguarded(
    about: About, variant: Variant | None, team_days: int, where: str, *, address: bool, strong_key: bool
) -> None:
    """Raise SettingsError for a link that could not be given, would not be safe or would be nobody's.

    `team_days`: how long a link to the team's report works. `address`: is there a public_url? `strong_key`: is there
    an install_key that nobody can guess?
    """
    if about.report_link_days and (fault := _guard_fault(address, strong_key) or _reader_fault(about, variant)):
        raise SettingsError(fault[0], where=f"{where}.report_link", fix=fault[1])
    if team_days and (fault := _guard_fault(address, strong_key) or _team_fault(about)):
        raise SettingsError(fault[0], where=f"{where}.team_link_days", fix=fault[1])


Fault = tuple[str, str] | None


def _guard_fault(address: bool, strong_key: bool) -> Fault:
    if not strong_key:
        what = "A link to a report is as safe as the install_key, and there is none, or one that is too short"
        return what, 'Add install_key = "$NAME" at the top and set NAME to 32 random bytes in hex'
    if not address:
        return "A link to a report needs to know where this service is", 'Set public_url = "https://…"'
    return None


def _reader_fault(about: About, variant: Variant | None) -> Fault:
    if about.answered_by == "individuals" and about.individual_reports != "respondent":
        what = f'With individual_reports = "{about.individual_reports}" the person who answers gets no report'
        return what, 'Take report_link out, or use individual_reports = "respondent"'
    if variant and not variant.reply:
        return f"The form {variant.id!r} gives no report to those who fill it in", "Take report_link out"
    return None


def _team_fault(about: About) -> Fault:
    if about.answered_by == "group":
        return "Groups answer this survey, so it has no team's report", "Take team_link_days out"
    return None
