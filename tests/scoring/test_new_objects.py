"""Scores of answers that name two objects, or one that the first image does not have."""

import itertools

import pytest

from tests import tiny
from tests.tiny import ROOT, handmade, load
from tests.transformations.kinds import NAMES
from tvrgen.config import loader
from tvrgen.dataset import records
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.questions.forms.changes_text import Answer
from tvrgen.sampling import sampler
from tvrgen.scene.model import State
from tvrgen.scoring import baselines
from tvrgen.scoring.evaluation import score
from tvrgen.scoring.options import STAR_R1
from tvrgen.scoring.outcome import outcome_score
from tvrgen.scoring.star_r1 import reward_of
from tvrgen.scoring.truth import truth_of
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

pytestmark = pytest.mark.rays


@pytest.mark.parametrize("kinds", [["color", *NAMES], ["tests.transformations.kinds:Appear"]], ids=["all", "appear"])
def test_right_answers_lead_to_the_true_state_in_any_order_of_new_objects(kinds):
    config = load(
        f"sampling.kinds=[{','.join(kinds)}]", "sampling.objects=6", "sampling.on_stage=all",
        "splits.train.count=100",
    )  # fmt: skip
    split, twice = config.split("train"), 0
    for k in range(16):
        planned = sampler.plan_problem(config, "train", k)
        scene = records.scene_line(planned, [], split)
        question = {
            **asked(planned, split, config.seed), "split": "train", "view": {"final": planned.problem.views[0]},
        }  # fmt: skip
        new = [change for change in question["changes"] if not change["objects"]]
        answers = [question["answer"]]
        if len(new) == len(question["changes"]):
            answers.append(", ".join(reversed(question["answer"].split(", "))))
            twice += len(new) > 1
        for answer in answers:
            scored = score(question, scene, split, f"<think></think><answer>{answer}</answer>", STAR_R1)
            assert scored.reward.correct
            assert scored.outcome.loose, answer
            assert not scored.outcome.distance
        response = baselines.baseline("random")(question, scene, split)
        assert score(question, scene, split, response, STAR_R1).reward.well_formed
    assert twice or len(kinds) > 1


def asked(planned, split, seed):
    question = tiny.ask(planned, planned.problem.views[0], split, seed)
    return {
        "id": planned.problem.id, "changes": question["changes"], "answer": question["answer"],
        "answer_form": question["answer_form"], "initial_objects": question["initial_objects"],
    }  # fmt: skip


SIGHTS = {"sampling.objects": [4, 6], "sampling.on_stage": [3, 4], "sampling.moves": ["inner", "out", "in"]}
MIXTURES = {
    **{f"kinds/{path.stem}": (f"kinds/{path.stem}", {}) for path in (ROOT / "configs" / "kinds").glob("*.yaml")},
    "changes": ("changes", {}),
    "sight": ("quickstart", {**SIGHTS, "sampling.kinds": ["position", "appear", "disappear", "replace", "color"]}),
    "pairs": ("quickstart", {**SIGHTS, "sampling.kinds": ["position", "appear", "recolor_like", "color", "next_to"]}),
    "swaps": ("quickstart", {**SIGHTS, "sampling.kinds": ["position", "disappear", "swap", "rotation", "next_to"]}),
}


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("name", MIXTURES)
def test_outcome_and_reward_agree_on_every_accepted_answer_and_on_every_answer_of_one_step(name, steps):
    """An answer of one step that is not accepted ends elsewhere, or breaks a rule on the way."""
    base, overrides = MIXTURES[name]
    config = loader.load(base, {**overrides, "sampling.steps": steps})
    split = next(iter(config.splits.values()))
    for k in range(10):
        planned = sampler.plan_problem(config, split.name, k)
        scene, question = (
            records.scene_line(planned, [], split),
            tiny.ask(planned, planned.problem.views[0], split, 0),
        )
        truth = truth_of(
            {
                "changes": question["changes"], "alternatives": question.get("alternatives"),
                "arities": question.get("arities"),
            }
        )  # fmt: skip
        said = {
            tuple(map(planned.as_said, answer))
            for ways in (planned.accepted, *planned.alternatives)
            for answer in itertools.islice(itertools.product(*ways), 100)
        }
        others = {(step,) for step in every_step(split, len(planned.states[0].objects))} if steps == 1 else set()
        for answer in said | others:
            paid = reward_of(Answer(answer), True, truth, STAR_R1).correct
            found = outcome_score(Answer(answer), scene, split)
            assert paid == found.correct, changes_text.write(answer)
            broken = found.overlap or found.out_of_field or found.out_of_sight or found.out_of_role
            assert found.correct == (not found.distance and not found.invalid and not broken)
            assert paid or answer in others or is_said_with_its_index(answer, planned)


