"""What differs between two states, and the states on the way."""

import itertools

import pytest

from tests.sampling.answers import SPLIT, STATE, steps_of
from tvrgen.sampling.comparison import Comparison, is_far
from tvrgen.sampling.touching import SIGHT
from tvrgen.transformations import replay


def compared(text, initial=STATE):
    final = replay.replay(initial, steps_of(text), SPLIT.kinds, SPLIT.vocabulary)[-1]
    return Comparison(initial, final, SPLIT)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0.color.blue", {(0, "color")}),
        ("0+1.swap", {(0, "position"), (1, "position")}),
        ("2.disappear", {(2, SIGHT)}),
        ("2.position.front.1", {(2, SIGHT)}),
        ("0.replace.small_blue_glass_sphere", {(0, name) for name in ("size", "color", "material", "shape")}),
    ],
)
def test_images_differ_in_what_they_show(text, due):
    assert compared(text).due == due


def test_what_is_left_leads_from_the_first_state_to_the_last():
    between = compared("0.color.blue, 0.size.small, 1.shape.cube")
    assert between.state(between.due) == between.first
    assert between.state(frozenset()) == between.last
    for count in range(len(between.due) + 1):
        for left in map(frozenset, itertools.combinations(between.due, count)):
            changed = Comparison(between.first, between.state(left), SPLIT)
            assert changed.due == between.due - left


def test_an_object_of_unknown_start_stands_far_away_until_it_comes_into_sight():
    between = compared("3.position.front.1", STATE.replace(3, position=(-22, 12)))
    assert between.due == {(3, SIGHT)} == between.whole(3)
    start = between.state(between.due)[3]
    assert is_far(start)
    assert between.sighting(start) == "unseen"
    assert between.state(frozenset())[3] == between.last[3]


def test_objects_that_are_not_in_place_yet_are_in_the_way():
    assert not compared("1.position.left.1", STATE.replace(1, position=(5, 4)).replace(2, position=(5, -4))).has_room(
        frozenset()
    ), "two objects at one place"
