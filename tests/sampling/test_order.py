"""Whether the order of steps matters, against all orders."""

import itertools

import pytest

from tests.tiny import handmade, load
from tvrgen.sampling import fairness, order
from tvrgen.transformations import base, replay
from tvrgen.transformations.base import Step

pytestmark = pytest.mark.rays


def test_the_order_matters_where_another_order_breaks_a_rule(planned):
    """Against all orders, replayed."""

    _, split, problems = planned
    for plan in problems:
        broken = False
        for permuted in itertools.permutations(plan.problem.steps):
            try:
                states = replay.replay(plan.problem.initial, permuted, split.kinds, split.vocabulary)
                fairness.check_states(states, permuted, split.sampling, split.vocabulary)
            except base.Rejected:
                broken = True
                break
            broken |= states[-1] != plan.states[-1]
        assert plan.order_sensitive == broken


@pytest.mark.parametrize(("moves", "sensitive"), [(["left.1"], False), (["front.1", "behind.1"], True)])
def test_of_many_steps_neighbours_are_exchanged(moves, sensitive):
    """All orders of more than MOST_STEPS steps would take too long. Out and back in: only this order is possible."""
    config = load("sampling.repeat=true")
    split = config.split("train")
    looks = {"color": "green", "shape": "cylinder", "size": "medium"}
    steps = [Step(objects=(k,), kind=kind, value=value) for k in (0, 1) for kind, value in looks.items()]
    steps += [Step(objects=(2,), kind="position", value=value) for value in moves]
    assert len(steps) > order.MOST_STEPS
    states = replay.replay(handmade(config, split, 0).states[0], steps, split.kinds, split.vocabulary)
    assert order.order_sensitive(states, tuple(steps), split.kinds, split.sampling, split.vocabulary) == sensitive
