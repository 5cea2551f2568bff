"""The kind that moves an object: its ways to move, the moves that images cannot distinguish, and how moves are said."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tvrgen.scene import footprints
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import directions, reading
from tvrgen.transformations.base import ObjectTransformation, Role, Step

MOVES = {
    "inner": (Role(),),
    "out": (Role(after="unseen", alone=True),),
    "in": (Role(before="unseen"),),
}
"""Type of move -> roles: inner stays on stage, out leaves it, in enters it."""


class Position(ObjectTransformation):
    """Moves an object. A value is "direction.distance", e.g. "front_left.2", as the first image's viewer sees it."""

    name = "position"
    directional = True
    cumulative = True
    fields = frozenset({"position"})

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return tuple(f"{d}.{n}" for d in vocabulary.directions for n in vocabulary.distances)

    def change(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        return obj.replace(position=_moved(obj.position, value, vocabulary))

    def variants(self, sampling: Any) -> Mapping[str, tuple[Role, ...]]:
        return {move: MOVES[move] for move in sampling.moves}

    def limit(self, values: int, sampling: Any) -> float:
        return math.inf if sampling.repeat else 1

    def accepted(self, states: Sequence[State], at: int, step: Step, vocabulary: Vocabulary) -> tuple[str, ...]:
        """The step's value, and others of an object that leaves or enters the stage.

        An object that leaves may leave by any way that leads off the stage and stays in the field. An object that
        enters came from a position that no image shows: by any way that begins off stage, in the field. While it stands
        there, out of sight, it keeps the gap to all that is on stage.
        """
        k, grid = step.object, vocabulary.grid
        before, after = states[at][k], states[at + 1][k]
        leaves = not grid.on_stage(after.position)
        if grid.on_stage(before.position) and not leaves:
            return (step.value,)
        on_stage = [
            [o for o in state.objects if grid.shows(o) and o is not state[k]]
            for state in (states[at + 1 :] if leaves else states[: at + 1])
        ]
        others = []
        for other in self.values(vocabulary):
            end = _moved(before.position, other, vocabulary)
            # the end of the move that no image shows: where it leads to, or the start from which it leads to `after`
            hidden = end if leaves else _minus(after.position, _minus(end, before.position))
            if other == step.value or grid.on_stage(hidden) or not grid.in_field(hidden):
                continue
            there = before.replace(position=hidden)
            if not any(footprints.crowds(there, seen, vocabulary) for seen in on_stage):
                others.append(other)
        return (step.value, *others)

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        was, is_ = (state[objects[0]] for state in (before, after))
        if not (vocabulary.grid.shows(was) and vocabulary.grid.shows(is_)):
            return values
        return [value for value in values if _moved(was.position, value, vocabulary) == is_.position]

    def read(self, text: str, at: int, is_index: Callable[[int], bool]) -> reading.Read:
        """ "front_left.2" for "front left, 2 steps", "left-front (2)", and the like."""
        move = _MOVE.match(text, at)
        if move and move["apart"] and is_index(move.end("apart")):
            move = _WITHOUT_DISTANCE_APART.match(text, at)
        if not move:
            return reading.word(text, at)
        first, second, *distances = move.groups()
        direction = f"{first}_{second}" if second else first
        return ".".join(filter(None, (direction, *distances))), move.end()

    def normal(self, words: list[str]) -> list[str]:
        return directions.normal(words)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        return f"moves {_in_words(step.value)}"

    def told(self, steps: Sequence[Step], entered: bool, named: Callable[[int], str]) -> list[str]:
        if entered:
            return ["it has come onto the stage, and where from does not show"]
        if len(steps) == 1:
            return [f"it has moved {_in_words(steps[0].value)}, as the first image's viewer sees it"]
        return [f"it stands elsewhere: {' and then '.join(_in_words(s.value) for s in steps)} leads there"]


_WAY = rf"({directions.TOWARDS})(?:[\s_-]*({directions.TOWARDS}))?"
_BESIDE = r"(?:\s*[._:x]\s*|-|\s+-\s+)([0-9]{1,3})(?!\w)|\s*\(\s*([0-9]{1,3})\s*\)"
_APART = r"[\s,]+(?P<apart>[0-9]{1,3})(?!\w)"
_END = r"(?:\s+steps?\b)?(?!\w|[._+-]\w)"
_MOVE = re.compile(rf"{_WAY}(?:{_BESIDE}|{_APART})?{_END}")
_WITHOUT_DISTANCE_APART = re.compile(rf"{_WAY}(?:{_BESIDE})?{_END}")
"""A number behind "left " may be the index of the next change, not a distance."""


def _in_words(value: str) -> str:
    """ "2 steps front left" for the move "front_left.2"."""
    direction, distance = value.split(".")
    return f"{distance} step{'s' if int(distance) > 1 else ''} {direction.replace('_', ' ')}"


def _moved(position: tuple[int, int], value: str, vocabulary: Vocabulary) -> tuple[int, int]:
    """Where a move leads from a position."""
    direction, distance = value.split(".")
    dx, dy = vocabulary.displacement(direction, int(distance))
    return position[0] + dx, position[1] + dy


def _minus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] - b[0], a[1] - b[1]
