"""The pixels that any mesh covers, by rays cast through the centres of the pixels.

Embree answers for all pixels at once, but in single precision and with each processor's own instructions, so that a
ray within some 1e-6 pixels of an outline may hit on one machine and miss on another. Such rays are found by casting
again a thousandth of a pixel to each side, and decided by double precision arithmetic that is the same everywhere.
"""

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tvrgen.scene import camera_model
from tvrgen.scene.camera_model import Placement, View
from tvrgen.scene.mesh import Mesh

_AROUND = 1e-3  # pixels
_SIDES = ((-_AROUND, 0), (_AROUND, 0), (0, -_AROUND), (0, _AROUND))


def cover(mesh: Mesh, placement: Placement, view: View) -> tuple[int, int, np.ndarray] | None:
    """Returns (left, top, mask) of the pixels that the placed mesh covers, or None if it covers none in the frame."""
    corners = np.array(np.meshgrid(*mesh.bounds.T)).reshape(3, 8)
    u, v = view.project_each(placement.to_world(corners))
    left, top = max(0, math.floor(u.min()) - 1), max(0, math.floor(v.min()) - 1)
    right, bottom = min(view.width, math.ceil(u.max()) + 1), min(view.height, math.ceil(v.max()) + 1)
    if left >= right or top >= bottom:
        return None
    rays = in_mesh(placement, view)
    columns, rows = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    u, v = np.tile(columns, len(rows)), np.repeat(rows, len(columns))
    hit = rays.hit(mesh, u, v)
    edge = np.flatnonzero(_outline(hit.reshape(len(rows), len(columns))))
    sides = [rays.hit(mesh, u[edge] + du, v[edge] + dv) for du, dv in _SIDES]
    for k in edge[np.any([side != hit[edge] for side in sides], axis=0)]:
        hit[k] = _exact(mesh, rays, u[k], v[k])
    mask = hit.reshape(len(rows), len(columns))
    if not mask.any():
        return None
    covered = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    (first_row, last_row), (first_column, last_column) = ((int(line[0]), int(line[-1])) for line in covered)
    return left + first_column, top + first_row, mask[first_row : last_row + 1, first_column : last_column + 1]


@dataclass(frozen=True, slots=True)
class Rays:
    """Rays through the pixels of a view, in the world's coordinates or in a mesh's own."""

    origin: tuple[float, float, float]
    axes: tuple[tuple[float, float, float], ...]
    focal: float
    centre: tuple[float, float]

    def directions(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x, y = (u - self.centre[0]) / self.focal, (v - self.centre[1]) / self.focal
        right, down, forward = self.axes
        return np.stack([x * right[k] + y * down[k] + forward[k] for k in range(3)], axis=-1)

    def hit(self, mesh: Mesh, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """(N,) bool: whether the ray through each pixel position (u, v) hits the mesh."""
        return _embree(mesh).run(*self._single(u, v), query="DISTANCE") < np.float32(1e37)  # 1e37: nothing was hit

    def _single(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Origins and directions in single precision, as Embree takes them."""
        directions = self.directions(u, v).astype(np.float32)
        return np.tile(np.array(self.origin, np.float32), (len(directions), 1)), directions


class Hits(NamedTuple):
    """The first face that each of N rays hits: its index, the point in it (barycentric u and v of its second and
    third corner), and the depth along the optical axis in metres, inf where none is hit."""

    face: np.ndarray
    u: np.ndarray
    v: np.ndarray
    depth: np.ndarray


def in_world(view: View) -> Rays:
    """The rays of a view in the world."""
    return Rays(view.camera.location, view.rotation, view.focal, (view.width / 2, view.height / 2))


def in_mesh(placement: Placement, view: View) -> Rays:
    """The rays of a view in the coordinates of a placed mesh."""
    world = in_world(view)
    axes = tuple(placement.turn_to_local(axis) for axis in world.axes)
    return dataclasses.replace(world, origin=placement.to_local(world.origin), axes=axes)


def hits(mesh: Mesh, rays: Rays, u: np.ndarray, v: np.ndarray) -> Hits:
    """The first hits of the rays through pixel positions (u, v), in single precision."""
    found = _embree(mesh).run(*rays._single(u, v), output=1)
    missed = found["primID"] < 0
    depth = np.where(missed, np.inf, found["tfar"].astype(np.float64))
    return Hits(np.where(missed, 0, found["primID"]), found["u"].astype(float), found["v"].astype(float), depth)


@lru_cache(maxsize=256)
def _embree(mesh: Mesh):
    """The mesh in an Embree scene."""
    from embreex.mesh_construction import TriangleMesh
    from embreex.rtcore_scene import EmbreeScene

    scene = EmbreeScene(robust=True)
    TriangleMesh(scene, mesh.vertices.astype(np.float32), mesh.faces.astype(np.int32))
    return scene


def _outline(hit: np.ndarray) -> np.ndarray:
    """The pixels of a mask that have a neighbour of the other value."""
    edge = np.zeros_like(hit)
    rows, columns = hit[1:] != hit[:-1], hit[:, 1:] != hit[:, :-1]
    edge[1:] |= rows
    edge[:-1] |= rows
    edge[:, 1:] |= columns
    edge[:, :-1] |= columns
    return edge


def _exact(mesh: Mesh, rays: Rays, u: float, v: float) -> bool:
    """Whether one ray hits, by the signs of the volumes that it spans with each triangle's edges."""
    direction = rays.directions(np.asarray(u, np.float64), np.asarray(v, np.float64))
    corner = [[mesh.vertices[mesh.faces[:, c], k] - rays.origin[k] for k in range(3)] for c in range(3)]
    volumes = [camera_model.dot(direction, camera_model.cross(corner[c], corner[(c + 1) % 3])) for c in range(3)]
    return bool((np.all([w >= 0 for w in volumes], axis=0) | np.all([w <= 0 for w in volumes], axis=0)).any())
