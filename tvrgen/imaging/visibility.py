"""Sights: the visible pixels of each object in an image, those that its mesh covers and nearer objects do not.

Objects have footprints that do not overlap, so of any two objects only one can hide the other. Their positions alone
determine which: no depths are compared.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tvrgen.imaging import rays, silhouettes
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Object, State
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
    """The pixels that an object would cover if it were alone: a mask from (top, left), without empty margins."""

    left: int
    top: int
    mask: NDArray[np.bool_]
    pixels: int
    power: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        rows, columns = self.mask.shape
        return self.left, self.top, self.left + columns, self.top + rows


class Eye:
    """Computes the sights of states. Caches each object's pixels, because most objects of a state do not change."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._covers: dict[tuple[object, ...], _Cover | None] = {}

    def forget(self) -> None:
        """Empties the cache. Call it between problems: no view of one problem occurs in another."""
        self._covers.clear()

    def index_map(self, state: State, view: View) -> NDArray[np.uint8]:
        """Returns (H, W) uint8: 0 where no object is visible, else 1 + its index."""
        indices = np.zeros((view.height, view.width), np.uint8)
        covers = [(k, cover) for k, obj in enumerate(state.objects) if (cover := self._cover(obj, view))]
        for k, cover in sorted(covers, key=lambda entry: -entry[1].power):
            left, top, right, bottom = cover.box
            indices[top:bottom, left:right][cover.mask] = k + 1
        return indices

    def look(self, state: State, view: View) -> tuple[Sight, ...]:
        """Returns the sights of the state's objects in the view, in the order of their indices."""
        covers = [self._cover(obj, view) for obj in state.objects]
        return tuple(_sight(cover, covers) if cover else NOTHING for cover in covers)

    def _cover(self, obj: Object, view: View) -> _Cover | None:
        if not self.vocabulary.grid.shows(obj):
            return None
        key = (obj.shape, obj.size, obj.position, obj.rotation, view.camera, view.width)
        if key not in self._covers:
            self._covers[key] = self._cast(obj, view)
        return self._covers[key]

    def _cast(self, obj: Object, view: View) -> _Cover | None:
        shape = self.vocabulary.shapes[obj.shape]
        placement = camera_model.place(obj, self.vocabulary)
        if placement.depth(view) < 2 * placement.radius:
            return None  # beside or behind the camera; a config keeps cameras away from the stage
        whole = mesh.load(shape)
        found = (
            silhouettes.cover(convex, placement, view)
            if (convex := silhouettes.convex(whole))
            else rays.cover(whole, placement, view)
        )
        if found is None:
            return None
        left, top, mask = found
        return _Cover(left, top, mask, int(np.count_nonzero(mask)), placement.power(view.camera))


def _sight(cover: _Cover, covers: list[_Cover | None]) -> Sight:
    """The sight of an object behind those nearer to the camera."""
    left, top, right, bottom = cover.box
    mask = cover.mask
    for other in covers:
        if other is None or other.power >= cover.power:
            continue
        x0, y0, x1, y1 = other.box
        x0, y0, x1, y1 = max(left, x0), max(top, y0), min(right, x1), min(bottom, y1)
        if x0 < x1 and y0 < y1:
            if mask is cover.mask:
                mask = mask.copy()
            hidden = other.mask[y0 - other.top : y1 - other.top, x0 - other.left : x1 - other.left]
            mask[y0 - top : y1 - top, x0 - left : x1 - left] &= ~hidden
    if mask is cover.mask:
        return Sight(cover.pixels, 1.0, cover.box)
    pixels = int(np.count_nonzero(mask))
    if not pixels:
        return NOTHING
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (int(left + columns[0]), int(top + rows[0]), int(left + columns[-1] + 1), int(top + rows[-1] + 1))
    return Sight(pixels, round(pixels / cover.pixels, 4), box)
