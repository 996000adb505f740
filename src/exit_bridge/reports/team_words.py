"""Words that a team's figures are told in."""

from __future__ import annotations

from exit_bridge.reports.case import Case
from exit_bridge.scoring.disclosure import LEAST, MOST, OTHERS


def role_name(case: Case, role: str) -> str:
    """A role as people are counted under it."""
    if role in (OTHERS, "staff"):
        return case.say(f"team.role.{role}")
    options = case.words.context["role"].options if "role" in case.words.context else {}
    return options.get(role, role)


def number(case: Case, mean: int | None) -> str:
    """A mean as it is printed: at the ends only that it lies there."""
    if mean is None:
        return case.say("ingredients.number_none")
    key = {LEAST: "team.at_most", MOST: "team.at_least"}.get(mean)
    return case.say(key, n=mean) if key else str(mean)
