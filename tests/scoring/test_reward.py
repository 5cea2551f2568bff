"""STAR-R1's reward: its table, its open points, and what holds for every response."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.rewarded import TRUTH, accuracy, tagged
from tvrgen.scoring import Options, star_r1_reward
from tvrgen.scoring.reward import read_response


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("2.color.cyan, 4.position.front.1", 10),
        ("4.position.front.2, 2.color.cyan", 10),  # any order, any accepted value
        ("2.color.cyan", 5 - 1),
        ("2.color.red, 4.position.front.1", 1.5 + 5),
        ("2.size.large, 4.position.front.1", 0.5 + 5),
        ("3.color.cyan, 4.position.front.1", -1 + 5),
        ("2.color.cyan, 4.position.front.1, 5.color.red", 10 - 1),  # against enumerating
        ("2.color.cyan, 2.color.cyan", 5 - 1),
        ("2.color.cyan, 2.color.red, 4.position.front.1", 10 - 1),  # one to one
        ("2.color.red, 2.size.large", 1.5 - 1),
        ("no change", -2),
        ("2.color.cyan or 2.color.red", 5 - 1 - 1),
        ("", -1 - 1),
    ],
)
def test_the_table(answer, earned):
    assert accuracy(answer) == pytest.approx(earned)


def test_matching_is_as_good_as_it_can_be():
    """Against all ways of pairing predictions with true changes, one to one."""
    values = ("a", "b")
    triplets = [(i, k, v) for i in (1, 2) for k in ("color", "size") for v in values]

    def worth(said, true):
        if said == true:
            return 5.0
        return 1.5 if said[:2] == true[:2] else 0.5 if said[0] == true[0] else -1.0

    for true in itertools.combinations(triplets, 2):
        truth = [{"index": i, "attribute": k, "value": v} for i, k, v in true]
        for count in (2, 3):
            for said in itertools.combinations(triplets, count):
                best = max(
                    sum(max(worth(s, t), -1.0) for s, t in zip(order, true, strict=False)) - (count - 2)
                    for order in itertools.permutations(said)
                )
                assert accuracy(", ".join(f"{i}.{k}.{v}" for i, k, v in said), truth) == pytest.approx(best)


def test_a_move_made_twice_can_be_said_twice():
    twice = [{"index": 0, "attribute": "position", "value": "front.1"}] * 2
    assert accuracy("0.position.front.1, 0.position.front.1", twice) == 10
    assert accuracy("0.position.front.1, 0.position.front.1, 0.position.front.1", twice) == 9


def test_accepted_values_are_shared_out():
    """Of two changes that accept overlapping values, each gets one that it accepts."""
    truth = [
        {"index": 0, "attribute": "position", "value": "front.1", "accepted": ["front.1", "left.1"]},
        {"index": 0, "attribute": "position", "value": "left.1", "accepted": ["left.1"]},
    ]
    assert accuracy("0.position.left.1, 0.position.front.1", truth) == 10


def test_nothing_changed():
    right, wrong = star_r1_reward(tagged("no change"), []), star_r1_reward(tagged("2.color.red"), [])
    assert (right.total, right.best, right.correct, right.share) == (6, 6, True, 1)
    assert (wrong.total, wrong.correct, wrong.share) == (0, False, 0)
    assert not star_r1_reward("", []).correct


@pytest.mark.parametrize(
    ("response", "well_formed", "answer"),
    [
        ("<think>a</think><answer>b</answer>", True, "b"),
        ("  <think>\na\n</think>\n<answer>\nb\n</answer>\n", True, "\nb\n"),
        ("<think></think><answer></answer>", True, ""),
        ("<answer>b</answer>", False, "b"),
        ("<think>a</think><answer>b</answer> and so on", False, "b"),
        ("<think>a</think> then <answer>b</answer>", False, "b"),
        ("<think>a</think><answer>b</answer><answer>c</answer>", False, "c"),
        ("<think><answer>b</answer></think><answer>c</answer>", False, "c"),
        ("<answer>b</answer><think>a</think>", False, None),
        ("<think><answer>b</answer>", False, None),
        ("<think>a</think><answer>b</answer><answer>c", False, None),
        ("<think>a</think><answer>b</answer><|im_end|>\n", True, "b"),
        ("<think>a</think><answer>b</answer></s>", True, "b"),
        ("<think>a</think><answer>b</answer><end_of_turn>\n<eos>", True, "b"),
        ("<think>a</think><answer>b</answer></b>", False, "b"),
        ("<think>a</think><answer>b", False, None),
        ("2.color.cyan", False, None),
        ("", False, None),
        (None, False, None),
        (float("nan"), False, None),
        (["<answer>b</answer>"], False, None),
    ],
)
def test_form(response, well_formed, answer):
    assert read_response(response) == (well_formed, answer)


def test_an_attribute_that_changes_twice_ends_as_it_does():
    truth = [{"index": 0, "attribute": "color", "value": v} for v in ("blue", "cyan")]
    assert star_r1_reward(tagged("0.color.blue, 0.color.cyan"), truth).correct
    assert not star_r1_reward(tagged("0.color.cyan, 0.color.blue"), truth).correct


_TAGGED = st.lists(
    st.sampled_from(["<think>", "</think>", "<answer>", "</answer>", "2.color.cyan", ", ", "3.shape.cube", "x", "\n"])
).map("".join)


_OPTIONS = st.builds(
    Options,
    **dict.fromkeys(("partial_costs", "reuse", "untagged", "opened"), st.booleans()),
    duplicates=st.sampled_from(["wrong", "ignore"]),
)


@given(st.one_of(_TAGGED, st.text(), st.none(), st.floats(), st.lists(st.text())), _OPTIONS)
def test_any_response_has_a_score(response, options):
    reward = star_r1_reward(response, TRUTH, options)
    assert reward.total == reward.format + reward.accuracy
    assert reward.total <= reward.best or options.reuse
    assert 0 <= reward.share <= 1
    assert reward.accuracy == 10 or not reward.correct


@pytest.mark.parametrize("junk", ["<|a|>", "<|a|> x", "<think>", "<answer></answer>", "<answer>2.color.cyan</answer>"])
def test_a_megabyte_has_a_score(junk):
    star_r1_reward(junk * (2**20 // len(junk)) + "<|a|>", TRUTH)


def test_ten_thousand_changes_have_a_score():
    reward = star_r1_reward(tagged(", ".join(f"{k}.color.cyan" for k in range(10_000))), TRUTH)
    assert (reward.values, reward.indices, reward.wrong) == (1, 1, 9_998)
