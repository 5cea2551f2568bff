"""Looks of an object as one value: written and read back, whatever the vocabulary."""

import pytest

from tests.tiny import load
from tvrgen.scene.model import State
from tvrgen.transformations import looks
from tvrgen.transformations.base import Rejected, Step
from tvrgen.transformations.kinds.appear import Appear

WORDS = load("vocabulary.colors={light_blue: [1, 2, 3], blue: [0, 0, 255]}").vocabulary


def test_every_value_is_read_back_where_names_have_underscores():
    values = looks.values(WORDS)
    assert any("light_blue" in value for value in values)
    for value in values[::7]:
        obj = WORDS.object(dict(looks.attributes(value, WORDS)))
        assert looks.value_of(obj) == value


@pytest.mark.parametrize("value", ["", "red", "small_red_metal_cone", "small_light_blue_metal", "a_b_c_d_e"])
def test_what_names_no_looks_is_refused(value):
    with pytest.raises(ValueError, match="names no looks"):
        looks.attributes(value, WORDS)


def test_only_what_is_absent_appears():
    words = WORDS
    value = looks.values(words)[0]
    there = State(objects=(words.object(dict(looks.attributes(value, words))),))
    with pytest.raises(Rejected, match="only what is absent appears"):
        Appear().apply(there, Step(objects=(0,), kind="appear", value=value), words)
    assert words.table("weight") == {}
