"""The kind that moves an object, the types of its moves, and the moves that images cannot distinguish."""

import dataclasses
from dataclasses import dataclass

from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Vocabulary
from tvrgen.transformations.base import Kind, Rejected, Rule

MOVE_OFF_STAGE = Rule(text="a move begins or ends on stage")


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
    """inner (stage to stage), out (leaves the stage), in (enters it); None if the position is the same.

    Raises `Rejected` for a move that begins and ends off stage.
    """
    if before.position == after.position:
        return None
    was, is_ = (vocabulary.grid.on_stage(o.position) for o in (before, after))
    if not was and not is_:
        raise Rejected(MOVE_OFF_STAGE)
    return "inner" if was and is_ else "out" if was else "in"


def accepted(before: Object, value: str, kind: Kind, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The values of a kind that images cannot distinguish from `value`, given to the object `before`; that one first.

    An object that leaves may leave by any way that leads off the stage and stays in the field. An object that enters
    came from a position that no image shows: by any way that begins off stage, in the field.
    """
    after = kind.apply(before, value, vocabulary)
    moved = move_type(before, after, vocabulary)
    if moved not in ("in", "out"):
        return (value,)
    grid, others = vocabulary.grid, []
    for other in kind.values(vocabulary):
        end = kind.apply(before, other, vocabulary).position
        # the end of the move that no image shows: where it leads to, or the start from which it leads to `after`
        hidden = end if moved == "out" else _minus(after.position, _minus(end, before.position))
        if other != value and grid.in_field(hidden) and not grid.on_stage(hidden):
            others.append(other)
    return (value, *others)


def _minus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return a[0] - b[0], a[1] - b[1]
