"""Blocks: what a deal counts as a conflict."""

import pytest

from tests.tiny import load
from tvrgen.sampling import blocks

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
