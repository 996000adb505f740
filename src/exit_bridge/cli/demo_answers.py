"""The two surveys of the demo and what was answered: a made-up innovation whose measuring lags behind the rest."""

from __future__ import annotations

from dataclasses import replace

from exit_bridge.bank import COMMENT_PREFIX, DEFAULT_BANK, PRESENT, About
from exit_bridge.cli.settings_text import new_secret
from exit_bridge.platforms import platform
from exit_bridge.sending import FolderDestination
from exit_bridge.settings import Survey

ABOUT = About(
    innovation="The Landing, flats with a key worker (made up)",
    organisations=("Fenmoor Council", "Harbour House"),
    organisation_type="partnership",
    funding="ends_within_12_months",
    controller="Fenmoor Council",
    contact="survey@fenmoor.example",
    worried_contact="the Fenmoor duty team",
    reply_by="the end of next month",
    sample=True,
)

GROUP = {
    "receptivity": "4 4 2 4 4 4 4",
    "coproduction": "4 4 3 4 dk 3 4",
    "leadership": "4 4 3 3 4 4 3",
    "measurement": "2 1 2 dk 3 2 1",
    "adaption": "3 4 3 4 4 4 na",
}
ONE_PERSON = {
    "receptivity": "3 4 2 3 4 3 3",
    "coproduction": "4 4 3 4 4 4 dk",
    "leadership": "3 4 2 2 dk 3 4",
    "measurement": "2 2 1 dk 3 2 1",
    "adaption": "2 4 3 4 4 4 na",
}
COMMENT = "We count visits for the funder. Nobody has asked young people what is worth counting."
IN_THE_ROOM = "7 people: a head of service, 2 managers, 3 personal advisers, a young person"


def surveys(directory: str) -> dict[str, Survey]:
    """A Typeform survey that groups answer and one of another tool that people answer alone; reports go to folders."""
    group = replace(ABOUT, answered_by="group")
    alone = replace(ABOUT, answered_by="individuals", individual_reports="recipients")
    return {
        survey.name: survey for survey in (_survey("typeform", group, directory), _survey("generic", alone, directory))
    }


def answers(survey: Survey) -> dict[str, str]:
    """Question id -> option code or text: one that the context questions allow for, then every core item."""
    group = survey.about.answered_by == "group"
    said = {"notice": "yes", "stage": "sustaining", "role": "middle" if group else "front"}
    said |= {} if group else {"team": "yes", "knows": "very"}
    for ingredient, codes in (GROUP if group else ONE_PERSON).items():
        items = survey.bank.ingredient_by_id[ingredient].core
        said |= {item.id: code for item, code in zip(items, codes.split(), strict=True)}
    said |= {f"{COMMENT_PREFIX}{PRESENT}": IN_THE_ROOM} if group else {}
    return said | {f"{COMMENT_PREFIX}measurement": COMMENT}


def _survey(tool: str, about: About, directory: str) -> Survey:
    scheme = platform(tool).scheme("signature")
    return Survey(
        name=f"demo-{tool}",
        platform=tool,
        bank_source=DEFAULT_BANK,
        wordings=(),
        variant="full",
        languages=("en",),
        draft_wording=False,
        wave="demo",
        auth="signature",
        secrets=(new_secret(scheme),),
        about=about,
        send={"folder-1": FolderDestination(directory)},
        on_edit="update",
        reply_scores=False,
    )
