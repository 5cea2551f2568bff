"""Lengths of texts in words and difficulties, per split."""

import pytest

from tvrgen.dataset.report.lengths import lengths


def question(words: int, split: str = "train", score: float = 0.5, **texts) -> dict:
    return {"split": split, "question": "word " * words, "answer": "a", "difficulty": {"score": score}, **texts}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([7], {"least": 7, "median": 7, "mean": 7, "most": 7}),
        ([0, 1], {"least": 0, "median": 0, "mean": 0.5, "most": 1}),  # the lower one of two in the middle
        ([9, 1, 2], {"least": 1, "median": 2, "mean": 4, "most": 9}),
        ([5, 5, 5, 1, 2], {"least": 1, "median": 5, "mean": 3.6, "most": 5}),
        ([1, 1, 2], {"least": 1, "median": 1, "mean": 1.333, "most": 2}),
    ],
)
def test_lengths_are_words(words, expected):
    assert lengths(question(count) for count in words)["question"] == {"train": expected}


def test_each_split_has_its_own():
    found = lengths([question(3), question(5, "test"), question(4)])
    assert {split: own["mean"] for split, own in found["question"].items()} == {"train": 3.5, "test": 5}
    assert found.keys() == {"question", "answer", "difficulty"}  # no question has a rationale


def test_all_sentences_of_a_rationale_count():
    rationale = [{"text": "Object 1 was red."}, {"text": "It is blue."}]
    found = lengths([question(1, rationale=rationale), question(1)])
    assert found["rationale"]["train"] == {"least": 7, "median": 7, "mean": 7, "most": 7}
    assert found["question"]["train"]["mean"] == 1


def test_difficulties_are_scores_of_two_decimals():
    found = lengths(question(1, score=score) for score in (0.123, 0.121, 0.9))["difficulty"]["train"]
    assert found == {"least": 0.12, "median": 0.12, "mean": 0.38, "most": 0.9}


def test_no_questions_have_no_lengths():
    assert lengths([]) == {}
