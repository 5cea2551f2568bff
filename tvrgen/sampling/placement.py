"""Places for objects: for each in turn, all grid places where it keeps the gap at every moment, and one of them."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from tvrgen.scene import footprints
from tvrgen.scene.model import Object
from tvrgen.settings import Split
from tvrgen.transformations.base import Rejected, Step


def places(
    rng: np.random.Generator,
    looks: list[Object],
    steps: tuple[Step, ...],
    on_stage: list[bool],
    moves: list[str | None],
    split: Split,
) -> Iterator[list[tuple[int, int]]]:
    """Places for the objects, so that all keep the gap at every moment; those with the least choice first.

    Yields one list after another, which differ in the last object's place. Raises Rejected where one finds no place.
    """
    grid, words = split.vocabulary.grid, split.vocabulary
    # histories[k]: (offset from the start, radius) of object k at every moment
    histories = []
    for k, obj in enumerate(looks):
        moments = [obj]
        for step in steps:
            last = moments[-1]
            moments.append(split.kinds[step.kind].apply(last, step.value, words) if step.object == k else last)
        histories.append([(o.position, words.sizes[o.size]) for o in moments])

    def urgency(k: int) -> tuple:
        moved = any(offset != (0, 0) for offset, _ in histories[k])
        return (not moved, -max(radius for _, radius in histories[k]))

    found: dict[int, tuple[int, int]] = {}
    order = sorted(range(len(looks)), key=urgency)
    for k in order:
        free = _free(k, histories, found, on_stage[k], _landings(k, histories, steps, moves), split)
        choice = np.flatnonzero(free)
        if not len(choice):
            raise Rejected("objects keep a gap")
        for cell in choice[rng.permutation(len(choice))] if k == order[-1] else choice[[rng.integers(len(choice))]]:
            x, y = divmod(int(cell), 2 * grid.field + 1)
            found[k] = (x - grid.field, y - grid.field)
            if k == order[-1]:
                yield [found[k] for k in range(len(looks))]


def start_exists(steps: tuple[tuple[str, str, str | None], ...], split: Split) -> bool:
    """Whether an object can stand anywhere so that its (kind, value, type of move) lead where the types say."""
    grid, offset = split.vocabulary.grid, (0, 0)
    first = next(move for *_, move in steps if move)
    free = _stage_mask(grid.stage, grid.field, first != "in").copy()
    for kind, value, move in steps:
        if move:
            probe = Object(shape="", size="", color="", material="", position=offset, rotation=0.0)
            offset = split.kinds[kind].apply(probe, value, split.vocabulary).position
            free &= _shifted(_stage_mask(grid.stage, grid.field, move != "out"), offset)
    return bool(free.any())


def _landings(k: int, histories: list, steps: tuple[Step, ...], moves: list[str | None]) -> list[tuple]:
    """(offset from the start, whether on stage there) after each move of an object."""
    return [
        (histories[k][moment][0], move != "out")
        for moment, (step, move) in enumerate(zip(steps, moves, strict=True), 1)
        if step.object == k and move
    ]


def _free(
    k: int, histories: list, found: dict[int, tuple[int, int]], on_stage: bool, landings: list[tuple], split: Split
) -> np.ndarray:
    """(2 field + 1, 2 field + 1) bool: the places where object k can start, given those that have one."""
    grid = split.vocabulary.grid
    free = _stage_mask(grid.stage, grid.field, on_stage).copy()
    for offset, lands_on_stage in landings:
        free &= _shifted(_stage_mask(grid.stage, grid.field, lands_on_stage), offset)
    met = set()
    for other, place in found.items():
        for (offset, radius), (other_offset, other_radius) in zip(histories[k], histories[other], strict=True):
            centre = (place[0] + other_offset[0] - offset[0], place[1] + other_offset[1] - offset[1])
            met.add((centre, footprints.required_distance(radius, other_radius, grid)))
    for centre, distance in met:
        _clear(free, centre, distance, grid.field)
    return free


@lru_cache(maxsize=16)
def _stage_mask(stage: int, field: int, on_stage: bool) -> np.ndarray:
    """(2 field + 1, 2 field + 1) bool over grid places: those on stage, or those off it."""
    mask = np.full((2 * field + 1, 2 * field + 1), not on_stage)
    mask[field - stage : field + stage + 1, field - stage : field + stage + 1] = on_stage
    return mask


def _shifted(mask: np.ndarray, offset: tuple[int, int]) -> np.ndarray:
    """Where mask holds at place + offset."""
    result = np.zeros_like(mask)
    (a, b), (n, m) = offset, mask.shape
    if abs(a) < n and abs(b) < m:
        result[max(0, -a) : n - max(0, a), max(0, -b) : m - max(0, b)] = mask[
            max(0, a) : n - max(0, -a), max(0, b) : m - max(0, -b)
        ]
    return result


def _clear(free: np.ndarray, centre: tuple[int, int], distance: float, field: int) -> None:
    """Takes all places nearer than `distance` to `centre` out of `free`, in place."""
    reach = int(distance) + 1
    x, y = centre[0] + field, centre[1] + field
    rows, columns = (np.arange(max(0, c - reach), min(free.shape[0], c + reach + 1)) for c in (x, y))
    near = (rows[:, None] - x) ** 2 + (columns[None, :] - y) ** 2 < distance * distance
    if near.size:
        free[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] &= ~near
