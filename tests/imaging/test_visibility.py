"""Visibility: sights, boxes, fractions; the same on every processor."""

import dataclasses
import math

import numpy as np
import pytest

from tests.imaging.meshes import CONFIG, VIEWS, WORDS, alone
from tests.tiny import with_object
from tvrgen.imaging import silhouettes, visibility
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model
from tvrgen.scene.model import Camera, Object, State

pytestmark = pytest.mark.rays


def test_sights_follow_from_the_mask():
    view = VIEWS["center"]
    near = Object(shape="cube", size="large", color="red", material="metal", position=(10, 0), rotation=0.0)
    far = Object(shape="sphere", size="medium", color="blue", material="metal", position=(-8, 2), rotation=0.0)
    state = State(objects=(near, far))
    eye = Eye(WORDS)
    indices, sights = eye.index_map(state, view), eye.look(state, view)
    free = eye.look(State(objects=(far,)), view)[0]
    for k, sight in enumerate(sights):
        rows, columns = np.nonzero(indices == k + 1)
        assert sight.pixels == len(rows)
        assert sight.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert sights[0].fraction == 1
    assert 0 < sights[1].fraction < 1
    assert sights[1].fraction == pytest.approx(sights[1].pixels / free.pixels, abs=1e-4)


def test_what_is_off_stage_or_hidden_is_not_seen():
    eye = Eye(WORDS)
    assert eye.look(alone("cube", position=(21, 0)), VIEWS["center"]) == (visibility.NOTHING,)
    small = alone("cube", size="small", position=(-15, 0)).objects[0]
    wall = alone("cube", size="large", position=(-4, 0), rotation=45.0).objects[0]
    hidden = eye.look(State(objects=(small, wall)), VIEWS["center"])[0]
    assert hidden.fraction < 0.5


def test_what_stands_behind_the_camera_is_not_seen():
    """Above the stage's edge, looking outwards: all objects are behind it or below the frame."""
    outwards = camera_model.view(Camera(name="c", location=(2.0, 0.0, 3.0), look_at=(12.0, 0.0, 3.0)), 320, 240)
    for place in ((0, 0), (-10, 5), (10, 0), (13, 0)):
        assert Eye(WORDS).look(alone("cube", position=place), outwards) == (visibility.NOTHING,)


def test_an_object_beside_the_frame_is_not_seen():
    """In front of the camera, but outside its field of view."""
    sideways = camera_model.view(Camera(name="c", location=(8.0, 0.0, 3.0), look_at=(0.0, 12.0, 3.0)), 320, 240)
    for shape in WORDS.shapes:
        assert Eye(WORDS).look(alone(shape, position=(-13, 0)), sideways) == (visibility.NOTHING,)


def test_pixels_grow_with_the_square_of_the_width():
    camera = CONFIG.scene.cameras["center"]
    small, large = (
        Eye(WORDS).look(alone("sphere", "large"), camera_model.view(camera, w, w * 3 // 4))[0].pixels
        for w in (320, 640)
    )
    assert large / small == pytest.approx(4, rel=0.02)


def test_nearer_objects_hide_farther_ones_as_depth_says():
    """The order of footprints against the depths of rays, where three large objects stand in line."""
    view, eye = VIEWS["right"], Eye(WORDS)
    one = alone("cube", "large").objects[0]
    places = [(-12, -10), (2, 0), (15, 12)]
    state = State(objects=tuple(dataclasses.replace(one, position=p, rotation=33.0 * k) for k, p in enumerate(places)))
    indices = eye.index_map(state, view)
    masks = [eye.index_map(State(objects=(o,)), view) == 1 for o in state.objects]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        both = masks[i] & masks[j] & (indices > 0)
        nearest = min((i, j), key=lambda k: math.dist(view.camera.location[:2], [0.15 * c for c in places[k]]))
        assert not (indices[both] == (i if nearest == j else j) + 1).any()
    assert (masks[0] & masks[1]).any()


def test_an_eye_keeps_what_did_not_change(monkeypatch):
    view, eye, asked = VIEWS["center"], Eye(WORDS), []
    monkeypatch.setattr(silhouettes, "covers", lambda placed, view: asked.append(len(placed)) or [None] * len(placed))
    before = State(objects=(*alone("cube").objects, *alone("sphere", position=(-10, 10)).objects))
    eye.look(before, view)
    eye.look(with_object(before, 0, color="cyan"), view)
    eye.look(with_object(before, 0, size="large"), view)
    eye.look(before, VIEWS["left"])
    assert asked == [2, 0, 1, 2]
