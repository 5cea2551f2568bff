"""Planned problems are fair, and a function of config, split and index alone."""

import dataclasses
import json
import math
import subprocess
import sys

import pytest

from tests.tiny import ROOT, SHIPPED, handmade, load, question_lines, scene_line, with_object
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset import records
from tvrgen.errors import UserError
from tvrgen.generation import planning
from tvrgen.imaging.visibility import Eye
from tvrgen.sampling import design, fairness, identity, sampler
from tvrgen.scene import camera_model
from tvrgen.scene.model import State
from tvrgen.transformations import base, replay
from tvrgen.transformations.base import Step

pytestmark = pytest.mark.rays

QUICK = "configs/quickstart.yaml"
CASES = {
    f"{name} {split}": (f"configs/{name}.yaml", split) for name in SHIPPED for split in loader.load(name).splits
} | {
    "crowded": (QUICK, "train", "sampling.visible=10", "sampling.steps=4"),
    "alone": (QUICK, "train", "sampling.objects=[1, 3]", "sampling.visible=all", "sampling.steps=[1, 4]"),
    "moves": (QUICK, "train", "sampling.kinds=[position]", "sampling.visible=[3, 6]", "sampling.steps=[1, 3]"),
    "from the left": (QUICK, "train", "cameras.initial=left", "cameras.final=[right]"),
    "twins": (
        QUICK,
        "train",
        "sampling.twins=true",
        "sampling.only.color=[red, blue]",
        "sampling.only.shape=[cube, sphere]",
    ),
    "repeated": (QUICK, "train", "sampling.repeat=true", "sampling.visible=[1, 3]", "sampling.steps=[3, 4]"),
    "still": (QUICK, "train", "sampling.no_change=0.5"),
    "rig": (QUICK, "train", "scene.orbit={count: 8, elevation: 30, distance: 11.4}", "cameras.initial=orbit_3"),
}
COUNT = 40


@pytest.fixture(params=CASES.values(), ids=CASES.keys(), scope="module")
def planned(request):
    """(config, split, planned problems) of each shipped config and of some hard ones."""
    path, name, *overrides = request.param
    config = loader.load(path, assignments((*overrides, f"splits.{name}.count={COUNT}")))
    split = config.split(name)
    return config, split, [sampler.plan_problem(config, split.name, k) for k in range(COUNT)]


def test_levels_are_met(planned):
    config, split, problems = planned
    for plan in problems:
        levels = design.levels(config, split, plan.problem.index)
        on_stage = [max(abs(c) for c in o.position) <= split.vocabulary.grid.stage for o in plan.states[0].objects]
        assert len(on_stage) == levels.objects
        assert sum(on_stage) == levels.on_stage
        dealt = [(s.index, s.kind, s.value, s.move) for s in levels.steps]
        assert [(s.object, s.kind, s.value) for s in plan.problem.steps] == [level[:3] for level in dealt]
        for before, after, (target, _, _, move) in zip(plan.states, plan.states[1:], dealt, strict=False):
            inside = [max(abs(c) for c in s.objects[target].position) <= 20 for s in (before, after)]
            assert move in (None, {(True, True): "inner", (True, False): "out", (False, True): "in"}.get(tuple(inside)))
        assert plan.problem.views == levels.views
        assert tuple(s.camera.name for s in plan.finals) == levels.views
        assert set(levels.views) <= set(split.cameras.final)


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
        assert split.sampling.repeat or len({(s.object, s.kind) for s in steps}) == len(steps)
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
        for k in {s.object for s in plan.problem.steps}:
            if grid.on_stage(plan.states[0].objects[k].position):
                assert plan.initial.seen[k].pixels >= needed
            if grid.on_stage(plan.states[-1].objects[k].position):
                assert all(shot.seen[k].pixels >= needed for shot in plan.finals)


def test_no_two_objects_look_the_same(planned):
    _, split, problems = planned
    for plan in problems:
        looks = [o.looks for o in plan.problem.initial.objects]
        assert split.sampling.twins or len(set(looks)) == len(looks)


def test_what_looks_alike_in_the_end_has_not_moved(planned):
    _, split, problems = planned
    for plan in problems if not split.sampling.twins else []:
        last = [(k, o) for k, o in enumerate(plan.states[-1].objects) if max(map(abs, o.position)) <= 20]
        for k, o in last:
            if any(o.looks == other.looks for j, other in last if j != k):
                assert plan.states[0].objects[k].position == o.position


