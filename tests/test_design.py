"""The block design: levels from the index alone, balanced at every block boundary."""

from collections import Counter

import pytest

from tests.tiny import levels_of, load
from tvrgen import design

CASES = {
    "default": (),
    "one object": ("sampling.visible=1", "sampling.steps=[1, 4]"),
    "one step": ("sampling.visible=10", "sampling.steps=1"),
    "all visible": ("sampling.objects=[2, 8]", "sampling.visible=all"),
    "two kinds": ("sampling.kinds=[size, position]", "sampling.visible=[2, 6]", "sampling.steps=[2, 3]"),
    "leaving": (
        "sampling.kinds=[position]",
        "sampling.moves=[out]",
        "sampling.visible=[3, 5]",
        "sampling.steps=[1, 3]",
    ),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def settings(request):
    return load("splits.train.count=100000", *request.param)


def spread(counts: Counter, items) -> int:
    return max(counts[i] for i in items) - min(counts[i] for i in items)


def test_marginals_are_even_at_every_block_boundary(settings):
    split = settings.split("train")
    size = design.block_size(split)
    levels = levels_of(settings, "train", 5 * size)
    for blocks in range(1, 6):
        seen = levels[: blocks * size]
        combinations = Counter((v.visible, len(v.steps)) for v in seen)
        assert spread(combinations, set(combinations)) == 0
        steps = [s for v in seen for s in v.steps]
        assert spread(Counter(s.kind for s in steps), split.kinds) <= 1
        for name, kind in split.kinds.items():
            assert spread(Counter(s.value for s in steps if s.kind == name), kind.values(split.vocabulary)) <= 1


def test_every_level_can_be_met(settings):
    for levels in levels_of(settings, "train", 3 * design.block_size(settings.split("train"))):
        hidden = levels.objects - levels.visible
        assert hidden >= 0
        assert max(Counter(s.kind for s in levels.steps).values()) <= levels.visible
        moves = Counter(s.move for s in levels.steps)
        assert moves["in"] <= hidden
        others = Counter(s.kind for s in levels.steps if s.move not in ("in", "out"))
        assert moves["out"] + max(others.values(), default=0) <= levels.visible


def test_a_level_depends_on_its_index_alone(settings):
    split = settings.split("train")
    some = [design.levels(settings, split, k) for k in (700, 3, 90)]
    design._block.cache_clear()
    assert [design.levels(settings, split, k) for k in (700, 3, 90)] == some


def test_seeds_and_splits_differ():
    one, other = load("splits.val.count=100"), load("seed=8")
    assert levels_of(one, "train", 20) != levels_of(other, "train", 20)
    assert levels_of(one, "train", 20) != levels_of(one, "val", 20)
