"""The reward of two groups: values worked out by hand, symmetry, bounds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tvrgen._support.errors import UserError
from tvrgen.scoring import Options, two_group_rewards

WORD = {"family": "relation", "form": "word", "value": "left", "among": ["left", "right", "front", "behind"]}
MIRRORED = {**WORD, "value": "right"}
DISTANCE = {"family": "distance", "form": "number", "value": 2.0, "approximate": True}
CHANGES = {"changes": [{"index": 2, "attribute": "color", "value": "cyan", "accepted": ["cyan"]}]}


def said(answer):
    return f"<think>x</think><answer>{answer}</answer>"


def bare(answer):
    return f"<answer>{answer}</answer>"


@pytest.mark.parametrize(
    ("responses", "mirrored", "due"),
    [
        # means 1 and 1: nothing is lost
        ([said("left")], [said("right")], ([1.0], [1.0])),
        # means 1 and 0: the right one loses 1 of its similarity
        ([said("left")], [said("left")], ([0.5], [0.5])),
        # means 0.5 and 1: the better group's answers lose 0.5
        ([said("left"), said("front")], [said("right"), said("right")], ([1.0, 0.5], [0.75, 0.75])),
        # means 1 and 0.75, groups of other sizes
        ([said("left")], [said("right")] * 3 + [said("left")], ([0.875], [1.0, 1.0, 1.0, 0.5])),
        # without the format
        ([bare("left"), said("left")], [bare("right"), "right"], ([0.25, 0.75], [0.5, 0.0])),
    ],
)
def test_values_worked_out_by_hand(responses, mirrored, due):
    assert two_group_rewards(responses, WORD, mirrored, MIRRORED) == due
    assert two_group_rewards(responses, json.dumps(WORD), mirrored, MIRRORED) == due
    # the groups are treated alike
    assert two_group_rewards(mirrored, MIRRORED, responses, WORD) == due[::-1]


def test_partly_right_answers_have_a_similarity():
    # 2.44 m for 2 m: 1 - 0.22 reaches 6 of the 10 thresholds, and the exact answers lose 0.4
    assert two_group_rewards([said("2.44")], DISTANCE, [said("2.0")], DISTANCE) == ([0.8], [0.8])
    ((partly, right), (wrong,)) = two_group_rewards(
        [said("2.color.red"), said("2.color.cyan")], CHANGES, ["x"], CHANGES
    )
    assert partly == pytest.approx(0.5 + 0.5 * 1.5 / 5)  # not above one half: it loses nothing
    assert right == pytest.approx(0.5 + 0.5 * (1 - (1 + 1.5 / 5) / 2))
    assert wrong == 0.0


answers = st.lists(st.sampled_from([said("left"), said("right"), bare("left"), bare("right"), "", "x"]), min_size=1)
similarities = st.dictionaries(st.sampled_from(["left", "right", ""]), st.floats(0, 1))


@given(answers, answers, similarities)
def test_groups_are_treated_alike_and_rewards_have_bounds(one, other, table):
    def similarity(answer, right):
        return table.get(answer, 0.3)

    first, second = two_group_rewards(one, "left", other, "right", similarity)
    assert two_group_rewards(other, "right", one, "left", similarity) == (second, first)
    assert [len(first), len(second)] == [len(one), len(other)]
    assert all(-0.25 <= reward <= 1 for reward in (*first, *second))


@given(answers, similarities)
def test_groups_that_answer_alike_lose_nothing(group, table):
    def similarity(answer, right):
        return table.get(answer, 0.3)

    first, second = two_group_rewards(group, "left", group, "right", similarity)
    assert first == second
    alone = [two_group_rewards([text], "left", [text], "left", similarity)[0][0] for text in group]
    assert first == alone


def test_another_similarity_gets_the_answer_and_what_it_is_compared_with():
    asked = []

    def similarity(answer, right):
        asked.append((answer, right))
        return 0.0

    two_group_rewards([said(" to the left "), "none"], "left", [said("x")], "right", similarity)
    assert asked == [("to the left", "left"), ("", "left"), ("x", "right")]


def test_options_say_how_answers_are_read():
    opened = "x</think><answer>left</answer>"
    assert two_group_rewards([opened], WORD, [opened], WORD) == ([0.5], [0.5])
    assert two_group_rewards([opened], WORD, [opened], WORD, options=Options(opened=True)) == ([1.0], [1.0])
    nothing = {"changes": []}
    for points in (0, 5):
        options = Options(no_change=points)
        assert two_group_rewards([said("no change")], nothing, [said("no change")], nothing, options=options) == (
            [1.0],
            [1.0],
        )


@pytest.mark.parametrize(
    ("one", "other", "name"), [([], ["x"], "responses"), (["x"], [], "mirrored_responses"), ([], [], "responses")]
)
def test_an_empty_group_is_refused(one, other, name):
    with pytest.raises(UserError, match=rf"^{name}: has no response; give each of the two groups one or more$"):
        two_group_rewards(one, WORD, other, WORD)


def test_what_is_no_right_answer_is_refused():
    with pytest.raises(UserError, match="no right answer"):
        two_group_rewards(["x"], WORD, ["x"], {"form": "word"})
