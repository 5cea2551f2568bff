"""Textures: each shows on every material, and leaves an object's colour recognisable; users' attributes show too."""

import itertools

import numpy as np
import pytest

from tests.imaging.blender.rendering import open_renderer, take
from tests.imaging.blender.test_materials import _hue
from tests.test_docs import ROOT, blocks
from tests.tiny import SMALL, load
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.generation import worker
from tvrgen.imaging.visibility import Eye
from tvrgen.scene import camera_model
from tvrgen.scene.model import State
from tvrgen.scene.vocabulary import Vocabulary

pytestmark = pytest.mark.blender


def one(words: Vocabulary, **values: str) -> State:
    usual = {"shape": "cylinder", "size": "large", "color": "cyan", "material": "rubber"}
    return State(objects=(words.object({**usual, **values}, rotation=20.0),))


def shades(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return image[mask].astype(float).mean(axis=1)


def test_each_texture_shows_on_every_material_in_bright_and_dark_colors(tmp_path):
    config = load("vocabulary.attributes={texture: {}}")
    words, renderer = config.vocabulary, open_renderer(config, tmp_path)
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    mask = Eye(words).index_map(one(words, texture="plain"), camera_model.view(camera, 80, 60)) == 1
    hues = {name: _hue(rgb) for name, rgb in words.colors.items()}
    for color, material in itertools.product(("cyan", "gray"), words.materials):
        seen = {}
        for texture in words.values("texture"):
            path = tmp_path / "image.png"
            look = {"texture": texture, "color": color, "material": material}
            image = take(renderer, one(words, **look), camera, lights, path)
            seen[texture] = shades(image, mask)
            if (color, material) == ("cyan", "rubber"):
                hue = _hue(image[mask].mean(axis=0))
                distances = {name: np.linalg.norm(hue - other) for name, other in hues.items()}
                assert min(distances, key=distances.get) == "cyan"
        for k, first in enumerate(seen):
            for second in [*seen][k + 1 :]:
                assert np.abs(seen[first] - seen[second]).mean() > 12, (color, material, first, second)


def test_a_plain_object_is_one_without_the_attribute(tmp_path):
    images = []
    for overrides, values in (((), {}), (("vocabulary.attributes={texture: {}}",), {"texture": "plain"})):
        config = load(*overrides)
        camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
        renderer = open_renderer(config, tmp_path)
        for material in config.vocabulary.materials:
            state = one(config.vocabulary, material=material, **values)
            images.append(take(renderer, state, camera, lights, tmp_path / "image.png"))
    without, plain = images[:3], images[3:]
    assert np.array_equal(without, plain)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ("{a: {pattern: dots}}", "no pattern 'dots'; write one of stripes, checker, spots"),
        ("{a: {pattern: spots, grain: 2}}", "no input 'grain'; it has scale"),
        ("{a: {pattern: spots, scale: big}}", "scale: holds 'big'; write a number"),
    ],
)
def test_other_inputs_are_refused(tmp_path, values, fault):
    config = load(f"vocabulary.attributes={{texture: {{values: {values}}}}}")
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    state, renderer = one(config.vocabulary, texture="a"), open_renderer(config, tmp_path)
    with pytest.raises(UserError) as error:
        take(renderer, state, camera, lights, tmp_path / "image.png")
    assert fault in str(error.value)


def test_a_function_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"module no\.such: cannot be loaded"):
        load("vocabulary.attributes={label: {values: {a: {}}, shown: 'no.such:thing'}}")
    config = load("vocabulary.attributes={label: {values: {a: {}}, shown: 'json:thing'}}")
    with pytest.raises(UserError, match="cannot load 'json:thing'"):
        open_renderer(config, tmp_path)


def test_the_attribute_of_the_docs_shows(tmp_path):
    page = ROOT / "docs/extending.md"
    (module,) = [block for block in blocks(page, "python") if "two_tones" in block]
    (text,) = [block for block in blocks(page, "yaml") if "bands:show" in block]
    (tmp_path / "bands.py").write_text(module)
    (tmp_path / "config.yaml").write_text(text)
    config = loader.load(tmp_path / "config.yaml", assignments(SMALL))
    words = config.vocabulary
    renderer = worker.open_renderer(config, tmp_path / "log")
    renderer.configure(config.split("train"))
    camera, lights = config.scene.cameras["center"], tuple(config.scene.lights.values())
    images = [
        take(renderer, one(words, band=band), camera, lights, tmp_path / f"{band}.png") for band in words.values("band")
    ]
    mask = Eye(words).index_map(one(words, band="bare"), camera_model.view(camera, 80, 60)) == 1
    usual = shades(images[0], mask).mean()
    bare, thin, broad = ((shades(image, mask) < 0.6 * usual).mean() for image in images)
    assert bare < thin < broad / 2
