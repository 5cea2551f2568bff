"""Divisions of what differs among the parts of a pool, and orders of them."""

import pytest

from tests.sampling.answers import SPLIT, STATE, steps_of
from tvrgen.sampling.comparison import Comparison
from tvrgen.sampling.divisions import Divisions
from tvrgen.sampling.effects import Effects
from tvrgen.sampling.pool import Pool
from tvrgen.transformations import replay

TEXTS = ("0.color.blue", "0.replace.large_blue_glass_cube", "0+1.swap, 0.color.blue", "2.disappear, 1.size.large")


def divided(text, initial=STATE):
    final = replay.replay(initial, steps_of(text), SPLIT.kinds, SPLIT.vocabulary)[-1]
    between = Comparison(initial, final, SPLIT)
    effects = Effects(between, SPLIT)
    pool = Pool(between, effects, SPLIT)
    pool.collect()
    return between, Divisions(between, effects, pool, SPLIT)


@pytest.mark.parametrize("text", TEXTS)
def test_the_parts_of_a_division_are_all_that_differs_each_once(text):
    between, divisions = divided(text)
    found = [*divisions.of(between.due, len(between.due))]
    assert len({frozenset(parts) for parts in found}) == len(found) > 0
    for parts in found:
        assert sorted(difference for part in parts for difference in part.differences) == sorted(between.due)


@pytest.mark.parametrize("text", TEXTS)
def test_no_division_is_within_fewer_steps_than_the_shortest(text):
    between, divisions = divided(text)
    shortest = min(map(len, divisions.of(between.due, len(between.due))))
    assert 0 < shortest <= len(steps_of(text))
    assert divisions.may_be_within(between.due, shortest)
    assert not divisions.may_be_within(between.due, 0)
    assert not [*divisions.of(between.due, shortest - 1)]


@pytest.mark.parametrize("text", TEXTS)
def test_orders_put_each_part_right_in_turn(text):
    between, divisions = divided(text)
    for parts in divisions.of(between.due, len(between.due)):
        orders = [*divisions.orders(frozenset(parts), ())]
        assert bool(orders) == divisions.has_order(parts)
        for order in orders:
            steps = [ways[0] for _, said in order for ways in said]
            final = replay.replay(STATE, steps, SPLIT.kinds, SPLIT.vocabulary)[-1]
            assert not Comparison(final, between.last, SPLIT).due  # where what is gone stands, no image shows


def test_no_object_is_put_right_into_another():
    """Each of two that change places would have to move into the other."""
    between, divisions = divided("0+1.swap", STATE.replace(1, position=(-10, 10)))
    (only,) = divisions.of(between.due, 1)
    assert divisions.has_order(only)
    assert not [parts for parts in divisions.of(between.due, 2) if len(parts) == 2 and divisions.has_order(parts)]
