"""The demo's groups and team: three partners' sheets and fourteen people in five roles, in two rounds. All made up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from exit_bridge.bank import PRESENT, About, QuestionBank
from exit_bridge.cli.demo_answers import ABOUT
from exit_bridge.intake import Submission

ROUNDS = ("spring", "autumn")
STATEMENT = """We helped to choose what the flats look like, and that mattered.
Nobody has told us yet what became of the rest of what we said. We would like to hear it in person.
Ask us before you count us."""

PROMISE = (
    """From January two young people sit in the meeting that decides about the flats.
What we count will be chosen with you.""",
    "The head of service for leaving care",
    "You hear from us again by the end of March, in person if you like.",
)

SHEETS = {
    "Fenmoor Council": {
        "receptivity": "4 4 2 4 4 4 3",
        "coproduction": "4 4 3 4 4 3 4",
        "leadership": "5 4 4 3 4 4 3",
        "measurement": "2 2 2 dk 3 2 2",
        "adaption": "3 4 3 4 4 4 na",
    },
    "Harbour House": {
        "receptivity": "2 3 2 2 3 2 2",
        "coproduction": "4 4 3 4 4 4 4",
        "leadership": "3 4 2 2 2 3 3",
        "measurement": "2 1 2 2 3 2 3",
        "adaption": "3 4 4 4 4 4 na",
    },
    "Eastgate Housing": {
        "receptivity": "3 4 2 3 4 3 4",
        "coproduction": "2 2 1 2 2 1 2",
        "leadership": "4 4 3 2 4 2 2",
        "measurement": "3 1 2 2 3 2 1",
        "adaption": "2 3 3 2 3 3 na",
    },
}

IN_THE_ROOM = {
    "Fenmoor Council": "6 people: a head of service, 2 managers, 3 personal advisers",
    "Harbour House": "5 people: a manager, 3 support workers, a young person who lives here",
    "Eastgate Housing": "3 people: a lettings manager, 2 housing officers",
}

ROLES = {"senior": 2, "middle": 3, "front": 5, "partner": 2, "young": 2}
_LEVELS = {"receptivity": 3.4, "coproduction": 3.3, "leadership": 3.2, "measurement": 2.1, "adaption": 3.4}
_SEEN_BY = {"senior": 0.6, "middle": 0.2, "front": -0.3, "partner": 0.0, "young": -0.8}
_BETTER = {"measurement": 1.1}
"""What the second round has more of, in steps."""


def about() -> About:
    """The facts of the demo, for a team."""
    return replace(ABOUT, answered_by="individuals", individual_reports="none", stage="")


def sheets(bank: QuestionBank) -> Iterator[Submission]:
    """One sheet a partner."""
    for name, said in SHEETS.items():
        answers = {
            item.id: int(code) if code.isdigit() else code
            for ingredient, codes in said.items()
            for item, code in zip(bank.ingredient_by_id[ingredient].core, codes.split(), strict=True)
        }
        yield _submission(bank, f"sheet-{name}", answers, {"stage": "sustaining"}, ROUNDS[-1], sheet=name)


def people(bank: QuestionBank, round_name: str) -> Iterator[Submission]:
    """Everybody's submission in one round, the same at every run."""
    chance = random.Random(f"exit-bridge demo {round_name}")  # noqa: S311 (made-up answers)
    for role, n in ROLES.items():
        for one in range(n):
            variant = "young-person" if role == "young" else "full"
            answers = {
                item: _answer(bank, item, role, chance, later=round_name == ROUNDS[1])
                for item in bank.variants[variant].items
            }
            stage = "implementation" if chance.random() < 0.4 else "sustaining"
            context = {"team": "yes"} if role == "young" else {"team": "yes", "role": role, "stage": stage}
            yield _submission(bank, f"{round_name}-{role}-{one}", answers, context, round_name, variant=variant)


def _answer(bank: QuestionBank, item: str, role: str, chance: random.Random, *, later: bool) -> int | str:
    if chance.random() < 0.06:
        return "dk"
    ingredient = bank.items[item].ingredient
    level = _LEVELS[ingredient] + _SEEN_BY[role] + (_BETTER.get(ingredient, 0.0) if later else 0.0)
    return min(max(round(chance.gauss(level, 0.9)), 1), bank.items[item].points)


def _submission(
    bank: QuestionBank,
    name: str,
    answers: dict[str, int | str],
    context: dict[str, str],
    wave: str,
    variant: str = "full",
    sheet: str | None = None,
) -> Submission:
    return Submission(
        survey="demo-team",
        platform="generic",
        response_id=name,
        bank=bank.ref,
        variant=variant,
        answers=answers,
        context={"notice": "yes", **context},
        comments={PRESENT: IN_THE_ROOM[sheet]} if sheet else {},
        wave=wave,
        sheet=sheet,
    )
