"""Choice of a response by its length, and by words that it must not have."""

import pytest

from tvrgen.harvesting.choice import choice

TEXTS = ["four", "three", "a", "longest", "longest"]


@pytest.mark.parametrize(("rank", "chosen"), [(1, "longest"), (2, "three"), (3, "four"), (4, "a"), (9, "a")])
def test_the_rank_by_length_is_taken_or_the_shortest(rank, chosen):
    assert choice(rank, ()).of(TEXTS) == chosen
    assert choice(rank, ()).of(["only"]) == "only"
    assert choice(rank, ()).of([]) is None


@pytest.mark.parametrize("text", ["Wait, I see.", "so wait", "Let me\n check it", "WAIT", "x (wait)"])
def test_responses_with_the_words_are_left_out(text):
    chosen = choice(1, ["wait", "let me  check"])
    assert chosen.of([text]) is None
    assert chosen.of([text, "no"]) == "no"


@pytest.mark.parametrize("text", ["I waited", "await", "let me recheck", "wait_", "let me checks"])
def test_words_are_whole(text):
    assert choice(1, ["wait", "let me check"]).of([text]) == text


def test_words_are_no_patterns():
    assert choice(1, ["a.b", "(x"]).of(["acb"]) == "acb"
    assert choice(1, ["a.b", "(x"]).of(["a.b"]) is None
    assert choice(1, ["a.b", "(x"]).of(["an (x)"]) is None


@pytest.mark.parametrize("text", ["see <image>", "<video>", "\ud800", "x" * (10**6 + 1)])
def test_what_trainers_cannot_hold_is_left_out(text):
    assert choice(1, ()).of([text]) is None
