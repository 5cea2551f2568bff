"""Planned problems of every shipped config, and of some that are hard to draw."""

import pytest

from tests.tiny import SHIPPED
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.sampling import sampler

QUICK = "configs/quickstart.yaml"
CASES = {
    f"{name} {split}": (f"configs/{name}.yaml", split) for name in SHIPPED for split in loader.load(name).splits
} | {
    "crowded": (QUICK, "train", "sampling.visible=10", "sampling.steps=4"),
    "alone": (QUICK, "train", "sampling.objects=[1, 3]", "sampling.visible=all", "sampling.steps=[1, 4]"),
    "moves": (QUICK, "train", "sampling.kinds=[position]", "sampling.visible=[3, 6]", "sampling.steps=[1, 3]"),
    "from the left": (QUICK, "train", "cameras.initial=left", "cameras.final=[right]"),
    "twins": (
        QUICK,
        "train",
        "sampling.twins=true",
        "sampling.only.color=[red, blue]",
        "sampling.only.shape=[cube, sphere]",
    ),
    "repeated": (QUICK, "train", "sampling.repeat=true", "sampling.visible=[1, 3]", "sampling.steps=[3, 4]"),
    "still": (QUICK, "train", "sampling.no_change=0.5"),
    "rig": (QUICK, "train", "scene.orbit={count: 8, elevation: 30, distance: 11.4}", "cameras.initial=orbit_3"),
}
COUNT = 40


@pytest.fixture(params=CASES.values(), ids=CASES.keys(), scope="session")
def planned(request):
    """(config, split, planned problems) of each shipped config and of some hard ones."""
    path, name, *overrides = request.param
    config = loader.load(path, assignments((*overrides, f"splits.{name}.count={COUNT}")))
    split = config.split(name)
    return config, split, [sampler.plan_problem(config, split.name, k) for k in range(COUNT)]
