"""What each camera sees of each object: the pixels that its mesh covers, less those of nearer objects.

Objects stand on the ground in footprints that do not overlap, so that of any two only one can hide the other, and
which one follows from their places alone: no depth is compared.
"""

from dataclasses import dataclass

import numpy as np

from tvrgen.imaging import rays, silhouettes
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import View
from tvrgen.scene.model import Object, State
from tvrgen.scene.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Sight:
    """What one image shows of one object.

    `pixels` are the visible ones; `fraction` is their share of those that the object would cover in the frame if it
    stood alone; `box` is (left, top, right, bottom) of the visible pixels, right and bottom exclusive.
    """

    pixels: int
    fraction: float
    box: tuple[int, int, int, int] | None


NOTHING = Sight(0, 0.0, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Cover:
    """The pixels an object would cover if it stood alone: a mask from (top, left), without empty margins."""

    left: int
    top: int
    mask: np.ndarray
    pixels: int
    power: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        rows, columns = self.mask.shape
        return self.left, self.top, self.left + columns, self.top + rows


class Eye:
    """Sees states through views. Keeps what it saw of an object, as most objects stay as they are."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._seen: dict[tuple, _Cover | None] = {}

    def forget(self) -> None:
        """Call between problems: no view of one problem occurs in another."""
        self._seen.clear()

    def index_map(self, state: State, view: View) -> np.ndarray:
        """(H, W) uint8: 0 where no object is seen, else 1 + its index."""
        indices = np.zeros((view.height, view.width), np.uint8)
        covers = [(k, cover) for k, obj in enumerate(state.objects) if (cover := self._cover(obj, view))]
        for k, cover in sorted(covers, key=lambda entry: -entry[1].power):
            left, top, right, bottom = cover.box
            indices[top:bottom, left:right][cover.mask] = k + 1
        return indices

    def look(self, state: State, view: View) -> tuple[Sight, ...]:
        """What the view shows of each object of the state."""
        covers = [self._cover(obj, view) for obj in state.objects]
        return tuple(_sight(cover, covers) if cover else NOTHING for cover in covers)

    def _cover(self, obj: Object, view: View) -> _Cover | None:
        key = (obj.shape, obj.size, obj.position, obj.rotation, view.camera, view.width)
        if key not in self._seen:
            on_stage = self.vocabulary.grid.on_stage(obj.position)
            self._seen[key] = self._cast(obj, view) if on_stage else None
        return self._seen[key]

    def _cast(self, obj: Object, view: View) -> _Cover | None:
        shape = self.vocabulary.shapes[obj.shape]
        placement = camera_model.place(obj, self.vocabulary)
        if placement.depth(view) < 2 * placement.radius:
            return None  # beside or behind the camera, which a config keeps away from where objects stand
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
    """What is left of an object behind those nearer to the camera."""
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
    box = (left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1)
    return Sight(pixels, round(pixels / cover.pixels, 4), tuple(int(b) for b in box))
