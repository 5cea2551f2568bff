"""Placement of objects: each in turn gets one of the grid positions that keep the gap at every moment."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.rules import GAP
from tvrgen.scene import footprints
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations.base import Kind, Rejected

GridPosition = tuple[int, int]
"""(x, y) in grid units."""

_Mask = NDArray[np.bool_]
"""(2 field + 1, 2 field + 1) over the grid positions of the field."""

_History = list[tuple[GridPosition, float]]
"""(offset from the start, footprint radius in metres) of one object at every moment."""


def positions(
    rng: np.random.Generator,
    looks: Sequence[Object],
    steps: Sequence[IntendedStep],
    on_stage: Sequence[bool],
    kinds: Mapping[str, Kind],
    vocabulary: Vocabulary,
) -> Iterator[list[GridPosition]]:
    """Yields lists of positions for the objects, so that all keep the gap at every moment.

    `looks` are the objects at the origin; `on_stage[k]` is whether object k starts on stage. The objects with the
    least choice are placed first. The lists differ in the last object's position. Raises Rejected if an object has no
    position left.
    """
    grid = vocabulary.grid
    histories = [_history(k, obj, steps, kinds, vocabulary) for k, obj in enumerate(looks)]

    def urgency(k: int) -> tuple[bool, float]:
        moved = any(offset != (0, 0) for offset, _ in histories[k])
        return (not moved, -max(radius for _, radius in histories[k]))

    found: dict[int, GridPosition] = {}
    order = sorted(range(len(looks)), key=urgency)
    for k in order:
        free = _free(k, histories, found, on_stage[k], _landings(k, histories[k], steps), grid)
        choice = np.flatnonzero(free)
        if not len(choice):
            raise Rejected(GAP)
        for cell in choice[rng.permutation(len(choice))] if k == order[-1] else choice[[rng.integers(len(choice))]]:
            x, y = divmod(int(cell), 2 * grid.field + 1)
            found[k] = (x - grid.field, y - grid.field)
            if k == order[-1]:
                yield [found[k] for k in range(len(looks))]


def start_exists(steps: Sequence[IntendedStep], kinds: Mapping[str, Kind], vocabulary: Vocabulary) -> bool:
    """Whether an object that takes all these steps has a start from which each move is of its type."""
    grid, offset = vocabulary.grid, (0, 0)
    first = next(step.move for step in steps if step.move)
    free = _stage_mask(grid.stage, grid.field, first != "in").copy()
    for step in steps:
        if step.move:
            probe = Object(shape="", size="", color="", material="", position=offset, rotation=0.0)
            offset = kinds[step.kind].apply(probe, step.value, vocabulary).position
            free &= _shifted(_stage_mask(grid.stage, grid.field, step.move != "out"), offset)
    return bool(free.any())


def _history(
    k: int, obj: Object, steps: Sequence[IntendedStep], kinds: Mapping[str, Kind], vocabulary: Vocabulary
) -> _History:
    moments = [obj]
    for step in steps:
        last = moments[-1]
        moments.append(kinds[step.kind].apply(last, step.value, vocabulary) if step.index == k else last)
    return [(o.position, vocabulary.sizes[o.size]) for o in moments]


def _landings(k: int, history: _History, steps: Sequence[IntendedStep]) -> list[tuple[GridPosition, bool]]:
    """(offset from the start, whether on stage there) after each move of object k."""
    return [
        (history[moment][0], step.move != "out")
        for moment, step in enumerate(steps, start=1)
        if step.index == k and step.move
    ]


def _free(
    k: int,
    histories: Sequence[_History],
    found: Mapping[int, GridPosition],
    on_stage: bool,
    landings: Sequence[tuple[GridPosition, bool]],
    grid: Grid,
) -> _Mask:
    """Returns the positions where object k can start, given the objects placed already."""
    free = _stage_mask(grid.stage, grid.field, on_stage).copy()
    for offset, lands_on_stage in landings:
        free &= _shifted(_stage_mask(grid.stage, grid.field, lands_on_stage), offset)
    met = set()
    for other, position in found.items():
        for (offset, radius), (other_offset, other_radius) in zip(histories[k], histories[other], strict=True):
            centre = (position[0] + other_offset[0] - offset[0], position[1] + other_offset[1] - offset[1])
            met.add((centre, footprints.required_distance(radius, other_radius, grid)))
    for centre, distance in met:
        _clear(free, centre, distance, grid.field)
    return free


@lru_cache(maxsize=16)
def _stage_mask(stage: int, field: int, on_stage: bool) -> _Mask:
    """The positions on stage, or those off it."""
    mask = np.full((2 * field + 1, 2 * field + 1), not on_stage)
    mask[field - stage : field + stage + 1, field - stage : field + stage + 1] = on_stage
    return mask


def _shifted(mask: _Mask, offset: GridPosition) -> _Mask:
    """The positions p with mask[p + offset]."""
    result = np.zeros_like(mask)
    (a, b), (n, m) = offset, mask.shape
    if abs(a) < n and abs(b) < m:
        result[max(0, -a) : n - max(0, a), max(0, -b) : m - max(0, b)] = mask[
            max(0, a) : n - max(0, -a), max(0, b) : m - max(0, -b)
        ]
    return result


def _clear(free: _Mask, centre: GridPosition, distance: float, field: int) -> None:
    """Removes positions nearer than `distance` to `centre` from `free`, in place. Both are in grid units."""
    reach = int(distance) + 1
    x, y = centre[0] + field, centre[1] + field
    rows, columns = (np.arange(max(0, c - reach), min(free.shape[0], c + reach + 1)) for c in (x, y))
    near = (rows[:, None] - x) ** 2 + (columns[None, :] - y) ** 2 < distance * distance
    if near.size:
        free[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] &= ~near
