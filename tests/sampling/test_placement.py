"""Positions: the gap at every moment, and starts from which moves are of their types."""

import math

import pytest

from tests.tiny import load
from tvrgen._support.rng import generator
from tvrgen.sampling import placement
from tvrgen.sampling.levels import IntendedStep
from tvrgen.scene.model import Object
from tvrgen.transformations.base import Rejected
from tvrgen.transformations.kinds.position import MOVES

pytestmark = pytest.mark.rays


def test_nothing_overlaps_or_leaves_the_field_at_any_moment(planned):
    _, split, problems = planned
    words = split.vocabulary
    for plan in problems:
        for state in plan.states:
            objects = [o for o in state.objects if o.present]
            for i, a in enumerate(objects):
                assert max(abs(c) for c in a.position) <= words.grid.field
                for b in objects[:i]:
                    distance = math.dist(a.position, b.position) * words.grid.unit
                    gap = distance - words.sizes[a.size] - words.sizes[b.size]
                    assert gap >= words.grid.gap * words.grid.unit - 1e-6


@pytest.mark.parametrize(
    ("moves", "exists"),
    [
        ([("front.2", "inner"), ("behind.2", "inner")], True),
        ([("front.2", "inner"), ("front.2", "inner"), ("front.1", "inner")], False),  # the stage is 40 units wide
        ([("front.2", "inner"), ("front.2", "inner"), ("front.1", "out")], True),
        ([("front.1", "in"), ("front.2", "out")], False),  # it enters at the far edge
        ([("front.1", "in"), ("left.1", "inner")], True),
        ([("front.2", "inner")] * 12, False),  # longer than the field
    ],
)
def test_a_start_exists_where_each_move_can_be_of_its_type(moves, exists):
    split = load().split("train")
    steps = [IntendedStep(kind="position", value=value, variant=move, roles=MOVES[move]) for value, move in moves]
    assert placement.start_exists(steps, split.kinds, split.vocabulary) == exists


def test_objects_that_find_no_room_are_rejected():
    split = load().split("train")
    one = Object(shape="cube", size="large", color="red", material="metal", position=(0, 0), rotation=0.0)
    count = 100  # a stage of 6 m has room for fewer cubes of a metre
    positions = placement.positions(generator(0), [one] * count, [], [True] * count, split.kinds, split.vocabulary)
    with pytest.raises(Rejected, match="objects keep a gap"):
        next(positions)
