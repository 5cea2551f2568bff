"""Check that no other answer explains the images as shortly as a problem's own steps do.

An image shows what is on stage, and not which index it has. "It turned red" and "it left, and a red one came" explain
the same two images, if one that looks so was out of sight. Nothing here knows a kind of change: which objects may have
become which is read off two states, and how many steps that takes at least off the fields and roles of the kinds.
"""

import itertools
import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling import rules
from tvrgen.sampling.right_answers import leads_to
from tvrgen.sampling.touching import changed_places, fewest_of, overlap
from tvrgen.sampling.tracing import GridPosition, place_of, trace
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Sighting, Step


class _Reach(NamedTuple):
    """What the kinds of a split can do, as far as they say so.

    `least` gives the fewest steps that change some fields of one object, by whether each attribute, the position and
    the rotation differ; infinity where none do. A step that can change two objects counts half for each. `moves` are
    the ways, in grid units, that one step leads; None: any. `enters` has what objects that come into sight were before,
    and `leaves` is whether others go out of it.
    """

    least: Callable[[tuple[bool, ...]], float]
    moves: frozenset[GridPosition] | None
    enters: frozenset[Sighting]
    leaves: bool


def check_unique(states: Sequence[State], split: Split) -> None:
    """Checks that the images tell which object is which. Raises Rejected if another answer is as short, or as simple.

    `states` are those before, between and after the steps.
    """
    reach = _reach(split)
    if len(states) < 2 or not (reach.enters or reach.leaves or reach.moves != frozenset()):
        return  # no object can come to stand where another one was
    initial, final, grid = states[0], states[-1], split.vocabulary.grid
    if reach.enters:
        _check_unlike_unseen(initial, final, reach.enters, grid)
    taken: Counter[int] = Counter()
    for before, after in itertools.pairwise(states):
        changed = replay.differing(before, after)
        taken.update(dict.fromkeys(changed, 1 if len(changed) == 1 else 1 / len(changed)))
    costs = _Costs(initial, final, taken, reach, grid)
    short = _some_exchange_is(costs, len(states) - 1, split) if overlap(split) else costs.some_cycle_is_short()
    if short:
        raise Rejected(rules.AS_SHORT)


def _check_unlike_unseen(initial: State, final: State, enters: Collection[Sighting], grid: Grid) -> None:
    """Checks that no changed object ends looking like another one that was out of sight at first."""
    unseen = [(k, o.looks) for k, o in enumerate(initial.objects) if o.present and replay.sighting(o, grid) in enters]
    for k in replay.differing(initial, final):
        if grid.shows(final[k]):
            looks = final[k].looks
            if any(looks == others and k != other for other, others in unseen):
                raise Rejected(rules.UNLIKE_UNSEEN)


