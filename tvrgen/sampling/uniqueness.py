"""Check that no other answer explains the images as shortly as a problem's own steps do.

An image shows what is on stage, and not which index it has. "It turned red" and "it left, and a red one came" explain
the same two images, if one that looks so was out of sight. Nothing here knows a kind of change: which objects may have
become which is read off two states, and how many steps that takes at least off the fields and roles of the kinds.
Steps are counted in equal parts (`touching.whole`), of which a step that changes two objects counts half for each.
"""

import contextlib
import itertools
import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling import rules
from tvrgen.sampling.right_answers import fewest_steps_to
from tvrgen.sampling.touching import fewest_steps, share_effects, shown_fields, whole
from tvrgen.sampling.tracing import GridPosition
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Sighting, Step


class _Reach(NamedTuple):
    """What the kinds of a split can do, as far as they say so.

    `whole` is the number of parts of a step; `least` gives the fewest parts that change some fields of one object, by
    whether each attribute, the position and the rotation differ; infinity where none do. `moves` are the ways, in grid
    units, that one step leads; None: any. `enters` has what objects that come into sight were before, and `leaves` is
    whether others go out of it.
    """

    whole: int
    least: Callable[[tuple[bool, ...]], float]
    moves: frozenset[GridPosition] | None
    enters: frozenset[Sighting]
    leaves: bool


def check_unique(states: Sequence[State], split: Split) -> None:
    """Checks that the images tell which object is which. Raises Rejected if another answer is as short, or as simple.

    `states` are those before, between and after the steps. It has a part that is quick, and one that searches.
    """
    check_by_costs(states, split)
    check_by_search(states, split)


def check_by_costs(states: Sequence[State], split: Split) -> None:
    """The part of `check_unique` that is quick, and all of it where no kind does what others do."""
    reach = _reach(split)
    if len(states) > 1 and reach.enters:
        _check_unlike_unseen(states[0], states[-1], reach.enters, split.vocabulary.grid)
    if _may_exchange(states, reach) and not _is_searched(split, reach) and _costs(states, split).some_cycle_is_short():
        raise Rejected(rules.AS_SHORT)


def check_by_search(states: Sequence[State], split: Split) -> None:
    """The part of `check_unique` that searches for answers that exchange objects, where kinds do what others do."""
    reach = _reach(split)
    searched = _may_exchange(states, reach) and _is_searched(split, reach)
    if searched and _some_exchange_is(_costs(states, split), len(states) - 1, split):
        raise Rejected(rules.AS_SHORT)


def _may_exchange(states: Sequence[State], reach: _Reach) -> bool:
    """Whether an object can come to stand where another one was."""
    return len(states) > 1 and bool(reach.enters or reach.leaves or reach.moves != frozenset())


def _is_searched(split: Split, reach: _Reach) -> bool:
    return share_effects(split) or reach.moves is None


