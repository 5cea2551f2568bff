"""Test of whether the order of a problem's steps matters."""

import itertools
from collections.abc import Iterable, Mapping

from tvrgen.config.settings import SamplingSettings
from tvrgen.sampling.fairness import check_steps
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step, Transformation

MOST_STEPS = 6
"""Of more steps than these, only orders that swap two neighbours are tried."""


def order_sensitive(
    states: tuple[State, ...],
    steps: tuple[Step, ...],
    kinds: Mapping[str, Transformation],
    sampling: SamplingSettings,
    vocabulary: Vocabulary,
) -> bool:
    """Whether another order of the steps breaks a rule or ends in another state."""
    if len(steps) < 2:
        return False
    touched = [(k, field) for s in steps for k in s.objects for field in kinds[s.kind].fields or ("",)]
    simple = all(kinds[s.kind].fields and len(s.objects) == 1 for s in steps)
    simple &= not (sampling.only.pairs or sampling.never.pairs)
    if simple and len(set(touched)) == len(touched):
        return _some_subset_breaks(states, steps, kinds, vocabulary)
    return any(_breaks(states, order, kinds, sampling, vocabulary) for order in _orders(steps))


_ROOM = frozenset({"position", "size"})
"""Fields of an object that decide which ground it covers."""


def _some_subset_breaks(
    states: tuple[State, ...], steps: tuple[Step, ...], kinds: Mapping[str, Transformation], vocabulary: Vocabulary
) -> bool:
    """`order_sensitive` for steps of one object each that touch different fields.

    They end alike in any order, so only a state between can break a rule. The states between of all orders are the
    subsets of the steps; only those that change what ground an object covers can break a rule in them.
    """
    initial, shows = states[0], vocabulary.grid.shows
    entering = {s.object for s in steps if not shows(initial[s.object])}
    if len(entering) < sum(s.object in entering for s in steps):
        return True  # an object changes only once it is on stage
    relevant = [s for s in steps if _ROOM & (kinds[s.kind].fields or _ROOM)]
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
    kinds: Mapping[str, Transformation],
    sampling: SamplingSettings,
    vocabulary: Vocabulary,
) -> bool:
    try:
        others = replay.replay(states[0], order, kinds, vocabulary)
        if others[-1] != states[-1]:
            return True
        check_steps(others, order, sampling, vocabulary)  # the ends are those of the problem, and keep the rules
    except Rejected:
        return True
    return False
