"""Options of the reward: what each does, and wrong ones."""

import pytest

from tests.scoring.rewarded import TRUTH, accuracy
from tvrgen._support.errors import UserError
from tvrgen.scoring import Options, star_r1_reward
from tvrgen.scoring.options import STAR_R1, options_from


@pytest.mark.parametrize(
    ("answer", "options", "earned"),
    [
        ("2.color.red, 4.position.front.1", {"partial_costs": True}, 1.5 - 1 + 5),
        ("2.color.cyan, 2.color.red, 4.position.front.1", {"reuse": True}, 10 + 1.5),
        ("2.color.cyan, 2.color.cyan, 4.position.front.1", {"duplicates": "ignore"}, 10),
        ("2.color.cyan, 4.position.front.1", {"value": 1.0}, 2),
        ("3.color.cyan, 5.color.red", {"wrong": -3.0}, -6),
        ("no change", {"missing": 0.0}, 0),
    ],
)
def test_open_points_are_options(answer, options, earned):
    assert accuracy(answer, **options) == pytest.approx(earned)


def test_an_answer_without_tags_counts_where_that_is_asked_for():
    assert star_r1_reward("<think>hm</think> 2.color.cyan, 4.position.front.1", TRUTH).accuracy < 0
    assert star_r1_reward("<think>hm</think> 2.color.cyan, 4.position.front.1", TRUTH, Options(untagged=True)).correct


def test_a_template_that_opens_the_thought():
    assert star_r1_reward("so</think><answer>no change</answer>", [], Options(opened=True)).format == 1
    assert star_r1_reward("so</think><answer>no change</answer>", []).format == 0


def test_unknown_ways_with_duplicates_are_refused():
    with pytest.raises(UserError, match="write wrong or ignore"):
        Options(duplicates="keep")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("value", "2.5", 2.5),
        ("wrong", -3, -3.0),
        ("reuse", "Yes", True),
        ("reuse", "off", False),
        ("untagged", 1, True),
        ("duplicates", " Ignore ", "ignore"),
    ],
)
def test_values_may_be_texts(name, text, value):
    found = getattr(options_from([(name, text)]), name)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("valeu", 1, "unknown option 'valeu' of the reward; did you mean 'value'?"),
        ("xyzzy", 1, "unknown option 'xyzzy' of the reward (known: value, attribute,"),
        ("value", "much", "value: 'much'; write a number"),
        ("value", "inf", "value: 'inf'; write a number"),
        ("reuse", "perhaps", "reuse: 'perhaps'; write true or false"),
        ("duplicates", "count", "duplicates: 'count'; write wrong or ignore"),
    ],
)
def test_wrong_options_are_one_line(name, text, says):
    with pytest.raises(UserError) as caught:
        options_from([(name, text)])
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_options_are_those_of_the_base_but_for_what_is_given():
    base = Options(value=2.0, reuse=True)
    assert options_from([("value", 3)], base) == Options(value=3.0, reuse=True)
    assert options_from([], base) == base
    assert options_from([]) == STAR_R1 == Options()