def test_constraints_hold_in_every_state(planned):
    _, split, problems = planned
    constraints = split.sampling.constraints
    for o in (o for plan in problems for state in plan.states for o in state.objects):
        for attribute in ("shape", "size", "color", "material"):
            value = getattr(o, attribute)
            assert value in (getattr(constraints.only, attribute) or (value,))
            assert value not in (getattr(constraints.never, attribute) or ())
        for rule in constraints.only.pairs:
            if all(getattr(o, a) in values for a, values in rule.when.items()):
                assert all(getattr(o, a) in values for a, values in rule.then.items())


def test_nothing_is_undone(planned):
    for plan in planned[2]:
        for k in range(len(plan.states[0].objects)):
            for attribute in ("shape", "size", "color", "material", "position"):
                values = [getattr(s.objects[k], attribute) for s in plan.states]
                changes = [v for v, before in zip(values, [None, *values], strict=False) if v != before]
                assert len(set(changes)) == len(changes)


def test_every_problem_is_of_its_split_alone(planned):
    config, split, problems = planned
    ordinal = sorted(config.splits).index(split.name)
    assert all(int(plan.hash, 16) % len(config.splits) == ordinal for plan in problems)
    assert len({plan.hash for plan in problems}) == COUNT


def test_the_order_matters_where_another_order_breaks_a_rule(planned):
    """Against all orders, replayed."""
    import itertools

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


def test_the_hash_is_blind_to_the_order_of_steps():
    plan = sampler.plan_problem(load("sampling.steps=4"), "train", 1)
    assert identity.digest(plan.problem.initial, plan.problem.steps[::-1]) == plan.hash


def test_the_hash_is_blind_to_the_order_of_objects():
    plan = sampler.plan_problem(load(), "train", 1)
    objects, steps = plan.problem.initial.objects, plan.problem.steps
    order = list(reversed(range(len(objects))))
    shuffled = State(objects=tuple(objects[k] for k in order))
    renamed = tuple(dataclasses.replace(s, object=order.index(s.object)) for s in steps)
    assert identity.digest(shuffled, renamed) == plan.hash
    moved = with_object(plan.problem.initial, 0, position=(-40, 40))
    assert identity.digest(moved, steps) != plan.hash
    assert identity.digest(plan.problem.initial, steps[:-1]) != plan.hash


def test_a_problem_in_two_splits_is_refused(monkeypatch):
    config = load("splits.val={count: 3}", "splits.train.count=3")
    assert len(list(planning.record_lines(config, [("train", 0, 3), ("val", 0, 3)]))) == 6
    monkeypatch.setattr(identity, "digest", lambda *_: "0" * 32)
    monkeypatch.setattr(identity, "belongs", lambda *_: True)
    with pytest.raises(UserError, match="val-000000 is the same problem as train-000000"):
        list(planning.record_lines(config, [("train", 0, 3), ("val", 0, 3)]))


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
        assert records.problem_from(json.loads(records.dump(scene_line(plan, split)))) == plan.problem


def test_prompts_tell_places_only_where_there_are_twins():
    twins = load("sampling.twins=true", "splits.train.count=2")
    plain = load("splits.train.count=2")
    texts = [
        question_lines(sampler.plan_problem(c, "train", 0), c.split("train"), c.seed)[0]["question"]
        for c in (twins, plain)
    ]
    assert "% from the left" in texts[0]
    assert "% from the left" not in texts[1]


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
        ([(2, "position", "front.1"), (2, "color", "red")], "an object out of sight only enters"),
        ([(2, "position", "front.1"), (2, "position", "front.1")], "a move begins or ends on stage"),
    ],
)
def test_broken_sequences_are_found(steps, rule):
    config = load()
    split = config.split("train")
    steps = tuple(Step(object=k, kind=kind, value=value) for k, kind, value in steps)
    states = replay.replay(handmade(config, split, 0).states[0], steps, split.kinds, split.vocabulary)
    with pytest.raises(base.Rejected, match=rule):
        fairness.check_states(states, steps, split.sampling, split.vocabulary)