def every_step(split, objects):
    for name, kind in split.kinds.items():
        choose = itertools.permutations if kind.ordered else itertools.combinations
        for named, value in itertools.product(choose(range(objects), kind.named), split.values[name]):
            yield Step(objects=named, kind=name, value=value)


def is_said_with_its_index(answer, planned):
    """Whether an answer says that an object is new which another of its changes names."""
    seen = [obj.present for obj in planned.states[0].objects]
    return any(not step.objects for step in answer) and any(seen[k] for step in answer for k in step.objects)


ANSWERS = {
    "disappear": ["2.disappear", "2.position.front.1", "2.position.front_left.2"],
    "enter": ["3.position.right.2", "3.position.front_right.2", "new.appear.small_green_glass_sphere"],
    "replace": ["1.replace.large_red_metal_cube"],
    "appear": ["new.appear.large_brown_glass_cube"],
    "nothing": ["no change"],
}
"""What is said of one that disappears, one that enters, one that is replaced and one that appears, if it is right."""
WRONG = ["2.position.behind.1", "1.disappear", "new.appear.large_red_metal_cube", "0.position.front.2"]


@pytest.mark.parametrize("true", ANSWERS)
def test_the_distance_is_0_for_what_the_images_show_and_for_nothing_else(true):
    config = load(
        "sampling.kinds=[color,position,appear,disappear,replace]", "sampling.moves=[inner,out,in]",
        "sampling.on_stage=[4,6]", "splits.train.count=10",
    )  # fmt: skip
    split = config.split("train")
    initial = handmade(config, split, 0, off_stage=1).problem.initial
    initial = initial.replace(3, position=(0, -36), size="small", color="green", material="glass", shape="sphere")
    looks = {"size": "large", "color": "brown", "material": "glass", "shape": "cube"}
    if true == "appear":
        initial = State(objects=(*initial.objects, split.vocabulary.object(looks, (-15, 15), present=False)))
    steps = {
        "disappear": [Step(objects=(2,), kind="disappear")],
        "enter": [Step(objects=(3,), kind="position", value="right.2")],
        "replace": [Step(objects=(1,), kind="replace", value="large_red_metal_cube")],
        "appear": [Step(objects=(4,), kind="appear", value="large_brown_glass_cube")],
        "nothing": [],
    }[true]
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    scene = {
        when: {"objects": [{**obj.attributes, "position": [*obj.position], "rotation": 0.0, "present": obj.present}
                           for obj in state.objects]}
        for when, state in (("initial", states[0]), ("final", states[-1]))
    }  # fmt: skip
    scene["steps"] = steps
    due = {answer: distance_of(answer, true) for answer in [*itertools.chain.from_iterable(ANSWERS.values()), *WRONG]}
    assert {answer: outcome_score(parse_answer(answer), scene, split).distance for answer in due} == due
    for answer in due:
        found = outcome_score(parse_answer(answer), scene, split)
        assert found.correct == found.loose == (answer in ANSWERS[true])
        assert not found.invalid


def distance_of(answer, true):
    """What is missing and what is said too much: each object counts 1, and one that is replaced 4."""
    if answer in ANSWERS[true]:
        return 0
    missing = {"replace": 4, "nothing": 0}.get(true, 1)
    if answer == "no change" or (answer, true) == ("2.position.behind.1", "disappear"):
        return missing
    return missing + (4 if "replace" in answer else 1)
