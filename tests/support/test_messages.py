"""Counts and suggestions in messages."""

import pytest

from tvrgen._support.messages import counted, key_path, nearest, shown


@pytest.mark.parametrize(("number", "says"), [(0, "0 faults"), (1, "1 fault"), (2, "2 faults")])
def test_counted(number, says):
    assert counted(number, "fault") == says


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("trian", "; did you mean 'train'? (known: train, test)"),
        ("TEST", "; did you mean 'test'? (known: train, test)"),
        ("validation", " (known: train, test)"),
        (7, " (known: train, test)"),
    ],
)
def test_nearest(word, says):
    assert nearest(word, ["train", "test"]) == says


def test_a_long_list_of_known_words_is_cut():
    assert nearest("x", (f"word{k}" for k in range(100))).endswith("word15, ...)")


@pytest.mark.parametrize(("value", "text"), [(None, "nothing"), ("a", "'a'"), ([1], "[1]")])
def test_shown(value, text):
    assert shown(value) == text


def test_a_long_value_is_cut():
    assert len(shown("a" * 1000)) == 60


def test_key_path():
    assert key_path(["sampling", "only", "pairs", 0, "when"]) == "sampling.only.pairs[0].when"
