"""Made-up people, for what is told of teams."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.scoring import score
from exit_bridge.scoring.disclosure import Floors
from exit_bridge.scoring.picture import Frame, Member, TeamPicture
from exit_bridge.scoring.team import counted, team

BANK = load_bank()
ABOUT = About(innovation="Staying Close", answered_by="individuals", individual_reports="none")
CORE = {i.id: [item.id for item in i.core] for i in BANK.ingredients}
YOUNG = BANK.variants["young-person"].items
FULL = BANK.variants["full"].items


def person(
    name: str,
    answers: int | str | Mapping[str, int | str],
    *,
    role: str = "front",
    team: str = "yes",
    stage: str = "sustaining",
    variant: str = "full",
    wave: str = "autumn",
) -> Submission:
    """One submission; a single answer stands for every item, `{"measurement": 2, "": 4}` for whole ingredients."""
    given = {"": answers} if not isinstance(answers, Mapping) else dict(answers)
    said = {}
    for item in BANK.variants[variant].items:
        value = given.get(item, given.get(BANK.items[item].ingredient, given.get("")))
        if value is not None:
            said[item] = value
    context = {"notice": "yes", "team": team, "role": role, "stage": stage}
    return Submission(
        survey="staying-close",
        platform="generic",
        response_id=name,
        bank=BANK.ref,
        variant=variant,
        answers=said,
        context={key: value for key, value in context.items() if value},
        comments={},
        wave=wave,
    )


def at_random(name: str, chance: random.Random, **more: str) -> Submission:
    """Somebody with a mind of their own."""
    level = chance.choice([1.5, 2.5, 3.5, 4.5])
    answers: dict[str, int | str] = {
        item: "dk" if chance.random() < 0.1 else min(5, max(1, round(chance.gauss(level, 1)))) for item in FULL
    }
    return person(name, answers, **more)


def members(submissions: Sequence[Submission], about: About = ABOUT) -> list[Member]:
    return [Member.of(one.response_id, one, score(one, BANK, about), BANK) for one in counted(submissions)]


def picture(
    submissions: Sequence[Submission],
    floors: Floors | None = None,
    earlier: Sequence[Frame] = (),
    about: About = ABOUT,
) -> tuple[TeamPicture, Frame]:
    return team(members(submissions, about), BANK, about, floors, earlier)
