"""The kind that moves an object, and the types of its moves."""

import dataclasses
from dataclasses import dataclass

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Rejected


@dataclass(frozen=True)
class Position:
    """Moves an object. A value is "direction.distance", e.g. "front_left.2", as the first image's viewer sees it."""

    name: str = "position"

    def values(self, vocabulary: Vocabulary) -> tuple[str, ...]:
        return tuple(f"{d}.{n}" for d in vocabulary.directions for n in vocabulary.distances)

    def apply(self, obj: Object, value: str, vocabulary: Vocabulary) -> Object:
        direction, distance = value.split(".")
        dx, dy = vocabulary.displacement(direction, int(distance))
        return dataclasses.replace(obj, position=(obj.position[0] + dx, obj.position[1] + dy))

    def phrase(self, value: str) -> str:
        direction, distance = value.split(".")
        return f"moves {distance} step{'s' if int(distance) > 1 else ''} {direction.replace('_', ' ')}"


def move_type(before: Object, after: Object, vocabulary: Vocabulary) -> str | None:
    """inner (stage to stage), out (leaves the stage), in (enters it); None where nothing moved."""
    if before.position == after.position:
        return None
    was, is_ = (vocabulary.grid.on_stage(o.position) for o in (before, after))
    if not was and not is_:
        raise Rejected("a move begins or ends on stage")
    return "inner" if was and is_ else "out" if was else "in"
