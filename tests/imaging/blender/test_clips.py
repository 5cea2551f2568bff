"""Rendered clips: a move goes across the image, and what is at rest looks as it does in images of its own."""

import numpy as np
import pytest
from PIL import Image

from tests.imaging.blender.rendering import open_renderer
from tests.tiny import load, with_object
from tvrgen.imaging import motion
from tvrgen.imaging.shots import Shot
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

pytestmark = pytest.mark.blender

BASE = State(
    objects=(
        Object(shape="cube", size="medium", color="red", material="rubber", position=(0, -12), rotation=20.0),
        Object(shape="sphere", size="medium", color="blue", material="rubber", position=(-12, 12), rotation=0.0),
    )
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Renders a shot; returns its pixels (H, W, 3)."""
    folder = tmp_path_factory.mktemp("clips")
    config = load("render.denoise=false", "render.samples=16")
    renderer = open_renderer(config, folder)

    def take(shot) -> np.ndarray:
        renderer.render(shot, folder / "image.png")
        with Image.open(folder / "image.png") as image:
            return np.asarray(image).astype(int)

    return take, config


def shot(state: State, config) -> Shot:
    view = camera_model.view(config.scene.cameras["center"], 80, 60)
    return Shot(when="initial", state=state, view=view, lights=tuple(config.scene.lights.values()))


def middle(pixels: np.ndarray) -> float:
    """The column around which an image is red."""
    red = np.maximum(pixels[..., 0] - pixels[..., 1:].max(axis=2) - 40, 0)
    return float((red.sum(axis=0) * np.arange(red.shape[1])).sum() / red.sum())


def test_poses_of_the_state_give_its_image(taken):
    take, config = taken
    own = shot(BASE, config)
    poses = tuple(motion.at_rest(obj, config.vocabulary) for obj in BASE.objects)
    posed = Shot(when="clip", state=BASE, view=own.view, lights=own.lights, poses=poses)
    assert (take(own) == take(posed)).all()


def test_a_move_goes_from_one_place_to_the_other(taken):
    take, config = taken
    before, after = shot(BASE, config), shot(with_object(BASE, 0, position=(0, 12)), config)
    change = motion.change(before, after, config.vocabulary)
    frames = [take(before), *(take(*change.shots(progress)) for progress in (0.25, 0.5, 0.75)), take(after)]
    middles = [middle(frame) for frame in frames]
    steps = np.diff(middles)
    assert steps.min() > 0.1 * abs(middles[-1] - middles[0]) or steps.max() < -0.1 * abs(middles[-1] - middles[0])


def test_sizes_and_heights_are_those_of_the_poses(taken):
    take, config = taken
    own = shot(BASE, config)
    poses = [motion.at_rest(obj, config.vocabulary) for obj in BASE.objects]

    def red(**changes) -> np.ndarray:
        changed = (poses[0]._replace(**changes), poses[1])
        pixels = take(Shot(when="clip", state=BASE, view=own.view, lights=own.lights, poses=changed))
        return pixels[..., 0] - pixels[..., 1:].max(axis=2) > 40

    rest, large, high = red(), red(size=poses[0].size * 1.5), red(z=1.0)
    assert large.sum() > 1.5 * rest.sum()
    assert np.nonzero(high)[0].mean() < np.nonzero(rest)[0].mean() - 3
