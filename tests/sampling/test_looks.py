"""Looks that let objects go through their steps."""

import dataclasses

import pytest

from tests.tiny import handmade, load
from tvrgen.sampling import looks
from tvrgen.sampling.levels import IntendedStep
from tvrgen.transformations.kinds.position import MOVES

pytestmark = pytest.mark.rays


def test_nothing_is_undone(planned):
    for plan in planned[2]:
        for k in range(len(plan.states[0].objects)):
            for attribute in ("shape", "size", "color", "material", "position"):
                values = [getattr(s.objects[k], attribute) for s in plan.states]
                changes = [v for v, before in zip(values, [None, *values], strict=False) if v != before]
                assert len(set(changes)) == len(changes)


@pytest.mark.parametrize(
    ("colors", "undone"), [("r", False), ("rb", False), ("rbr", True), ("rrbb", False), ("rbgb", True), ("rbgc", False)]
)
def test_a_value_that_returns_is_undone(colors, undone):
    first = handmade(load(), load().split("train"), 0).states[0].objects[0]
    assert looks.undone([dataclasses.replace(first, color=color) for color in colors]) == undone


def test_steps_are_possible_whatever_their_index():
    split = load("sampling.only.color=[red, blue]").split("train")
    red, blue = (
        [IntendedStep(kind="color", value=value, objects=(k,)) for k, value in enumerate(values)]
        for values in (("red",), ("blue", "red"))
    )
    assert looks.possible(red, split)
    assert looks.possible(list(reversed(blue)), split) == looks.possible(blue, split) is False


@pytest.mark.parametrize(("last", "possible"), [("inner", False), ("out", True)])
def test_two_moves_need_a_place_to_begin(last, possible):
    """What has left to the front is not on stage after a move to the left."""
    split = load("sampling.repeat=true").split("train")
    moves = (("front.1", "out"), ("left.1", last))
    steps = [IntendedStep(kind="position", value=value, variant=move, roles=MOVES[move]) for value, move in moves]
    assert looks.possible(steps, split) == possible
