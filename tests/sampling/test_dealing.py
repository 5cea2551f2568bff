"""Steps that name pairs, or an object that is not there: dealt evenly, and fair like all others."""

import itertools
from collections import Counter

import pytest

from tests.tiny import load
from tests.transformations.kinds import NAMES
from tvrgen._support.errors import UserError
from tvrgen.sampling import blocks, sampler
from tvrgen.sampling.combinations import block_size
from tvrgen.scene import footprints

MANY = f"sampling.kinds=[color,position,{','.join(NAMES)}]"
BLOCKS = 4


def spread(counts, items):
    return max(counts[i] for i in items) - min(counts[i] for i in items)


@pytest.fixture(scope="module", params=["kind", "value"])
def dealt(request):
    config = load(
        MANY, "sampling.objects=[5,6]", "sampling.on_stage=[4,5]", "sampling.steps=[1,2]",
        f"sampling.balance={request.param}", "splits.train.count=1000",
    )  # fmt: skip
    split = config.split("train")
    return split, [blocks.levels(config.seed, split, block) for block in range(BLOCKS)]


def test_kinds_values_and_pairs_are_dealt_evenly_among_problems_with_equally_many_objects(dealt):
    split, in_blocks = dealt
    for number in range(1, BLOCKS + 1):
        seen = list(itertools.chain(*in_blocks[:number]))
        assert len(seen) == number * block_size(split.sampling)
        for objects in (5, 6):
            steps = [s for level in seen if level.objects == objects for s in level.steps]
            if split.sampling.balance == "kind":
                assert spread(Counter(s.kind for s in steps), split.kinds) <= 1
            else:
                every = [(name, value) for name, values in split.values.items() for value in values]
                assert spread(Counter((s.kind, s.value) for s in steps), every) <= 1
            pairs = Counter(s.objects for s in steps if s.kind == "swap")
            assert spread(pairs, list(itertools.combinations(range(objects), 2))) <= 1
            ordered = Counter(s.objects for s in steps if s.kind == "beside")
            assert spread(ordered, list(itertools.permutations(range(objects), 2))) <= 1
            alone = Counter(s.objects for s in steps if s.kind in ("color", "position", "disappear"))
            assert spread(alone, [(k,) for k in range(objects)]) <= 1
        steps = [s for level in seen for s in level.steps]
        for name, values in split.values.items() if split.sampling.balance == "kind" else ():
            assert spread(Counter(s.value for s in steps if s.kind == name), values) <= 1


def test_no_problem_asks_more_of_its_objects_than_they_can_take(dealt):
    _, in_blocks = dealt
    for level in itertools.chain(*in_blocks):
        named = Counter(k for step in level.steps for k in step.objects)
        for step in level.steps:
            for k, role in zip(step.objects, step.roles, strict=True):
                assert (k >= level.objects) == (role.before == "absent")
                assert not role.alone or named[k] == 1
        assert len(named) <= level.objects + len(level.absent)


@pytest.mark.rays
def test_problems_keep_the_rules_at_every_moment():
    config = load(MANY, "sampling.on_stage=[3,6]", "splits.train.count=100")
    split, kinds = config.split("train"), Counter()
    shows = split.vocabulary.grid.shows
    for k in range(40):
        planned = sampler.plan_problem(config, "train", k)
        assert not any(footprints.crowded(state, split.vocabulary) for state in planned.states)
        for step, roles, before, after in zip(
            planned.problem.steps, planned.roles, planned.states, planned.states[1:], strict=False
        ):
            kinds[step.kind] += 1
            ways = split.kinds[step.kind].variants(split.sampling).values()
            assert roles in [tuple(role._replace(alone=False) for role in way) for way in ways]
            for index, role in zip(step.objects, roles, strict=True):
                assert shows(before[index]) == (role.before == "seen")
                assert shows(after[index]) == (role.after == "seen")
        for shot in (planned.initial, *planned.finals):
            sights = zip(shot.state.objects, shot.seen, strict=True)
            assert all(sight.pixels == 0 for obj, sight in sights if not shows(obj))
    assert {*kinds} == {*split.kinds}


def test_a_kind_that_takes_more_objects_than_there_are_is_refused():
    with pytest.raises(UserError, match=r"sampling.on_stage: swap takes 2 objects, but at most 1 are on stage; raise"):
        load(f"sampling.kinds=[color,{NAMES[0]}]", "sampling.on_stage=1", "sampling.steps=1")
