"""Somebody holds every team report ever published, in every format, and tries to work out what one person answered.

A thousand random histories: people join, edit, withdraw, are erased, and rounds are closed, also a second time. The
attacker knows who took part in what and when, and reads means and numbers of people off the published files. Unknown
are the scores: one for each person and ingredient, and another one after an edit that changed it.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.reports.report_cases import visible
from tests.scoring.team_cases import ABOUT, BANK, FULL, at_random, person

from exit_bridge.bridge import Bridge
from exit_bridge.closing import close, document_of, report_on
from exit_bridge.errors import ExitBridgeError
from exit_bridge.intake import Submission
from exit_bridge.reports import as_html, as_mail_html, as_text
from exit_bridge.reports.table_text import as_csv
from exit_bridge.scoring import score, team_schema
from exit_bridge.settings import Settings, Survey
from exit_bridge.store import NewJob, Snapshot, StoredVersion

HISTORIES = 1000
SCHEMA = Draft202012Validator(team_schema())
PRIME = 2**61 - 1
ROLES = ("senior", "front", "front", "front", "middle", "young", "partner", "unsaid")
START = datetime(2026, 9, 1, tzinfo=UTC)
INGREDIENTS = [i.id for i in BANK.ingredients]
NAMES = {w.name: i for i, w in BANK.wordings["en"].ingredients.items()}
ROLE_NAMES = {label: role for role, label in BANK.wordings["en"].context["role"].options.items()}


class MemoryStore:
    """What closing asks of the store, without a disk: tests/test_closing.py has the same on the real one."""

    def __init__(self) -> None:
        self.kept: dict[int, list[Submission]] = {}
        self.closed: list[Snapshot] = []
        self.next_id = 1

    def submissions(self, _: str, wave: str) -> Iterator[StoredVersion]:
        yield from (self.stored(one, len(v)) for one, v in list(self.kept.items()) if v[-1].wave == wave)

    def version(self, one: int, n: int) -> StoredVersion | None:
        return self.stored(one, n) if one in self.kept and n <= len(self.kept[one]) else None

    def stored(self, one: int, n: int) -> StoredVersion:
        sent = self.kept[one][n - 1]
        return StoredVersion(
            one, "s", sent.response_id, f"r{one}", n, sent.wave, "", None, None, START, sent.document(), {}
        )

    def snapshots(self, _: str) -> list[Snapshot]:
        return list(self.closed)

    def freeze(self, new: Snapshot, _: list[NewJob]) -> bool:
        self.closed.append(new)
        return True

    def counts(self, _: str) -> dict[str, int]:
        return {}


@dataclass
class Published:
    """One report as the attacker has it: the files, and who was in it (person, role, submission)."""

    wave: str
    files: dict[str, bytes]
    inside: list[tuple[int, str, Submission]] = field(default_factory=list)


def survey(role_floor: int) -> Survey:
    return Survey(
        name="s",
        platform="generic",
        bank_source="exit-open@1",
        wordings=(),
        variant="full",
        languages=("en",),
        wave="w1",
        auth="none",
        secrets=(),
        about=ABOUT,
        send={},
        on_edit="update",
        reply_scores=False,
        role_floor=role_floor,
    )


def bridge(store: Any) -> Bridge:
    settings = Settings(
        path=Path("exit-bridge.toml"),
        database="",
        spool=Path("spool"),
        public_url="",
        quarantine_days=1,
        email=None,
        surveys={},
    )
    return Bridge(settings, store)


def history(seed: int) -> list[Published]:
    """Live through one, and collect what was published."""
    chance = random.Random(seed)
    store, known = MemoryStore(), survey(chance.choice([5, 5, 10]))
    through, published, now, wave = bridge(store), [], START, "w1"
    for _ in range(chance.randint(4, 14)):
        join(store, chance, wave)
    for _ in range(chance.randint(6, 22)):
        now += timedelta(hours=1)
        match chance.choice(["join", "join", "join", "several", "edit", "withdraw", "erase", "wave", "close", "close"]):
            case "join":
                join(store, chance, wave)
            case "several":
                for _ in range(chance.randint(3, 8)):
                    join(store, chance, wave)
            case "edit" if store.kept:
                edit(store, chance)
            case "withdraw" if store.kept:
                one = chance.choice(list(store.kept))
                last = store.kept[one][-1]
                store.kept[one].append(replace(last, context={**last.context, "team": "no"}))
            case "erase" if store.kept:
                del store.kept[chance.choice(list(store.kept))]
            case "wave":
                wave = chance.choice(["w1", "w2", "w3"])
            case "close":
                published += publish(through, known, store, chance.choice([wave, wave, "w1"]), now)
    published += publish(through, known, store, wave, now + timedelta(hours=1))
    return published


def join(store: MemoryStore, chance: random.Random, wave: str) -> None:
    role, team = chance.choice(ROLES), "no" if chance.random() < 0.1 else "yes"
    if role == "young" and chance.random() < 0.5:
        sent = person(f"p{store.next_id}", chance.randint(1, 5), role="", team=team, variant="young-person", wave=wave)
    else:
        sent = at_random(f"p{store.next_id}", chance, role=role, team=team, wave=wave)
    store.kept[store.next_id] = [sent]
    store.next_id += 1


def edit(store: MemoryStore, chance: random.Random) -> None:
    """One answer or all, the role or nothing that counts; sometimes back to what it was, sometimes to another round."""
    one = chance.choice(list(store.kept))
    last = store.kept[one][-1]
    match chance.choice(["one", "all", "role", "comment", "back", "wave"]):
        case "one":
            item = chance.choice(FULL)
            changed = replace(last, answers={**last.answers, item: chance.randint(1, 5)})
        case "all":
            changed = replace(at_random(last.response_id, chance, wave=last.wave), context=last.context)
        case "role":
            changed = replace(last, context={**last.context, "role": chance.choice(ROLES)})
        case "comment":
            changed = replace(last, comments={"leadership": f"{chance.random()}"})
        case "back":
            changed = store.kept[one][0]
        case _:
            changed = replace(last, wave=chance.choice(["w1", "w2"]))
    if changed.variant == last.variant or changed.answers:
        store.kept[one].append(replace(changed, variant=last.variant))


def publish(through: Bridge, known: Survey, store: MemoryStore, wave: str, now: datetime) -> list[Published]:
    elsewhere = {one for each in store.closed if each.wave != wave for one in each.frame["groups"]["all"]}
    try:
        shown = close(through, known, wave, again=True, now=now)
    except ExitBridgeError:
        return []
    made, _ = report_on(through, known, wave, shown.n)
    files = {
        "report.html": as_html(made).encode(),
        "report.txt": as_text(made).encode(),
        "mail.html": as_mail_html(made).encode(),
        "figures.csv": as_csv(made),
        "team.json": json.dumps(document_of(shown)).encode(),
    }
    inside = [
        (one, versions[-1].context.get("role") or ("young" if versions[-1].variant == "young-person" else "unsaid"), s)
        for one, versions in store.kept.items()
        if (s := versions[-1]).wave == wave and s.context["team"] == "yes" and s.answers and str(one) not in elsewhere
    ]
    assert shown.frame["groups"]["all"] == sorted(str(one) for one, _, _ in inside)
    return [Published(wave, files, inside)]


# -- what the attacker reads off -------------------------------------------------------------------------------------

Figures = dict[tuple[str, str], tuple[int, int]]
"""(ingredient, role or "") -> (mean, people)."""


def from_json(files: dict[str, bytes]) -> Figures:
    found = {}
    for row in json.loads(files["team.json"])["ingredients"]:
        if row["mean"] is not None:
            found[row["id"], ""] = row["mean"], row["n"]
        found |= {(row["id"], each["role"]): (each["mean"], each["n"]) for each in row["by_role"]}
    return found


def number(cell: str) -> int:
    return int(re.match(r"\d+", cell).group())


def from_csv(files: dict[str, bytes]) -> Figures:
    cells: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for _, table, row, column, value in csv.reader(io.StringIO(files["figures.csv"].decode("utf-8-sig"))):
        cells.setdefault((table, row), []).append((column, value))
    found: Figures = {}
    for (table, row), pairs in cells.items():
        values = [value for _, value in pairs]
        if table == "The same in figures" and values[1] != "None":
            found[NAMES[row], ""] = number(values[1]), number(values[2])
        if table == "Roles with enough people":
            for k in range(0, len(values), 3):
                found[NAMES[row], ROLE_NAMES[values[k]]] = number(values[k + 1]), number(values[k + 2])
    return found


def from_page(files: dict[str, bytes], name: str) -> Figures:
    text, found = visible(files[name].decode()), {}
    for title, ingredient in NAMES.items():
        asked = re.escape(BANK.wordings["en"].ingredients[ingredient].question)
        for mean, n in re.findall(rf"{title} {asked} [^,?]+, (\d+)[^.]* of 100 Mean over (\d+) people", text):
            found[ingredient, ""] = int(mean), int(n)
        pattern = rf"{title} (?:{'|'.join(BANK.wordings['en'].bands.values())}) (\d+)(?: or (?:more|less))? (\d+)"
        for mean, n in re.findall(pattern, text):
            found[ingredient, ""] = int(mean), int(n)
        for label, role in ROLE_NAMES.items():
            for mean, n in re.findall(rf"{title} {label} (\d+)(?: or (?:more|less))? (\d+)", text):
                found[ingredient, role] = int(mean), int(n)
    return found


def from_text(files: dict[str, bytes]) -> Figures:
    """The bars and the table of roles, wrapped lines joined."""
    text, found = " ".join(files["report.txt"].decode().split()), {}
    for title, ingredient in NAMES.items():
        for mean, n in re.findall(rf"{title}\. [^,.]+, (\d+)[^.]* of 100\. \[[#.]+\] Mean over (\d+) people", text):
            found[ingredient, ""] = int(mean), int(n)
        for label, role in ROLE_NAMES.items():
            for mean, n in re.findall(rf"{title} Role: {label}; Mean of 100: (\d+)[^;]*; People: (\d+)", text):
                found[ingredient, role] = int(mean), int(n)
    return found


def equations(published: list[Published], ingredient: str) -> list[set[tuple[int, float]]]:
    """Which unknowns each published mean is over."""
    found = []
    for one in published:
        for (name, role), (_, n) in from_json(one.files).items():
            if name == ingredient:
                unknowns = {
                    (who, reading.score)
                    for who, theirs, sent in one.inside
                    if role in ("", theirs)
                    and (reading := score(sent, BANK, ABOUT).by_id(ingredient)).status == "scored"
                }
                assert len(unknowns) == n, "the number of people is the one printed"
                found.append(unknowns)
    return found


def solvable(rows: list[set[tuple[int, float]]]) -> set[tuple[int, float]]:
    """Unknowns that the equations determine: those without which the rank falls."""
    unknowns = sorted(set().union(*rows)) if rows else []
    whole = rank([[int(one in row) for one in unknowns] for row in rows])
    return {
        gone
        for gone in unknowns
        if rank([[int(one in row) for one in unknowns if one != gone] for row in rows]) < whole
    }


def rank(rows: list[list[int]]) -> int:
    """By elimination modulo a prime."""
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        at = next((n for n in range(found, len(rows)) if rows[n][column]), None)
        if at is None:
            continue
        rows[found], rows[at] = rows[at], rows[found]
        inverse = pow(rows[found][column], PRIME - 2, PRIME)
        for n in range(found + 1, len(rows)):
            if by := rows[n][column] * inverse % PRIME:
                rows[n] = [(a - by * b) % PRIME for a, b in zip(rows[n], rows[found], strict=True)]
        found += 1
    return found


# -- the attack ------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(900)
def test_no_history_gives_one_person_away() -> None:
    """Neither by linear systems over all reports, nor by taking one format, one role or one round from another."""
    reports = reissued = roles = 0
    for seed in range(HISTORIES):
        published = history(seed)
        reports += len(published)
        reissued += len(published) - len({one.wave for one in published})
        for one in published:
            assert not list(SCHEMA.iter_errors(json.loads(one.files["team.json"]))), f"history {seed}"
            figures = from_json(one.files)
            read = [from_csv(one.files), from_text(one.files)]
            read += [from_page(one.files, name) for name in ("report.html", "mail.html")]
            assert read == [figures] * len(read), f"history {seed}"
            assert all(n >= 5 and 5 <= mean <= 95 for mean, n in figures.values()), f"history {seed}"
            roles += any(role for _, role in figures)
        for ingredient in INGREDIENTS:
            assert solvable(equations(published, ingredient)) == set(), f"history {seed}, {ingredient}"
            assert not any_few(published, ingredient), f"history {seed}, {ingredient}"
    assert reports > HISTORIES, "the attacker had something to go by"
    assert reissued > HISTORIES / 20
    assert roles > HISTORIES / 20


def any_few(published: list[Published], ingredient: str) -> bool:
    """Do two distributions of one wave differ by fewer than ten people?"""
    over: dict[str, list[set[Any]]] = {}
    for one in published:
        row = next(row for row in json.loads(one.files["team.json"])["ingredients"] if row["id"] == ingredient)
        if row["bands"]:
            people = {
                (who, reading.score)
                for who, _, sent in one.inside
                if (reading := score(sent, BANK, ABOUT).by_id(ingredient)).status == "scored"
            }
            over.setdefault(one.wave, []).append(people)
    return any(
        0 < len(then - now) < 10 or 0 < len(now - then) < 10
        for groups in over.values()
        for k, then in enumerate(groups)
        for now in groups[k + 1 :]
    )


def test_the_attack_would_find_what_is_there_to_find() -> None:
    """Two means over people who differ by one give that one away, and a lone role beside the whole does."""
    six = {(n, 50.0) for n in range(6)}
    assert solvable([six, six - {(0, 50.0)}]) == {(0, 50.0)}
    assert solvable([six, six | {(9, 1.0), (8, 1.0)}]) == set()
    assert solvable([six | {(9, 1.0)}, six]) == {(9, 1.0)}
