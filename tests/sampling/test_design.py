"""The block design: levels from the index alone, balanced at every block boundary."""

import itertools
from collections import Counter

import pytest

from tests.tiny import levels_of, load
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.sampling import blocks, design
from tvrgen.sampling.combinations import block_size

CASES = {
    "default": (),
    "by value": ("sampling.balance=value",),
    "one step": ("sampling.visible=10", "sampling.steps=1"),
    "all visible": ("sampling.objects=[2, 8]", "sampling.visible=all", "sampling.kinds=[color,shape,size,material]"),
    "some hidden": ("sampling.objects=[6, 9]", "sampling.visible=[4, 6]"),
    "two kinds": ("sampling.kinds=[size, position]", "sampling.visible=[2, 6]", "sampling.steps=[2, 3]"),
    "leaving": (
        "sampling.kinds=[position]",
        "sampling.moves=[out]",
        "sampling.visible=[3, 5]",
        "sampling.steps=[1, 3]",
    ),
    "repeated": ("sampling.repeat=true", "sampling.balance=value", "sampling.visible=[2, 10]"),
    "some still": ("sampling.no_change=0.3", "sampling.visible=[2, 10]"),
    "fewer values": ("sampling.never.step=[color.red, position.left.1]", "sampling.only.steps=[1, 4]"),
    "few visible": (
        "sampling.kinds=[size, color]",
        "sampling.visible=[1, 3]",
        "sampling.steps=[1, 5]",
        "sampling.repeat=true",
    ),
    "fewer visible than steps": (
        "sampling.visible=[1, 4]",
        "sampling.steps=4",
        "sampling.kinds=[color,shape,size,material]",
    ),
    "pairs": (
        "sampling.visible=[1, 5]",
        "sampling.only.pairs=[{when: {shape: [cube]}, then: {color: [red, blue]}}]",
        "sampling.never.pairs=[{size: [large], material: [glass]}]",
    ),
    "some enter": ("sampling.visible=[1, 9]", "sampling.moves=[in, out]"),
    "one view": ("cameras.views=one",),
}
BLOCKS = 5


@pytest.fixture(params=CASES.values(), ids=CASES.keys(), scope="module")
def dealt(request):
    """(split, the levels of the problems with change in five blocks, all levels)."""
    config = load("splits.train.count=100000", *request.param)
    split = config.split("train")
    wanted, levels, everything = BLOCKS * block_size(split.sampling), [], []
    while len(levels) < wanted:
        everything.append(design.levels(config, split, len(everything)))
        levels += [everything[-1]] if everything[-1].steps else []
    return split, levels, everything


def spread(counts: Counter, items) -> int:
    return max(counts[i] for i in items) - min(counts[i] for i in items)


def test_marginals_are_even_at_every_block_boundary(dealt):
    split, levels, _ = dealt
    for number in range(1, BLOCKS + 1):
        seen = levels[: number * block_size(split.sampling)]
        combinations = Counter((v.on_stage, len(v.steps)) for v in seen)
        assert spread(combinations, set(combinations)) == 0
        steps = [s for v in seen for s in v.steps]
        if split.sampling.balance == "value":
            pairs = [(name, value) for name, values in split.values.items() for value in values]
            assert spread(Counter((s.kind, s.value) for s in steps), pairs) <= 1
        else:
            assert spread(Counter(s.kind for s in steps), split.kinds) <= 1
            for name, values in split.values.items():
                assert spread(Counter(s.value for s in steps if s.kind == name), values) <= 1
        moves = Counter(s.variant for s in steps if s.variant)
        assert not moves or spread(moves, set(moves)) <= 1
        for objects in {v.objects for v in seen}:
            targets = Counter(s.objects[0] for v in seen if v.objects == objects for s in v.steps)
            assert spread(targets, range(objects)) <= 1


def test_one_visible_object_takes_all_steps_of_a_problem():
    """Its index is dealt to whole problems."""
    config = load(
        "splits.train.count=1000", "sampling.visible=1", "sampling.steps=3", "sampling.kinds=[size,shape,color]"
    )
    levels = levels_of(config, "train", 3 * block_size(config.split("train").sampling))
    assert all(len({s.objects[0] for s in level.steps}) == 1 for level in levels)
    assert spread(Counter(level.steps[0].objects[0] for level in levels), range(10)) <= 1


@pytest.mark.rays
def test_demands_that_no_deal_meets_are_found_before_the_first_problem():
    """A lone cube that turns both colour and size may do so in no order."""
    config = load(
        "sampling.visible=1",
        "sampling.steps=2",
        "sampling.kinds=[size, color]",
        "sampling.never.pairs=[{size: [small, medium], color: [red, blue, green, brown, gray, purple]}]",
    )
    with pytest.raises(
        UserError, match=r"splits.train: in \d+ of the first 64 problems, no objects can take the steps"
    ):
        design.check(config, config.split("train"))


