"""Evaluation: the same answers score the same wherever they come from, and any response has a score."""

import dataclasses
import json

import pytest

from tests.scoring.data import answered, means
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError
from tvrgen.scoring import Options
from tvrgen.scoring.summary import score


def test_the_same_answers_have_the_same_scores(dataset, tmp_path):
    figures = score(dataset, answered(dataset, tmp_path / "p.jsonl"))
    ids = figures["ids"]
    assert ids.pop("answered") == 18
    assert not any(ids.values())
    oracle = score(dataset, baseline="oracle")
    assert figures["predictions"] == str(tmp_path / "p.jsonl")
    assert oracle["baseline"] == "oracle"
    assert figures["reward"] == oracle["reward"] == dataclasses.asdict(Options())
    own = ("ids", "left_out", "predictions", "baseline")
    assert {k: v for k, v in figures.items() if k not in own} == {k: v for k, v in oracle.items() if k not in own}


@pytest.mark.parametrize("response", ["", "x" * 2**20, "变化", "<answer>" * 99, None, float("nan"), 3, ["a"], {"a": 1}])
def test_any_response_has_a_score(dataset, tmp_path, response):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"id": "train-000000-left", "response": response}) + "\n")
    assert means(score(dataset, path))["tacc"] == 0


@pytest.mark.parametrize(
    ("file", "says"),
    [("scenes.jsonl", "train-000005-left has no scene"), ("questions.jsonl", "split train has 12 of 18 questions")],
)
def test_a_dataset_with_lines_missing_is_refused(tmp_path, file, says):
    root = generate_flat(tmp_path / "data", load("splits.train.count=6"), FlatRenderer())
    path = root / "train/shard-00002" / file
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]) if file == "scenes.jsonl" else "")
    with pytest.raises(UserError, match=says):
        score(root, baseline="no_change")
