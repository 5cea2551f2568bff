"""The vocabulary: values listed once, extended by a line, turned to the viewer."""

import pytest

from tests.tiny import load, write_config
from tvrgen.config import loader
from tvrgen.transformations import registry


def test_the_shipped_values_are_those_of_trance():
    words = load().vocabulary
    assert list(words.shapes) == ["cube", "sphere", "cylinder"]
    assert words.sizes == {"large": 0.9, "medium": 0.6, "small": 0.3}
    assert list(words.materials) == ["rubber", "metal", "glass"]
    assert len(words.colors) == 8
    changes = [v for name in registry.DEFAULT for v in registry.BUILT_IN[name].values(words)]
    assert len(changes) == 33


def test_a_line_extends_it(tmp_path):
    (tmp_path / "mine.yaml").write_text("colors: {orange: [255, 140, 0]}\nsizes: {tiny: 0.2}\n")
    path = write_config(tmp_path, "splits: {train: {count: 1}}\nvocabulary: mine.yaml\n")
    words = loader.load(path).vocabulary
    assert words.colors["orange"] == (255, 140, 0)
    assert words.sizes["tiny"] == 0.2
    assert len(words.colors) == 9
    assert words.shapes["cube"].data


@pytest.mark.parametrize(("initial", "front"), [("center", (1, 0)), ("left", (0.75, -0.66)), ("right", (0.75, 0.66))])
def test_directions_are_those_of_the_initial_viewer(initial, front):
    config = load(f"cameras.initial={initial}")
    words = config.splits["train"].vocabulary
    assert words.directions["front"] == pytest.approx(front, abs=0.01)
    # left of a viewer who looks along -front is where (x, y) -> (y, -x) takes the front
    assert words.directions["left"] == pytest.approx((front[1], -front[0]), abs=0.01)
    behind = words.displacement("behind", 2)
    assert behind == tuple(round(-20 * c) for c in words.directions["front"])


def test_with_the_centre_camera_the_grid_is_exact():
    words = load().splits["train"].vocabulary
    assert words.displacement("front", 1) == (10, 0)
    assert words.displacement("behind_right", 2) == (-20, 20)
    assert words.displacement("left", 1) == (0, -10)
