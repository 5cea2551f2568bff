"""States as text: the objects of a scene in words, and whether these tell which object became which."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Split
from tvrgen.dataset import records
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Grid

MOVES = "position"
"""The kind of change that moves an object."""

Objects = Mapping[int, Object]
"""The objects of a state that are present, by their numbers."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An object before the changes, the same one after them, and the changes between: attribute or MOVES -> value."""

    number: int
    before: Object
    after: Object
    changes: Mapping[str, str]


def states(scene: Record, split: Split) -> tuple[Objects, Objects]:
    """Returns the objects of a scene line before the changes and after them. Raises UserError if it breaks a rule."""
    parts = (records.state_from(scene[when], split.vocabulary).objects for when in ("initial", "final"))
    before, after = ({k: own for k, own in enumerate(objects) if own.present} for objects in parts)
    return before, after


def described(obj: Object) -> str:
    """Returns an object in words: "small red metal cube at (12, -8)"."""
    return f"{' '.join(obj.looks).replace('_', ' ')} at {obj.position}"


def numbered(objects: Objects, grid: Grid) -> str:
    """Returns a line for each object, with its number."""
    return "\n".join(f"#{number}: {_placed(own, grid)}" for number, own in objects.items())


def unnumbered(objects: Objects, grid: Grid) -> str:
    """Returns a line for each object, without numbers, in the order of their places."""
    return "\n".join(_placed(own, grid) for own in sorted(objects.values(), key=lambda own: own.position))


def moves(split: Split) -> dict[str, tuple[int, int]]:
    """Returns what each move adds to a place, in grid units: {"left.1": (0, -10), ...}."""
    steps = [(value, *value.split(".")) for value in split.values.get(MOVES, ())]
    return {value: split.vocabulary.displacement(direction, int(number)) for value, direction, number in steps}


def reading(before: Objects, after: Objects, split: Split, most: int) -> tuple[Reading, ...] | None:
    """Returns which object became which, if two states tell it without the numbers of the second one.

    That is the one way to match their objects in which `most` changes or fewer lead from one state to the other. Each
    changes an attribute of an object once, or moves it once. None if there are several ways, or none.
    """
    steps = {step: value for value, step in moves(split).items()}
    rows = [[_changes(one, other, split, steps) for other in after.values()] for one in before.values()]
    found = list(islice(_matchings(rows, most, frozenset()), 2)) if len(before) == len(after) else []
    if len(found) != 1:
        return None
    ends = list(after.values())
    matched = zip(before.items(), found[0], rows, strict=True)
    return tuple(Reading(number, one, ends[k], row[k] or {}) for (number, one), k, row in matched)


def _placed(obj: Object, grid: Grid) -> str:
    return f"{described(obj)}{'' if grid.shows(obj) else ', outside the stage'}"


def _changes(
    one: Object, other: Object, split: Split, steps: Mapping[tuple[int, int], str]
) -> Mapping[str, str] | None:
    """The changes that make an object another one; None if no kinds of the split do."""
    found = {name: value for name, value in other.attributes.items() if one.attributes[name] != value}
    if any(value not in split.values.get(name, ()) for name, value in found.items()):
        return None
    if one.position != other.position:
        (x, y), (to_x, to_y) = one.position, other.position
        if (move := steps.get((to_x - x, to_y - y))) is None:
            return None
        found[MOVES] = move
    return found


def _matchings(
    rows: Sequence[Sequence[Mapping[str, str] | None]], most: int, taken: Collection[int]
) -> Iterator[tuple[int, ...]]:
    """Yields the ways to match each row with a column of its own in which there are so many changes at most."""
    if not rows:
        yield ()
        return
    for k, changes in enumerate(rows[0]):
        if k not in taken and changes is not None and len(changes) <= most:
            yield from ((k, *rest) for rest in _matchings(rows[1:], most - len(changes), {*taken, k}))
