"""The pixels that a convex mesh covers: its outline in the view, filled row by row.

The outline of a convex mesh is made of the edges between a face that is turned to the camera and one that is turned
away. A row of pixels is covered between the outermost two points in which the outline crosses the row of their
centres. A ray through every pixel's centre would find the same, at a multiple of the cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tvrgen.scene import camera_model
from tvrgen.scene.camera_model import Placement, View
from tvrgen.scene.mesh import Mesh

_FLAT = 1e-7  # mesh units: a vertex at most this far above a face's plane is in it


@dataclass(frozen=True, slots=True, eq=False)
class Convex:
    """A closed convex mesh: vertices (3, V), plane of each face (3, F) and (F,), edges with their two faces (2, E)."""

    vertices: np.ndarray
    normals: np.ndarray
    offsets: np.ndarray
    edges: np.ndarray
    faces: np.ndarray


@lru_cache(maxsize=256)
def convex(mesh: Mesh) -> Convex | None:
    """Returns the mesh as `Convex`, or None if it is not closed or not convex."""
    directed = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
    face = np.tile(np.arange(len(mesh.faces)), 3)
    key = directed.min(axis=1) * len(mesh.vertices) + directed.max(axis=1)
    order = np.argsort(key, kind="stable")
    if len(key) % 2 or (key[order[::2]] != key[order[1::2]]).any() or len(np.unique(key)) * 2 != len(key):
        return None  # an edge with one face, or with three
    edges, faces = directed[order[::2]].T, np.stack([face[order[::2]], face[order[1::2]]])
    used = len(np.unique(mesh.faces))
    if used - edges.shape[1] + len(mesh.faces) != 2:
        return None  # a hole through it, or several pieces
    corners = mesh.vertices[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    offsets = (normals * corners[:, 0]).sum(axis=1)
    for one, other in (faces, faces[::-1]):
        above = np.einsum("ek,eck->ec", normals[one], corners[other]) - offsets[one][:, None]
        if above.max() > _FLAT:
            return None
    return Convex(np.ascontiguousarray(mesh.vertices.T), _decimal(normals.T), _decimal(offsets), edges, faces)


def _decimal(values: np.ndarray) -> np.ndarray:
    """Rounds values, so that libraries' orders of summation do not matter: planes only choose the outline's edges."""
    return np.ascontiguousarray(values.round(12))


def covers(placed: Sequence[tuple[Convex, Placement]], view: View) -> list[tuple[int, int, np.ndarray] | None]:
    """Returns (left, top, mask) of the pixels that each placed mesh covers, or None if it covers none in the frame.

    All meshes are treated at once: an outline has so few edges that numpy's calls cost more than their arithmetic.
    """
    if not placed:
        return []
    outlines = [_outline(shape, placement, view) for shape, placement in placed]
    edges = [outline.shape[2] for outline in outlines]
    poses = np.array([(pose.x, pose.y, pose.radius, pose.cos, pose.sin) for _, pose in placed])
    each = Placement(*poses.T.repeat(edges, axis=1))
    u, v = view.project_each(each.to_world(np.concatenate(outlines, axis=2)))
    # each edge from its upper to its lower end, and the rows whose centres it crosses
    first, last = np.ceil([v.min(axis=0) - 0.5, v.max(axis=0) - 0.5]).clip(0, view.height).astype(np.intp)
    count = last - first
    row = np.arange(count.sum()) - (np.cumsum(count) - count - first).repeat(count)
    x0, y0, dx, dy = np.array([u[0], v[0], u[1] - u[0], v[1] - v[0]]).repeat(count, axis=1)
    x = x0 + (row + 0.5 - y0) * (dx / dy)
    # the outermost points of each mesh in each row
    line = row + np.arange(0, len(placed) * view.height, view.height).repeat(edges).repeat(count)
    ends = np.full((2, len(placed) * view.height), np.inf)
    np.minimum.at(ends[0], line, x)
    np.minimum.at(ends[1], line, -x)
    start = np.ceil(ends[0] - 0.5).clip(0, view.width).reshape(-1, view.height)
    stop = (np.floor(-ends[1] - 0.5) + 1).clip(0, view.width).reshape(-1, view.height)
    return _masks(start, stop)


def _outline(shape: Convex, placement: Placement, view: View) -> np.ndarray:
    """The edges between faces that are turned to the camera and others: (3, 2, E), coordinates of both ends."""
    eye = placement.to_local(view.camera.location)
    front = camera_model.dot(shape.normals, eye) > shape.offsets
    one, other = front.take(shape.faces)
    (outline,) = (one != other).nonzero()
    return shape.vertices.take(shape.edges.take(outline, axis=1), axis=1)


def _masks(start: np.ndarray, stop: np.ndarray) -> list[tuple[int, int, np.ndarray] | None]:
    """(left, top, mask) of each mesh whose row k covers the pixels from `start[:, k]` to before `stop[:, k]`."""
    covered = start < stop
    left, right = np.where(covered, start, np.inf).min(axis=1), np.where(covered, stop, 0).max(axis=1)
    above, below = covered.argmax(axis=1), covered[:, ::-1].argmax(axis=1)
    found: list[tuple[int, int, np.ndarray] | None] = []
    for k, (first, end, top, bottom) in enumerate(zip(left, right, above, covered.shape[1] - below, strict=True)):
        if first >= end:
            found.append(None)
            continue
        columns, rows = np.arange(first, end), slice(top, bottom)
        mask = (columns >= start[k, rows, None]) & (columns < stop[k, rows, None])
        found.append((int(first), int(top), mask))
    return found
