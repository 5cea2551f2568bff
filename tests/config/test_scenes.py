"""Scenes: cameras by location, by angles and in orbits, none among the objects."""

import pytest

from tests.config.faults import BASE, fault
from tests.tiny import write_config
from tvrgen.config import loader
from tvrgen.scene import camera_model

FAULTS = {
    "scene: {extends: scenes/clevr.yaml, lights: {a: {location: [0, 0, 0], power: 9}}}": (
        "lights.a: stands at what it looks at; move its location or its look_at by more than"
    ),
    "scene: {extends: scenes/clevr.yaml, lights: {a: {type: sun, location: [0, 0, 0], power: 1}}}": (
        "lights.a: stands at what it looks at; move its location or its look_at by more than 0 m"
    ),
    "scene: {extends: scenes/clevr.yaml, jitter: {light: 2}, lights: {a: {location: [2, 0, 1], power: 9}}}": (
        "by more than 2 m"
    ),
    "scene: {lights: {a: {location: [1, 2, 3], power: 9}}}": "scene: cameras: is empty",
    "scene: {cameras: {top: {location: [0, 0, 9]}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.top:",
    "scene: {cameras: {c: {azimuth: 3}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.c: azimuth, elev",
    "scene: {cameras: {c: {}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "cameras.c: write either",
    "scene: {cameras: {c: {location: [9, 0, -5]}}, lights: {a: {location: [1, 2, 3], power: 9}}}": "is -5 m above",
    "scene: {cameras: {c: {azimuth: 20, elevation: 20, distance: 3}}, lights: {a: {location: [1, 2, 3], power: 9}}}": (
        "cameras.c: is among the objects; move it 1.8 m up, or 3.9 m away"
    ),
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_is_one_line_that_names_its_place(text, tmp_path):
    assert FAULTS[text] in fault(tmp_path, text)


def test_cameras_stand_by_angles_and_in_rigs(tmp_path):
    scene = (
        "cameras: {near: {azimuth: 90, elevation: 30, distance: 10}}\n"
        "orbit: {count: 4, elevation: 45, distance: 10, azimuth: 10}\n"
        "lights: {a: {location: [1, 2, 3], power: 9}}\n"
    )
    (tmp_path / "scene.yaml").write_text(scene)
    text = BASE + "scene: scene.yaml\ncameras: {initial: orbit_1, final: [near, orbit_3]}\n"
    config = loader.load(write_config(tmp_path, text))
    assert list(config.scene.cameras) == ["near", "orbit_0", "orbit_1", "orbit_2", "orbit_3"]
    assert config.scene.cameras["near"].location == pytest.approx((0, 8.66, 5), abs=1e-3)
    for k in range(4):
        camera = config.scene.cameras[f"orbit_{k}"]
        assert (camera_model.azimuth(camera) - 10 - 90 * k + 1) % 360 == pytest.approx(1, abs=0.01)
        assert camera.location[2] == pytest.approx(7.071, abs=1e-3)


@pytest.mark.parametrize(
    ("height", "jitter", "says"),
    [
        (1.81, 0, ""),
        (1.79, 0, "cameras.c: is among the objects; move it 1.8 m up, or 3.9 m away"),
        (2.01, 0.2, ""),
        (1.99, 0.2, "cameras.c: is among the objects; move it 2 m up, or 4.1 m away"),  # jitter may lower it
        (0.2, 0.2, "cameras.c: is 0.2 m above ground; write more than 0.2"),
    ],
)
def test_a_camera_stands_above_the_objects_wherever_jitter_puts_it(height, jitter, says, tmp_path):
    camera = f"{{location: [1, 0, {height}]}}"
    text = f"scene: {{extends: scenes/clevr.yaml, cameras: {{c: {camera}}}, jitter: {{camera: {jitter}}}}}"
    if says:
        assert says in fault(tmp_path, text)
    else:
        assert loader.load(write_config(tmp_path, BASE + text)).scene.cameras["c"].location[2] == height