def _costs(states: Sequence[State], split: Split) -> "_Costs":
    reach = _reach(split)
    taken: Counter[int] = Counter()
    for before, after in itertools.pairwise(states):
        changed = replay.differing(before, after)
        taken.update(dict.fromkeys(changed, reach.whole // len(changed)))
    return _Costs(states[0], states[-1], taken, reach, split.vocabulary.grid)


def _check_unlike_unseen(initial: State, final: State, enters: Collection[Sighting], grid: Grid) -> None:
    """Checks that no changed object ends looking like another one that was out of sight at first."""
    unseen = [(k, o.looks) for k, o in enumerate(initial.objects) if o.present and replay.sighting(o, grid) in enters]
    for k in replay.differing(initial, final):
        if grid.shows(final[k]):
            looks = final[k].looks
            if any(looks == others and k != other for other, others in unseen):
                raise Rejected(rules.UNLIKE_UNSEEN)


class _Costs:
    """What it costs to exchange objects: how many more parts of steps another answer needs than were taken.

    An answer makes each object one of those that the last image shows, or none of them. So another answer exchanges
    ends in cycles: 3 ends as 5 did, 5 as 7 did, 7 as 3 did. Object k was changed by `taken[k]` parts of steps.
    """

    def __init__(self, initial: State, final: State, taken: Mapping[int, int], reach: _Reach, grid: Grid) -> None:
        self.initial, self.final, self._reach = initial, final, reach
        self.size = range(len(initial.objects))
        self._at_first, at_last = ([replay.sighting(o, grid) for o in state.objects] for state in (initial, final))
        self._seen_first, self.seen_last = ([own == "seen" for own in all_] for all_ in (self._at_first, at_last))
        self._before, self._after = ([_values(o) for o in state.objects] for state in (initial, final))
        pairs = zip(initial.objects, final.objects, strict=True)
        self._turned = [is_.rotation != was.rotation for was, is_ in pairs]
        self._own = [
            min(taken.get(k, 0), self._least(k, k)) if self.seen_last[k] else reach.whole * self._seen_first[k]
            for k in self.size
        ]
        self.spare = max(0, sum(taken.values()) - sum(self._own))

    def _least(self, i: int, j: int) -> float:
        """The fewest parts of steps by which object i ends in sight as j did."""
        reach, seen = self._reach, self._seen_first[i]
        if not seen and self._at_first[i] not in reach.enters:
            return math.inf
        if self._at_first[i] == "absent":
            return reach.whole
        differing = tuple(map(operator.ne, self._before[i], self._after[j]))
        if not seen:
            return reach.whole + reach.least((*differing[:-1], False, self._turned[j]))
        steps = reach.least((*differing, self._turned[j]))
        if differing[-1] and reach.moves is not None:
            (x, y), (to_x, to_y) = self.initial[i].position, self.final[j].position
            return steps + reach.whole * ((to_x - x, to_y - y) not in reach.moves)
        return steps

    def more(self, i: int, j: int) -> float:
        """How many more parts of steps object i needs to end as j did than j needed.

        What i saves by not leaving is charged to j, whose place it takes, so that ends out of sight cost nothing.
        """
        if i != j and self._at_first[i] == self._at_first[j] == "absent":
            return math.inf  # answers name neither, so that to exchange them says the same
        if i != j and not (self._seen_first[i] or self.seen_last[i] or self.seen_last[j]):
            return math.inf  # it stays out of sight, so that another one could end as j as well
        if self.seen_last[j]:
            stays = self._reach.whole * (self._seen_first[j] - self._seen_first[i])
            return self._least(i, j) - self._own[j] + stays
        return 0 if self._reach.leaves or not self._seen_first[i] else math.inf

    @property
    def none_is_short(self) -> bool:
        """Whether no cycle is as short, as each would have a pair that is."""
        ends = [j for j in self.size if self.seen_last[j] and (self.spare or self._own[j])]
        return not any(self.more(i, j) <= self.spare for j in ends for i in self.size if i != j)

    def table(self) -> list[list[float]]:
        """What each object needs more to end as each other one did."""
        return [[self.more(i, j) if i != j else math.inf for j in self.size] for i in self.size]

    def some_cycle_is_short(self) -> bool:
        """Whether some cycle may need no more steps than were taken."""
        if self.none_is_short:
            return False
        costs, ways = self.table(), self._shortest()
        return any(
            costs[i][j] + ways[j][i] <= self.spare for j in self.size if self.seen_last[j] for i in self.size if i != j
        )

    def _shortest(self) -> list[list[float]]:
        """What each object needs more, at least, to end as each other one did if others make room in turn."""
        ways = self.table()
        for middle, i in itertools.product(self.size, self.size):
            for j in self.size:
                ways[i][j] = min(ways[i][j], ways[i][middle] + ways[middle][j])
        return ways

    def short_cycles(self) -> Iterator[tuple[int, ...]]:
        """Yields the cycles of objects that may need no more steps than were taken, short ones first."""
        if self.none_is_short:
            return
        costs, ways = self.table(), self._shortest()
        begun: list[tuple[tuple[int, ...], float]] = [((first,), 0) for first in self.size]
        while begun:
            longer = []
            for cycle, cost in begun:
                first, last = cycle[0], cycle[-1]
                if len(cycle) > 1 and cost + costs[last][first] <= self.spare and any(self.seen_last[k] for k in cycle):
                    yield cycle
                longer += [
                    ((*cycle, k), more)
                    for k in self.size[first + 1 :]
                    if k not in cycle and (more := cost + costs[last][k]) + ways[k][first] <= self.spare
                ]
            begun = longer


def _some_exchange_is(costs: _Costs, steps: int, split: Split) -> bool:
    """Whether some answer that exchanges objects is as short, where kinds do what others do.

    It has no more steps than the shortest answer that exchanges none, which may be shorter than the problem's own.
    """
    cycles = [*costs.short_cycles()]
    if cycles:
        shorter = fewest_steps_to(costs.initial, costs.final, steps - 1, split)
        steps = steps if shorter is None else shorter
    for cycle in cycles:
        final = costs.final
        for i, j in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            final = final.with_object(i, _ending_as(costs.initial[i], costs.initial[j], costs.final[j]))
        if fewest_steps_to(costs.initial, final, steps, split) is not None:
            return True
    return False


def _ending_as(obj: Object, was: Object, is_: Object) -> Object:
    """An object that ends as another one did, which `was` so and `is_` so in the end."""
    rotation = (obj.rotation + is_.rotation - was.rotation) % 360 if is_.rotation != was.rotation else obj.rotation
    return obj.replace(**is_.attributes, position=is_.position, present=is_.present, rotation=rotation)


def _values(obj: Object) -> tuple[object, ...]:
    """What an image tells of an object: its attributes, and its position as the last one."""
    return (*obj.attributes.values(), obj.position)


@lru_cache(maxsize=64)
def _reach(split: Split) -> _Reach:
    roles = [r for kind in split.kinds.values() for way in kind.variants(split.sampling).values() for r in way]
    told, fewest = (*split.vocabulary.attributes, "position", "rotation"), fewest_steps(split, shown=True)

    @cache
    def least(differing: tuple[bool, ...]) -> float:
        return fewest(frozenset(itertools.compress(told, differing)))

    return _Reach(
        whole=whole(split),
        least=least,
        enters=frozenset(role.before for role in roles if role.before not in ("seen", "any")),
        leaves=any(role.after not in ("seen", "any") for role in roles),
        moves=_moves(split),
    )


def _moves(split: Split) -> frozenset[GridPosition] | None:
    """The ways that one step of a kind of one object leads; None where a kind puts objects anywhere."""
    found: set[GridPosition] = set()
    for name, kind in split.kinds.items():
        fields = shown_fields(kind, split)
        if fields is not None and "position" not in fields:
            continue
        if len(kind.roles) != 1:
            return None
        for value in split.values[name]:
            ways = _ways(Step(objects=(0,), kind=name, value=value), split)
            if len(ways) != 1:
                return None  # it depends on the object, or on where that stands
            found |= ways
    return frozenset(found - {(0, 0)})


def _ways(step: Step, split: Split) -> set[GridPosition]:
    """Where a step leads from, as far as objects of the first and the last looks show, and two places."""
    words, found = split.vocabulary, set[GridPosition]()
    places = ((0, 0), (words.grid.stage // 2, words.grid.stage // 3))
    for which, (x, y) in itertools.product((0, -1), places):
        looks = {attribute: words.values(attribute)[which] for attribute in words.attributes}
        state = State(objects=(words.object(looks, (x, y)),))
        with contextlib.suppress(Rejected):
            (to_x, to_y) = split.kinds[step.kind].apply(state, step, words)[0].position
            found.add((to_x - x, to_y - y))
    return found
