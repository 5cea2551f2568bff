"""Meshes, poses and views to test with, and the pixels that a mesh covers by code of its own."""

import importlib.util

import numpy as np

from tests.tiny import load
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import Placement
from tvrgen.scene.model import Object, State

CONFIG = load()
WORDS = CONFIG.vocabulary
VIEWS = {name: camera_model.view(camera, 96, 72) for name, camera in CONFIG.scene.cameras.items()}


def alone(shape: str, size: str = "medium", position=(3, -4), rotation=25.0) -> State:
    return State(
        objects=(Object(shape=shape, size=size, color="red", material="metal", position=position, rotation=rotation),)
    )


def box_mesh(low, high) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(
        [[float(x), y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return corners, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


def hollow() -> mesh.Mesh:
    """Two blocks that touch nowhere: not convex, and with a gap to look through."""
    blocks = [box_mesh((-0.7, -0.7, 0), (-0.2, 0.7, 1)), box_mesh((0.2, -0.7, 0), (0.7, 0.7, 1.3))]
    vertices, faces = [b[0] for b in blocks], [b[1] + 8 * k for k, b in enumerate(blocks)]
    return mesh.Mesh(np.concatenate(vertices), np.concatenate(faces))


MESHES = {name: mesh.load(shape) for name, shape in WORDS.shapes.items()} if importlib.util.find_spec("trimesh") else {}
PLACES = [
    Placement(0.4, -0.6, 0.9, *camera_model.turn(25)),
    Placement(-2.9, 2.9, 0.3, *camera_model.turn(0)),
    Placement(6.6, 0.2, 0.9, *camera_model.turn(200)),  # over the frame's lower edge
]


def painted(whole: mesh.Mesh, placement: Placement, view: camera_model.View) -> np.ndarray:
    """(H, W) bool: the union of all projected triangles, pixel by pixel, by code of its own."""
    projected = view.project(np.stack(placement.to_world(whole.vertices.T), 1))[:, :2][whole.faces]
    rows, columns = np.nonzero(np.ones((view.height, view.width)))
    points, result = np.stack([columns, rows], 1) + 0.5, np.zeros((view.height, view.width), bool)
    for a, b, c in projected:
        low, high = np.min([a, b, c], axis=0), np.max([a, b, c], axis=0)
        near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
        p = points[near]
        sides = [
            (q[0] - o[0]) * (p[:, 1] - o[1]) - (q[1] - o[1]) * (p[:, 0] - o[0]) for o, q in ((a, b), (b, c), (c, a))
        ]
        inside = np.all([s >= 0 for s in sides], axis=0) | np.all([s <= 0 for s in sides], axis=0)
        result[rows[near[inside]], columns[near[inside]]] = True
    return result


def spread(found, view: camera_model.View) -> np.ndarray:
    """A cover as a mask of the whole frame."""
    result = np.zeros((view.height, view.width), bool)
    if found:
        left, top, mask = found
        assert mask.any(axis=1)[[0, -1]].all()
        assert mask.any(axis=0)[[0, -1]].all()
        result[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return result
