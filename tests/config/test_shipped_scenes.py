"""The shipped scenes, and rigs: what their cameras see."""

import dataclasses
import itertools

import numpy as np
import pytest

from tests.tiny import ROOT, load
from tvrgen.imaging import annotations
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model
from tvrgen.scene.model import State

pytestmark = pytest.mark.rays

SCENES = [*(f"scene=scenes/{p.name}" for p in sorted((ROOT / "scenes").glob("*.yaml"))), "scene.orbit={count: 9}"]


def rig(override: str):
    if "orbit" in override:
        return load("scene.orbit={count: 9, elevation: 34, distance: 11.4}")
    return load(override)


@pytest.mark.parametrize("override", SCENES)
def test_ground_fills_the_frame_and_the_whole_stage_is_in_it(override):
    """From every camera, wherever jitter puts it."""
    config = rig(override)
    words, reach = config.vocabulary, config.scene.jitter.camera
    edge = words.grid.stage * words.grid.unit
    corners = np.array([[x, y, 0.0] for x in (-edge, edge) for y in (-edge, edge)])
    for camera in config.scene.cameras.values():
        for signs in itertools.product((-1, 1), repeat=3):
            place = tuple(c + s * reach for c, s in zip(camera.location, signs, strict=True))
            view = camera_model.view(dataclasses.replace(camera, location=place), 320, 240)
            u, v, depth = view.project(corners).T
            assert (depth > 0).all()
            assert min(u.min(), 320 - u.max(), v.min(), 240 - v.max()) > 0, (camera.name, signs)
            seen = annotations.surfaces(State(objects=()), view, config.scene, Eye(words))
            assert np.isfinite(seen.depth).all(), (camera.name, signs)
