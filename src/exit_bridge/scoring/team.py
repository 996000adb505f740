"""The team picture: what the individuals of one wave see together, and nothing about any one of them.

Whatever follows (weakest, priorities, gaps) is worked out from the whole numbers that are printed, so that nothing
finer shows through. Those who did not agree to be counted are in no figure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev

from exit_bridge.bank import About, Ingredient, Item, QuestionBank
from exit_bridge.errors import ExitBridgeError
from exit_bridge.intake import Submission
from exit_bridge.scoring.disclosure import ROLE_FLOOR, Floors, exposes, in_bands, merged, tells_of_few, within_ends
from exit_bridge.scoring.picture import YOUNG, Frame, Held, Member, RoleGap, RoleMean, TeamIngredient, TeamPicture
from exit_bridge.scoring.score import band_of
from exit_bridge.scoring.spread import SPLIT, Spread, deviation, spread
from exit_bridge.scoring.team_scores import team_scores, values_of

GAP = 20
"""Points between two roles' means that are worth talking about before the means."""
UNSURE = 0.3
"""Share of "I don't know" that makes a visibility gap."""
SAME_STAGE = 0.75
"""Share that names the same stage where people agree on it."""
MOST_TALK = 5


class NotReissued(ExitBridgeError):
    """A closed wave's report stays as it is, because a second one beside it would tell of single people."""


def counted(submissions: Iterable[Submission]) -> Iterable[Submission]:
    """Those who agreed to be counted, and said anything."""
    return (one for one in submissions if one.context.get("team") == "yes" and one.answers)


def team(
    members: Sequence[Member],
    bank: QuestionBank,
    about: About,
    floors: Floors | None = None,
    earlier: Sequence[Frame] = (),
) -> tuple[TeamPicture, Frame]:
    """The picture of one wave, and what it was made over.

    `earlier`: the frames of reports on the same wave that are out already. Raises NotReissued where this one beside
    them would tell of fewer people than the floor; figures of roles and distributions are left out instead.
    """
    maker = _Maker(members, bank, about, floors or Floors(), earlier)
    return maker.picture(), maker.frame()


def _refuse_small_change(members: frozenset[str], earlier: Sequence[Frame], floor: int) -> None:
    for frame in earlier:
        if len(members ^ frame.members) < floor:
            raise NotReissued(
                f"Fewer than {floor} people were added or taken out since this wave was closed",
                fix="Its report stays as it is: a second one would show what single people answered",
            )


