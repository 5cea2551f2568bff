"""Colours and materials: they are correct, distinguishable, and free of outliers."""

import dataclasses
import itertools

import numpy as np
import pytest

from tests.imaging.blender.rendering import SHAPES, one, open_renderer, take
from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen._support.rng import generator
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model
from tvrgen.scene.model import Object, State

pytestmark = pytest.mark.blender


def _hue(rgb) -> np.ndarray:
    """sRGB bytes -> linear shares of the three channels."""
    from tvrgen.imaging.blender.materials import linear

    values = np.array(linear(tuple(rgb))[:3])
    return values / values.sum()


def test_srgb_bytes_are_linearised():
    from tvrgen.imaging.blender.materials import linear

    assert linear((0, 255, 188))[:3] == pytest.approx((0, 1, 0.503), abs=1e-3)


def test_colours_arrive_as_they_are_named(tmp_path):
    """The hue of a rubber sphere is its colour's: linearised once, shown by the Standard transform."""
    config = load("render.samples=16")
    renderer = open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    mask = Eye(config.vocabulary).index_map(one(), camera_model.view(camera, 80, 60)) == 1
    hues = {name: _hue(rgb) for name, rgb in config.vocabulary.colors.items()}
    for name in hues:
        image = take(renderer, one(color=name), camera, lights, tmp_path / f"{name}.png")
        seen = _hue(image[mask].mean(axis=0))
        distances = {other: np.linalg.norm(seen - hue) for other, hue in hues.items()}
        assert min(distances, key=distances.get) == name, (seen, distances)


def test_hardly_a_pixel_is_blown_out_or_black(tmp_path):
    """Every shape in every colour and material, closely packed, so that they mirror one another."""
    config = load("render.samples=16")
    words, lights = config.vocabulary, tuple(config.scene.lights.values())
    renderer = open_renderer(config, tmp_path)
    looks = list(itertools.product(words.shapes, words.colors))
    places = list(itertools.product(range(-16, 17, 8), repeat=2))
    pixels = []
    for material in words.materials:
        objects = [
            Object(shape=shape, size="medium", color=color, material=material, position=position, rotation=20.0)
            for (shape, color), position in zip(looks, places, strict=False)
        ]
        state = State(objects=tuple(objects))
        image = take(renderer, state, config.scene.cameras["center"], lights, tmp_path / "p.png", 160, 120)
        seen = Eye(words).index_map(state, camera_model.view(config.scene.cameras["center"], 160, 120)) > 0
        pixels.append(image[seen])
    pixels = np.concatenate(pixels)
    assert (pixels >= 254).all(axis=1).mean() < 0.003
    assert (pixels <= 8).all(axis=1).mean() < 0.002  # dark metal mirrors the dark line


def test_no_pixel_stands_out_and_the_ground_is_smooth(tmp_path):
    """As a dataset has them by default: no fireflies in metal and glass; the ground in steps of a level."""
    config = load("render.samples=16", "scene.stage_line={color: [62, 62, 62], width: 0}")
    renderer, camera = open_renderer(config, tmp_path), config.scene.cameras["left"]
    lights, looks = tuple(config.scene.lights.values()), itertools.cycle(itertools.product(SHAPES, ("metal", "glass")))
    places, colors = itertools.product(range(-15, 16, 10), repeat=2), itertools.cycle(config.vocabulary.colors)
    crowd = [one(s, next(colors), m, p, "medium").objects[0] for p, (s, m) in zip(places, looks, strict=False)]
    image = take(renderer, State(objects=tuple(crowd)), camera, lights, tmp_path / "p.png", 320, 240)
    darkest = image.min(axis=2)
    around = [np.roll(darkest, shift, (0, 1)) for shift in itertools.product((-1, 0, 1), repeat=2) if any(shift)]
    assert (darkest - np.max(around, axis=0)).max() < 60
    ground = take(renderer, State(objects=()), camera, lights, tmp_path / "p.png", 320, 240)
    for axis in (0, 1):
        assert np.abs(np.diff(ground, axis=axis)).max() <= 2


def test_a_material_input_that_blender_lacks_is_an_error(tmp_path):
    config = load("vocabulary.materials.rubber.recipe=principled", "vocabulary.materials.rubber.shinyness=1")
    renderer = open_renderer(config, tmp_path)
    with pytest.raises(UserError, match="has no input 'shinyness'"):
        take(renderer, one(), config.scene.cameras["center"], (), tmp_path / "a.png")


@pytest.mark.parametrize("shape", SHAPES)
def test_colours_and_materials_look_different(shape, tmp_path):
    """CIEDE2000 between mean colours over an object's pixels, from each camera, under lamps moved by jitter: some 2 are
    noticed. Colours keep apart under any two sets of lamps; materials, which highlights tell best, in one image."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    config = load("render.samples=16")
    words, reach = config.vocabulary, config.scene.jitter.light
    renderer, means = open_renderer(config, tmp_path), {}
    for number, camera in enumerate(config.scene.cameras.values()):
        rng = generator(0, "lamps", number)
        lights = tuple(
            dataclasses.replace(lamp, location=tuple(c + float(rng.uniform(-reach, reach)) for c in lamp.location))
            for lamp in config.scene.lights.values()
        )
        mask = Eye(words).index_map(one(shape), camera_model.view(camera, 80, 60)) == 1
        for look in itertools.product(words.materials, words.colors):
            image = take(renderer, one(shape, look[1], look[0]), camera, lights, tmp_path / "p.png")
            means.setdefault(look, []).append(rgb2lab(image[mask].mean(axis=0)[None] / 255)[0])

    def nearest(pairs) -> float:
        return min(float(deltaE_ciede2000(x, y)) for x, y in pairs)

    for material in words.materials:
        for one_color, other in itertools.combinations(words.colors, 2):
            assert nearest(itertools.product(means[material, one_color], means[material, other])) > 10
    for color in words.colors:
        for one_material, other in itertools.combinations(words.materials, 2):
            assert nearest(zip(means[one_material, color], means[other, color], strict=True)) > 1.8
