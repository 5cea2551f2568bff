"""What `ordered` and `cumulative` promise of a kind, seen in two steps on objects drawn at random."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from tvrgen._support.rng import generator
from tvrgen.checking.faults import Fault, of_error
from tvrgen.checking.probes import drawn
from tvrgen.config.settings import SamplingSettings
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Rejected, Role, Step, Transformation
from tvrgen.transformations.own import KindError

_STATES = 20  # states that are drawn for each way to take objects
_VALUES = 4  # values of which each two are tried in each state


def faults(kind: Transformation, values: Sequence[str], words: Vocabulary, sampling: SamplingSettings) -> list[Fault]:
    """The faults of a kind's `ordered` and `cumulative`, as far as steps by some of these values show them."""
    try:
        return [*_of_ordered(kind, values, words), *_of_cumulative(kind, values, words, sampling)]
    except KindError as error:
        return [of_error(error)]


def _of_ordered(kind: Transformation, values: Sequence[str], words: Vocabulary) -> Iterator[Fault]:
    """The fault of a kind that is ordered, and gives the same state whatever the order of the objects."""
    if not kind.ordered or len(kind.roles) < 2:
        return
    step = Step(objects=tuple(range(len(kind.roles))), kind=kind.name)
    ends = [
        [_end(kind, state, [dataclasses.replace(own, value=value)], words) for own in (step, _reversed(step))]
        for state in _states(kind, kind.roles, words)
        for value in values[:_VALUES]
    ]
    if (known := [pair for pair in ends if None not in pair]) and all(one == other for one, other in known):
        text = f"is True, and yet {step} and {_reversed(step)} always lead to the same state; leave it out"
        yield Fault("ordered", text, kind.name)


def _of_cumulative(
    kind: Transformation, values: Sequence[str], words: Vocabulary, sampling: SamplingSettings
) -> Iterator[Fault]:
    """The fault of a kind that is cumulative, and whose steps lead elsewhere in another order; or the other way round.

    Steps that add up have to be so only if one object may take several, as `limit` says.
    """
    number, adds, tried = len(kind.roles), 0, 0
    several = kind.limit(len(values), dataclasses.replace(sampling, repeat=True)) > 1
    if not kind.cumulative and not (several and number == 1):
        return
    objects = tuple(range(number))
    for state, (a, b) in itertools.product(
        _states(kind, kind.roles, words), itertools.product(values[:: max(1, len(values) // _VALUES)], repeat=2)
    ):
        one = Step(objects=objects, kind=kind.name, value=a)
        other = Step(objects=(*objects[1:], number) if number > 1 else objects, kind=kind.name, value=b)
        ends = [_end(kind, state, steps, words) for steps in ((one, other), (other, one), (one, one), (one,))]
        if None in ends[:2]:
            continue
        if kind.cumulative and ends[0] != ends[1]:
            text = "is True, and yet two steps lead elsewhere in the other order; leave it out"
            yield Fault("cumulative", text, kind.name, f"{one}, {other}")
            return
        tried += a != b
        adds += a != b and ends[0] == ends[1] and ends[2] != ends[3]
    if not kind.cumulative and tried and adds == tried:
        text = "is False, and yet steps add up, in any order; write cumulative = True"
        yield Fault("cumulative", text, kind.name)


def _states(kind: Transformation, way: Sequence[Role], words: Vocabulary) -> Iterator[State]:
    rng = generator(0, "flags", kind.name)
    for _ in range(_STATES):
        yield State(objects=tuple(drawn(rng, words, way)))


def _end(kind: Transformation, state: State, steps: Sequence[Step], words: Vocabulary) -> State | None:
    """The state after some steps; None if one of them does not apply."""
    try:
        for step in steps:
            state = kind.apply(state, step, words)
    except Rejected:
        return None
    return state


def _reversed(step: Step) -> Step:
    return dataclasses.replace(step, objects=step.objects[::-1])
