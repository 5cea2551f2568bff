"""Placement of objects: each in turn gets one of the grid positions that keep the gap at every moment."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tvrgen.sampling.levels import IntendedStep
from tvrgen.sampling.rules import GAP
from tvrgen.sampling.tracing import GridPosition, Place, each_alone, place_of, trace
from tvrgen.scene import footprints
from tvrgen.scene.model import Object
from tvrgen.scene.vocabulary import Grid, Vocabulary
from tvrgen.transformations.base import Rejected, Transformation

_Mask = NDArray[np.bool_]
"""(2 field + 1, 2 field + 1) over the grid positions of the field."""

_Moments = list[list[tuple[Place, float]]]
"""For each object, its place and the radius of its footprint in metres at every moment; -inf while it is absent."""

_Pairs = dict[tuple[int, int], set[tuple[GridPosition, float]]]
"""(start, other start) -> {(offset to the other start, the least distance from there in grid units)}."""


def positions(
    rng: np.random.Generator,
    looks: Sequence[Object],
    steps: Sequence[IntendedStep],
    on_stage: Sequence[bool],
    kinds: Mapping[str, Transformation],
    vocabulary: Vocabulary,
) -> Iterator[list[GridPosition]]:
    """Yields lists of positions for the objects, so that all keep the gap at every moment.

    `looks` are the objects, wherever; `on_stage[k]` is whether object k starts on stage. The objects with the
    least choice are placed first. The lists differ in the last object's position. Raises Rejected if an object has no
    position left.
    """
    grid = vocabulary.grid
    moments = _moments(looks, steps, kinds, vocabulary)
    landings, pairs = _landings(moments, steps), _pairs(moments, grid)

    def urgency(k: int) -> tuple[bool, float]:
        moved = any(place != Place(k, (0, 0)) for place, _ in moments[k])
        return (not moved, -max(radius for _, radius in moments[k]))

    found: dict[int, GridPosition] = {}
    order = sorted(range(len(looks)), key=urgency)
    for k in order:
        free = _free(k, pairs, found, on_stage[k], landings[k], grid)
        choice = np.flatnonzero(free)
        if not len(choice):
            raise Rejected(GAP)
        for cell in choice[rng.permutation(len(choice))] if k == order[-1] else choice[[rng.integers(len(choice))]]:
            x, y = divmod(int(cell), 2 * grid.field + 1)
            found[k] = (x - grid.field, y - grid.field)
            if k == order[-1]:
                yield [found[k] for k in range(len(looks))]


def start_exists(steps: Sequence[IntendedStep], kinds: Mapping[str, Transformation], vocabulary: Vocabulary) -> bool:
    """Whether an object that takes all these steps has a start from which each is in its role."""
    grid = vocabulary.grid
    moves = [step for step in steps if step.variant]
    probe = Object(shape="", size=next(iter(vocabulary.sizes)), color="", material="", position=(0, 0), rotation=0.0)
    states = trace([probe], [step.step for step in moves], kinds, vocabulary)
    free = _stage_mask(grid.stage, grid.field, not moves[0].roles[0].enters).copy()
    for state, step in zip(states[1:], moves, strict=True):
        on_stage = step.roles[0].after != "unseen"
        free &= _shifted(_stage_mask(grid.stage, grid.field, on_stage), place_of(state[0]).offset)
    return bool(free.any())


def _moments(
    looks: Sequence[Object],
    steps: Sequence[IntendedStep],
    kinds: Mapping[str, Transformation],
    vocabulary: Vocabulary,
) -> _Moments:
    found: _Moments = [[(Place(k, (0, 0)), _radius(obj, vocabulary))] for k, obj in enumerate(looks)]
    own_steps = [step.step for step in steps]
    try:
        states = trace(looks, own_steps, kinds, vocabulary)
    except Rejected:
        if each_alone(own_steps, kinds):
            raise
        return found  # a kind that looks at where objects are: the rules are checked later
    for before, after in itertools.pairwise(states):
        for own, was, is_ in zip(found, before.objects, after.objects, strict=True):
            own.append(own[-1] if is_ is was else (place_of(is_), _radius(is_, vocabulary)))
    if any(not 0 <= place.start < len(looks) for own in found for place, _ in own):
        return [own[:1] for own in found]  # a kind that reckons from elsewhere: the rules are checked later
    return found


def _radius(obj: Object, vocabulary: Vocabulary) -> float:
    return vocabulary.sizes[obj.size] if obj.present else -math.inf


def _landings(moments: _Moments, steps: Sequence[IntendedStep]) -> list[list[tuple[GridPosition, bool]]]:
    """For each start, (offset from it, whether on stage there) after each step that moves an object."""
    found: list[list[tuple[GridPosition, bool]]] = [[] for _ in moments]
    for k, own in enumerate(moments):
        for step, (before, _), (place, _) in zip(steps, own, own[1:], strict=False):
            after = step.role_of(k).after
            if place != before and after != "any":
                found[place.start].append((place.offset, after == "seen"))
    return found


def _pairs(moments: _Moments, grid: Grid) -> _Pairs:
    """What the gap asks of each pair of starts. Raises Rejected if two objects reckoned from one start are too near."""
    found: _Pairs = {}
    for own, other in itertools.combinations(moments, 2):
        last = None
        for moment in zip(own, other, strict=True):
            if moment == last:
                continue
            last, ((a, radius_a), (b, radius_b)) = moment, moment
            dx, dy = b.offset[0] - a.offset[0], b.offset[1] - a.offset[1]
            needed = footprints.required_distance(radius_a, radius_b, grid)
            if math.isinf(needed):
                continue
            if a.start == b.start and dx * dx + dy * dy < needed * needed:
                raise Rejected(GAP)
            found.setdefault((a.start, b.start), set()).add(((dx, dy), needed))
            found.setdefault((b.start, a.start), set()).add(((-dx, -dy), needed))
    return found


def _free(
    k: int,
    pairs: _Pairs,
    found: Mapping[int, GridPosition],
    on_stage: bool,
    landings: Sequence[tuple[GridPosition, bool]],
    grid: Grid,
) -> _Mask:
    """Returns the positions where object k can start, given the objects placed already."""
    free = _stage_mask(grid.stage, grid.field, on_stage).copy()
    for offset, lands_on_stage in landings:
        free &= _shifted(_stage_mask(grid.stage, grid.field, lands_on_stage), offset)
    for other, (x, y) in found.items():
        for (dx, dy), distance in pairs.get((k, other), ()):
            _clear(free, (x + dx, y + dy), distance, grid.field)
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
    away = _away(distance)
    side = len(away)
    x, y = centre[0] + field - side // 2, centre[1] + field - side // 2  # where its corner is in the field's
    top, left = max(0, x), max(0, y)
    near = free[top : max(0, x + side), left : max(0, y + side)]
    near &= away[top - x :, left - y :][: near.shape[0], : near.shape[1]]


@lru_cache(maxsize=1024)
def _away(distance: float) -> _Mask:
    """The positions, in a square around one, that are not nearer to it than `distance`."""
    reach = int(distance) + 1
    offset = np.arange(-reach, reach + 1)
    return offset[:, None] ** 2 + offset[None, :] ** 2 >= distance * distance