class _Maker:
    """One picture in the making."""

    def __init__(
        self,
        members: Sequence[Member],
        bank: QuestionBank,
        about: About,
        floors: Floors,
        earlier: Sequence[Frame],
    ) -> None:
        self.members, self.bank, self.about, self.floors = members, bank, about, floors
        self.earlier = earlier
        self.everybody = frozenset(member.id for member in members)
        _refuse_small_change(self.everybody, earlier, floors.mean)
        self.groups: dict[str, frozenset[str]] = {"all": self.everybody}
        self.moments: dict[str, tuple[int, float, float]] = {}
        self.held: list[Held] = []

    def frame(self) -> Frame:
        """Who is behind the picture; call it afterwards."""
        return Frame(self.groups, self.moments, Counter(member.role for member in self.members))

    def picture(self) -> TeamPicture:
        """Put it together."""
        if len(self.members) < self.floors.mean:
            self.groups = {"all": self.everybody}
            nothing = tuple(TeamIngredient(i.id, None, None, None, (), (), None) for i in self.bank.ingredients)
            return TeamPicture(None, (), nothing, None, (), (), None, None, ("few",), self.floors)
        ingredients = tuple(self._ingredient(ingredient) for ingredient in self.bank.ingredients)
        counts = Counter(member.role for member in self.members)
        order = next(q.codes for q in self.bank.context if q.id == "role")
        roles = merged({role: counts[role] for role in order}, self.floors.mean)
        if tells_of_few(self.everybody, self._published("roles"), self.floors.mean):
            roles = ()
        elif roles:
            self.groups["roles"] = self.everybody
        if sum(bool(n) for n in counts.values()) > sum(role in counts for role, _ in roles):
            self.held.append("some_roles")
        one_stage, most = self._stages()
        gaps = (*self._leader_gaps(ingredients), *self._young_gap())
        return TeamPicture(
            n=len(self.members),
            roles=roles,
            ingredients=ingredients,
            scores=team_scores(ingredients, self.members, self.bank, self.about, self.floors, most),
            talk=self._talk(),
            gaps=gaps,
            one_stage=one_stage,
            stage_most=most,
            held=tuple(dict.fromkeys(self.held)),
            floors=self.floors,
        )

    # -- one ingredient --------------------------------------------------------------------------------------------

    def _ingredient(self, ingredient: Ingredient) -> TeamIngredient:
        scored = [(m, r.score) for m in self.members if (r := m.scores.by_id(ingredient.id)).status == "scored"]
        numbers = {m.key(ingredient.id): score for m, score in scored if score is not None}
        unsure = self._unsure(ingredient)
        if len(numbers) < self.floors.mean:
            self.held.append("some_few")
            return TeamIngredient(ingredient.id, None, None, None, (), (), unsure)
        key, people = ingredient.id, frozenset(numbers)
        if exposes([people, *self._published(key)], self.floors.mean):
            raise NotReissued(
                "A second report on this wave beside the first would show what a few people answered",
                where=ingredient.id,
                fix="The first report stays as it is",
            )
        self.groups[key] = people
        values = list(numbers.values())
        self.moments[key] = (len(values), fmean(values), stdev(values))
        return TeamIngredient(
            id=ingredient.id,
            n=len(values),
            mean=_printed(fmean(values), self.bank),
            spread=self._spread(ingredient, [m for m, _ in scored]),
            bands=self._bands(ingredient.id, people, values),
            by_role=self._by_role(ingredient.id, numbers),
            unsure=unsure,
        )

    def _published(self, start: str) -> list[frozenset[str]]:
        """Groups of earlier reports under that key."""
        return [group for frame in self.earlier for group in _under(frame.groups, start)]

    def _spread(self, ingredient: Ingredient, members: Sequence[Member]) -> Spread | None:
        given = [values for item in ingredient.core if len(values := values_of(item, members)) >= self.floors.mean]
        if 2 * len(given) < len(ingredient.core):
            return None
        return spread([deviation(values) for values in given], ingredient.core[0].points)

    def _bands(
        self, ingredient: str, people: frozenset[str], values: Sequence[float]
    ) -> tuple[tuple[str, str, int], ...]:
        counts = Counter(band_of(value, self.bank) for value in values)
        cells = in_bands([counts[band.id] for band in self.bank.bands])
        key = f"bands:{ingredient}"
        if not cells or tells_of_few(people, self._published(key), ROLE_FLOOR):
            self.held.append("distribution")
            return ()
        self.groups[key] = people
        bands = self.bank.bands
        return tuple((bands[first].id, bands[last].id, n) for first, last, n in cells)

    def _by_role(self, ingredient: str, numbers: Mapping[str, float]) -> tuple[RoleMean, ...]:
        """Roles with enough people, the largest first, each only where the rest stays large enough too."""
        groups: dict[str, set[str]] = {}
        for member in self.members:
            if (key := member.key(ingredient)) in numbers:
                groups.setdefault(member.role, set()).add(key)
        found: dict[str, RoleMean] = {}
        for role, group in sorted(groups.items(), key=lambda each: -len(each[1])):
            people, key = frozenset(group), f"{ingredient}/{role}"
            together = [people, *_under(self.groups, ingredient), *self._published(ingredient)]
            if (
                role in ("unsaid", "other")
                or len(people) < self.floors.role
                or exposes(together, self.floors.mean)
                or exposes([people, *self._published(key)], self.floors.role)
            ):
                self.held.append("roles")
                continue
            self.groups[key] = people
            mean = _printed(fmean(numbers[one] for one in people), self.bank)
            found[role] = RoleMean(role, len(people), mean)
        order = next(q.codes for q in self.bank.context if q.id == "role")
        return tuple(found[role] for role in order if role in found)

    def _unsure(self, ingredient: Ingredient) -> bool | None:
        given = [m.submission.answers.get(item.id) for m in self.members for item in ingredient.core]
        judged = [value for value in given if isinstance(value, int) or value == "dk"]
        people = sum(any(i.id in m.submission.answers for i in ingredient.core) for m in self.members)
        if people < self.floors.mean or not judged:
            return None
        return judged.count("dk") / len(judged) >= UNSURE

    # -- over all of it --------------------------------------------------------------------------------------------

    def _talk(self) -> tuple[str, ...]:
        core = [item for item in self.bank.items.values() if item.core]
        asked = [(item, values) for item in core if len(values := values_of(item, self.members)) >= ROLE_FLOOR]
        if not asked:
            self.held.append("items")
        wide = [(item.id, by) for item, given in asked if (by := deviation(given) * 5 / item.points) > SPLIT + 1e-9]
        return tuple(item for item, _ in sorted(wide, key=lambda each: -each[1])[:MOST_TALK])

    def _stages(self) -> tuple[bool | None, str | None]:
        """Do people agree on the stage, and on which; only what at least the floor named is told."""
        said = [stage for m in self.members if (stage := m.submission.context.get("stage"))]
        if len(said) < self.floors.mean:
            return None, None
        stage, n = Counter(said).most_common(1)[0]
        if n < self.floors.mean:
            self.held.append("stages")
        return n >= SAME_STAGE * len(said), stage if n >= self.floors.mean and n > len(said) / 2 else None

    def _leader_gaps(self, ingredients: Sequence[TeamIngredient]) -> Iterable[RoleGap]:
        for one in ingredients:
            means = {each.role: each.mean for each in one.by_role}
            if {"senior", "front"} <= set(means) and abs(means["senior"] - means["front"]) >= GAP:
                higher = max(("senior", "front"), key=lambda role: means[role])
                yield RoleGap("leaders", one.id, higher, "front" if higher == "senior" else "senior")

    def _young_gap(self) -> Iterable[RoleGap]:
        """Staff and young people on the items that both are asked, of the ingredient that has most of them."""
        own = next((variant for variant in self.bank.variants.values() if not variant.reply), None)
        if own is None:
            return
        by = Counter(self.bank.items[item].ingredient for item in own.items)
        ingredient = by.most_common(1)[0][0]
        items = [self.bank.items[i] for i in own.items if self.bank.items[i].ingredient == ingredient]
        seen = {m.id: fmean(given) for m in self.members if 2 * len(given := _points(items, m)) >= len(items)}
        young = [seen[m.id] for m in self.members if m.role == YOUNG and m.id in seen]
        staff = [seen[m.id] for m in self.members if m.role != YOUNG and m.id in seen]
        enough = len(young) >= self.floors.role and len(staff) >= self.floors.mean
        if enough and abs(gap := fmean(young) - fmean(staff)) >= GAP:
            yield RoleGap("young", ingredient, *((YOUNG, "staff") if gap > 0 else ("staff", YOUNG)))


def _under(groups: Mapping[str, frozenset[str]], start: str) -> list[frozenset[str]]:
    """Those whose key is this or, after a slash, a part of it."""
    return [group for key, group in groups.items() if key == start or key.startswith(f"{start}/")]


def _points(items: Sequence[Item], member: Member) -> list[float]:
    return [100 * (value - 1) / (item.points - 1) for item in items for value in values_of(item, [member])]


def _printed(mean: float, bank: QuestionBank) -> int:
    """Half up, but never into a band that was not reached; then within the ends."""
    number = math.floor(mean + 0.5)
    if any(mean < band.start <= number for band in bank.bands):
        number = math.floor(mean)
    return within_ends(number)
