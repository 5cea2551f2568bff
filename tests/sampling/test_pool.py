"""The pool of steps that put something right."""

import pytest

from tests.sampling.answers import SPLIT, STATE, steps_of
from tvrgen.sampling.comparison import Comparison
from tvrgen.sampling.effects import Effects
from tvrgen.sampling.pool import Part, Pool
from tvrgen.transformations import replay


def pool_of(text, initial=STATE):
    final = replay.replay(initial, steps_of(text), SPLIT.kinds, SPLIT.vocabulary)[-1]
    between = Comparison(initial, final, SPLIT)
    return between, Pool(between, Effects(between, SPLIT), SPLIT)


@pytest.mark.parametrize(
    "text", ["0.color.blue", "0+1.swap, 2.shape.cube", "2.disappear, 0.replace.small_blue_glass_sphere"]
)
def test_the_steps_of_a_problem_put_its_parts_right_and_are_found(text):
    between, pool = pool_of(text)
    path = pool.path(steps_of(text))
    assert frozenset().union(*(part.differences for part in path)) == between.due
    _, found = pool_of(text)
    found.collect()
    for part, step in zip(path, steps_of(text), strict=True):
        assert step in found.steps[part][0]


def test_steps_that_do_not_last_have_no_path():
    _, pool = pool_of("0.color.blue, 0.color.green")
    assert pool.path(steps_of("0.color.blue, 0.color.green")) == []


def test_a_step_is_in_the_pool_once_whatever_its_order_of_objects():
    between, pool = pool_of("0+1.swap")
    pool.path(steps_of("1+0.swap"))
    pool.collect()
    assert pool.steps[Part(between.due)] == [steps_of("1+0.swap")]


def test_what_several_steps_change_may_be_gone_and_another_new():
    text = "0.color.blue, 0.material.glass"
    between, pool = pool_of(text)
    pool.collect_new(0, between.due, steps_of(text))
    goes, comes = pool.steps[Part(between.due, renewed=True)]
    assert steps_of("0.disappear")[0] in goes
    assert comes == steps_of("4.appear.large_blue_glass_cube")
    _, pool = pool_of("0.color.blue")
    pool.collect_new(0, frozenset({(0, "color")}), steps_of("0.color.blue"))
    assert not pool.steps
