"""Meshes of shapes, the same for the planner and for Blender.

A loaded mesh rests on the plane z = 0; its footprint circle has radius 1 and its centre at x = y = 0. Scaled by a
size's radius, turned and moved, it is the object.
"""

import io
import logging
import warnings
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tvrgen._support.errors import UserError
from tvrgen._support.messages import shown
from tvrgen.scene.vocabulary import Shape

CREASE = 30.0
"""Degrees: faces that meet at less than this look smooth, others keep an edge."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles: `vertices` (V, 3) float64, `faces` (F, 3) int64, counterclockwise seen from outside."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]

    @property
    def bounds(self) -> NDArray[np.float64]:
        """(2, 3): least and greatest coordinates."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def corner_normals(self) -> NDArray[np.float64]:
        """(F, 3, 3): the normal at each corner of each face, the mean of the smooth faces around it by area."""
        corners = self.vertices[self.faces]
        areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        units = areas / np.maximum(np.linalg.norm(areas, axis=1, keepdims=True), 1e-20)
        # all pairs (corner, corner) that share a vertex, by sorting the corners by vertex
        vertex = self.faces.ravel()
        order = np.argsort(vertex, kind="stable")
        first, count = np.searchsorted(vertex[order], [vertex, vertex + 1])[0], np.bincount(vertex)[vertex]
        mine = np.repeat(np.arange(len(vertex)), count)
        offset = np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count)
        theirs = order[np.repeat(first, count) + offset]
        smooth = (units[mine // 3] * units[theirs // 3]).sum(axis=1) > np.cos(np.radians(CREASE))
        normals = np.zeros((len(vertex), 3))
        np.add.at(normals, mine[smooth], areas[theirs[smooth] // 3])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
        return normals.reshape(-1, 3, 3)


def _sound(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Removes faces without area and duplicate faces, as Blender does when it reads a mesh file."""
    if not len(faces):
        return faces
    corners = vertices[faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    once = np.zeros(len(faces), bool)
    once[first] = True
    kept: NDArray[np.int64] = faces[once & (areas > 1e-12 * max(areas.max(), 1e-30))]
    return kept


LARGEST = 1e9
"""Greatest coordinate in a mesh file, in its units: areas of larger faces could overflow."""


@lru_cache(maxsize=256)
def load(shape: Shape) -> Mesh:
    """Returns the mesh of a shape.

    Raises UserError if its file cannot be read, holds no triangles, or has coordinates beyond LARGEST or none at all.
    """
    where = f"vocabulary: mesh {shape.mesh}"
    try:
        vertices, faces = _read(shape)
    except ModuleNotFoundError:  # trimesh is an extra, which the command's message names
        raise
    except Exception as error:  # each format's reader has its own exceptions
        raise UserError(f"{where}: cannot be read: {shown(' '.join(str(error).split()))}") from error
    if len(vertices) and not np.abs(vertices).max() <= LARGEST:
        raise UserError(f"{where}: has a coordinate that is no number from -{LARGEST:g} to {LARGEST:g}; scale the mesh")
    faces = _sound(vertices, faces)
    if not len(faces):
        raise UserError(f"{where}: holds no triangles")
    least, greatest = vertices.min(axis=0), vertices.max(axis=0)
    vertices = vertices - [*((least + greatest) / 2)[:2], least[2]]
    radius = shape.footprint or float(np.sqrt((vertices[:, 0] ** 2 + vertices[:, 1] ** 2).max()))
    return Mesh(vertices / radius, faces)


def _read(shape: Shape) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The vertices and faces in a shape's file. Its materials and textures are not used, so none need to be there."""
    import trimesh

    library, content = logging.getLogger("trimesh"), io.BytesIO(shape.data)
    was_disabled, library.disabled = library.disabled, True  # it logs tracebacks of missing textures
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            # trimesh says that it returns any geometry; `force` makes it a mesh
            mesh: Any = trimesh.load(content, file_type=Path(shape.mesh).suffix[1:].lower(), force="mesh")
            vertices = np.asarray(mesh.vertices, np.float64)
            if not len(vertices) or not np.abs(vertices).max() <= LARGEST:
                return vertices, np.asarray(mesh.faces, np.int64)
            mesh.merge_vertices(merge_norm=True, merge_tex=True)
            return np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)
    finally:
        library.disabled = was_disabled
