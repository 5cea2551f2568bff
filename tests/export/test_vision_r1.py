"""Vision-R1: its cold start, the rows for its hard reward, and the reward that the export has."""

import importlib.util
import json

import pytest

from tests.consumers import loaders
from tests.consumers.rules import llamafactory, vision_r1
from tests.export.data import kept, suited, with_rationales, wrong
from tests.export.rows import read, tables
from tests.export.test_ready_configs import answers
from tests.tiny import SHIPPED
from tvrgen.dataset.reader import open_dataset
from tvrgen.export.run import export


def said(answer: str) -> str:
    return f"<think>I looked.</think><answer>{answer}</answer>"


def reward(out):
    """The module that the export has for EasyR1."""
    spec = importlib.util.spec_from_file_location("hfrrf", out / "hfrrf.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_right_answers_of_ready_configs_are_paid(ready, name, tmp_path):
    """In every way that is right; text against text, those are the only ones that its reward pays."""
    root, out = ready(name, with_rationales(name)), tmp_path / "out"
    export(root, "vision-r1", out)
    scored = reward(out)
    assert (scored.REWARD_NAME, scored.REWARD_TYPE) == ("hfrrf", "batch")
    for split in open_dataset(root).splits:
        lines = list(open_dataset(root).questions(split))
        assert kept("vision-r1", lines) == lines
        rows = list(tables("rl/{split}/*.parquet")(out, split))
        for row, line in zip(rows, lines, strict=True):
            assert row["answer"] == line["answer"]
            assert loaders.easyr1(row)["parts"][-1] == line["question"]
            truth = loaders.easyr1(row, answer_key="ground_truth")["ground_truth"]
            right = {line["answer"], *(answers(line) if "changes" in line else ())}
            texts = [*map(said, [*right, *wrong(line)]), line["answer"], f"<answer>{line['answer']}</answer>"]
            given = [{"response": text, "response_length": 9, "ground_truth": truth} for text in texts]
            due = [vision_r1.paid(text, right) for text in texts]
            assert [score["overall"] for score in scored.compute_score(given)] == due
            assert sum(due) == len(right)
        for (prompt, response, images), line in zip(
            llamafactory.conversations(out / "cold_start", f"tvr_{split}"), lines, strict=True
        ):
            assert prompt == "<image>" * len(images) + line["question"]
            assert vision_r1.paid(response, {line["answer"]}) == 1.0
            assert all(sentence["text"] in response for sentence in line["rationale"])


def test_its_own_entry_loads_the_cold_start(dataset, tmp_path):
    """The entry of vision_r1_llava_cot_full in its README, with the name of this file."""
    export(suited("vision-r1", dataset), "vision-r1", tmp_path / "out")
    found = json.loads((tmp_path / "out/cold_start/dataset_info.json").read_text())
    assert found["tvr_train"] == {
        "file_name": "train.json",
        "formatting": "sharegpt",
        "columns": {"messages": "conversations", "images": "image"},
        "tags": {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"},
    }


def test_the_readme_has_room_for_each_stage(dataset, tmp_path):
    export(suited("vision-r1", dataset), "vision-r1", tmp_path / "out")
    text = (tmp_path / "out/README.md").read_text()
    stages = [
        [int(cell) for cell in line.split("|")[2:5]]
        for line in text.splitlines()
        if line[:4] in ("| 1 ", "| 2 ", "| 3 ")
    ]
    assert [stage[:2] for stage in stages] == [[4096, 16], [8192, 8], [16384, 4]]
    assert all(batched > response for response, _, batched in stages)
    longest = max(len(row.prompt) for row in read("vision-r1", tmp_path / "out"))
    assert all(batched - response >= loaders.QWEN_TOKENS_A_CHARACTER * longest for response, _, batched in stages)
