"""Moves: their types, and the values that images cannot distinguish."""

import dataclasses

import pytest

from tests.tiny import handmade, load, with_object
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step
from tvrgen.transformations.kinds.position import MOVES

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
    step = Step(objects=(0,), kind="position", value=value)
    found = replay.roles(state, replay.apply(state, step, KINDS, WORDS), step, WORDS.grid)
    assert [role[:2] for role in found] == [role[:2] for role in MOVES[move]]


def accepted(state, *values, kind="position", at=0, words=WORDS):
    """The accepted values of the step at one place of a sequence, which has these values of object 0."""
    steps = [Step(objects=(0,), kind=kind, value=value) for value in values]
    return KINDS[kind].accepted(replay.replay(state, steps, KINDS, words), at, steps[at], words)


def test_an_object_may_leave_by_every_way_that_leads_out():
    state = with_object(STATE, 0, position=(15, 0))
    values = accepted(state, "front.1")
    assert values[0] == "front.1"
    assert set(values) == {"front.1", "front.2", "front_left.1", "front_left.2", "front_right.1", "front_right.2"}


def test_an_object_may_have_entered_by_every_way_that_begins_out_of_sight():
    # it lands at (15, 0); nobody saw where from
    state = with_object(STATE, 0, position=(25, 0))
    values = accepted(state, "behind.1")
    assert values[0] == "behind.1"
    assert set(values) == {"behind.1", "behind.2", "behind_left.1", "behind_left.2", "behind_right.1", "behind_right.2"}


def test_no_accepted_move_begins_or_ends_outside_the_field():
    """At the field's edge a longer way would begin outside it, and nothing stands there."""
    state = with_object(STATE, 0, position=(29, 0))
    values = accepted(state, "behind.1")
    assert "behind.2" in values  # from (39, 0)
    far = with_object(STATE, 0, position=(30, 20))
    values = accepted(far, "behind.1")
    # it lands at (20, 20): (40, 40) is in the field's corner, and from (20, 40) it may have come by left.2
    assert {"behind.1", "behind.2", "behind_left.2", "left.2"} <= set(values)
    small = dataclasses.replace(WORDS, grid=dataclasses.replace(WORDS.grid, field=35))
    assert "behind_left.2" not in accepted(far, "behind.1", words=small)


def test_no_accepted_way_leads_into_what_is_seen():
    """Object 2 stands at the stage's edge, (20, 0), until it moves; what leaves stays where it went."""
    state = with_object(STATE, 0, position=(20, -13))
    assert "right.1" not in accepted(state, "front.1")  # it stays on stage
    edge = with_object(with_object(STATE, 0, position=(15, -15)), 2, position=(20, -2))
    assert {"front.1", "front_right.1"} & set(accepted(edge, "front.2")) == {"front.1"}
    gone = with_object(edge, 2, position=(0, 0))
    assert {"front.1", "front_right.1"} <= set(accepted(gone, "front.2"))


def test_nothing_enters_from_what_is_seen():
    """It lands at (15, -15), and did not come from (25, -5), where object 2 was too near."""
    state = with_object(with_object(STATE, 0, position=(25, -15)), 2, position=(20, -2))
    assert "behind_left.1" not in accepted(state, "behind.1")
    assert "behind_left.1" in accepted(with_object(state, 2, position=(0, 0)), "behind.1")


def test_what_is_seen_has_one_right_value():
    assert accepted(STATE, "blue", kind="color") == ("blue",)
    inner = with_object(STATE, 0, position=(0, 0))
    assert accepted(inner, "left.2") == ("left.2",)
