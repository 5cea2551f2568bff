"""Blocks: what a deal counts as a conflict."""

import pytest

from tests.tiny import load
from tvrgen.sampling import blocks
from tvrgen.transformations.position import MOVES

BOTH = ("sampling.kinds=[position, color]", "sampling.moves=[inner, out]", "sampling.steps=[1, 3]")


@pytest.mark.parametrize("repeat", ["false", "true"])
@pytest.mark.parametrize("block", range(3))
def test_an_object_that_leaves_takes_no_step_of_another_kind(block, repeat):
    """In each problem, the objects on stage are enough for those that leave and for all other changes."""
    config = load(*BOTH, "sampling.on_stage=[2, 3]", f"sampling.repeat={repeat}", "splits.train.count=1000")
    for levels in blocks.levels(config.seed, config.split("train"), block):
        leaving = [step for step in levels.steps if step.variant == "out"]
        others = [step for step in levels.steps if step.variant != "out"]
        assert not {step.objects[0] for step in leaving} & {step.objects[0] for step in others}
        assert len({step.objects[0] for step in leaving}) + bool(others) <= levels.on_stage


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
    config = load(*BOTH, "sampling.on_stage=[2, 3]", f"sampling.repeat={repeat}", "splits.train.count=100")
    deal = blocks._Deal(config.seed, config.split("train"), 0, 0)
    deal.samples[0] = blocks._Sample(objects=4, on_stage=on_stage, slots=range(len(others) + len(moves)))
    assert deal._no_room(MOVES, [others], 0, moves) == missing
