"""The built-in kinds of change, each alone and all together."""

import contextlib
import dataclasses
import itertools
import json

import pytest

from tests.scoring.test_new_objects import asked
from tests.tiny import ROOT, SMALL, FlatRenderer, generate_flat, load
from tvrgen.cli.main import main
from tvrgen.config import loader
from tvrgen.config.overrides import assignments
from tvrgen.dataset import records
from tvrgen.sampling import sampler
from tvrgen.sampling.looks import every_look
from tvrgen.scoring.evaluation import score
from tvrgen.scoring.options import STAR_R1
from tvrgen.transformations.base import Rejected
from tvrgen.transformations.registry import BUILT_IN

pytestmark = pytest.mark.rays
KINDS = [path.stem for path in sorted((ROOT / "tvrgen/transformations/kinds").glob("*.py")) if path.stem != "__init__"]
CONFIGS = [f"kinds/{name}" for name in KINDS if name != "position"] + ["changes"]


def test_each_file_is_a_kind_that_is_named_so():
    assert {*KINDS} < {*BUILT_IN}
    assert sorted(path.stem for path in (ROOT / "configs/kinds").glob("*.yaml")) == [*filter("position".__ne__, KINDS)]
    assert {*loader.load("changes").split("train").kinds} == {*BUILT_IN} - {"texture"}


@pytest.mark.parametrize("prompt", ["star_r1", "function", "no_objects"])
@pytest.mark.parametrize("config", CONFIGS)
def test_right_answers_are_read_and_lead_to_the_true_state(config, prompt):
    """In each form that answers have; an answer with one change less is not right."""
    config = loader.load(config, {"question.prompt": prompt, "question.rationale": "full"})
    split, told = next(iter(config.splits.values())), set()
    for k in range(6):
        planned = sampler.plan_problem(config, split.name, k)
        question, scene = asked(planned, split, config.seed), records.scene_line(planned, [], split)
        question |= {"split": split.name, "view": {"final": planned.problem.views[0]}}
        scored = score(question, scene, split, f"<think>x</think><answer>{question['answer']}</answer>", STAR_R1)
        assert scored.reward.correct, question["answer"]
        assert scored.reward.total == scored.reward.best
        assert scored.outcome.correct, question["answer"]
        told |= {step.kind for step in planned.problem.steps}
        rest = ", ".join(question["answer"].split(", ")[1:]) or "None"
        less = score(question, scene, split, f"<think>x</think><answer>{rest}</answer>", STAR_R1)
        assert not less.reward.correct
        assert less.reward.total < scored.reward.total
    assert told


@pytest.mark.parametrize("config", CONFIGS)
def test_datasets_are_sound_and_scored_without_the_meshes(config, tmp_path, capsys):
    """A dataset has no mesh files; the oracle is right in it."""
    counts = [f"splits.{split}.count=3" for split in loader.load(config).splits]
    config = loader.load(config, assignments((*SMALL, *counts, "output.shard_size=100")))
    real = sampler.plan_problem

    def plan(config, split, index):
        return real(config, split.name, index)

    folder = str(generate_flat(tmp_path / "data", config, FlatRenderer(), plan))
    assert main(["validate", folder]) == 0
    assert main(["score", folder, "--baseline", "oracle", "--json", str(tmp_path / "scores.json")]) == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert scores["all"]["all"]["tacc"]["mean"] == 1


def turns(*steps):
    return load("sampling.kinds=[rotation, shape]", "sampling.objects=3", "sampling.on_stage=all", *steps)


def test_only_shapes_that_show_it_turn_and_keep_their_shape():
    config = turns("splits.train.count=50", "sampling.steps=[1, 3]")
    for k in range(12):
        planned = sampler.plan_problem(config, "train", k)
        turned = {step.object for step in planned.problem.steps if step.kind == "rotation"}
        assert {planned.states[0][k].shape for k in turned} <= {"cube"}
        assert not turned & {step.object for step in planned.problem.steps if step.kind == "shape"}


@pytest.mark.parametrize("least", [0, *(360 / fold for fold in range(1, 25))])
def test_no_two_turns_of_a_shape_look_alike(least):
    words, kind, shown = load().vocabulary, BUILT_IN["rotation"], []
    obj = next(every_look(words))
    turning = dataclasses.replace(words.shapes[obj.shape], least_turn=least)
    words = dataclasses.replace(words, shapes=words.shapes | {obj.shape: turning})
    for value in kind.values(words):
        with contextlib.suppress(Rejected):
            shown.append(kind.change(obj, value, words).rotation % least)
    assert all(abs(a - b) > 1 for a, b in itertools.combinations(shown, 2))
