"""How often chance alone would make a report say something: a seeded simulation with the real scoring.

    python benchmarks/chance.py [--teams 1000] [--seed 1]

Nobody's real answers are in it. Three kinds of made-up people: some throw a five-sided die for every question; some
agree (all at 50 points, 0.7 steps of wobble); some have a level of their own (standard deviation 18 points) and wobble
by one step round it, alike on all ingredients, so that no ingredient is truly weaker and nothing truly changes.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable

from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.scoring import score
from exit_bridge.scoring.picture import Frame, Member, TeamPicture
from exit_bridge.scoring.team import team
from exit_bridge.scoring.team_waves import team_waves

BANK = load_bank()
ABOUT = About(answered_by="individuals", individual_reports="none")
ITEMS = BANK.variants["full"].items
INGREDIENTS = [ingredient.id for ingredient in BANK.ingredients]
SIZES = (5, 8, 12, 20)
Answers = Callable[[random.Random, float], dict[str, int | str]]


def at_random(chance: random.Random, _: float) -> dict[str, int | str]:
    """A die for every question."""
    return {item: chance.randint(1, 5) for item in ITEMS}


def agreeing(chance: random.Random, _: float) -> dict[str, int | str]:
    """One level for all, and a little wobble."""
    return {item: min(5, max(1, round(chance.gauss(3, 0.7)))) for item in ITEMS}


def minds(chance: random.Random, lift: float) -> dict[str, int | str]:
    """A level of one's own on every ingredient alike; `lift`: points that measurement truly moved."""
    level = chance.gauss(50, 18)
    return {
        item: min(5, max(1, round(1 + (level + (lift if item.startswith("mea") else 0)) / 25 + chance.gauss(0, 1))))
        for item in ITEMS
    }


def picture(chance: random.Random, n: int, answers: Answers, lift: float = 0.0) -> tuple[TeamPicture, Frame]:
    """One team of so many."""
    members = []
    for k in range(n):
        context = {"notice": "yes", "team": "yes", "role": "front"}
        sent = Submission("s", "generic", f"p{k}", BANK.ref, "full", answers(chance, lift), context, {})
        members.append(Member.of(sent.response_id, sent, score(sent, BANK, ABOUT), BANK))
    return team(members, BANK, ABOUT)


def words(teams: int, seed: int, answers: Answers) -> list[list[str]]:
    """How often an ingredient of a team is called what."""
    rows = []
    for n in SIZES:
        chance, found = random.Random(f"{seed} words {n}"), Counter[str]()
        for _ in range(teams):
            found.update(str(one.spread) for one in picture(chance, n, answers)[0].ingredients)
        rows.append([str(n), *(share(found[word], teams * len(INGREDIENTS)) for word in ("similar", "some", "split"))])
    return rows


def weakest(teams: int, seed: int) -> list[list[str]]:
    """How often one ingredient alone is called weakest though none is; for one person and for teams."""
    rows = []
    for n in (1, *SIZES):
        chance, found = random.Random(f"{seed} weakest {n}"), Counter[str]()
        for _ in range(teams):
            if n == 1:
                sent = Submission("s", "generic", "p", BANK.ref, "full", minds(chance, 0), {"notice": "yes"}, {})
                scores = score(sent, BANK, ABOUT)
            else:
                scores = picture(chance, n, minds)[0].scores or score(sent, BANK, ABOUT)
            kind = "sole" if len(scores.weakest) == 1 else "joint" if scores.weakest else scores.standing
            found[kind] += 1
        rows.append(
            [str(n), share(found["sole"], teams), share(found["joint"], teams), share(found["none_stands_out"], teams)]
        )
    return rows


def changes(teams: int, seed: int) -> list[list[str]]:
    """How often a change is told where there is none, and where measurement truly moved."""
    rows = []
    for n in SIZES[1:]:
        row = [str(n)]
        for lift in (0, 15, 25):
            chance, any_change, found = random.Random(f"{seed} changes {n} {lift}"), 0, 0
            for _ in range(teams):
                (then, before), (now, after) = picture(chance, n, minds), picture(chance, n, minds, lift)
                moves = {m.id: m.change for m in team_waves(then, now, (before, after), BANK).moves}
                found += moves["measurement"] == "up"
                any_change += any(change in ("up", "down") for change in moves.values())
            row.append(share(found if lift else any_change, teams))
        rows.append(row)
    return rows


def share(n: int, of: int) -> str:
    """In per cent, with one place where it is small."""
    part = 100 * n / of
    return f"{part:.1f} %" if 0 < part < 10 else f"{part:.0f} %"


def table(head: list[str], rows: list[list[str]]) -> str:
    """As Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def main(teams: int, seed: int) -> str:
    """All of it as Markdown."""
    spread = ["People", "similar views", "some spread", "split views"]
    parts = [
        ("Answers at random, one ingredient", table(spread, words(teams, seed, at_random))),
        ("People who agree, one ingredient", table(spread, words(teams, seed, agreeing))),
        ("People with minds of their own, one ingredient", table(spread, words(teams, seed, minds))),
        (
            "No ingredient truly weaker",
            table(["People", "one alone weakest", "several joint", "none stands out"], weakest(teams, seed)),
        ),
        (
            "Two rounds of other people",
            table(
                ["People in each", "any change told though none", "15 points found", "25 points found"],
                changes(teams, seed),
            ),
        ),
    ]
    return "\n\n".join(f"{title}:\n\n{text}" for title, text in parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--teams", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{given.teams} made-up teams in each line, seed {given.seed}.\n\n{main(given.teams, given.seed)}")
