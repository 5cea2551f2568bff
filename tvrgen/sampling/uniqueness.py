"""Check that no other answer explains the images as shortly as a problem's own steps do.

An image shows what is on stage, and not which index it has. "It turned red" and "it left, and a red one came" explain
the same two images, if one that looks so was out of sight. Nothing here knows a kind of change: which objects may have
become which is read off two states, and how many steps that takes at least off the fields and roles of the kinds.
"""

import itertools
import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from tvrgen.config.settings import Split
from tvrgen.sampling import rules
from tvrgen.sampling.tracing import GridPosition, place_of, trace
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Sighting, Step


class _Reach(NamedTuple):
    """What the kinds of a split can do, as far as they say so.

    `least` gives the fewest steps that change some fields of one object, by whether each attribute, the position and
    the rotation differ; infinity where none do. `moves` are the ways, in grid units, that one step leads; None: any.
    `enters` has what objects that come into sight were before, and `leaves` is whether others go out of it.
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
    taken = Counter(k for before, after in itertools.pairwise(states) for k in replay.differing(before, after))
    if _others_as_short(initial, final, taken, reach, grid):
        raise Rejected(rules.AS_SHORT)


def _check_unlike_unseen(initial: State, final: State, enters: Collection[Sighting], grid: Grid) -> None:
    """Checks that no changed object ends looking like another one that was out of sight at first."""
    unseen = [(k, o.looks) for k, o in enumerate(initial.objects) if replay.sighting(o, grid) in enters]
    for k in replay.differing(initial, final):
        if grid.shows(final[k]):
            looks = final[k].looks
            if any(looks == others and k != other for other, others in unseen):
                raise Rejected(rules.UNLIKE_UNSEEN)


def _others_as_short(initial: State, final: State, taken: Counter[int], reach: _Reach, grid: Grid) -> bool:
    """Whether another answer needs no more steps than were taken: object k was changed by `taken[k]` of them.

    An answer makes each object one of those that the last image shows, or none of them. So another answer exchanges
    ends in cycles: 3 ends as 5 did, 5 as 7 did, 7 as 3 did.
    """
    size = range(len(initial.objects))
    at_first, at_last = ([replay.sighting(o, grid) for o in state.objects] for state in (initial, final))
    seen_first, seen_last = ([sighting == "seen" for sighting in own] for own in (at_first, at_last))
    before, after = ([_values(o) for o in state.objects] for state in (initial, final))
    turned = [is_.rotation != was.rotation for was, is_ in zip(initial.objects, final.objects, strict=True)]

    def least(i: int, j: int) -> float:
        """The fewest steps in which object i ends in sight as j did."""
        differing = tuple(map(operator.ne, before[i], after[j]))
        if not seen_first[i]:
            enters = at_first[i] in reach.enters
            return 1 + reach.least((*differing[:-1], False, turned[j])) if enters else math.inf
        steps = reach.least((*differing, turned[j]))
        if differing[-1] and reach.moves is not None:
            (x, y), (to_x, to_y) = initial[i].position, final[j].position
            return steps + ((to_x - x, to_y - y) not in reach.moves)
        return steps

    own = [min(taken[k], least(k, k)) if seen_last[k] else int(seen_first[k]) for k in size]
    spare = max(0, taken.total() - sum(own))

    def more(i: int, j: int) -> float:
        """How many more steps object i needs to end as j did than j needed.

        What i saves by not leaving is charged to j, whose place it takes, so that ends out of sight cost nothing.
        """
        if seen_last[j]:
            return least(i, j) - own[j] - seen_first[i] + seen_first[j]
        return 0 if reach.leaves or not seen_first[i] else math.inf

    ends = [j for j in size if seen_last[j] and (spare or own[j])]
    if not any(more(i, j) <= spare for j in ends for i in size if i != j):
        return False  # no cycle is as short, as each has such a pair
    costs = [[more(i, j) if i != j else math.inf for j in size] for i in size]
    ways = [list(row) for row in costs]
    for middle, i in itertools.product(size, size):
        for j in size:
            ways[i][j] = min(ways[i][j], ways[i][middle] + ways[middle][j])
    return any(costs[i][j] + ways[j][i] <= spare for j in size if seen_last[j] for i in size if i != j)


def _values(obj: Object) -> tuple[object, ...]:
    """What an image tells of an object: its attributes, and its position as the last one."""
    return (*obj.attributes.values(), obj.position)


@lru_cache(maxsize=64)
def _reach(split: Split) -> _Reach:
    roles = [r for kind in split.kinds.values() for way in kind.variants(split.sampling).values() for r in way]
    told = (*split.vocabulary.attributes, "position", "rotation")

    @cache
    def least(differing: tuple[bool, ...]) -> float:
        fields = {field for field, differs in zip(told, differing, strict=True) if differs}
        return _fewest(fields, [kind.fields or frozenset() for kind in split.kinds.values()])

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


def _fewest(fields: Collection[str], kinds: Sequence[Collection[str]]) -> float:
    """The fewest kinds that together change all these fields; infinity if none do."""
    for count in range(len(fields) + 1):
        for chosen in itertools.combinations(kinds, count):
            if set().union(*chosen) >= {*fields}:
                return count
    return math.inf
