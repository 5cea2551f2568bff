"""Questions whose changes name two objects, or one that the first image does not have."""

import pytest

from tests import tiny
from tests.tiny import load
from tests.transformations.kinds import NAMES
from tvrgen.sampling import sampler
from tvrgen.scoring import star_r1_reward

pytestmark = pytest.mark.rays


@pytest.mark.parametrize("prompt", ["star_r1", "function", "no_objects"])
def test_the_right_answer_is_read_and_names_no_object_that_the_first_image_lacks(prompt):
    config = load(
        f"sampling.kinds=[color,{','.join(NAMES)}]", f"question.prompt={prompt}", "question.rationale=full",
        "sampling.objects=6", "sampling.on_stage=all", "splits.train.count=100",
    )  # fmt: skip
    split, kinds = config.split("train"), set()
    for k in range(25):
        planned = sampler.plan_problem(config, "train", k)
        asked = tiny.ask(planned, planned.problem.views[0], split, config.seed)
        kinds |= {change["attribute"] for change in asked["changes"]}
        assert [entry["index"] for entry in asked["initial_objects"]] == [*range(6)]
        assert all(max(change["objects"], default=0) < 6 for change in asked["changes"])
        line = {name: asked[name] for name in ("changes", "answer_form", "initial_objects")}
        reward = star_r1_reward(f"<think>x</think><answer>{asked['answer']}</answer>", line)
        assert reward.correct, asked["answer"]
        assert reward.total == reward.best
        told = " ".join(sentence.text for sentence in asked["rationale"])
        assert "object 6" not in told.lower()
        assert told.count("it is new") == sum(change["attribute"] == "appear" for change in asked["changes"])
    assert kinds == {*split.kinds}
