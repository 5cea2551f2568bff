"""What each camera sees of each object, by rays cast at the shapes' meshes through the centres of the pixels.

Embree answers for all pixels at once, but in single precision and with each processor's own instructions, so that a
ray within some 1e-6 pixels of an outline may hit on one machine and miss on another. Such rays are found by casting
again a thousandth of a pixel to each side, and decided by double precision arithmetic that is the same everywhere.
"""

import math
from dataclasses import dataclass

import numpy as np

from tvrgen import geometry, mesh
from tvrgen.geometry import View
from tvrgen.scene import Object, State
from tvrgen.vocabulary import Vocabulary

_MISS = np.float32(1e37)  # what embreex gives for a ray that hits nothing
_AROUND = 1e-3  # pixels


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
    """The pixels an object would cover if it stood alone: rows and columns from (top, left), depth in metres."""

    left: int
    top: int
    depth: np.ndarray

    @property
    def window(self) -> tuple[slice, slice]:
        rows, columns = self.depth.shape
        return slice(self.top, self.top + rows), slice(self.left, self.left + columns)


class Eye:
    """Sees states through views. Keeps what it saw of an object, as most objects stay as they are."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._seen: dict[tuple[Object, View], _Cover | None] = {}

    def forget(self) -> None:
        """Call between problems: no view of one problem occurs in another."""
        self._seen.clear()

    def index_map(self, state: State, view: View) -> np.ndarray:
        """(H, W) uint8: 0 where no object is seen, else 1 + its index."""
        depth = np.full((view.height, view.width), _MISS, np.float32)
        indices = np.zeros((view.height, view.width), np.uint8)
        for k, cover in enumerate(self._covers(state, view)):
            if cover is not None:
                nearer = cover.depth < depth[cover.window]
                depth[cover.window][nearer] = cover.depth[nearer]
                indices[cover.window][nearer] = k + 1
        return indices

    def look(self, state: State, view: View) -> tuple[Sight, ...]:
        """What the view shows of each object of the state."""
        indices = self.index_map(state, view)
        sights = []
        for k, cover in enumerate(self._covers(state, view)):
            seen = indices[cover.window] == k + 1 if cover is not None else np.zeros(0, bool)
            if pixels := int(np.count_nonzero(seen)):
                rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
                box = (
                    columns[0] + cover.left,
                    rows[0] + cover.top,
                    columns[-1] + cover.left + 1,
                    rows[-1] + cover.top + 1,
                )
                alone = int(np.count_nonzero(cover.depth < _MISS))
                sights.append(Sight(pixels, round(pixels / alone, 4), tuple(int(b) for b in box)))
            else:
                sights.append(NOTHING)
        return tuple(sights)

    def _covers(self, state: State, view: View) -> list[_Cover | None]:
        covers = []
        for obj in state.objects:
            if not self._vocabulary.grid.on_stage(obj.position):
                covers.append(None)
                continue
            key = (obj.shape, obj.size, obj.position, obj.rotation, view)
            if key not in self._seen:
                self._seen[key] = self._cast(obj, view)
            covers.append(self._seen[key])
        return covers

    def _cast(self, obj: Object, view: View) -> _Cover | None:
        """Rays at one object, through the pixels of the box around it. None where it is out of the frame."""
        shape = self._vocabulary.shapes[obj.shape]
        target, radius, unit = mesh.load(shape), self._vocabulary.sizes[obj.size], self._vocabulary.grid.unit
        cos, sin = geometry.turn(obj.rotation)
        place = (obj.position[0] * unit, obj.position[1] * unit, 0.0)

        corners = np.array(np.meshgrid(*target.bounds.T)).reshape(3, 8) * radius
        world = np.stack(
            [
                cos * corners[0] - sin * corners[1] + place[0],
                sin * corners[0] + cos * corners[1] + place[1],
                corners[2],
            ],
            1,
        )
        pixel = view.project(world)
        left, top = (max(0, math.floor(c) - 1) for c in pixel.min(axis=0)[:2])
        right, bottom = (
            min(n, math.ceil(c) + 1) for n, c in zip((view.width, view.height), pixel.max(axis=0)[:2], strict=True)
        )
        if left >= right or top >= bottom or pixel[:, 2].min() <= 0:
            return None

        def local(vector):
            return (
                (cos * vector[0] + sin * vector[1]) / radius,
                (cos * vector[1] - sin * vector[0]) / radius,
                vector[2] / radius,
            )

        rays = _Rays(
            origin=local([c - p for c, p in zip(view.camera.location, place, strict=True)]),
            axes=tuple(local(axis) for axis in view.rotation),
            focal=view.focal,
            centre=(view.width / 2, view.height / 2),
        )
        columns, rows = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
        u, v = np.tile(columns, len(rows)), np.repeat(rows, len(columns))
        depth = rays.cast(_embree(shape), u, v)
        hit = depth < _MISS
        edge = np.flatnonzero(_outline(hit.reshape(len(rows), len(columns))))
        sides = [rays.cast(_embree(shape), u[edge] + du, v[edge] + dv) < _MISS for du, dv in _SIDES]
        unsure = edge[np.any([side != hit[edge] for side in sides], axis=0)]
        for k in unsure:
            depth[k] = _exact(target, rays, u[k], v[k])
        return _Cover(left, top, depth.reshape(len(rows), len(columns)))


_SIDES = ((-_AROUND, 0), (_AROUND, 0), (0, -_AROUND), (0, _AROUND))


@dataclass(frozen=True, slots=True)
class _Rays:
    """Rays through pixels, in an object's own coordinates, so scaled that the ray's parameter is depth in metres."""

    origin: tuple[float, float, float]
    axes: tuple[tuple[float, float, float], ...]
    focal: float
    centre: tuple[float, float]

    def directions(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x, y = (u - self.centre[0]) / self.focal, (v - self.centre[1]) / self.focal
        right, down, forward = self.axes
        return np.stack([x * right[k] + y * down[k] + forward[k] for k in range(3)], axis=-1)

    def cast(self, scene, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """(N,) float32 depths of the first hits, `_MISS` where there is none."""
        directions = self.directions(u, v).astype(np.float32)
        origins = np.broadcast_to(np.array(self.origin, np.float32), directions.shape)
        return scene.run(np.ascontiguousarray(origins), directions, query="DISTANCE")


def _embree(shape):
    """The Embree scene of a shape, kept with it."""
    if shape not in _SCENES:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        target, scene = mesh.load(shape), EmbreeScene(robust=True)
        TriangleMesh(scene, target.vertices.astype(np.float32), target.faces.astype(np.int32))
        _SCENES[shape] = scene
    return _SCENES[shape]


_SCENES: dict = {}


def _outline(hit: np.ndarray) -> np.ndarray:
    """The pixels of a mask that have a neighbour of the other sort."""
    edge = np.zeros_like(hit)
    rows, columns = hit[1:] != hit[:-1], hit[:, 1:] != hit[:, :-1]
    edge[1:] |= rows
    edge[:-1] |= rows
    edge[:, 1:] |= columns
    edge[:, :-1] |= columns
    return edge


def _exact(target: mesh.Mesh, rays: _Rays, u: float, v: float) -> np.float32:
    """Depth of one ray's first hit, by the signs of the volumes that the ray spans with each triangle's edges."""
    d = rays.directions(np.float64(u), np.float64(v))
    corner = [[target.vertices[target.faces[:, c], k] - rays.origin[k] for k in range(3)] for c in range(3)]
    volumes = [geometry.dot(d, geometry.cross(corner[c], corner[(c + 1) % 3])) for c in range(3)]
    total = volumes[0] + volumes[1] + volumes[2]
    inside = np.all([w >= 0 for w in volumes], axis=0) | np.all([w <= 0 for w in volumes], axis=0)
    inside &= total != 0
    if not inside.any():
        return _MISS
    # barycentric weights: volume (1, 2) belongs to corner 0, and so on
    weight = [volumes[(c + 1) % 3][inside] / total[inside] for c in range(3)]
    hit = [sum(weight[c] * corner[c][k][inside] for c in range(3)) for k in range(3)]
    depth = geometry.dot(hit, d) / geometry.dot(d, d)
    return np.float32(depth[depth > 0].min(initial=_MISS))
