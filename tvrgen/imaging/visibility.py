"""Sights: the visible pixels of each object in an image, those that its mesh covers and nearer objects do not.

Objects have footprints that do not overlap, so of any two objects only one can hide the other. Their positions alone
determine which: no depths are compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tvrgen.imaging import rays, silhouettes
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Camera, Object, State
from tvrgen.scene.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Sight:
    """The visible part of one object in one image.

    `pixels` counts the visible ones; `fraction` is their share of those that the object would cover in the frame if it
    were alone; `box` is (left, top, right, bottom) of the visible pixels, right and bottom exclusive.
    """

    pixels: int
    fraction: float
    box: tuple[int, int, int, int] | None


NOTHING = Sight(0, 0.0, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """The pixels that an object would cover if it were alone: their box, as a sight has it, and a mask of its size.

    `power` is that of the camera to the object's footprint.
    """

    box: tuple[int, int, int, int]
    mask: NDArray[np.bool_]
    pixels: int
    power: float


_Key = tuple[str, str, tuple[int, int], float]


class Eye:
    """Computes the sights of states. Caches each object's pixels, because most objects of a state do not change."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._covers: dict[tuple[Camera, int], dict[_Key, _Cover | None]] = {}

    def forget(self) -> None:
        """Empties the cache. Call it between problems: no view of one problem occurs in another."""
        self._covers.clear()

    def index_map(self, state: State, view: View) -> NDArray[np.uint8]:
        """Returns (H, W) uint8: 0 where no object is visible, else 1 + its index."""
        indices = np.zeros((view.height, view.width), np.uint8)
        covers = [(k, cover) for k, cover in enumerate(self._covers_of(state, view)) if cover]
        for k, cover in sorted(covers, key=lambda entry: -entry[1].power):
            left, top, right, bottom = cover.box
            indices[top:bottom, left:right][cover.mask] = k + 1
        return indices

    def look(self, state: State, view: View) -> tuple[Sight, ...]:
        """Returns the sights of the state's objects in the view, in the order of their indices."""
        covers = self._covers_of(state, view)
        shown = [cover for cover in covers if cover]
        return tuple(_sight(cover, shown) if cover else NOTHING for cover in covers)

    def _covers_of(self, state: State, view: View) -> list[_Cover | None]:
        known = self._covers.setdefault((view.camera, view.width), {})
        keys = [_key(obj) if self.vocabulary.grid.shows(obj) else None for obj in state.objects]
        missing = {key: obj for key, obj in zip(keys, state.objects, strict=True) if key and key not in known}
        known.update(zip(missing, self._found(missing.values(), view), strict=True))
        return [known[key] if key else None for key in keys]

    def _found(self, objects: Iterable[Object], view: View) -> list[_Cover | None]:
        """The covers of objects on stage; None beside or behind the camera, which a config keeps away from there."""
        words = self.vocabulary
        placed = [(mesh.load(words.shapes[obj.shape]), camera_model.place(obj, words)) for obj in objects]
        ahead = [k for k, (_, placement) in enumerate(placed) if placement.depth(view) >= 2 * placement.radius]
        convex = {k: own for k in ahead if (own := silhouettes.convex(placed[k][0]))}
        outlined = silhouettes.covers([(own, placed[k][1]) for k, own in convex.items()], view)
        covered = dict(zip(convex, outlined, strict=True))
        covered |= {k: rays.cover(*placed[k], view) for k in ahead if k not in convex}
        return [
            _cover(found, placement.power(view.camera)) if (found := covered.get(k)) else None
            for k, (_, placement) in enumerate(placed)
        ]


def _key(obj: Object) -> _Key:
    """What an object's cover depends on, besides the view."""
    return obj.shape, obj.size, obj.position, obj.rotation


def _cover(covered: tuple[int, int, NDArray[np.bool_]], power: float) -> _Cover:
    left, top, mask = covered
    rows, columns = mask.shape
    return _Cover((left, top, left + columns, top + rows), mask, int(np.count_nonzero(mask)), power)


def _sight(cover: _Cover, covers: Sequence[_Cover]) -> Sight:
    """The sight of an object behind those nearer to the camera."""
    left, top, right, bottom = cover.box
    mask = cover.mask
    for other in covers:
        if other.power >= cover.power:
            continue
        x, y, x_end, y_end = other.box
        if x >= right or y >= bottom or x_end <= left or y_end <= top:
            continue
        if mask is cover.mask:
            mask = mask.copy()
        rows, columns = slice(max(top, y), min(bottom, y_end)), slice(max(left, x), min(right, x_end))
        part = mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        part &= ~other.mask[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
    if mask is cover.mask:
        return Sight(cover.pixels, 1.0, cover.box)
    pixels = int(np.count_nonzero(mask))
    if not pixels:
        return NOTHING
    (xs,), (ys,) = mask.any(axis=0).nonzero(), mask.any(axis=1).nonzero()
    box = (int(left + xs[0]), int(top + ys[0]), int(left + xs[-1] + 1), int(top + ys[-1] + 1))
    return Sight(pixels, round(pixels / cover.pixels, 4), box)
