"""Conflicts of dealt steps."""

from collections import Counter

import pytest

from tvrgen.sampling import conflicts
from tvrgen.transformations.kinds.position import MOVES


@pytest.mark.parametrize(
    ("on_stage", "others", "moves", "repeat", "missing"),
    [
        (2, ["color", "color"], ["out"], "false", 1),  # two objects change color, a third one leaves
        (2, ["color", "shape"], ["out"], "false", 0),  # one changes both, the other leaves
        (2, ["color", "color"], ["out"], "true", 0),
        (2, ["color"], ["out", "out"], "true", 1),
        (2, ["color"], ["inner", "inner", "out"], "false", 1),
        (3, [], ["out", "in", "in"], "false", 1),  # one object off stage, two enter
        (3, [], ["out", "out", "out"], "false", 0),
    ],
)
def test_missing_objects_for_moves(on_stage, others, moves, repeat, missing):
    """What leaves changes in no other way, and what enters starts off stage; 4 objects in all."""
    roles, needed = [MOVES[move][0] for move in moves], list(Counter(others).values())
    assert conflicts.missing(roles, needed, objects=4, on_stage=on_stage, repeat=repeat == "true") == missing
