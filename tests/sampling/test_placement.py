"""Positions: the gap at every moment, and starts from which moves are of their types."""

import math

import pytest

from tests.tiny import load
from tvrgen.sampling import placement
from tvrgen.sampling.levels import IntendedStep

pytestmark = pytest.mark.rays


def test_nothing_overlaps_or_leaves_the_field_at_any_moment(planned):
    _, split, problems = planned
    words = split.vocabulary
    for plan in problems:
        for state in plan.states:
            objects = state.objects
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
    ],
)
def test_a_start_exists_where_each_move_can_be_of_its_type(moves, exists):
    split = load().split("train")
    steps = [IntendedStep(kind="position", value=value, move=move, index=0) for value, move in moves]
    assert placement.start_exists(steps, split.kinds, split.vocabulary) == exists
