"""Planned problems meet their levels, and are a function of config, split and index alone."""

import dataclasses
import json
import subprocess
import sys

import pytest

from tests.sampling.conftest import COUNT
from tests.tiny import ROOT, load, question_lines, scene_line
from tvrgen._support.errors import UserError
from tvrgen.dataset import records
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import design, sampler
from tvrgen.scene import camera_model
from tvrgen.transformations import replay

pytestmark = pytest.mark.rays


def test_levels_are_met(planned):
    config, split, problems = planned
    for plan in problems:
        levels = design.levels(config, split, plan.problem.index)
        grid, first = split.vocabulary.grid, plan.states[0]
        assert sum(o.present for o in first.objects) == levels.objects
        assert sum(map(grid.shows, first.objects)) == levels.on_stage
        assert plan.problem.steps == tuple(intended.step for intended in levels.steps)
        for found, intended in zip(plan.roles, levels.steps, strict=True):
            for role, due in zip(found, intended.roles, strict=True):
                assert (due.before, due.after) in ((role.before, role.after), ("any", "any"))
        assert plan.problem.views == levels.views
        assert tuple(s.camera.name for s in plan.finals) == levels.views
        assert set(levels.views) <= set(split.cameras.final)


def test_replay_reaches_the_final_state(planned):
    _, split, problems = planned
    for plan in problems:
        states = replay.replay(plan.problem.initial, plan.problem.steps, split.kinds, split.vocabulary)
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
            assert max(abs(a - b) for a, b in zip(camera.location, nominal, strict=True)) <= config.scene.jitter.camera
        for light in problem.lights:
            reach = config.scene.jitter.light if light.type == "area" else 0.0
            nominal = config.scene.lights[light.name].location
            assert max(abs(a - b) for a, b in zip(light.location, nominal, strict=True)) <= reach


def test_what_cannot_be_drawn_is_one_line_with_the_rule_and_remedies():
    config = load("sampling.max_attempts=5", "sampling.min_visible_pixels=9000")
    with pytest.raises(UserError) as caught:
        sampler.sample_problem(config, "train", 0)
    message = str(caught.value)
    assert "\n" not in message
    for part in ("problem 0 of split train", "none of 5 draws", "in sight", "min_visible_pixels", "sampling.on_stage"):
        assert part in message


def test_many_draws_without_a_problem_are_said_at_every_doubling(monkeypatch, caplog):
    monkeypatch.setattr(sampler, "_SAID_AFTER", 4)
    config = load("sampling.max_attempts=17", "sampling.min_visible_pixels=9000")
    with pytest.raises(UserError, match="none of 17 draws"):
        sampler.sample_problem(config, "train", 0)
    said = [record.getMessage() for record in caplog.records]
    assert [f"none of {n} draws" in text for n, text in zip((4, 8, 16), said, strict=True)] == [True] * 3
    assert (
        "'a changed object is in sight (initial image, camera center)'; up to 17 are made (sampling.max_attempts)"
        in said[0]
    )


def test_problems_are_data(planned):
    """Nothing but names and numbers: JSON can hold it."""
    json.dumps(dataclasses.asdict(planned[2][0].problem))


def test_visibility_is_that_of_every_pictures_own_camera(planned):
    """Whatever the sampler kept from an earlier look: where jitter differs, the same name is another camera."""
    _, split, problems = planned
    for plan in problems[:20]:
        for shot in (plan.initial, *plan.finals):
            view = camera_model.view(shot.camera, split.render.width, split.render.height)
            assert Eye(split.vocabulary).look(shot.state, view) == shot.sights


def test_still_problems_have_other_jitter_and_no_other_answer():
    config = load("sampling.no_change=0.5", "splits.train.count=8")
    split = config.split("train")
    for k in range(8):
        plan = sampler.plan_problem(config, "train", k)
        # in all problems, so that unequal pixels tell nothing
        assert plan.problem.final_lights != plan.problem.lights
        assert plan.initial.camera != plan.final(plan.initial.camera.name).camera
        answers = {line["answer"] for line in question_lines(plan, split, config.seed)}
        assert (answers == {"no change"}) == (not plan.problem.steps)
        line = json.loads(records.dump(scene_line(plan, split)))
        assert records.problem_from(line, split.vocabulary) == plan.problem


def test_prompts_tell_places_only_where_there_are_twins():
    twins = load("sampling.twins=true", "splits.train.count=2")
    plain = load("splits.train.count=2")
    texts = [
        question_lines(sampler.plan_problem(c, "train", 0), c.split("train"), c.seed)[0]["question"]
        for c in (twins, plain)
    ]
    assert "% from the left" in texts[0]
    assert "% from the left" not in texts[1]


def test_new_objects_look_before_as_they_do_when_they_appear():
    """So that the identity of a problem does not depend on looks that no image shows."""
    config = load("sampling.kinds=[appear]", "sampling.objects=4", "sampling.on_stage=all", "splits.train.count=100")
    for k in range(6):
        plan = sampler.plan_problem(config, "train", k)
        for step in plan.problem.steps:
            assert "_".join(plan.states[0][step.object].looks) == step.value
