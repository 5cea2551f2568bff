"""Planned problems are fair, and a function of config, split and index alone."""

import json
import math
import subprocess
import sys

import pytest

from tests.tiny import ROOT, SHIPPED, load
from tvrgen import config as configs
from tvrgen import design, sampler, transform
from tvrgen.errors import UserError

pytestmark = pytest.mark.rays

CASES = {name: (f"configs/{name}.yaml",) for name in SHIPPED} | {
    "crowded": ("configs/quickstart.yaml", "sampling.visible=10", "sampling.steps=4"),
    "alone": ("configs/quickstart.yaml", "sampling.objects=[1, 3]", "sampling.visible=all", "sampling.steps=[1, 4]"),
    "moves": (
        "configs/quickstart.yaml",
        "sampling.kinds=[position]",
        "sampling.visible=[3, 6]",
        "sampling.steps=[1, 3]",
    ),
    "from the left": ("configs/quickstart.yaml", "cameras.initial=left", "cameras.final=[right]"),
}
COUNT = 40


@pytest.fixture(params=CASES.values(), ids=CASES.keys(), scope="module")
def planned(request):
    """(config, split, planned problems) of each shipped config and of some hard ones."""
    path, *overrides = request.param
    config = configs.load(path, tuple(overrides))
    split = next(iter(config.splits.values()))
    config = configs.load(path, (*overrides, f"splits.{split.name}.count={COUNT}"))
    split = config.split(split.name)
    return config, split, [sampler.plan_problem(config, split.name, k) for k in range(COUNT)]


def test_levels_are_met(planned):
    config, split, problems = planned
    for plan in problems:
        levels = design.levels(config, split, plan.problem.index)
        on_stage = [max(abs(c) for c in o.position) <= split.vocabulary.grid.stage for o in plan.states[0].objects]
        assert len(on_stage) == levels.objects
        assert sum(on_stage) == levels.visible
        assert [(s.kind, s.value) for s in plan.problem.steps] == [(s.kind, s.value) for s in levels.steps]


def test_nothing_overlaps_or_leaves_the_field_at_any_moment(planned):
    _, split, problems = planned
    words = split.vocabulary
    for plan in problems:
        for state in plan.states:
            objects = state.objects
            for i, a in enumerate(objects):
                assert max(abs(c) for c in a.position) <= words.grid.field
                for b in objects[:i]:
                    distance = math.dist(a.position, b.position) * words.grid.unit
                    gap = distance - words.sizes[a.size] - words.sizes[b.size]
                    assert gap >= words.grid.gap * words.grid.unit - 1e-6


def test_every_step_changes_something_once(planned):
    _, split, problems = planned
    grid = split.vocabulary.grid
    for plan in problems:
        steps = plan.problem.steps
        assert len({(s.object, s.kind) for s in steps}) == len(steps)
        changed = set()
        for before, after, step in zip(plan.states, plan.states[1:], steps, strict=False):
            was, is_ = before.objects[step.object], after.objects[step.object]
            assert was != is_
            assert [k for k, o in enumerate(before.objects) if o != after.objects[k]] == [step.object]
            left = grid.on_stage(was.position) and not grid.on_stage(is_.position)
            assert not (left and step.object in changed)
            assert grid.on_stage(was.position) or grid.on_stage(is_.position)
            changed.add(step.object)


def test_changed_objects_are_in_sight(planned):
    _, split, problems = planned
    needed, grid = 150 * (split.render.width / 320) ** 2, split.vocabulary.grid
    for plan in problems:
        assert set(plan.final) == set(split.cameras.final)
        for k in {s.object for s in plan.problem.steps}:
            if grid.on_stage(plan.states[0].objects[k].position):
                assert all(sights[k].pixels >= needed for sights in plan.initial.values())
            if grid.on_stage(plan.states[-1].objects[k].position):
                assert all(sights[k].pixels >= needed for sights in plan.final.values())


def test_no_two_objects_look_the_same(planned):
    for plan in planned[2]:
        looks = {o.looks for o in plan.problem.initial.objects}
        assert len(looks) == len(plan.problem.initial.objects)


def test_replay_reaches_the_final_state(planned):
    _, split, problems = planned
    for plan in problems:
        states = transform.replay(plan.problem.initial, plan.problem.steps, split.kinds, split.vocabulary)
        assert states == plan.states


def test_the_same_index_is_the_same_problem(planned):
    config, split, problems = planned
    for k in (17, 3):
        assert sampler.plan_problem(config, split.name, k) == problems[k]
    assert len({p.problem.initial for p in problems}) == COUNT


def test_another_process_draws_the_same():
    code = (
        "import tvrgen; from tests.tiny import load; c = load('splits.train.count=30');"
        "print([repr(tvrgen.sample_problem(c, 'train', k)) for k in (29, 2)])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    config = load("splits.train.count=30")
    assert result.stdout.strip() == str([repr(sampler.sample_problem(config, "train", k)) for k in (29, 2)])


def test_seeds_draw_other_scenes():
    one, other = (sampler.sample_problem(load(f"seed={s}"), "train", 0) for s in (1, 2))
    assert one.initial != other.initial
    assert one.lights != other.lights


def test_jitter_stays_within_its_reach():
    config = load("splits.train.count=60")
    for k in range(60):
        problem = sampler.sample_problem(config, "train", k)
        for camera in problem.cameras:
            nominal = config.scene.cameras[camera.name].location
            assert max(abs(a - b) for a, b in zip(camera.location, nominal, strict=True)) <= 0.5
        for light in problem.lights:
            reach = 1.0 if light.type == "area" else 0.0
            nominal = config.scene.lights[light.name].location
            assert max(abs(a - b) for a, b in zip(light.location, nominal, strict=True)) <= reach


def test_what_cannot_be_drawn_is_one_line_with_the_rule_and_remedies():
    config = load("sampling.max_attempts=5", "sampling.min_visible_pixels=9000")
    with pytest.raises(UserError) as caught:
        sampler.sample_problem(config, "train", 0)
    message = str(caught.value)
    assert "\n" not in message
    for part in ("problem 0 of split train", "none of 5 draws", "in sight", "min_visible_pixels", "sampling.visible"):
        assert part in message


def test_problems_are_data(planned):
    """Nothing but names and numbers: JSON can hold it."""
    import dataclasses

    json.dumps(dataclasses.asdict(planned[2][0].problem))
