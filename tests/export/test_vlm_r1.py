"""VLM-R1, whose documented code reads and scores the rows."""

import json

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters import vlm_r1


def test_vlm_r1(exported, questions):
    """It joins paths to the image folder, takes <image> out of the prompt and tags out of the solution."""
    folder = exported("vlm-r1")
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    assert len({tuple(row) for row in rows}) == 1  # the same keys in every row
    for row, question in zip(rows, questions, strict=True):
        human, answer = (said["value"] for said in row["conversations"])
        assert [said["from"] for said in row["conversations"]] == ["human", "gpt"]
        assert human.count("<image>") == len(row["image"]) == 2
        assert human.replace("<image>", "") == question["question"]
        assert all((folder / image).is_file() for image in row["image"])
        solution = answer.replace("<answer>", "").replace("</answer>", "").strip()
        columns = {"problem": [human] * 2, "accu_reward_method": [row["accu_reward_method"]] * 2}
        completions = [[{"role": "assistant", "content": say(question)}] for say in (right, wrong)]
        assert vlm_r1.reward(completions=completions, solution=[solution] * 2, **columns) == [FULL, NONE]
