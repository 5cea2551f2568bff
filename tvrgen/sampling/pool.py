"""Pool of the steps that put something right on the way from one state to another, grouped by what they put right."""

import itertools
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling.comparison import Comparison, Differences
from tvrgen.sampling.effects import Effects, reaches
from tvrgen.scene.model import State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Role, Sighting, Step


class Part(NamedTuple):
    """What one step puts right; if `renewed`, two steps: an object goes, and a new one comes in its place."""

    differences: Differences
    renewed: bool = False

    @property
    def steps(self) -> int:
        """The number of steps that put it right."""
        return 2 if self.renewed else 1


class Pool:
    """The pool, filled as it is told: `steps` has for each part the steps that may put it right; for one that is
    renewed, those by which the object goes, and those by which the new one comes."""

    def __init__(self, comparison: Comparison, effects: Effects, split: Split) -> None:
        self._between, self._effects, self._split = comparison, effects, split
        self.steps: dict[Part, list[list[Step]]] = {}
        self._absent = frozenset(k for k, obj in enumerate(comparison.first.objects) if not obj.present)
        self._most: dict[Step, set[Differences]] = {}

    def words(self, step: Step) -> tuple[Collection[int], str, str]:
        """The objects, the kind and the value of a step, equal for steps that say the same."""
        named = step.objects if self._split.kinds[step.kind].ordered else frozenset(step.objects)
        return named, step.kind, step.value

    def path(self, steps: Sequence[Step]) -> list[Part]:
        """What each of a problem's own steps puts right, which it adds; empty if they do not put all right."""
        left, path = self._between.due, []
        for step in steps:
            put = self._effects.put_right(left, step)
            if not put:
                return []
            self.steps[Part(put)] = [[step]]
            path.append(Part(put))
            left -= put
        return [] if left else path

    def collect(self) -> None:
        """Adds the steps that put something right somewhere on the way.

        Whether one does follows from how far the objects that it names are, and from whether the others are at the
        first image or at the last.
        """
        contexts = self._between.contexts()
        for left in contexts:
            self._collect(left)
        done = {*contexts}
        while found := [left for left in self._stages() if left not in done]:
            done.update(found)
            for left in found:
                self._collect(left, frozenset(k for k, _ in left))

    def _stages(self) -> Iterator[Differences]:
        """Yields what may be left of as many objects as a step names, where steps of the pool put some of it right."""
        puts = [part.differences for part in self.steps if not part.renewed]
        stages = {k: self._between.stages(k, puts) for k in self._between.changed}
        for number in range(1, 1 + max(len(kind.roles) for kind in self._split.kinds.values())):
            for some in itertools.combinations(stages, number):
                lefts = itertools.product(*(stages[k] for k in some))
                next(lefts)  # the whole of each
                yield from (frozenset().union(*own) for own in lefts)

    def _collect(self, left: Differences, named: frozenset[int] = frozenset()) -> None:
        """Adds the steps that put something right where so much is left, of those that name these objects.

        It leaves out those that put more right where more is left: what came between could be left out.
        """
        for step in self._candidates(left, named):
            put = self._effects.put_right(left, step)
            if put and not any(put < more for more in self._most.get(step, ())):
                self._most.setdefault(step, set()).add(put)
                self._add(put, step)

    def collect_new(self, k: int, left: Differences, steps: Sequence[Step]) -> None:
        """Adds what says that object k is new: it comes into sight, or several of a problem's steps change it."""
        between = self._between
        whole = between.whole(k)
        if not whole <= left or not between.seen_last[k]:
            return
        if not between.seen_first[k]:
            for step in self._comes(left, k) if between.first[k].present else ():
                self._add(whole, step)
            return
        several = sum(k in step.objects for step in steps) > 1
        if several and (goes := self._goes(left, k)) and (comes := self._comes(left - whole, k)):
            self.steps.setdefault(Part(whole, renewed=True), [goes, comes])

    def _add(self, put: Differences, step: Step) -> None:
        (known,) = self.steps.setdefault(Part(put), [[]])
        if all(self.words(step) != self.words(other) for other in known):
            known.append(step)

    def _candidates(self, left: Differences, named: frozenset[int]) -> Iterator[Step]:
        """Yields the steps that may put something of `left` right, and name at least these objects."""
        state, sightings = self._between.state(left), self._between.sightings(left)
        for name, own, ways in reaches(self._split):
            if len(named) > len(ways[0]):
                continue
            relevant = {k for k, field in left if own is None or field in own}
            if not relevant:
                continue
            kind = self._split.kinds[name]
            for objects in _choices(ways, kind.ordered, sightings, self._absent, named):
                if not relevant.isdisjoint(objects):
                    values = kind.leading(
                        state, self._between.last, objects, self._split.values[name], self._split.vocabulary
                    )
                    yield from (Step(objects=objects, kind=name, value=value) for value in values)

    def _goes(self, left: Differences, k: int) -> list[Step]:
        """The steps by which object k, which ends in sight, may go instead."""
        between, effects = self._between, self._effects
        before, found = between.state(left), []
        for name, _, ways in reaches(self._split):
            if len(ways[0]) != 1 or all(roles[0].after in ("seen", "any") for roles in ways):
                continue
            for value in self._split.values[name]:
                step = Step(objects=(k,), kind=name, value=value)
                after = effects.applied(before, step)
                if after is None or between.is_shown(after[k]) or replay.differing(before, after) != (k,):
                    continue
                if effects.may_be_gone(k, before[k], after[k], (left,)) and effects.plays(step, before, after, left):
                    found.append(step)
        return found

    def _comes(self, left: Differences, k: int) -> list[Step]:
        """The steps by which a new object may come that looks as object k does in the end; k itself is out of sight."""
        between = self._between
        due, new = between.last[k], len(between.first.objects)
        state = between.state(left)
        if between.is_shown(state[k]):
            state = state.replace(k, present=False)
        state = State(objects=(*state.objects, due.replace(present=False)))
        end, found = State(objects=(*between.last.objects, due)), []
        for name, _, ways in reaches(self._split):
            kind = self._split.kinds[name]
            if not any(len(roles) == 1 and roles[0].is_new for roles in ways):
                continue
            for value in kind.leading(state, end, (new,), self._split.values[name], self._split.vocabulary):
                step = Step(objects=(new,), kind=name, value=value)
                after = self._effects.applied(state, step)
                if after is not None and after[new] == due and replay.differing(state, after) == (new,):
                    found.append(step)
        return found


@lru_cache(maxsize=4096)
def _choices(
    ways: tuple[tuple[Role, ...], ...],
    ordered: bool,
    sightings: tuple[Sighting, ...],
    absent: frozenset[int],
    named: frozenset[int],
) -> list[tuple[int, ...]]:
    """The objects that a kind of these ways can take where objects are so, those named among them; the same ones once,
    unless their order counts.

    Answers name none of those that are absent at first, unless they appear.
    """
    asked = [{role.before for role in roles} for roles in zip(*ways, strict=True)]
    among = [
        [
            k
            for k, seen in enumerate(sightings)
            if (seen in before or "any" in before) and (k not in absent or before == {"absent"})
        ]
        for before in asked
    ]
    found: dict[Collection[int], tuple[int, ...]] = {}
    for objects in itertools.product(*among):
        if len({*objects}) == len(objects) and named.issubset(objects):
            found.setdefault(objects if ordered else frozenset(objects), objects)
    return [*found.values()]
