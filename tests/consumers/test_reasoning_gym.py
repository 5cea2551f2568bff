"""reasoning-gym: the dataset by its name, as its factory makes it, and its scores."""

import math

import pytest
import reasoning_gym
import tvrgen.adapters.reasoning_gym
from reasoning_gym.utils import extract_answer

from tests.consumers.responses import right, wrong
from tvrgen._support.errors import UserError

assert tvrgen.adapters.reasoning_gym


@pytest.fixture
def data(exports):
    return reasoning_gym.create_dataset("tvr", path=str(exports / "reasoning-gym/train.jsonl"))


def test_entries(data, questions, exports):
    assert len(data) == len(questions)
    for entry, question in zip(data, questions, strict=True):
        assert entry["question"] == question["question"]
        assert entry["metadata"]["id"] == question["id"]
        assert all((exports / "reasoning-gym" / image).is_file() for image in entry["metadata"]["images"])
    assert data[3] == data[3]
    assert data[-1]["metadata"]["id"] == questions[-1]["id"]
    with pytest.raises(IndexError):
        _ = data[len(questions)]


def test_scores(data, questions):
    for entry, question in zip(data, questions, strict=True):
        assert data.score_answer(entry["answer"], entry) == 1.0
        assert data.score_answer(right(question), entry) == 1.0
        assert data.score_answer(extract_answer(right(question)), entry) == 1.0
        assert data.score_answer(wrong(question), entry) == 0.0
        assert data.score_answer(question["answer"].split(",")[0], entry) == pytest.approx((5 - 1) / 10)
        for response in (None, "", float("nan"), ["x"], {}, "<answer>" * 10_000):
            assert 0.0 <= data.score_answer(response, entry) <= 1.0
            assert math.isfinite(data.score_answer(response, entry))


def test_a_size_beyond_the_file_begins_again(exports, questions):
    path = str(exports / "reasoning-gym/train.jsonl")
    data = reasoning_gym.create_dataset("tvr", path=path, size=len(questions) + 1, seed=3)
    assert [entry["metadata"]["id"] for entry in data] == [q["id"] for q in (*questions, questions[0])]


@pytest.mark.parametrize(("settings", "says"), [({}, "path: ''"), ({"path": __file__, "size": 0}, "size: 0")])
def test_wrong_settings_are_named(settings, says):
    with pytest.raises(UserError, match=says):
        reasoning_gym.create_dataset("tvr", **settings)
