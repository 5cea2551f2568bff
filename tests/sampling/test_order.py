"""Whether the order of steps matters, against all orders."""

import itertools

import pytest

from tvrgen.sampling import fairness
from tvrgen.transformations import base, replay

pytestmark = pytest.mark.rays


def test_the_order_matters_where_another_order_breaks_a_rule(planned):
    """Against all orders, replayed."""

    _, split, problems = planned
    for plan in problems:
        broken = False
        for order in itertools.permutations(plan.problem.steps):
            try:
                states = replay.replay(plan.problem.initial, order, split.kinds, split.vocabulary)
                fairness.check_states(states, order, split.sampling, split.vocabulary)
            except base.Rejected:
                broken = True
                break
            broken |= states[-1] != plan.states[-1]
        assert plan.order_sensitive == broken
