"""Rules of a fair problem: kept by every planned problem, and their breach found by its check."""

import re

import pytest

from tests.tiny import handmade, load, with_object
from tvrgen.sampling import fairness, rules
from tvrgen.transformations import base, replay
from tvrgen.transformations.base import Step

pytestmark = pytest.mark.rays


def test_every_step_changes_something_once(planned):
    _, split, problems = planned
    grid = split.vocabulary.grid
    for plan in problems:
        steps = plan.problem.steps
        taken = [(k, s.kind) for s in steps for k in s.objects]
        assert split.sampling.repeat or len({*taken}) == len(taken)
        named = set()
        for before, after, step in zip(plan.states, plan.states[1:], steps, strict=False):
            changed = [k for k, o in enumerate(before.objects) if o != after[k]]
            assert changed
            assert {*changed} <= {*step.objects}
            for k in changed:
                left = grid.shows(before[k]) and not grid.shows(after[k])
                assert not (left and k in named)
                assert grid.shows(before[k]) or grid.shows(after[k])
            named |= {*step.objects}


def test_changed_objects_are_in_sight(planned):
    _, split, problems = planned
    needed, grid = 150 * (split.render.width / 320) ** 2, split.vocabulary.grid
    for plan in problems:
        for k in {k for step in plan.problem.steps for k in step.objects}:
            if grid.shows(plan.states[0][k]):
                assert plan.initial.seen[k].pixels >= needed
            if grid.shows(plan.states[-1][k]):
                assert all(shot.seen[k].pixels >= needed for shot in plan.finals)


def test_no_two_objects_look_the_same(planned):
    _, split, problems = planned
    for plan in problems:
        looks = [o.looks for o in plan.problem.initial.objects if o.present]
        assert split.sampling.twins or len(set(looks)) == len(looks)


def test_what_looks_alike_in_the_end_has_not_moved(planned):
    _, split, problems = planned
    for plan in problems if not split.sampling.twins else []:
        last = [(k, o) for k, o in enumerate(plan.states[-1].objects) if split.vocabulary.grid.shows(o)]
        for k, o in last:
            if any(o.looks == other.looks for j, other in last if j != k):
                assert plan.states[0].objects[k].position == o.position


def test_constraints_hold_in_every_state(planned):
    _, split, problems = planned
    constraints = split.sampling.constraints
    for o in (o for plan in problems for state in plan.states for o in state.objects):
        for attribute, value in o.attributes.items():
            assert value in constraints.only.attributes.get(attribute, (value,))
            assert value not in constraints.never.attributes.get(attribute, ())
        for rule in constraints.only.pairs:
            if all(getattr(o, a) in values for a, values in rule.when.items()):
                assert all(getattr(o, a) in values for a, values in rule.then.items())


BROKEN = {
    "objects keep a gap": {"position": (5, 12)},
    "objects stay in the field": {"position": (41, 0)},
    "no two objects look the same": {"shape": "sphere", "size": "small", "color": "cyan", "material": "glass"},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_by_its_check(rule):
    """Construction keeps these rules; the check must find a breach all the same."""
    config = load()
    split = config.split("train")
    sound = handmade(config, split, 0)
    fairness.check_states(sound.states, sound.problem.steps, split.sampling, split.vocabulary)
    initial = with_object(sound.states[0], 0, **BROKEN[rule])
    steps = sound.problem.steps[1:]
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match=rule):
        fairness.check_states(states, steps, split.sampling, split.vocabulary)


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ([(2, "color", "red"), (2, "position", "front.1")], "an object that has changed does not leave"),
        ([(0, "color", "blue"), (0, "color", "cyan")], "an object changes once in each kind"),
        ([(2, "position", "front.1"), (2, "color", "red")], "an object off stage only enters"),
        ([(2, "position", "front.1"), (2, "position", "front.1")], "a move begins or ends on stage"),
    ],
)
def test_broken_sequences_are_found(steps, rule):
    config = load()
    split = config.split("train")
    steps = tuple(Step(objects=(k,), kind=kind, value=value) for k, kind, value in steps)
    states = replay.replay(handmade(config, split, 0).states[0], steps, split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match=rule):
        fairness.check_states(states, steps, split.sampling, split.vocabulary)


