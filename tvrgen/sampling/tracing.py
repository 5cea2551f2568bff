"""Steps traced before objects have positions: where each object is at every moment, in terms of the starts to be found.

A step may move an object by an offset, put it in the place of another, or beside one. All of these are found by
applying the steps to objects that start so far apart that a position tells which start it is to be reckoned from.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import ObjectTransformation, Step, Transformation

GridPosition = tuple[int, int]
"""(x, y) in grid units."""

_APART = 10**9
"""Grid units between starts, at least; no kind moves an object as far."""

NOWHERE = -1


class Place(NamedTuple):
    """Where an object is at one moment: at an offset from the start of one object, `start` being that one's index.

    `start` is NOWHERE where a kind reckons a position from several objects, such as the middle between two.
    """

    start: int
    offset: GridPosition


def trace(
    objects: Sequence[Object], steps: Sequence[Step], kinds: Mapping[str, Transformation], vocabulary: Vocabulary
) -> list[State]:
    """Returns the states before, between and after the steps, with starts far apart. Raises Rejected if a kind does,
    as one may that looks at where several objects are.

    A kind that looks at one object alone sees it at its offset from the start, so near the middle of the stage.
    """
    state = State(objects=tuple(_moved(obj, (_base(k), _base(k))) for k, obj in enumerate(objects)))
    states = [state]
    for step in steps:
        kind = kinds[step.kind]
        if isinstance(kind, ObjectTransformation):
            obj, place = state[step.object], place_of(state[step.object])
            changed = kind.change(_moved(obj, place.offset), step.value, vocabulary)
            (x, y), base = changed.position, _base(place.start)
            state = state.with_object(step.object, _moved(changed, (base + x, base + y)))
        else:
            state = kind.apply(state, step, vocabulary)
        states.append(state)
    return states


def each_alone(steps: Sequence[Step], kinds: Mapping[str, Transformation]) -> bool:
    """Whether each step is of a kind that looks at one object alone, so that no trace depends on where others are."""
    return all(isinstance(kinds[step.kind], ObjectTransformation) for step in steps)


def _moved(obj: Object, position: GridPosition) -> Object:
    return obj if obj.position == position else obj.replace(position=position)


def place_of(obj: Object) -> Place:
    """The place of an object in a traced state."""
    (x, y), half = obj.position, _APART // 2
    start = _STARTS.get((x + half) // _APART, NOWHERE)
    base = _base(start)
    return Place(start, (x - base, y - base)) if abs(y - base) < half else Place(NOWHERE, obj.position)


def _base(start: int) -> int:
    """Both coordinates of a start. They grow threefold, so that no start is in the middle of two or mirrored at one."""
    return _APART * 3**start if start != NOWHERE else 0


_STARTS = {3**start: start for start in range(1024)}
