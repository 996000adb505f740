"""Made-up submissions, and the report each of them gives."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from tests.scoring import team_cases
from tests.scoring.team_cases import at_random

from exit_bridge import reports
from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.reports import next_page
from exit_bridge.reports import sides as report_sides
from exit_bridge.reports import team as report_team
from exit_bridge.reports import waves as report_waves
from exit_bridge.reports.facilitator import facilitator
from exit_bridge.scoring import Scores, score, sides, team_waves, waves

BANK = load_bank()
MADE_ON = date(2026, 11, 21)
CLOSED_ON = date(2026, 11, 20)
ABOUT = About(
    innovation="Staying Close",
    organisations=("Northmoor Council", "Harbour Trust"),
    controller="Northmoor Council",
    contact="staying-close@northmoor.example",
    worried_contact="the duty team, 01632 960000",
    reply_by="31 January",
    retain_days=365,
)
INDIVIDUAL = replace(ABOUT, answered_by="individuals", individual_reports="respondent")
COMMENT = "We meet each month; the notes go out late."

MIXED = (
    "rec01 4 rec02 4 rec03 2 rec04 4 rec05 5 rec06 4 rec07 3 "
    "cop01 2 cop02 2 cop03 1 cop04 2 cop05 3 cop06 1 cop07 2 "
    "lea01 5 lea02 4 lea03 4 lea04 2 lea05 4 lea06 4 lea07 3 "
    "mea01 3 mea02 2 mea03 2 mea04 dk mea05 4 mea06 2 mea07 na "
    "ada01 3 ada02 4 ada03 3 ada04 4 ada05 4 ada06 4 ada07 na"
)
PROVISIONAL = (
    "rec01 4 rec02 4 rec03 4 rec04 4 rec05 5 rec06 4 rec07 3 "
    "cop01 2 cop02 2 cop03 dk cop04 2 cop05 3 cop06 dk "
    "lea01 2 lea02 2 lea03 2 lea04 1 lea05 dk lea06 2 lea07 3 "
    "mea01 dk mea02 dk mea03 dk mea05 4 mea06 na "
    "ada01 3 ada02 4 ada03 3 ada04 4 ada05 4 ada06 4 ada07 4"
)
YOUNG = "cop02 2 cop03 1 cop04 3 cop05 4 cop06 dk lea07 3 mea02 2 ada05 4"


class _Visible(HTMLParser):
    """Collects what a reader sees of a page: the body's text."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = 0
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag == "body"

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("span", "strong", "a"):
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)


def visible(html: str) -> str:
    """The body's text on one line, entities resolved."""
    parser = _Visible()
    parser.feed(html)
    return " ".join("".join(parser.pieces).split())


def written(made: reports.Report) -> dict[str, str]:
    """What a reader sees of each of the three ways of writing, on one line."""
    return {
        "text": " ".join(reports.as_text(made).split()),
        "page": visible(reports.as_html(made)),
        "mail": visible(reports.as_mail_html(made)),
    }


def every(value: int | str) -> str:
    """The same answer to every core item."""
    return " ".join(f"{item.id} {value}" for item in BANK.items.values() if item.core)


def submission(
    answers: str = MIXED,
    *,
    variant: str = "full",
    context: str = "notice=yes team=yes role=senior stage=sustaining",
    comments: dict[str, str] | None = None,
    language: str = "en",
) -> Submission:
    """A submission from `"rec01 4 cop02 dk"` and `"role=front"`; what the variant leaves out was not asked."""
    words = answers.split()
    given = {item: int(code) if code.isdigit() else code for item, code in zip(words[::2], words[1::2], strict=True)}
    asked = BANK.variants[variant].items
    return Submission(
        survey="staying-close",
        platform="generic",
        response_id="r-0001",
        bank=BANK.ref,
        variant=variant,
        answers={item: code for item, code in given.items() if item in asked},
        context=dict(pair.split("=") for pair in context.split()),
        comments=comments or {},
        not_asked=tuple(item for item in BANK.items if item not in asked),
        wave="2026-autumn",
        submitted_at="2026-11-20T15:04:05Z",
        language=language,
    )


def report(
    sent: Submission | None = None,
    about: About = ABOUT,
    *,
    audience: reports.Audience = "group",
    scores: Scores | None = None,
    **more: str,
) -> reports.Report:
    """The report on it, scored by the real scoring unless `scores` are given."""
    sent = sent or submission()
    return reports.build(
        BANK, sent, scores or score(sent, BANK, about), about, audience=audience, made_on=MADE_ON, **more
    )


