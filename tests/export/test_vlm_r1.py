"""VLM-R1, whose documented code reads and scores the rows."""

import json

from tests.consumers import loaders
from tests.consumers.responses import FULL, NONE, right, wrong
from tests.export.data import refused
from tvrgen.export.run import export
from tvrgen.scoring.adapters import vlm_r1


def test_vlm_r1(exported, questions):
    """It joins paths to the image folder, takes <image> out of the prompt, and puts tags around the solution."""
    folder = exported("vlm-r1")
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]
    assert len({tuple(row) for row in rows}) == 1  # the same keys in every row
    for line, question in zip(rows, questions, strict=True):
        assert [said["from"] for said in line["conversations"]] == ["human", "gpt"]
        assert line["conversations"][0]["value"].count("<image>") == len(line["image"]) == 2
        row = loaders.vlm_r1(line, folder)
        assert row["problem"] == question["question"]
        assert all(path.is_file() for path in row["image_path"])
        completions = [[{"role": "assistant", "content": say(question)}] for say in (right, wrong)]
        columns = {key: [value] * 2 for key, value in row.items()}
        assert vlm_r1.reward(completions=completions, **columns) == [FULL, NONE]
        assert vlm_r1.reward(completions=completions, solution=columns["solution"]) == [FULL, NONE]
        assert [loaders.vlm_r1_accuracy(say(question), row) for say in (right, wrong)] == [1.0, 0.0]


def test_a_colon_separates_its_folders(flat_dataset, tmp_path):
    refused("VLM-R1 does not read : in the path of a folder as it is", flat_dataset, "vlm-r1", tmp_path / "a:b")
    assert not (tmp_path / "a:b").exists()
    export(flat_dataset, "verifiers", tmp_path / "a:b")