@pytest.mark.parametrize(
    ("overrides", "steps", "rule"),
    [
        (["sampling.repeat=true"], [(0, "color", "blue"), (0, "color", "red")], "nothing is undone"),
        (
            ["sampling.only.pairs=[{when: {shape: [cylinder]}, then: {color: [red]}}]"],
            [(0, "color", "blue")],
            "sampling.only and sampling.never hold",
        ),
    ],
)
def test_states_are_checked_as_a_whole(overrides, steps, rule):
    """Each step is sound; a property that returns, or an unchanged object that no config allows, is not."""
    config = load()
    split, sampling = config.split("train"), load(*overrides).split("train").sampling
    steps = tuple(Step(objects=(k,), kind=kind, value=value) for k, kind, value in steps)
    states = replay.replay(handmade(config, split, 0).states[0], steps, split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match=rule):
        fairness.check_states(states, steps, sampling, split.vocabulary)


def test_a_step_does_not_leave_the_field():
    config = load()
    split = config.split("train")
    before = handmade(config, split, 0).states[0]
    after = with_object(before, 2, position=(split.vocabulary.grid.field + 1, 0))
    steps = (Step(objects=(2,), kind="position", value="front.1"),)
    with pytest.raises(base.Rejected, match="objects stay in the field"):
        fairness.check_states((before, after), steps, split.sampling, split.vocabulary)


def test_objects_that_come_to_look_alike_have_not_moved():
    """Object 0 becomes like object 1: their positions tell which is which, unless object 0 moves too."""
    config = load()
    split = config.split("train")
    initial = handmade(config, split, 0).states[0]
    initial = with_object(initial, 1, shape="cube", size="large", color="blue", material="rubber")
    turns_blue, moves = (
        Step(objects=(0,), kind=kind, value=value) for kind, value in (("color", "blue"), ("position", "front.1"))
    )
    states = replay.replay(initial, (turns_blue,), split.kinds, split.vocabulary)
    fairness.check_states(states, (turns_blue,), split.sampling, split.vocabulary)
    states = replay.replay(initial, (turns_blue, moves), split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match=re.escape(rules.ALIKE_IN_PLACE.text)):
        fairness.check_states(states, (turns_blue, moves), split.sampling, split.vocabulary)


def test_a_twin_out_of_sight_does_not_enter():
    """No image tells which of two twins off stage it was; one on stage, or one without a twin, may enter."""
    config = load("sampling.twins=true")
    split = config.split("train")
    first = with_object(handmade(config, split, 0).states[0], 0, position=(-10, 0))
    enters = (Step(objects=(2,), kind="position", value="behind.1"),)
    alone = with_object(first, 2, position=(30, 0))
    twins = with_object(
        alone, 1, **dict(zip(("size", "color", "material", "shape"), alone.objects[2].looks, strict=True))
    )
    hidden = with_object(twins, 1, position=(30, -20))
    for initial in (alone, twins):
        states = replay.replay(initial, enters, split.kinds, split.vocabulary)
        fairness.check_states(states, enters, split.sampling, split.vocabulary)
    states = replay.replay(hidden, enters, split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match="of twins off stage, none enters"):
        fairness.check_states(states, enters, split.sampling, split.vocabulary)
    other = (Step(objects=(0,), kind="color", value="blue"),)
    states = replay.replay(hidden, other, split.kinds, split.vocabulary)
    fairness.check_states(states, other, split.sampling, split.vocabulary)


def test_a_changed_object_on_stage_has_enough_pixels_in_each_shot():
    config = load()
    split = config.split("train")
    planned, grid = handmade(config, split, 0), split.vocabulary.grid
    fairness.check_sight(planned.initial, {0, 2}, 40, grid)
    fairness.check_sight(planned.finals[0], {0, 2}, 40, grid)  # object 2 has left
    with pytest.raises(base.Rejected, match=r"a changed object is in sight \(initial image, camera center\)"):
        fairness.check_sight(planned.initial, {0, 2}, 40.1, grid)


def test_pixels_in_sight_grow_with_the_square_of_the_width():
    assert [fairness.least_pixels(150, width) for width in (320, 160, 640)] == [150, 37.5, 600]
