"""Hugging Face's `datasets`: every export that it reads; for the versions in requirements, old and new."""

import datasets
import pytest

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring import ground_truth, star_r1_reward


def load(path, tmp_path, **arguments):
    return datasets.load_dataset(str(path), split="train", cache_dir=str(tmp_path / "cache"), **arguments)


@pytest.mark.parametrize("name", ["hf", "imagefolder"])
def test_rows(name, exports, questions, tmp_path):
    if name == "imagefolder" and datasets.__version__.startswith("2."):
        pytest.skip("its imagefolder reads one image a row")
    rows = load(exports / name, tmp_path)
    assert [row["id"] for row in rows] == [question["id"] for question in questions]
    for row, question in zip(rows, questions, strict=True):
        assert (row["problem"], row["answer"]) == (question["question"], question["answer"])
        assert [image.size for image in row["images"]] == [(80, 60)] * 2
        assert {image.mode for image in row["images"]} == {"RGB"}
        assert star_r1_reward(right(question), row["ground_truth"]).total == FULL
        assert star_r1_reward(wrong(question), row["ground_truth"]).total == NONE
        if name == "hf":
            assert row["changes"] == ground_truth(question)["changes"]
            assert row["initial_objects"] == question["initial_objects"]


def test_webdataset(exports, questions, tmp_path):
    files = {"train": str(exports / "webdataset/tvr-train-*.tar")}
    rows = load("webdataset", tmp_path, data_files=files)
    assert [row["__key__"] for row in rows] == [question["id"] for question in questions]
    for row, question in zip(rows, questions, strict=True):
        assert (row["initial.png"].size, row["final.png"].size) == ((80, 60), (80, 60))
        assert star_r1_reward(right(question), row["json"]["ground_truth"]).total == FULL


@pytest.mark.parametrize("name", ["trl", "verl", "easyr1", "lmms-eval"])
def test_parquet_of_trainers(name, exports, questions, tmp_path):
    files = sorted(map(str, (exports / name).rglob("*.parquet")))
    rows = load("parquet", tmp_path, data_files=files)
    assert len(rows) == len(questions)
    assert [image.size for row in rows for image in row["images"]] == [(80, 60)] * 2 * len(questions)
