"""The team picture as values: what may be printed of a wave, and what stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from exit_bridge.bank import QuestionBank
from exit_bridge.intake import Submission
from exit_bridge.scoring.disclosure import Floors
from exit_bridge.scoring.result import scores_document, scores_of
from exit_bridge.scoring.spread import Spread
from exit_bridge.scoring.types import Scores

SCHEMA_VERSION = "1"
YOUNG = "young"
Held = Literal["few", "some_few", "distribution", "roles", "some_roles", "stages", "items"]


@dataclass(frozen=True, slots=True)
class Member:
    """One person's submission. `id` stays through edits.

    `keys`: by ingredient, the id of what this person's score stands under. An edit that changes a score gives it
    another key, and one that leaves it alone must not: else two reports could be taken from each other.
    """

    id: str
    submission: Submission
    scores: Scores
    role: str
    keys: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        submission: Submission,
        scores: Scores,
        bank: QuestionBank,
        keys: Mapping[str, str] | None = None,
    ) -> Member:
        """The role is the one given; whoever filled in a form that sends nothing back is a young person."""
        own = not bank.variants[submission.variant].reply
        role = submission.context.get("role") or (YOUNG if own else "unsaid")
        return cls(name, submission, scores, role, keys or {})

    def key(self, ingredient: str) -> str:
        """What this person's score on an ingredient is known by."""
        return self.keys.get(ingredient, self.id)


@dataclass(frozen=True, slots=True)
class RoleMean:
    """One role's mean on an ingredient, as a whole number from 5 to 95."""

    role: str
    n: int
    mean: int


@dataclass(frozen=True, slots=True)
class TeamIngredient:
    """One ingredient. `mean`: a whole number from 5 to 95, None below the floor, as is `n`, the people it is over.

    `bands`: neighbouring bands as (first, last, people). `unsure`: did many not know? None where too few were asked.
    """

    id: str
    n: int | None
    mean: int | None
    spread: Spread | None
    bands: tuple[tuple[str, str, int], ...]
    by_role: tuple[RoleMean, ...]
    unsure: bool | None


@dataclass(frozen=True, slots=True)
class RoleGap:
    """A role that sees an ingredient clearly higher than another does.

    `rule`: senior managers and the front line, or staff and young people.
    """

    rule: Literal["leaders", "young"]
    ingredient: str
    higher: str
    lower: str


@dataclass(frozen=True, slots=True)
class TeamPicture:
    """Everything that may be printed. `n` is None below the floor, and then there is nothing else.

    `scores` is what follows from the means, as if one person had answered so; `one_stage`: do people name the same
    stage? `talk`: items with the widest spread. `held`: what was kept back, as reasons.
    """

    n: int | None
    roles: tuple[tuple[str, int], ...]
    ingredients: tuple[TeamIngredient, ...]
    scores: Scores | None
    talk: tuple[str, ...]
    gaps: tuple[RoleGap, ...]
    one_stage: bool | None
    stage_most: str | None
    held: tuple[Held, ...]
    floors: Floors

    def by_id(self, ingredient: str) -> TeamIngredient:
        """One ingredient."""
        return next(one for one in self.ingredients if one.id == ingredient)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture was made over; kept beside it, never printed.

    `groups`: who is behind each figure. `moments`: n, mean and standard deviation per ingredient, unrounded.
    """

    groups: Mapping[str, frozenset[str]]
    moments: Mapping[str, tuple[int, float, float]]
    roles: Mapping[str, int]

    @property
    def members(self) -> frozenset[str]:
        """Everybody who was counted."""
        return self.groups["all"]


def picture_document(picture: TeamPicture) -> dict[str, Any]:
    """The picture as JSON; `picture_from_document` is the inverse."""
    return {
        "schema_version": SCHEMA_VERSION,
        "n": picture.n,
        "floors": asdict(picture.floors),
        "roles": [{"role": role, "n": n} for role, n in picture.roles],
        "ingredients": [
            {
                **asdict(one),
                "bands": [{"first": first, "last": last, "n": n} for first, last, n in one.bands],
                "by_role": [asdict(each) for each in one.by_role],
            }
            for one in picture.ingredients
        ],
        "scores": None if picture.scores is None else scores_document(picture.scores),
        "talk": list(picture.talk),
        "gaps": [asdict(gap) for gap in picture.gaps],
        "one_stage": picture.one_stage,
        "stage_most": picture.stage_most,
        "held": list(picture.held),
    }


def picture_from_document(document: Mapping[str, Any]) -> TeamPicture:
    """A picture as it was frozen."""
    scores = document["scores"]
    return TeamPicture(
        n=document["n"],
        roles=tuple((row["role"], row["n"]) for row in document["roles"]),
        ingredients=tuple(
            TeamIngredient(
                **{
                    **row,
                    "bands": tuple((band["first"], band["last"], band["n"]) for band in row["bands"]),
                    "by_role": tuple(RoleMean(**each) for each in row["by_role"]),
                }
            )
            for row in document["ingredients"]
        ),
        scores=None if scores is None else scores_of(scores, scored=True),
        talk=tuple(document["talk"]),
        gaps=tuple(RoleGap(**row) for row in document["gaps"]),
        one_stage=document["one_stage"],
        stage_most=document["stage_most"],
        held=tuple(document["held"]),
        floors=Floors(**document["floors"]),
    )


def frame_document(frame: Frame) -> dict[str, Any]:
    """The frame as JSON; `frame_from_document` is the inverse."""
    return {
        "groups": {key: sorted(group) for key, group in frame.groups.items()},
        "moments": {key: list(values) for key, values in frame.moments.items()},
        "roles": dict(frame.roles),
    }


def frame_from_document(document: Mapping[str, Any]) -> Frame:
    """A frame as it was kept."""
    return Frame(
        {key: frozenset(group) for key, group in document["groups"].items()},
        {key: (int(n), float(mean), float(sd)) for key, (n, mean, sd) in document["moments"].items()},
        dict(document["roles"]),
    )
