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
from tvrgen.transformations import registry
from tvrgen.transformations.base import Role, Transformation

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


FEW = ("sampling.repeat=true", "sampling.moves=[inner, out]", "splits.train.count=1000")


@pytest.mark.rays
@pytest.mark.parametrize("others", [(), ("color", "position"), ("swap", "replace")])
@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_where_changes_repeat_each_kind_is_taken_as_often_as_it_allows(kind, others):
    kinds = dict.fromkeys([kind, *others])
    config = load(f"sampling.kinds=[{','.join(kinds)}]", "sampling.on_stage=[4, 6]", "sampling.steps=[1, 2]", *FEW)
    split = config.split("train")
    for block in range(3):
        assert not blocks.faults(config.seed, split, block)
        for level in blocks.levels(config.seed, split, block):
            taken = Counter((step.kind, k) for step in level.steps for k in step.objects)
            assert all(
                n <= split.kinds[name].limit(len(split.values[name]), split.sampling) for (name, _), n in taken.items()
            )
    for k in range(12):
        sampler.plan_problem(config, "train", k)


@pytest.mark.parametrize("kind", registry.BUILT_IN)
def test_what_few_objects_cannot_take_is_refused_with_what_to_change(kind):
    demands = (f"sampling.kinds=[{kind}]", "sampling.on_stage=1", "sampling.steps=3", "sampling.repeat=true")
    try:
        config = load(*demands)
    except UserError as error:
        text = str(error)
        assert "at most 0" not in text
        assert text.endswith("sampling.on_stage") or "raise sampling.on_stage, or leave" in text, text
    else:
        assert not blocks.faults(config.seed, config.split("train"), 0)


class Fetch(Transformation):
    """The second object comes onto the stage, beside the first."""

    name = "fetch"
    roles = (Role(), Role(before="unseen"))
    ordered = True

    def values(self, vocabulary):
        return ("left", "right")

    def apply(self, state, step, vocabulary):
        a, b = step.objects
        (x, y), (dx, dy) = state[a].position, vocabulary.directions[step.value]
        return state.replace(b, position=(x + round(13 * dx), y + round(13 * dy)))


@pytest.mark.rays
def test_the_second_object_of_a_kind_may_come_onto_the_stage():
    kinds = f"sampling.kinds=[color, '{__name__}:Fetch']"
    with pytest.raises(UserError, match="no object is off stage that could enter"):
        load(kinds, "sampling.on_stage=all", "sampling.steps=[1, 2]")
    config = load(kinds, "sampling.on_stage=[3, 5]", "sampling.steps=[1, 2]", "splits.train.count=1000")
    shows = config.vocabulary.grid.shows
    for k in range(12):
        planned = sampler.plan_problem(config, "train", k)
        for step, before, after in zip(planned.problem.steps, planned.states, planned.states[1:], strict=False):
            if step.kind == "fetch":
                seen = [shows(state[k]) for state in (before, after) for k in step.objects]
                assert seen == [True, False, True, True]


def test_what_appears_beside_one_object_is_dealt():
    config = load("sampling.kinds=[appear, color]", "sampling.on_stage=[1, 2]", "sampling.steps=[1, 2]")
    assert not blocks.faults(config.seed, config.split("train"), 0)
