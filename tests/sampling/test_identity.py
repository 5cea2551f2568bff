"""A problem's hash: blind to order, and of one split."""

import dataclasses

import pytest

from tests.sampling.conftest import COUNT
from tests.tiny import load, with_object
from tvrgen._support.errors import UserError
from tvrgen.generation import planning
from tvrgen.sampling import identity, sampler
from tvrgen.scene.model import State
from tvrgen.transformations.base import Step, Transformation

pytestmark = pytest.mark.rays


def test_every_problem_is_of_its_split_alone(planned):
    config, split, problems = planned
    ordinal = sorted(config.splits).index(split.name)
    assert all(int(plan.hash, 16) % len(config.splits) == ordinal for plan in problems)
    assert len({plan.hash for plan in problems}) == COUNT


def test_the_hash_is_blind_to_the_order_of_steps():
    config = load("sampling.steps=4")
    plan = sampler.plan_problem(config, "train", 1)
    kinds = config.split("train").kinds
    assert identity.digest(plan.problem.initial, plan.problem.steps[::-1], kinds) == plan.hash


def test_the_hash_is_blind_to_the_order_of_objects():
    config = load()
    plan, kinds = sampler.plan_problem(config, "train", 1), config.split("train").kinds
    objects, steps = plan.problem.initial.objects, plan.problem.steps
    order = list(reversed(range(len(objects))))
    shuffled = State(objects=tuple(objects[k] for k in order))
    renamed = tuple(dataclasses.replace(s, objects=tuple(map(order.index, s.objects))) for s in steps)
    assert identity.digest(shuffled, renamed, kinds) == plan.hash
    moved = with_object(plan.problem.initial, 0, position=(-40, 40))
    assert identity.digest(moved, steps, kinds) != plan.hash
    assert identity.digest(plan.problem.initial, steps[:-1], kinds) != plan.hash
    absent = plan.problem.initial.replace(0, present=False)
    assert identity.digest(absent, steps, kinds) != plan.hash


class Both(Transformation):
    """A kind that names two objects."""

    def __init__(self, ordered: bool) -> None:
        self.name, self.ordered = "both", ordered


def test_the_order_of_a_steps_objects_counts_where_its_kind_is_ordered():
    config = load()
    initial = sampler.plan_problem(config, "train", 1).problem.initial
    color = Step(objects=(0,), kind="color", value="red")  # steps with one object and with two have an order
    for ordered in (False, True):
        kinds = {**config.split("train").kinds, "both": Both(ordered)}
        found = {
            identity.digest(initial, (Step(objects=objects, kind="both"), color), kinds) for objects in ((0, 1), (1, 0))
        }
        assert len(found) == 1 + ordered


def test_a_problem_in_two_splits_is_refused(monkeypatch):
    config = load("splits.val={count: 3}", "splits.train.count=3")
    assert len(list(planning.record_lines(config, [("train", 0, 3), ("val", 0, 3)]))) == 6
    monkeypatch.setattr(identity, "digest", lambda *_: "0" * 32)
    monkeypatch.setattr(identity, "belongs", lambda *_: True)
    with pytest.raises(UserError, match="val-000000 is the same problem as train-000000"):
        list(planning.record_lines(config, [("train", 0, 3), ("val", 0, 3)]))


def test_splits_draw_from_the_hashes_that_they_name():
    config = load(
        "splits={one: {count: 4, hashes: [1, 3]}, two: {count: 4, hashes: [1, 3]}, rest: {count: 4, hashes: [2, 3]}}"
    )
    plans = {name: [sampler.plan_problem(config, name, k).hash for k in range(4)] for name in config.splits}
    assert {int(digest, 16) % 3 for digest in plans["one"] + plans["two"]} == {1}
    assert {int(digest, 16) % 3 for digest in plans["rest"]} == {2}
    assert len({*plans["one"], *plans["two"]}) == 8  # the same hashes, but draws of their own


@pytest.mark.parametrize("splits", [1, 2, 3, 7])
def test_a_hash_belongs_to_one_split(splits):
    for digest in ("0" * 32, "f" * 32, "0123456789abcdef" * 2):
        assert sum(identity.belongs(digest, (ordinal, splits)) for ordinal in range(splits)) == 1
