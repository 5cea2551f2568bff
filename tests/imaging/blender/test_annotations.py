"""Annotations against Blender's own passes: every shape and size, turned in every way, among each other."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from tests.imaging.blender.test_agreement import HEIGHT, WIDTH, passes
from tests.imaging.blender.test_agreement import stage as stage  # a fixture
from tests.tiny import load
from tvrgen.imaging import annotations
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

pytestmark = pytest.mark.blender

CONFIG = load(f"render.width={WIDTH}", f"render.height={HEIGHT}")
WORDS = CONFIG.vocabulary


def scenes() -> list[State]:
    """Every shape in every size, at several rotations; each shape in each material once."""
    states, materials = [], list(WORDS.materials)
    for turn in (0.0, 33.0, 118.0):
        objects = [
            Object(shape=shape, size=size, color="red", material=materials[(i + j) % 3], position=place, rotation=turn)
            for i, (shape, row) in enumerate(zip(WORDS.shapes, (-13, 0, 13), strict=True))
            for j, (size, place) in enumerate(zip(WORDS.sizes, ((row, -13), (row, 0), (row, 13)), strict=True))
        ]
        states.append(State(objects=tuple(objects)))
    return states


@pytest.mark.parametrize("camera", ["left", "center", "right"])
@pytest.mark.parametrize("number", range(3))
def test_annotations_agree_with_blenders_passes(stage, number, camera, tmp_path):
    state, view = scenes()[number], camera_model.view(CONFIG.scene.cameras[camera], WIDTH, HEIGHT)
    stage.show(state)
    stage.aim(view)
    blender = passes(tmp_path / "passes.exr")
    ours = annotations.surfaces(state, view, CONFIG.scene, Eye(WORDS))
    same = ours.index == blender["index"]
    assert same.mean() > 0.9999
    depth, normals = np.abs(ours.depth - blender["depth"])[same], (ours.normals * blender["normals"]).sum(axis=2)[same]
    assert np.median(depth) < 1e-4  # metres
    assert (depth < 1e-3).mean() > 0.9995
    assert (normals > np.cos(np.radians(1))).mean() > 0.9995
    assert np.abs(np.linalg.norm(ours.normals, axis=2) - 1).max() < 1e-6


def test_what_is_read_from_the_files_is_what_was_seen(tmp_path):
    state, view = scenes()[1], camera_model.view(CONFIG.scene.cameras["left"], WIDTH, HEIGHT)
    seen = annotations.surfaces(state, view, CONFIG.scene, Eye(WORDS))
    read = {}
    for kind in ("index", "depth", "normals"):
        annotations.save(kind, seen, tmp_path / f"{kind}.png")
        with Image.open(tmp_path / f"{kind}.png") as image:
            read[kind] = np.asarray(image)
    np.testing.assert_array_equal(read["index"], seen.index)
    assert np.abs(read["depth"] / annotations.DEPTH_UNIT - seen.depth).max() <= 0.5001 / annotations.DEPTH_UNIT
    assert np.abs(read["normals"] / 127.5 - 1 - seen.normals).max() <= 0.5001 / 127.5


def test_where_there_is_nothing_depth_and_normals_are_0(tmp_path):
    level = camera_model.view(
        dataclasses.replace(CONFIG.scene.cameras["center"], location=(9.0, 0.0, 1.0), look_at=(0, 0, 1)), 64, 64
    )
    seen = annotations.surfaces(State(objects=()), level, CONFIG.scene, Eye(WORDS))
    assert np.isinf(seen.depth[:31]).all()
    for kind in ("depth", "normals"):
        annotations.save(kind, seen, tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as image:
            values = np.asarray(image)
        assert not values[:31].any()
        assert values[-1].reshape(64, -1).any(axis=1).all()
