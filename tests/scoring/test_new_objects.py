"""Scores of answers that name two objects, or one that the first image does not have."""

import pytest

from tests.tiny import load
from tests.transformations.kinds import NAMES
from tvrgen.dataset import records
from tvrgen.questions import changes
from tvrgen.sampling import sampler
from tvrgen.scoring import baselines
from tvrgen.scoring.evaluation import score
from tvrgen.scoring.options import STAR_R1

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
    question = changes.ask(planned, planned.problem.views[0], split, seed)
    return {
        "id": planned.problem.id, "changes": question.changes, "answer": question.answer,
        "answer_form": question.answer_form, "initial_objects": question.initial_objects,
    }  # fmt: skip
