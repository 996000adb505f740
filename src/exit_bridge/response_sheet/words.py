"""Every sentence that the script says. Those that the workbook says of the same thing are the workbook's."""

from __future__ import annotations

from exit_bridge.bank import questionnaire
from exit_bridge.reports.phrases import phrases
from exit_bridge.workbook.plan import Plan

ROOM = "exit_bridge.response_sheet"

_WORKBOOK = (
    "comma",
    *(f"result.{name}" for name in ("intro", "head", "scored", "provisional", "not_scored", "no_band", "answered")),
    *(f"result.{name}" for name in ("weakest_mark", "weakest", "joint", "too_few", "all_in_place", "none_stands_out")),
    *(f"result.{name}" for name in ("bands", "band", "chart_title", "more")),
    *(f"rows.{name}" for name in ("row", "read", "number", "status", "band", "weakest")),
    *(f"rows.{name}" for name in ("fine", "unreadable", "declined", "missing")),
    *(f"actions.{name}" for name in ("title", "nth", "from_now_on", "intro", "rows")),
    *(f"actions.why.{name}" for name in ("weakest", "joint", "low", "stage")),
)
_TRUE_HERE_TOO = 3
"""Of what the workbook says on what it can tell, the rest is about its own sheets."""


def words(plan: Plan) -> dict[str, str | list[str]]:
    """By dotted key. What stands in braces is filled in by the script."""
    own, say = phrases(plan.language, ROOM), plan.say
    theirs, form = say.all(), questionnaire(plan.bank, plan.variant, plan.language, plan.about)
    warnings = form.intro[: plan.about.sample + plan.words.draft]
    draft = own.draft and not plan.words.draft
    return {
        **{key: theirs[key] for key in _WORKBOOK},
        **own.all(),
        "form.title": form.title,
        "form.about": [*warnings, *([own("about.draft")] if draft else []), *form.intro[-1:]],
        "notice.title": form.pages[0].title,
        "notice.text": list(form.notice),
        "can.title": say("start.can_title"),
        "can.text": list(say.several("start.can")[:_TRUE_HERE_TOO]),
        "about.which": [
            f"{say('start.bank')}: {plan.bank.ref}, {plan.variant}",
            f"{say('start.structure')}: {plan.bank.fingerprint}",
            f"{say('start.wording')}: {plan.words.fingerprint}",
            f"{say('start.licence')}: {plan.bank.licence}",
        ],
    }
