"""Symmetry of meshes about the vertical: which turns of a shape can be seen."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tvrgen.scene import mesh
from tvrgen.scene.vocabulary import Shape

_FOLDS = 24
"""Symmetries of up to as many folds are told apart; of more, no turn can be seen."""

_LEAST = 0.01  # of a moment's largest possible value: less comes from rounding, or from a detail too small to be seen
_POINTS = 50_000  # on the surface, about


@lru_cache(maxsize=256)
def least_turn(shape: Shape) -> float:
    """The smallest turn about the vertical, in degrees, after which a shape looks the same.

    90 for a cube, 360 for a shape without symmetry, 0 for one that shows no turn, such as a sphere. It does not count
    which way the surface reflects: a smooth shape and a faceted one of the same form are equal.

    Raises UserError if the shape's mesh cannot be read.
    """
    points, areas = _surface(mesh.load(shape))
    flat, heights = points[:, 0] + 1j * points[:, 1], points[:, 2]
    weights = [areas * heights**k for k in range(3)]  # parts at different heights may be symmetric in different ways
    found, power = 0, np.ones_like(flat)
    for fold in range(1, _FOLDS + 1):
        power = power * flat
        moments = (abs((w * power).sum()) / (w * np.abs(power)).sum() for w in weights)
        if max(moments) > _LEAST:
            found = math.gcd(found, fold)
    return 360 / found if found else 0.0


def _surface(solid: mesh.Mesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 3) spread over a mesh's faces, and the area (N,) that each stands for."""
    corners = solid.vertices[solid.faces]
    while len(corners) * 4 <= _POINTS:  # each face is cut into four, at the middles of its edges
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        parts = (a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)
        corners = np.concatenate([np.stack(part, axis=1) for part in parts])
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    return corners.mean(axis=1), areas