@pytest.mark.parametrize(
    ("steps", "says"), [("200", "with 14000 steps"), ("[1, 200]", "2000 problems with 201000 steps")]
)
def test_steps_beyond_count_are_refused_before_they_are_dealt(steps, says, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_BLOCK_STEPS", "10000")
    config = load(f"sampling.steps={steps}", "sampling.repeat=true")
    with pytest.raises(UserError, match=says):
        design.check_deal(config, config.split("train"))


@pytest.mark.rays
def test_steps_that_are_hard_to_deal_end_in_one_line(monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_TRIALS", "2000")
    config = load("sampling.steps=9", "sampling.repeat=true", "seed=77")
    for find in (lambda: design.check(config, config.split("train")), lambda: levels_of(config, "train", 1)):
        with pytest.raises(UserError, match=r"splits\.train: up to 9 steps cannot be dealt evenly to these objects"):
            find()


@pytest.mark.rays
def test_a_mesh_that_cannot_be_used_is_found_before_the_first_problem(tmp_path):
    (tmp_path / "far.obj").write_text("v 1e38 0 0\nv 0 1e38 0\nv 0 0 1e38\nf 1 2 3\n")
    document = {"splits": {"train": {"count": 1}}, "vocabulary": {"shapes": {"far": {"mesh": "far.obj"}}}}
    config = loader.Config.from_dict(document, tmp_path)
    with pytest.raises(UserError, match=r"mesh far\.obj: has a coordinate that is no number"):
        design.check(config, config.split("train"))


def test_every_level_can_be_met(dealt):
    split, levels, _ = dealt
    for level in levels:
        by_target = {}
        for step in level.steps:
            assert 0 <= step.objects[0] < level.objects
            by_target.setdefault(step.objects[0], []).append(step)
        entering = {t for t, own in by_target.items() if own[0].variant == "in"}
        assert len(entering) <= level.objects - level.on_stage
        assert len(by_target) - len(entering) <= level.on_stage
        for own in by_target.values():
            if not split.sampling.repeat:
                assert len({s.kind for s in own}) == len(own)
            if "out" in {s.variant for s in own}:
                assert len(own) == 1
            assert "in" not in {s.variant for s in own[1:]}


def test_only_allowed_values_are_dealt(dealt):
    split, levels, _ = dealt
    for step in (s for level in levels for s in level.steps):
        assert step.value in split.values[step.kind]
        assert f"{step.kind}.{step.value}" not in (split.sampling.never.step or ())
        assert step.roles == split.kinds[step.kind].variants(split.sampling)[step.variant]


def test_still_problems_are_an_exact_share(dealt):
    split, _, everything = dealt
    for count in range(1, len(everything) + 1):
        still = sum(not level.steps for level in everything[:count])
        assert still == int(count * split.sampling.no_change)


def test_views_are_dealt_evenly(dealt):
    split, _, everything = dealt
    if split.cameras.views == "all":
        assert {level.views for level in everything} == {split.cameras.final}
        return
    for count in range(1, len(everything) + 1):
        views = Counter(level.views for level in everything[:count])
        assert spread(views, [(v,) for v in split.cameras.final]) <= 1


@pytest.mark.parametrize("overrides", CASES.values(), ids=CASES.keys())
def test_a_level_depends_on_its_index_alone(overrides):
    config = load("splits.train.count=100000", *overrides)
    split = config.split("train")
    some = [design.levels(config, split, k) for k in (350, 3, 90)]
    blocks._dealt.cache_clear()
    assert [design.levels(config, split, k) for k in (3, 90, 350)] == [some[1], some[2], some[0]]


def test_seeds_and_splits_differ():
    one, other = load("splits.val={count: 100}"), load("seed=8")
    assert levels_of(one, "train", 20) != levels_of(other, "train", 20)
    assert levels_of(one, "train", 20) != levels_of(one, "val", 20)


def test_consecutive_kinds_are_close_to_uniform():
    """Chi-square of the pairs of kinds of neighbouring steps, 16 degrees of freedom: 39 is its 99.9 % quantile."""
    config = load("splits.train.count=100000", "sampling.visible=[4, 10]")
    steps = [level.steps for level in levels_of(config, "train", 2400)]
    pairs = Counter((a.kind, b.kind) for s in steps for a, b in itertools.pairwise(s))
    expected = sum(pairs.values()) / 25
    assert len(pairs) == 25
    assert sum((n - expected) ** 2 / expected for n in pairs.values()) < 39
