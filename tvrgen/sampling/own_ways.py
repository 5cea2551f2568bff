"""Ways to say a step that its own kind accepts, as other values: in the problem's order of steps, or in another.

Which values a step accepts that enters or leaves the stage follows from what is on it meanwhile, and no image shows in
which order steps were taken: what has left before another object leaves is not in its way.
"""

import dataclasses
import itertools
from collections.abc import Sequence

from tvrgen.config.settings import Split
from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step


def own_ways(states: Sequence[State], steps: Sequence[Step], split: Split) -> tuple[tuple[Step, ...], ...]:
    """Returns for each step the ways to say it that its kind accepts, itself first.

    `states` are those before, between and after the steps.
    """
    found = [dict.fromkeys(_accepted(states, at, step, split)) for at, step in enumerate(steps)]
    moving = [at for at in range(len(steps)) if _takes_other_ground(states[at], states[at + 1])]
    for at in moving if len(moving) > 1 else ():
        found[at].update(dict.fromkeys(_accepted_in_other_orders(states, steps, at, moving, found[at], split)))
    return tuple(
        tuple(dataclasses.replace(step, value=value) if value != step.value else step for value in values)
        for step, values in zip(steps, found, strict=True)
    )


def _accepted(states: Sequence[State], at: int, step: Step, split: Split) -> tuple[str, ...]:
    return split.kinds[step.kind].accepted(states, at, step, split.vocabulary)


def _accepted_in_other_orders(
    states: Sequence[State], steps: Sequence[Step], at: int, moving: Sequence[int], known: dict[str, None], split: Split
) -> list[str]:
    """The values that a step accepts in other orders of the steps that change which ground is covered, if there are any
    that are not known.

    Most is accepted of what leaves last, and of what enters first. Steps of other kinds come last.
    """
    grid = split.vocabulary.grid
    roles = replay.roles(states[at], states[at + 1], steps[at], grid)
    leaves, enters = (
        any(sighting != "seen" for sighting in own) for own in zip(*((r.after, r.before) for r in roles), strict=True)
    )
    others = [other for other in moving if other != at]
    best = [order for order, asked in (((*others, at), leaves), ((at, *others), enters)) if asked]
    if not any(_new(order, states, steps, at, known, split) for order in best):
        return []
    found = []
    for order in itertools.permutations(moving):
        if _is_right(order, states, steps, split):
            found += _new(order, states, steps, at, known, split)
    return found


def _new(
    order: Sequence[int], states: Sequence[State], steps: Sequence[Step], at: int, known: dict[str, None], split: Split
) -> list[str]:
    """The values that step `at` accepts in an order, other than known ones; none if the steps do not apply in it."""
    try:
        then = replay.replay(states[0], [steps[k] for k in order], split.kinds, split.vocabulary)
    except Rejected:
        return []
    return [value for value in _accepted(then, order.index(at), steps[at], split) if value not in known]


def _is_right(order: Sequence[int], states: Sequence[State], steps: Sequence[Step], split: Split) -> bool:
    """Whether steps taken in an order keep their roles and the gap, and lead to the ground that is covered in the end.

    What is out of sight may be elsewhere if its step accepts other values in this order.
    """
    own, words = [steps[k] for k in order], split.vocabulary
    try:
        then = replay.replay(states[0], own, split.kinds, words)
    except Rejected:
        return False
    if _takes_other_ground(then[-1], states[-1]):
        return False
    for place, at in enumerate(order):
        before, after = then[place], then[place + 1]
        was, is_ = states[at], states[at + 1]
        if replay.roles(before, after, steps[at], words.grid) != replay.roles(was, is_, steps[at], words.grid):
            return False
        seen = State(objects=tuple(filter(words.grid.shows, after.objects)))
        if footprints.crowded(seen, words):
            return False
    return all(
        len(_accepted(then, place, step, split)) > 1 or not _crowds_unseen(then, step, split)
        for place, step in enumerate(own)
    )


def _crowds_unseen(states: Sequence[State], step: Step, split: Split) -> bool:
    """Whether an object of a step is ever out of sight and too near to one that is seen then."""
    words = split.vocabulary
    return any(
        footprints.crowds(state[k], filter(words.grid.shows, state.objects), words)
        for state in states
        for k in step.objects
        if state[k].present and not words.grid.on_stage(state[k].position)
    )


def _takes_other_ground(before: State, after: State) -> bool:
    return any(_ground(before[k]) != _ground(after[k]) for k in replay.differing(before, after))


def _ground(obj: Object) -> tuple[object, ...]:
    """What determines which ground an object covers."""
    return obj.position, obj.size, obj.present
