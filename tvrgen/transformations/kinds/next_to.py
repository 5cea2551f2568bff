"""The kind by which an object moves beside another one."""

import math
import re
from collections.abc import Callable

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

    def read(self, text: str, at: int, is_index: Callable[[int], bool]) -> reading.Read:
        """ "front_left" for "front left", "left-front", and the like."""
        side = _SIDE.match(text, at)
        return ("_".join(filter(None, side.groups())), side.end()) if side else reading.word(text, at)

    def normal(self, words: list[str]) -> list[str]:
        return directions.normal(words)

    def phrase(self, step: Step, named: Callable[[int], str]) -> str:
        side = step.value.replace("_", " ").replace("behind", "back")
        return f"moves next to {named(step.objects[1])}, on its {side} side"


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