def states(**more: str) -> dict[str, reports.Report]:
    """One report of every kind, for the checks that hold for all of them; `more` as for `report`."""
    front = "notice=yes team=yes role=front stage=sustaining"
    commented = submission(comments={"coproduction": COMMENT, "present": IN_THE_ROOM})
    quick = submission(variant="quick")
    letter = submission(YOUNG, variant="young-person", context="notice=yes team=yes")
    return {
        "group": report(commented, **more),
        "respondent": report(submission(context=front), INDIVIDUAL, audience="respondent", **more),
        "recipients": report(
            commented, replace(INDIVIDUAL, individual_reports="recipients"), audience="recipients", **more
        ),
        "provisional": report(submission(PROVISIONAL), **more),
        "conception": report(submission(context="notice=yes stage=conception"), **more),
        "keep": report(submission(every(5) + " ada03 4 mea05 4"), **more),
        "even": report(submission(every(3), context="notice=yes stage=scaling"), **more),
        "nothing": report(submission(""), **more),
        "extended": report(submission(MIXED + " mea08 4 rec08 4", variant="extended"), **more),
        "quick": report(quick, INDIVIDUAL, audience="respondent", **more),
        "young": report(letter, INDIVIDUAL, audience="respondent", **more),
        "sides": side_by_side(**more),
        "rounds": then_and_now(**more),
        "team": the_team(**more),
        "few": the_team(4, **more),
        "next": what_happens_next(**more),
        "leader": facilitator(the_team(**more)),
        "leader-sides": facilitator(side_by_side(**more)),
    }


NEVER_MAILED = ("sides", "rounds", "next", "leader", "leader-sides")

IN_THE_ROOM = "6 people: 2 managers, 4 personal advisers"
STATEMENT = "Ask us before you count us.\nTell us what became of it."
PROMISE = next_page.Promise("We write down who decides what.\nYou see it first.", "The head of service", "31 March")
TEAM_ABOUT = replace(ABOUT, answered_by="individuals", individual_reports="none")


def the_team(people: int = 30, **more: str) -> reports.Report:
    """A team of so many in two waves, with enough of one role for figures of its own; or too few for any."""
    pictures = []
    for wave in ("2026-spring", "2026-autumn"):
        chance = random.Random(f"a team in {wave}")
        roles = ["front", "front", "senior", "partner", "front", "young"]
        sent = [at_random(f"p{k}", chance, role=roles[k % len(roles)]) for k in range(people)]
        pictures.append(team_cases.picture(sent, about=TEAM_ABOUT))
    (then, before), (now, after) = pictures
    since = team_waves.team_waves(then, now, (before, after), BANK) if now.n else None
    wave = report_team.TeamWave("2026-autumn", now, STATEMENT, CLOSED_ON)
    return report_team.build(BANK, wave, TEAM_ABOUT, since, "2026-spring" if since else "", made_on=MADE_ON, **more)


def what_happens_next(**more: str) -> reports.Report:
    """The page for everybody who answered."""
    chance = random.Random("what happens next")
    now, _ = team_cases.picture([at_random(f"p{k}", chance) for k in range(12)], about=TEAM_ABOUT)
    wave = report_team.TeamWave("2026-autumn", now, STATEMENT.partition("\n")[0], CLOSED_ON)
    return next_page.build(BANK, wave, TEAM_ABOUT, PROMISE, made_on=MADE_ON, **more)


def then_and_now(**more: str) -> reports.Report:
    """Two groups in two rounds: one changed clearly on one ingredient, the other on none; a third answered once."""
    said = {
        "Northmoor Council": (
            replace(submission(), wave="2026-spring"),
            submission(re.sub(r"(cop0\d) \d", r"\1 4", MIXED), comments={"present": IN_THE_ROOM}),
        ),
        "Harbour Trust": (replace(submission(PROVISIONAL), wave="2026-spring"), submission(PROVISIONAL)),
    }
    compared = [
        waves.waves(*(sides.Sheet(name, one, score(one, BANK, ABOUT)) for one in both), BANK)
        for name, both in said.items()
    ]
    return report_waves.build(BANK, compared, ABOUT, ["Young people’s group"], made_on=MADE_ON, **more)


def side_by_side(**more: str) -> reports.Report:
    """Three groups: far apart on one ingredient, alike on another, one of them without enough answers on a third."""
    said = {
        "Northmoor Council": submission(comments={"coproduction": COMMENT, "present": IN_THE_ROOM}),
        "Harbour Trust": submission(every(3).replace("rec01 3", "rec01 1").replace("mea01 3", "mea01 1")),
        "Young people’s group": submission(PROVISIONAL, context="notice=yes stage=implementation"),
    }
    sheets = [sides.Sheet(name, replace(one, sheet=name), score(one, BANK, ABOUT)) for name, one in said.items()]
    return report_sides.build(BANK, sheets, ABOUT, made_on=MADE_ON, **more)
