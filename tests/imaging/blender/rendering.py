"""Helpers that render test images."""

import numpy as np
from PIL import Image

from tests.tiny import load
from tvrgen.imaging.shots import Shot
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

SHAPES = tuple(load().vocabulary.shapes)


def open_renderer(config, folder):
    from tvrgen.imaging.blender.renderer import Renderer

    renderer = Renderer(config.scene, config.vocabulary, folder / "log")
    renderer.configure(next(iter(config.splits.values())))
    return renderer


def take(renderer, state, camera, lights, path, width=80, height=60) -> np.ndarray:
    """(H, W, 3) int16 of an image just rendered."""
    view = camera_model.view(camera, width, height)
    renderer.render(Shot(when="initial", state=state, view=view, lights=lights), path)
    with Image.open(path) as image:
        assert image.mode == "RGB"
        return np.asarray(image).astype(np.int16)


def one(shape="sphere", color="red", material="rubber", position=(0, 0), size="large") -> State:
    return State(
        objects=(Object(shape=shape, size=size, color=color, material=material, position=position, rotation=20.0),)
    )