class _Costs:
    """What it costs to exchange objects: how many more steps another answer needs than were taken.

    An answer makes each object one of those that the last image shows, or none of them. So another answer exchanges
    ends in cycles: 3 ends as 5 did, 5 as 7 did, 7 as 3 did. Object k was changed by `taken[k]` steps; one that changed
    two objects counts half for each.
    """

    def __init__(self, initial: State, final: State, taken: Mapping[int, float], reach: _Reach, grid: Grid) -> None:
        self.initial, self.final, self._reach = initial, final, reach
        self.size = range(len(initial.objects))
        self._at_first, at_last = ([replay.sighting(o, grid) for o in state.objects] for state in (initial, final))
        self._seen_first, self.seen_last = ([own == "seen" for own in all_] for all_ in (self._at_first, at_last))
        self._before, self._after = ([_values(o) for o in state.objects] for state in (initial, final))
        pairs = zip(initial.objects, final.objects, strict=True)
        self._turned = [is_.rotation != was.rotation for was, is_ in pairs]
        self._own = [
            min(taken.get(k, 0), self._least(k, k)) if self.seen_last[k] else int(self._seen_first[k])
            for k in self.size
        ]
        self.spare = max(0, sum(taken.values()) - sum(self._own))

    def _least(self, i: int, j: int) -> float:
        """The fewest steps in which object i ends in sight as j did."""
        reach, differing = self._reach, tuple(map(operator.ne, self._before[i], self._after[j]))
        if self._at_first[i] == "absent":
            return 1 if "absent" in reach.enters else math.inf
        if not self._seen_first[i]:
            enters = self._at_first[i] in reach.enters
            return 1 + reach.least((*differing[:-1], False, self._turned[j])) if enters else math.inf
        steps = reach.least((*differing, self._turned[j]))
        if differing[-1] and reach.moves is not None:
            (x, y), (to_x, to_y) = self.initial[i].position, self.final[j].position
            return steps + ((to_x - x, to_y - y) not in reach.moves)
        return steps

    def more(self, i: int, j: int) -> float:
        """How many more steps object i needs to end as j did than j needed.

        What i saves by not leaving is charged to j, whose place it takes, so that ends out of sight cost nothing.
        """
        if i != j and self._at_first[i] == self._at_first[j] == "absent":
            return math.inf  # answers name neither, so that to exchange them says the same
        if self.seen_last[j]:
            return self._least(i, j) - self._own[j] - self._seen_first[i] + self._seen_first[j]
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
        costs, size = self.table(), self.size
        ways = [list(row) for row in costs]
        for middle, i in itertools.product(size, size):
            for j in size:
                ways[i][j] = min(ways[i][j], ways[i][middle] + ways[middle][j])
        return any(costs[i][j] + ways[j][i] <= self.spare for j in size if self.seen_last[j] for i in size if i != j)

    def short_cycles(self) -> Iterator[tuple[int, ...]]:
        """Yields the cycles of two or three objects that may need no more steps than were taken."""
        if self.none_is_short:
            return
        costs = self.table()
        for count in (2, 3):
            for first, *others in itertools.combinations(self.size, count):
                for rest in itertools.permutations(others):
                    cycle = (first, *rest)
                    total = sum(costs[i][j] for i, j in zip(cycle, (*rest, first), strict=True))
                    if total <= self.spare and any(self.seen_last[k] for k in cycle):
                        yield cycle


def _some_exchange_is(costs: _Costs, steps: int, split: Split) -> bool:
    """Whether some answer that exchanges two or three objects is as short, where kinds do what others do.

    It has no more steps than the shortest answer that exchanges none, which may be shorter than the problem's own.
    """
    cycles = [*costs.short_cycles()]
    if cycles:
        steps = next((n for n in range(1, steps) if leads_to(costs.initial, costs.final, n, split)), steps)
    for cycle in cycles:
        final = costs.final
        for i, j in zip(cycle, (*cycle[1:], cycle[0]), strict=True):
            final = final.with_object(i, _ending_as(costs.initial[i], costs.initial[j], costs.final[j]))
        if leads_to(costs.initial, final, steps, split):
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
    told = (*split.vocabulary.attributes, "position", "rotation")
    weights = [
        (kind.fields or frozenset(), 1 / (len(changed_places(kind, split)) or 1)) for kind in split.kinds.values()
    ]

    @cache
    def least(differing: tuple[bool, ...]) -> float:
        fields = {field for field, differs in zip(told, differing, strict=True) if differs}
        return fewest_of(fields, weights)

    return _Reach(
        least=least,
        enters=frozenset(role.before for role in roles if role.before not in ("seen", "any")),
        leaves=any(role.after not in ("seen", "any") for role in roles),
        moves=_moves(split),
    )


def _moves(split: Split) -> frozenset[GridPosition] | None:
    """The ways that one step of a kind of one object leads; None where a kind puts objects anywhere."""
    words, found = split.vocabulary, set()
    probe = words.object({attribute: words.values(attribute)[0] for attribute in words.attributes})
    for name, kind in split.kinds.items():
        if "position" not in (kind.fields or ()):
            continue
        if len(kind.roles) != 1:
            return None
        for value in split.values[name]:
            step = Step(objects=(0,), kind=name, value=value)
            found.add(place_of(trace([probe], [step], split.kinds, words)[-1][0]).offset)
    return frozenset(found)
