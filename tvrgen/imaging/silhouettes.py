"""The pixels that a convex mesh covers: its outline in the view, filled row by row.

The outline of a convex mesh is made of the edges between a face that is turned to the camera and one that is turned
away. A row of pixels is covered between the outermost two points in which the outline crosses the row of their
centres. A ray through every pixel's centre would find the same, at a multiple of the cost.
"""

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


def cover(shape: Convex, placement: Placement, view: View) -> tuple[int, int, np.ndarray] | None:
    """Returns (left, top, mask): the pixels that the placed mesh covers. None if it covers none in the frame."""
    eye = placement.to_local(view.camera.location)
    front = camera_model.dot(shape.normals, eye) > shape.offsets
    ends = shape.edges[:, front[shape.faces[0]] != front[shape.faces[1]]]
    u, v = view.project_each(placement.to_world([axis[ends] for axis in shape.vertices]))
    # each edge from its upper to its lower end, and the rows whose centres it crosses
    first, last = np.ceil(v.min(axis=0) - 0.5), np.ceil(v.max(axis=0) - 0.5)
    first, last = np.clip([first, last], 0, view.height).astype(np.intp)
    count = last - first
    if not (rows := int(count.sum())):
        return None
    edge = np.repeat(np.arange(len(count)), count)
    row = np.arange(rows) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    slope = (u[1] - u[0])[edge] / (v[1] - v[0])[edge]
    x = u[0][edge] + (row + 0.5 - v[0][edge]) * slope
    top = int(first.min())
    ends_of_row = np.full((2, int(last.max()) - top), np.inf)
    np.minimum.at(ends_of_row[0], row - top, x)
    np.minimum.at(ends_of_row[1], row - top, -x)
    start = np.clip(np.ceil(ends_of_row[0] - 0.5), 0, view.width)
    stop = np.clip(np.floor(-ends_of_row[1] - 0.5) + 1, 0, view.width)
    covered = start < stop
    if not covered.any():
        return None
    left, right = int(start[covered].min()), int(stop[covered].max())
    columns = np.arange(left, right)
    mask = (columns >= start[:, None]) & (columns < stop[:, None])
    inner = np.flatnonzero(covered)
    return left, top + int(inner[0]), mask[inner[0] : inner[-1] + 1]
