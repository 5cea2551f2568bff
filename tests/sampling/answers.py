"""A state of many kinds of change, and its steps written as texts."""

from tests.tiny import handmade, load
from tvrgen.transformations.base import Step

KINDS = "color, shape, size, material, position, swap, next_to, appear, disappear, replace, recolor_like"
CONFIG = load(f"sampling.kinds=[{KINDS}]", "sampling.on_stage=[4, 6]")
SPLIT = CONFIG.split("train")
STATE = handmade(CONFIG, SPLIT, 0, off_stage=1).problem.initial.replace(3, color="green")
"""0: large red rubber cube at (-10, -10), 1: small cyan glass sphere at (5, 12), 2: medium gray metal cylinder at
(20, 0); 3, a large green rubber cube, is out of sight."""


def steps_of(text: str) -> list[Step]:
    """The steps of a text such as "0.color.blue, 0+1.swap"."""
    steps = []
    for part in text.split(", "):
        named, kind, *value = part.split(".", 2)
        steps.append(Step(objects=tuple(map(int, named.split("+"))), kind=kind, value="".join(value)))
    return steps
