"""Divided lamps: the same light, with less noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.imaging.blender.rendering import open_renderer
from tests.tiny import load
from tvrgen.sampling import sampler
from tvrgen.scene.model import Light

pytestmark = pytest.mark.blender

lights = st.builds(
    Light,
    name=st.text(st.characters(codec="ascii", categories=["L"]), min_size=1, max_size=4),
    type=st.sampled_from(["area", "sun"]),
    location=st.tuples(*[st.floats(-20, 20)] * 2, st.floats(1, 20)),
    power=st.floats(0, 1000),
    size=st.floats(0.1, 5),
)


@settings(deadline=None)  # Blender is imported in the first one
@given(st.lists(lights, min_size=1, max_size=12, unique_by=lambda light: light.name))
def test_shares_follow_brightness(several):
    from tvrgen.imaging.blender.lamps import TOTAL, brightness, shares

    named = {light.name: light for light in several}
    parts = shares(named, TOTAL)
    assert min(parts.values()) >= 1
    assert sum(parts.values()) == (1 if len(named) == 1 else max(TOTAL, len(named)))
    for a, b in ((a, b) for a in several for b in several if brightness(a) > brightness(b)):
        assert parts[a.name] >= parts[b.name]


def test_the_shipped_lamps_are_divided_by_what_they_bring():
    from tvrgen.imaging.blender.lamps import shares

    assert shares(load().scene.lights, 8) == {"key": 2, "back": 1, "fill": 1, "sun": 4}


@pytest.mark.parametrize("k", [0, 3])
def test_divided_or_whole_the_light_is_the_same(k, tmp_path):
    config = load("render.samples=64", "render.denoise=false", "render.noise_threshold=0")
    planned = sampler.plan_problem(config, "train", k)
    renderer, images = open_renderer(config, tmp_path), []
    for divided in (True, False, True):
        renderer._stage.lamps.divide(divided)
        renderer.render(planned.initial, tmp_path / "image.png")
        images.append(np.asarray(Image.open(tmp_path / "image.png")).astype(float))
    divided, whole, again = images
    assert np.array_equal(divided, again)
    assert not np.array_equal(divided, whole)
    assert abs(divided.mean() - whole.mean()) < 0.3  # of 255
    blocks = np.abs((divided - whole).reshape(6, 10, 8, 10, 3).mean(axis=(1, 3)))
    assert blocks.max() < 6
