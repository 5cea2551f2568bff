"""Moves: their types, and the values that images cannot distinguish."""

import dataclasses

import pytest

from tests.tiny import handmade, load, with_object
from tvrgen.transformations import position

CONFIG = load()
SPLIT = CONFIG.split("train")
WORDS, KINDS = SPLIT.vocabulary, SPLIT.kinds
STATE = handmade(CONFIG, SPLIT, 0).problem.initial


@pytest.mark.parametrize(
    ("start", "value", "move"),
    [((0, 0), "front.1", "inner"), ((20, 0), "front.1", "out"), ((30, 0), "behind.1", "in")],
)
def test_moves_have_types(start, value, move):
    state = with_object(STATE, 0, position=start)
    after = KINDS["position"].apply(state.objects[0], value, WORDS)
    assert position.move_type(state.objects[0], after, WORDS) == move


def test_an_object_may_leave_by_every_way_that_leads_out():
    state = with_object(STATE, 0, position=(15, 0))
    values = position.accepted(state.objects[0], "front.1", KINDS["position"], WORDS)
    assert values[0] == "front.1"
    assert set(values) == {"front.1", "front.2", "front_left.1", "front_left.2", "front_right.1", "front_right.2"}


def test_an_object_may_have_entered_by_every_way_that_begins_out_of_sight():
    # it lands at (15, 0); nobody saw where from
    state = with_object(STATE, 0, position=(25, 0))
    values = position.accepted(state.objects[0], "behind.1", KINDS["position"], WORDS)
    assert values[0] == "behind.1"
    assert set(values) == {"behind.1", "behind.2", "behind_left.1", "behind_left.2", "behind_right.1", "behind_right.2"}


def test_no_accepted_move_begins_or_ends_outside_the_field():
    """At the field's edge a longer way would begin outside it, and nothing stands there."""
    state = with_object(STATE, 0, position=(29, 0))
    values = position.accepted(state.objects[0], "behind.1", KINDS["position"], WORDS)
    assert "behind.2" in values  # from (39, 0)
    far = with_object(STATE, 0, position=(30, 20))
    values = position.accepted(far.objects[0], "behind.1", KINDS["position"], WORDS)
    # it lands at (20, 20): (40, 40) is in the field's corner, and from (20, 40) it may have come by left.2
    assert {"behind.1", "behind.2", "behind_left.2", "left.2"} <= set(values)
    small = dataclasses.replace(WORDS, grid=dataclasses.replace(WORDS.grid, field=35))
    assert "behind_left.2" not in position.accepted(far.objects[0], "behind.1", KINDS["position"], small)


def test_what_is_seen_has_one_right_value():
    assert position.accepted(STATE.objects[0], "blue", KINDS["color"], WORDS) == ("blue",)
    inner = with_object(STATE, 0, position=(0, 0))
    assert position.accepted(inner.objects[0], "left.2", KINDS["position"], WORDS) == ("left.2",)
