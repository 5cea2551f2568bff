"""Footprints: the circles that objects cover on the ground, and the gap between them."""

from collections.abc import Collection, Iterable

from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Grid, Vocabulary


def crowded(state: State, vocabulary: Vocabulary, moved: Collection[int] | None = None) -> tuple[int, int] | None:
    """The indices of the first two objects whose footprints are closer than the gap, or None.

    With `moved`, only pairs with one of these objects are checked.
    """
    objects, sizes, grid = state.objects, vocabulary.sizes, vocabulary.grid
    largest = max(sizes.values())
    for j in range(len(objects)) if moved is None else moved:
        b = objects[j]
        if not b.present:
            continue
        (x, y), radius = b.position, sizes[b.size]
        most = required_distance(largest, radius, grid)
        for i, a in enumerate(objects[:j] if moved is None else objects):
            dx, dy = a.position[0] - x, a.position[1] - y
            if abs(dx) >= most or abs(dy) >= most or i == j or not a.present:
                continue  # most pairs are far apart
            needed = required_distance(sizes[a.size], radius, grid)
            if dx * dx + dy * dy < needed * needed:
                return i, j
    return None


def crowds(obj: Object, others: Iterable[Object], vocabulary: Vocabulary) -> bool:
    """Whether an object's footprint is closer than the gap to that of one of these others."""
    return crowded(State(objects=(obj, *others)), vocabulary, (0,)) is not None


def are_apart(a: tuple[float, float], radius_a: float, b: tuple[float, float], radius_b: float) -> bool:
    """Whether two circles on the ground, in metres, do not overlap."""
    dx, dy, needed = a[0] - b[0], a[1] - b[1], radius_a + radius_b
    return dx * dx + dy * dy >= needed * needed


def required_distance(radius_a: float, radius_b: float, grid: Grid) -> float:
    """The least distance of two centres in grid units: both radii (metres) and the gap, with room for rounding."""
    return (radius_a + radius_b) / grid.unit + grid.gap - 1e-9
