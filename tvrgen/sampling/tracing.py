"""Steps traced before objects have positions: where each object is at every moment, in terms of the starts to be found.

A step may move an object by an offset, put it in the place of another, or beside one. All of these are found by
applying the steps to objects that start so far apart that a position tells which start it is to be reckoned from.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import ObjectTransformation, Step, Transformation

GridPosition = tuple[int, int]
"""(x, y) in grid units."""

_APART = 10**9
"""Grid units between starts; no kind moves an object as far."""


class Place(NamedTuple):
    """Where an object is at one moment: at an offset from the start of one object, `start` being that one's index."""

    start: int
    offset: GridPosition


def trace(
    objects: Sequence[Object], steps: Sequence[Step], kinds: Mapping[str, Transformation], vocabulary: Vocabulary
) -> list[State]:
    """Returns the states before, between and after the steps, with starts far apart. Raises Rejected if a kind does.

    A kind that looks at one object alone sees it at its offset from the start, so near the middle of the stage.
    """
    state = State(objects=tuple(_moved(obj, (_APART * k, _APART * k)) for k, obj in enumerate(objects)))
    states = [state]
    for step in steps:
        kind = kinds[step.kind]
        if isinstance(kind, ObjectTransformation):
            obj, place = state[step.object], place_of(state[step.object])
            changed = kind.change(_moved(obj, place.offset), step.value, vocabulary)
            (x, y), base = changed.position, _APART * place.start
            state = state.with_object(step.object, _moved(changed, (base + x, base + y)))
        else:
            state = kind.apply(state, step, vocabulary)
        states.append(state)
    return states


def _moved(obj: Object, position: GridPosition) -> Object:
    return obj if obj.position == position else dataclasses.replace(obj, position=position)


def place_of(obj: Object) -> Place:
    """The place of an object in a traced state."""
    (x, y), half = obj.position, _APART // 2
    start = (x + half) // _APART
    return Place(start, (x - start * _APART, y - start * _APART))
