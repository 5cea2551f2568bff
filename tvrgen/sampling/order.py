"""Test of whether the order of a problem's steps matters."""

import itertools
from collections.abc import Iterable, Mapping

from tvrgen.config.settings import SamplingSettings
from tvrgen.sampling.fairness import check_states
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.attributes import Attribute
from tvrgen.transformations.base import Kind, Rejected, Step
from tvrgen.transformations.position import Position

MOST_STEPS = 6
"""Of more steps than these, only orders that swap two neighbours are tried."""


def order_sensitive(
    states: tuple[State, ...],
    steps: tuple[Step, ...],
    kinds: Mapping[str, Kind],
    sampling: SamplingSettings,
    vocabulary: Vocabulary,
) -> bool:
    """Whether another order of the steps breaks a rule or ends in another state."""
    if len(steps) < 2:
        return False
    simple = all(isinstance(kinds[s.kind], Attribute | Position) for s in steps)
    simple &= not (sampling.only.pairs or sampling.never.pairs)
    if simple and len({(s.object, s.kind) for s in steps}) == len(steps):
        return _some_subset_breaks(states[0], steps, kinds, vocabulary)
    return any(_breaks(states, order, kinds, sampling, vocabulary) for order in _orders(steps))


def _some_subset_breaks(
    initial: State, steps: tuple[Step, ...], kinds: Mapping[str, Kind], vocabulary: Vocabulary
) -> bool:
    """`order_sensitive` for steps that touch different attributes.

    They end alike in any order, so only a state between can break a rule. The states between of all orders are the
    subsets of the steps; colors, shapes and materials break no rule in them.
    """
    on_stage = vocabulary.grid.on_stage
    entering = {s.object for s in steps if s.kind == "position" and not on_stage(initial.objects[s.object].position)}
    if any(s.object in entering and s.kind != "position" for s in steps):
        return True  # an object changes only once it is on stage
    relevant = [s for s in steps if s.kind in ("position", "size")]
    for count in range(1, len(relevant)):
        for chosen in itertools.combinations(relevant, count):
            state = replay.replay(initial, chosen, kinds, vocabulary)[-1]
            if footprints.crowded(state, vocabulary, {s.object for s in chosen}):
                return True
    return False


def _orders(steps: tuple[Step, ...]) -> Iterable[tuple[Step, ...]]:
    if len(steps) <= MOST_STEPS:
        return itertools.permutations(steps)
    return ((*steps[:k], steps[k + 1], steps[k], *steps[k + 2 :]) for k in range(len(steps) - 1))


def _breaks(
    states: tuple[State, ...],
    order: tuple[Step, ...],
    kinds: Mapping[str, Kind],
    sampling: SamplingSettings,
    vocabulary: Vocabulary,
) -> bool:
    try:
        others = replay.replay(states[0], order, kinds, vocabulary)
        check_states(others, order, sampling, vocabulary)
    except Rejected:
        return True
    return others[-1] != states[-1]
