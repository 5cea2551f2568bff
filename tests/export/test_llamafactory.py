"""LLaMA-Factory: responses to imitate."""

from tests.export.rows import read
from tvrgen.export.run import export
from tvrgen.scoring import star_r1_reward


def test_without_rationales_nothing_is_thought(flat_dataset, tmp_path):
    export(flat_dataset, "llamafactory", tmp_path / "sft")
    for row in read("llamafactory", tmp_path / "sft"):
        response = row.whole["messages"][1]["content"]
        assert response == "<think></think><answer>0.color.blue, 2.position.front.1</answer>"
        assert star_r1_reward(response, row.truth).total == 11.0
