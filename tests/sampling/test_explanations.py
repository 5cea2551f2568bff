"""The search for answers that explain two images, against a search that tries everything."""

import itertools

import pytest

from tests.tiny import load
from tvrgen.sampling.explanations import explanations
from tvrgen.scene import footprints
from tvrgen.scene.model import State
from tvrgen.transformations import replay
from tvrgen.transformations.base import Rejected, Step

SPLIT = load(
    "sampling.only.color=[red, blue]",
    "sampling.only.size=[small]",
    "sampling.kinds=[color, position]",
    "sampling.objects=3",
    "sampling.on_stage=2",
    "vocabulary={distances: [1], grid: {stage: 4, field: 8, move: 4, gap: 0, unit: 0.15}}",
).split("train")
WORDS, KINDS, GRID = SPLIT.vocabulary, SPLIT.kinds, SPLIT.vocabulary.grid
STEPS = [Step(objects=(k,), kind=kind, value=v) for k in range(3) for kind, vs in SPLIT.values.items() for v in vs]


def obj(color, position, shape="cube"):
    return WORDS.object({"shape": shape, "size": "small", "color": color, "material": "rubber"}, position)


INITIAL = State(objects=(obj("red", (0, 0)), obj("blue", (4, 4), "sphere"), obj("blue", (8, 0))))


def shown(state):
    return sorted((o.looks, o.position) for o in state.objects if GRID.on_stage(o.position))


def everything(initial: State, final: State, most_steps: int) -> set[frozenset[Step]]:
    """All sets of steps that explain the images, from every start of object 2 from which its moves lead into sight."""
    hidden = [p for p in itertools.product(range(-GRID.field, GRID.field + 1, 4), repeat=2) if not GRID.on_stage(p)]
    found = set()
    for count in range(most_steps + 1):
        for steps in itertools.product(STEPS, repeat=count):
            starts = hidden if any(step.object == 2 for step in steps) else [(8, 8)]
            if any(explains(initial.replace(2, position=start), final, steps) for start in starts):
                found.add(frozenset(steps))
    return {steps for steps in found if not any(fewer < steps for fewer in found)}


def explains(state: State, final: State, steps: tuple[Step, ...]) -> bool:
    """Whether the steps lead from one image to the other and keep the rules."""
    named = {2 for step in steps if step.object == 2} | {0, 1}
    if footprints.crowded(State(objects=tuple(state[k] for k in named)), WORDS):
        return False
    touched = set()
    for step in steps:
        try:
            after = replay.apply(state, step, KINDS, WORDS)
        except Rejected:
            return False
        was, is_ = (GRID.on_stage(s[step.object].position) for s in (state, after))
        if not (was or (is_ and step.kind == "position")) or (not is_ and step.object in touched):
            return False
        if not GRID.in_field(after[step.object].position):
            return False
        if footprints.crowded(State(objects=tuple(after[k] for k in named)), WORDS):
            return False
        touched.add(step.object)
        state = after
    return shown(state) == shown(final)


@pytest.mark.parametrize(
    "changes",
    [
        {0: {"color": "blue"}},  # or 0 leaves and 2 enters
        {0: {"position": (0, 4)}},
        {1: {"position": (8, 4)}, 2: {"position": (4, 0)}},
        {0: {"position": (-8, 0)}, 2: {"position": (4, 0)}},
        {},
    ],
)
def test_all_answers_of_two_steps_are_found(changes):
    final = INITIAL
    for k, fields in changes.items():
        final = final.replace(k, **fields)
    found = [frozenset(steps) for steps in explanations(INITIAL, final, SPLIT, 2)]
    assert len(found) == len(set(found))
    assert {*found} == everything(INITIAL, final, 2)
    assert found


def test_nothing_explains_what_takes_more_steps():
    final = INITIAL.replace(0, color="blue").replace(1, color="red", position=(4, 0))
    assert not list(explanations(INITIAL, final, SPLIT, 2))
    assert list(explanations(INITIAL, final, SPLIT, 3))


def test_what_appears_may_have_to_come_first():
    """A new one looks like nothing that is there, so it appears before another one comes to look like it."""
    split = load("sampling.kinds=[color, appear]", "sampling.objects=3", "sampling.on_stage=2").split("train")
    final = INITIAL.replace(0, color="green")
    final = State(objects=(*final.objects, obj("green", (-8, -8))))
    (steps,) = explanations(INITIAL, final, split, 2)
    assert [str(step) for step in steps] == ["3.appear.small_green_rubber_cube", "0.color.green"]
