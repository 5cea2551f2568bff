"""Annotations of an image: the object index, depth and normal of each pixel, by the planner's rays.

One ray goes through each pixel's centre, as for the masks: no pixel is a mixture of two surfaces. Glass counts as
opaque.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from tvrgen.imaging import rays
from tvrgen.imaging.visibility import Eye, Sight
from tvrgen.scene import camera_model, mesh
from tvrgen.scene.camera_model import View
from tvrgen.scene.mesh import Mesh
from tvrgen.scene.model import STAGE_LINE_HEIGHT, Object, SceneSpec, State
from tvrgen.scene.vocabulary import Vocabulary

DEPTH_UNIT = 1000
"""Levels of a depth file per metre."""

_FARTHEST = 65535 / DEPTH_UNIT
_INWARDS = (0.01, 0.1, 0.5, 1.0, 2.0)  # pixels, by which a ray that just misses its object is moved towards its middle


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """The nearest surface in each pixel.

    `index` (H, W) uint8: 1 + an object's index, 0 for none. `depth` (H, W) float64: metres along the optical axis, inf
    for none. `normals` (H, W, 3) float64: unit vectors in the world, 0 for none.
    """

    index: np.ndarray
    depth: np.ndarray
    normals: np.ndarray


def surfaces(state: State, view: View, scene: SceneSpec, eye: Eye) -> Surfaces:
    """The surfaces of a state's objects and of the ground in a view."""
    index, vocabulary = eye.index_map(state, view), eye.vocabulary
    depth, normals = _ground(view, scene, vocabulary)
    for k, obj in enumerate(state.objects):
        rows, columns = np.nonzero(index == k + 1)
        if len(rows):
            depth[rows, columns], normals[rows, columns] = _object(obj, (rows, columns), view, vocabulary)
    return Surfaces(index, depth, normals)


def save(kind: str, seen: Surfaces, path: Path) -> None:
    """Writes one annotation as PNG: `index` 8-bit palette, `depth` 16-bit in millimetres, `normals` 8-bit RGB.

    Depth is 0 where no surface is within 65.535 m. A normal's x, y and z in [-1, 1] become [0, 255]; (0, 0, 0), which
    is no unit vector, means no surface.
    """
    if kind == "index":
        image = Image.fromarray(seen.index, "P")
        image.putpalette(_palette())
    elif kind == "depth":
        near = seen.depth <= _FARTHEST
        image = Image.fromarray((np.where(near, seen.depth, 0) * DEPTH_UNIT).round().astype(np.uint16))
    else:
        there = seen.normals.any(axis=2, keepdims=True)
        image = Image.fromarray((there * (seen.normals + 1) * 127.5).round().astype(np.uint8), "RGB")
    image.save(path)


def save_flipped(kind: str, source: Path, path: Path) -> None:
    """Writes an annotation of the mirror image, of the scene mirrored at y = 0: normals have their y negated."""
    with Image.open(source, formats=["PNG"]) as image:
        flipped = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if kind == "normals":
        values = np.array(flipped)
        there = values.any(axis=2)
        values[there, 1] = 255 - values[there, 1]
        flipped = Image.fromarray(values, "RGB")
    flipped.save(path)


def index_faults(path: Path, sights: tuple[Sight, ...]) -> Iterator[str]:
    """Yields the differences between an index file and the sights of a record."""
    with Image.open(path, formats=["PNG"]) as image:
        index = np.asarray(image)
    counts = np.bincount(index.ravel(), minlength=len(sights) + 1)
    if counts[len(sights) + 1 :].any():
        yield f"names object {len(counts) - 2}, but the scene line has {len(sights)} objects"
    for k, sight in enumerate(sights):
        if counts[k + 1] != sight.pixels:
            yield f"shows {counts[k + 1]} pixels of object {k}; the scene line says {sight.pixels}"


def _ground(view: View, scene: SceneSpec, words: Vocabulary) -> tuple[np.ndarray, np.ndarray]:
    """Depth and normals of the ground and the line around the stage."""
    eye, half = view.camera.location, scene.ground.half_size
    v, u = np.mgrid[: view.height, : view.width] + 0.5
    directions = np.moveaxis(rays.in_world(view).directions(u, v), -1, 0)  # along each, depth grows by a metre
    with np.errstate(divide="ignore", invalid="ignore"):
        down = np.where(directions[2] < 0, -1 / directions[2], np.inf)  # depth for each metre of height
        ground, line = eye[2] * down, (eye[2] - STAGE_LINE_HEIGHT) * down
        at = [np.abs(eye[k] + ground * directions[k]) for k in (0, 1)]
        on = np.abs(
            np.maximum(*(np.abs(eye[k] + line * directions[k]) for k in (0, 1))) - words.grid.stage * words.grid.unit
        )
    depth = np.where(on <= scene.stage_line.width / 2, line, ground)
    depth[~((at[0] <= half) & (at[1] <= half))] = np.inf
    normals = np.zeros((*depth.shape, 3))
    normals[np.isfinite(depth), 2] = 1
    return depth, normals


def _object(
    obj: Object, pixels: tuple[np.ndarray, np.ndarray], view: View, words: Vocabulary
) -> tuple[np.ndarray, np.ndarray]:
    """Depth and normals of one object in pixels that it covers."""
    whole, placement = mesh.load(words.shapes[obj.shape]), camera_model.place(obj, words)
    bundle = rays.in_mesh(placement, view)
    v, u = (axis + 0.5 for axis in pixels)
    hits = rays.hits(whole, bundle, u, v)
    for reach in _INWARDS:  # on an outline, single precision may miss the object
        missed = np.flatnonzero(~np.isfinite(hits.depth))
        if not len(missed):
            break
        du, dv = u.mean() - u[missed], v.mean() - v[missed]
        scale = reach / np.maximum(np.hypot(du, dv), 1e-9)
        nearer = rays.hits(whole, bundle, u[missed] + du * scale, v[missed] + dv * scale)
        for ours, theirs in zip(hits, nearer, strict=True):
            ours[missed] = theirs
    corners = _corner_normals(whole)[hits.face]
    weights = np.stack([1 - hits.u - hits.v, hits.u, hits.v], axis=1)
    turned = np.stack(placement.turn_to_world((corners * weights[:, :, None]).sum(axis=1).T), axis=1)
    return hits.depth, turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)


@lru_cache(maxsize=256)
def _corner_normals(whole: Mesh) -> np.ndarray:
    return whole.corner_normals()


@lru_cache(maxsize=1)
def _palette() -> bytes:
    """256 colours, neighbours far apart: black for nothing, then hues by the golden angle."""
    hues = (np.arange(256) * 137.508 % 360)[:, None]
    wave = np.clip(np.abs((hues + np.array([0, 240, 120])) % 360 / 60 - 3) - 1, 0, 1)
    colors = (255 * (0.35 + 0.65 * wave)).astype(np.uint8)
    colors[0] = 0
    return colors.tobytes()
