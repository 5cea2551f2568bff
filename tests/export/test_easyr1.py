"""EasyR1, whose documented code reads and scores the rows."""

import importlib.util
import io

import pytest
from PIL import Image

from tests.consumers.responses import FULL, NONE, right, wrong
from tvrgen.scoring.adapters import easyr1


def test_easyr1(exported, questions):
    """Its reward manager loads the file and hands over a batch; its dataset splits the prompt at <image>."""
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = parquet.read_table(exported("easyr1") / "train").to_pylist()
    spec = importlib.util.spec_from_file_location("custom_reward_fn", easyr1.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (module.REWARD_NAME, module.REWARD_TYPE) == ("tvr", "batch")
    for say, reward in ((right, FULL), (wrong, NONE)):
        given = [
            {"response": say(question), "response_length": 50, "ground_truth": row["answer"]}
            for row, question in zip(rows, questions, strict=True)
        ]
        scores = module.compute_score(given, value=5.0)
        assert [score["overall"] for score in scores] == [reward] * len(questions)
        assert {score["format"] for score in scores} == {1.0}
    for row, question in zip(rows, questions, strict=True):
        assert row["problem"].split("<image>") == ["", "", question["question"]]
        assert [Image.open(io.BytesIO(image["bytes"])).size for image in row["images"]] == [(80, 60)] * 2
