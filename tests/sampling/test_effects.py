"""What steps put right on the way to a last state."""

import pytest

from tests.sampling.answers import SPLIT, STATE, steps_of
from tvrgen.sampling.comparison import Comparison
from tvrgen.sampling.effects import Effects
from tvrgen.transformations import replay


def put_right(said, due, initial=STATE):
    """What a step puts right where `due` leads to the last state; None if nothing alone."""
    final = replay.replay(initial, steps_of(due), SPLIT.kinds, SPLIT.vocabulary)[-1]
    between = Comparison(initial, final, SPLIT)
    return Effects(between, SPLIT).put_right(between.due, *steps_of(said))


@pytest.mark.parametrize(
    ("said", "due", "fields"),
    [
        ("0.color.blue", "0.color.blue, 0.size.small", {(0, "color")}),
        ("0.color.green", "0.color.blue", None),  # to another value
        ("1.color.blue", "0.color.blue", None),  # of another object
        ("0.color.red", "0.color.blue", None),  # it is red
        ("0+1.recolor_like", "0.color.cyan", {(0, "color")}),
        ("0.replace.large_blue_glass_cube", "0.color.blue", None),  # more than is due
        ("2.disappear", "2.position.front.1", {(2, "sight")}),
        ("2.position.front.2", "2.disappear", {(2, "sight")}),
        ("2.position.left.1", "2.disappear", None),  # it stays in sight
    ],
)
def test_a_step_puts_right_what_it_gives_its_final_value_if_it_does_nothing_else(said, due, fields):
    assert put_right(said, due) == (None if fields is None else frozenset(fields))


def test_nothing_leaves_to_where_it_would_touch_what_is_seen():
    initial = STATE.replace(0, position=(20, 12)).replace(2, position=(20, 0))
    assert put_right("2.position.front.1", "2.disappear", initial)
    beside = initial.replace(0, position=(20, -12)).replace(3, position=(10, 0), shape="sphere")
    assert put_right("2.position.left.1", "2.disappear", beside) is None
