"""The camera model."""

import numpy as np
import pytest

from tests.tiny import load
from tvrgen.scene import camera_model
from tvrgen.scene.model import Camera

CAMERAS = load().scene.cameras


@pytest.mark.parametrize("name", CAMERAS)
def test_matrices_project_as_the_view_does(name):
    view = camera_model.view(CAMERAS[name], 320, 240)
    points = np.random.Generator(np.random.PCG64(1)).uniform(-3, 3, (50, 3))
    camera = (np.array(view.world_to_camera) @ np.c_[points, np.ones(50)].T)[:3]
    pixels = np.array(view.intrinsics) @ camera
    np.testing.assert_allclose(view.project(points), np.c_[(pixels[:2] / pixels[2]).T, camera[2]], atol=1e-9)


@pytest.mark.parametrize("name", CAMERAS)
def test_the_camera_looks_at_its_target_upright(name):
    view = camera_model.view(CAMERAS[name], 320, 240)
    (origin, above) = view.project(np.array([[0, 0, 0], [0, 0, 1.0]]))
    assert origin[:2] == pytest.approx((160, 120))
    assert above[0] == pytest.approx(160)
    assert above[1] < 120
    rotation = np.array(view.rotation)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_the_centre_viewer_sees_front_below_and_right_to_the_right():
    view = camera_model.view(CAMERAS["center"], 320, 240)
    origin, front, right = view.project(np.array([[0, 0, 0], [1.0, 0, 0], [0, 1.0, 0]]))
    assert front[1] > origin[1]
    assert front[2] < origin[2]
    assert right[0] > origin[0]


def test_azimuth_turns_from_x_to_y():
    at = {(1, 0): 0, (0, 1): 90, (-1, 0): 180, (0, -1): -90}
    for (x, y), degrees in at.items():
        assert camera_model.azimuth(Camera(name="c", location=(x, y, 3.0))) == degrees
