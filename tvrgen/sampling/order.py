"""Does the order of a problem's steps matter?"""

import itertools

from tvrgen.sampling.fairness import check_states
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.settings import Split
from tvrgen.transformations import replay
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Rejected, Step
from tvrgen.transformations.position import Position

MOST_STEPS = 6
"""With more steps than this, only orders that swap two neighbours are tried."""


def order_sensitive(states: tuple[State, ...], steps: tuple[Step, ...], split: Split) -> bool:
    """Whether some other order of the steps breaks a rule or ends elsewhere."""
    if len(steps) < 2:
        return False
    simple = all(isinstance(split.kinds[s.kind], Attribute | Position) for s in steps)
    simple &= not (split.sampling.only.pairs or split.sampling.never.pairs)
    if simple and len({(s.object, s.kind) for s in steps}) == len(steps):
        return _some_subset_breaks(states[0], steps, split)
    return any(_breaks(states, order, split) for order in _orders(steps))


def _some_subset_breaks(initial: State, steps: tuple[Step, ...], split: Split) -> bool:
    """Steps that touch different attributes end alike in any order: only a moment between can break a rule.

    The moments of all orders are the subsets of the steps, and colours, shapes and materials change nothing in them.
    """
    words, grid = split.vocabulary, split.vocabulary.grid
    entering = {
        s.object for s in steps if s.kind == "position" and not grid.on_stage(initial.objects[s.object].position)
    }
    if any(s.object in entering and s.kind != "position" for s in steps):
        return True  # an object changes only once it is in sight
    weighty = [s for s in steps if s.kind in ("position", "size")]
    for count in range(1, len(weighty)):
        for chosen in itertools.combinations(weighty, count):
            state = replay.replay(initial, chosen, split.kinds, words)[-1]
            if footprints.crowded(state, words, {s.object for s in chosen}):
                return True
    return False


def _orders(steps: tuple[Step, ...]):
    if len(steps) <= MOST_STEPS:
        return itertools.permutations(steps)
    return ((*steps[:k], steps[k + 1], steps[k], *steps[k + 2 :]) for k in range(len(steps) - 1))


def _breaks(states: tuple[State, ...], order: tuple[Step, ...], split: Split) -> bool:
    try:
        others = replay.replay(states[0], order, split.kinds, split.vocabulary)
        check_states(others, order, split)
    except Rejected:
        return True
    return others[-1] != states[-1]
