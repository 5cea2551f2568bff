"""Responses and options in the forms in which consumers pass them."""

import pytest

from tests.scoring.adapters.data import BEST, CALLS, RIGHT, by_easyr1, by_verl
from tvrgen._support.errors import UserError
from tvrgen.scoring.adapters import common


@pytest.mark.parametrize(
    ("response", "text"),
    [
        ("a", "a"),
        ({"role": "assistant", "content": "a"}, "a"),
        ([{"role": "assistant", "content": "b"}, {"role": "assistant", "content": "a"}], "a"),
        ([{"content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]}], "ab"),
        ([], ""),
        (None, ""),
        (b"a", ""),
        ([[["a"]]], ""),
    ],
)
def test_text_of_a_response(response, text):
    assert common.text_of(response) == text


def test_options_go_by_keyword_or_environment(monkeypatch):
    twice = RIGHT.replace("2.color", "2.color.cyan, 2.color")
    assert by_verl(twice)["score"] == BEST - 1
    assert by_verl(twice, duplicates="ignore")["score"] == BEST
    assert by_easyr1(twice, duplicates="ignore", value=2)["overall"] == 5.0
    monkeypatch.setenv("TVRGEN_REWARD", " duplicates = ignore, format=0.5")
    assert {name: call(twice) for name, call in CALLS.items()} == dict.fromkeys(CALLS, BEST - 0.5)
    assert by_verl(twice, format=2)["score"] == BEST + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no_chnage=1", "TVRGEN_REWARD: unknown option 'no_chnage' of the reward; did you mean 'no_change'?"),
        ("wrong=much", "TVRGEN_REWARD: wrong: 'much'; write a number"),
        ("reuse=perhaps", "TVRGEN_REWARD: reuse: 'perhaps'; write true or false"),
        ("duplicates=count", "TVRGEN_REWARD: duplicates: 'count'; write wrong or ignore"),
        ("reuse", "TVRGEN_REWARD: 'reuse'; write"),
    ],
)
def test_wrong_options_are_named(text, says, monkeypatch):
    monkeypatch.setenv("TVRGEN_REWARD", text)
    with pytest.raises(UserError, match="TVRGEN_REWARD") as error:
        common.options()
    assert str(error.value).startswith(says)
