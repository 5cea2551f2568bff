"""Traces: where objects are in terms of starts that are not found yet."""

import itertools

import pytest

from tests.tiny import load
from tests.transformations import kinds
from tvrgen.sampling import sampler, tracing
from tvrgen.sampling.looks import every_look
from tvrgen.sampling.tracing import NOWHERE, Place
from tvrgen.transformations.base import Step

WORDS = load().vocabulary
OBJECTS = list(itertools.islice(every_look(WORDS), 12))


@pytest.mark.parametrize(("a", "b"), [*itertools.permutations(range(0, 12, 3), 2)])
def test_a_place_is_reckoned_from_the_start_that_it_is_near(a, b):
    own = {"beside": kinds.Beside(), "swap": kinds.Swap()}
    steps = [Step(objects=(a, b), kind="beside", value="left"), Step(objects=(a, b), kind="swap")]
    last = tracing.trace(OBJECTS, steps, own, WORDS)[-1]
    dx, dy = (round(12 * c) for c in WORDS.directions["left"])
    assert tracing.place_of(last[a]) == Place(b, (0, 0))
    assert tracing.place_of(last[b]) == Place(b, (dx, dy))
    assert all(tracing.place_of(obj) == Place(k, (0, 0)) for k, obj in enumerate(last.objects) if k not in (a, b))


@pytest.mark.parametrize(("a", "b"), [*itertools.permutations(range(12), 2)])
def test_a_place_that_several_starts_decide_is_nowhere(a, b):
    last = tracing.trace(OBJECTS, [Step(objects=(a, b), kind="mirror")], {"mirror": kinds.Mirror()}, WORDS)[-1]
    assert tracing.place_of(last[a]).start == NOWHERE


@pytest.mark.rays
@pytest.mark.parametrize("kind", [kinds.Mirror, kinds.CarefulMirror])
def test_kinds_that_reckon_with_several_places_keep_their_roles(kind):
    """Whether or not they refuse what leads off the stage."""
    config = load(
        f"sampling.kinds=[color,{kind.__module__}:{kind.__name__}]", "sampling.objects=5", "sampling.on_stage=all",
        "sampling.steps=[1, 2]", "splits.train.count=100",
    )  # fmt: skip
    planned, found = [sampler.plan_problem(config, "train", k) for k in range(12)], 0
    for plan in planned:
        found += any(step.kind == kind.name for step in plan.problem.steps)
        assert all(role.before == role.after == "seen" for roles in plan.roles for role in roles)
    assert found
