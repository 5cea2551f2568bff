"""Any config that loads gives fair, balanced problems: rules checked by code of this file's own."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.tiny import SMALL
from tvrgen._support.errors import UserError
from tvrgen.config import loader
from tvrgen.config.overrides import assignments, override
from tvrgen.sampling import design, sampler
from tvrgen.sampling.combinations import block_size
from tvrgen.sampling.dealing import Deal

pytestmark = pytest.mark.rays

ATTRIBUTES = ("shape", "size", "color", "material")
KINDS = (*ATTRIBUTES, "position")


def subsets(items, least=1):
    return st.lists(st.sampled_from(items), min_size=least, unique=True)


def ends(low: int, high: int):
    return st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda pair: sorted(pair))


@st.composite
def documents(draw):
    """A config as a document, of any kind that is likely to be feasible."""
    objects = draw(ends(2, 9))
    sampling = {
        "kinds": draw(subsets(KINDS)),
        "objects": objects,
        "visible": draw(st.one_of(st.just("all"), ends(1, objects[0]))),
        "steps": draw(ends(1, 4)),
        "moves": ["inner", *draw(subsets(("out", "in"), least=0))],
        "balance": draw(st.sampled_from(("kind", "value"))),
        "repeat": draw(st.booleans()),
        "twins": draw(st.booleans()),
        "no_change": draw(st.sampled_from((0, 0.1, 0.5))),
        "min_visible_pixels": 40,
        "max_attempts": 300,
        "only": draw(st.sampled_from(({}, {"color": ["red", "blue", "gray"]}, {"step": ["color.red", "color.cyan"]}))),
        "never": draw(
            st.sampled_from(
                (
                    {},
                    {"size": ["large"]},
                    {"pairs": [{"shape": ["cube"], "color": ["red", "gray"]}]},
                    {"step": ["position.left.1", "shape.cube"], "steps": [2]},
                )
            )
        ),
    }
    cameras = {
        "initial": draw(st.sampled_from(("center", "left"))),
        "final": draw(subsets(("left", "center", "right"))),
        "views": draw(st.sampled_from(("all", "one"))),
    }
    splits = {name: {"count": 10_000} for name in draw(st.sampled_from((("train",), ("train", "test"))))}
    return {"seed": draw(st.integers(0, 99)), "splits": splits, "sampling": sampling, "cameras": cameras}


def load(document: dict):
    from tvrgen._support import resources

    document = override(document, assignments(SMALL))
    try:
        return loader.from_document(document, "random.yaml", resources.ROOT)
    except UserError:
        return None


# no shrinking: it would take minutes to make a failing config simpler
relaxed = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@relaxed
@given(documents(), st.integers(0, 9_990))
def test_problems_of_any_config_are_fair(document, start):
    loaded = load(document)
    assume(loaded is not None)
    split = loaded.split("train")
    grid, words = split.vocabulary.grid, split.vocabulary
    for index in range(start, start + 4):
        plan = sampler.plan_problem(loaded, "train", index)
        level = design.levels(loaded, split, index)
        assert len(plan.problem.steps) == len(level.steps)
        first, last = plan.states[0].objects, plan.states[-1].objects
        inside = [max(map(abs, o.position)) <= grid.stage for o in first]
        assert (len(first), sum(inside)) == (level.objects, level.on_stage)
        for state in plan.states:
            for a, b in itertools.combinations(state.objects, 2):
                gap = math.dist(a.position, b.position) * grid.unit - words.sizes[a.size] - words.sizes[b.size]
                assert gap >= grid.gap * grid.unit - 1e-6
            for o in state.objects:
                assert max(map(abs, o.position)) <= grid.field
                never = document["sampling"]["never"]
                assert o.size not in never.get("size", ())
                assert not ("pairs" in never and o.shape == "cube" and o.color in ("red", "gray"))
        for step, (before, after) in zip(plan.problem.steps, itertools.pairwise(plan.states), strict=True):
            assert [k for k, o in enumerate(before.objects) if o != after.objects[k]] == [step.object]
            assert f"{step.kind}.{step.value}" not in document["sampling"]["never"].get("step", ())
        if not document["sampling"]["repeat"]:
            assert len({(s.object, s.kind) for s in plan.problem.steps}) == len(plan.problem.steps)
        if not document["sampling"]["twins"]:
            assert len({tuple(getattr(o, a) for a in ATTRIBUTES) for o in first}) == len(first)
        needed = 40 * (80 / 320) ** 2
        for k in {s.object for s in plan.problem.steps}:
            if inside[k]:
                assert plan.initial.seen[k].pixels >= needed
            if max(map(abs, last[k].position)) <= grid.stage:
                assert all(shot.seen[k].pixels >= needed for shot in plan.finals)
        assert plan.initial.camera.name == document["cameras"]["initial"]
        assert {shot.camera.name for shot in plan.finals} <= set(document["cameras"]["final"])
        assert len(plan.finals) == (1 if document["cameras"]["views"] == "one" else len(document["cameras"]["final"]))


@relaxed
@given(documents())
def test_marginals_of_any_config_are_exact_at_block_boundaries(document):
    document["sampling"]["no_change"] = 0
    loaded = load(document)
    assume(loaded is not None)
    split = loaded.split("train")
    size = block_size(split.sampling)
    assume(all(deal_is_exact(loaded, split, b) for b in range(2)))
    for boundary in (size, 2 * size):
        levels = [design.levels(loaded, split, k) for k in range(boundary)]
        combinations = Counter((level.on_stage, len(level.steps)) for level in levels)
        assert len(set(combinations.values())) == 1
        steps = [s for level in levels for s in level.steps]
        if split.sampling.balance == "value":
            counts = Counter((s.kind, s.value) for s in steps)
            every = [(kind, value) for kind, values in split.values.items() for value in values]
        else:
            counts, every = Counter(s.kind for s in steps), list(split.kinds)
        assert max(counts[e] for e in every) - min(counts[e] for e in every) <= 1


def deal_is_exact(loaded, split, block: int) -> bool:
    """Whether the block could be dealt without replacing cards: some demands leave no other way."""
    return any(Deal(loaded.seed, split, block, attempt).exact for attempt in range(3))


@relaxed
@given(documents(), st.lists(st.integers(0, 9_990), min_size=2, max_size=2))
def test_a_problem_is_the_same_in_any_order_and_process(document, indices):
    one, other = load(document), load(document)
    assume(one is not None)
    first = [sampler.plan_problem(one, "train", k) for k in indices]
    again = [sampler.plan_problem(other, "train", k) for k in reversed(indices)]
    assert first == again[::-1]
