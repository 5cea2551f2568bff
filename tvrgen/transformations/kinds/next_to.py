"""The kind by which an object moves beside another one."""

import math
import re
from collections.abc import Callable, Sequence

from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations import directions, reading
from tvrgen.transformations.base import Role, Step, Transformation


class NextTo(Transformation):
    """The first object moves beside the second, as near as the gap allows: 2+5.next_to.left.

    The value is the direction from the second object to the first, as the first image's viewer sees it.
    """

    name = "next_to"
    roles = (Role(), Role())
    ordered = True
    directional = True
    fields = frozenset({"position"})

    def words(self, vocabulary: Vocabulary) -> str:
        return (
            "the first object moves beside the second, to the side that the first image's viewer sees there (front is "
            "towards that viewer)"
        )

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return tuple(vocabulary.directions)

    def apply(self, state: State, step: Step, vocabulary: Vocabulary) -> State:
        a, b = step.objects
        radius, other = (vocabulary.sizes[state[k].size] for k in (a, b))
        dx, dy = _beside(vocabulary.directions[step.value], radius, other, vocabulary)
        x, y = state[b].position
        return state.replace(a, position=(x + dx, y + dy))

    def leading(
        self, before: State, after: State, objects: Sequence[int], values: Sequence[str], vocabulary: Vocabulary
    ) -> Sequence[str]:
        a, b = objects
        (x, y), (to_x, to_y) = before[b].position, after[a].position
        if before[a].position == (to_x, to_y):
            return ()
        radius, other = (vocabulary.sizes[before[k].size] for k in objects)
        needed = footprints.required_distance(radius, other, vocabulary.grid)
        dx, dy = to_x - x, to_y - y
        if not needed <= (distance := math.hypot(dx, dy)) <= needed + _MOST_BEYOND:
            return ()
        least = _LEAST_COSINE * distance
        ways = ((value, vocabulary.directions[value]) for value in values)
        return [value for value, (x, y) in ways if x * dx + y * dy >= least * math.hypot(x, y)]

    def read(self, text: str, at: int, is_index: Callable[[int], bool]) -> reading.Read:
        """ "front_left" for "front left", "left-front", and the like."""
        side = _SIDE.match(text, at)
        return ("_".join(filter(None, side.groups())), side.end()) if side else reading.word(text, at)

    def normal(self, words: list[str]) -> list[str]:
        return directions.normal(words)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        side = step.value.replace("_", " ").replace("behind", "back")
        return f"moves next to {named(step.objects[1])}, on its {side} side"


_MOST_BEYOND = 4
"""Grid units by which an object can stand further than the gap asks, as positions are rounded."""
_LEAST_COSINE = 0.8
"""Cosine of the angle by which its direction can be off; neighbouring directions are 45 degrees apart."""
_SIDE = re.compile(rf"({directions.TOWARDS})(?:[\s_-]*({directions.TOWARDS}))?(?!\w|[._+-]\w)")


def _beside(direction: tuple[float, float], radius: float, other: float, vocabulary: Vocabulary) -> tuple[int, int]:
    """The offset, in grid units, of the nearest position in a direction where footprints of two radii keep the gap."""
    needed = footprints.required_distance(radius, other, vocabulary.grid)
    length = math.hypot(*direction)
    distance = math.ceil(needed)
    while True:
        dx, dy = (round(component / length * distance) for component in direction)
        if dx * dx + dy * dy >= needed * needed:
            return dx, dy
        distance += 1
