"""Scores of questions of any family."""

import json

import pytest

from tvrgen._support.errors import UserError
from tvrgen.questions.forms.registry import FORMS
from tvrgen.scoring import Options, Score, reward, star_r1_reward
from tvrgen.scoring.truth import ground_truth

LINE = {
    "id": "train-000000-left-counting-0", "family": "counting", "truth": {"form": "number", "value": 2}, "objects": 5,
}  # fmt: skip
CHOICE = {"family": "counting", "truth": {"form": "choice", "value": "B"}, "options": ["1", "2", "3"]}
CHANGES = [{"index": 2, "attribute": "color", "value": "cyan"}]


def said(answer):
    return f"<think>x</think><answer>{answer}</answer>"


@pytest.mark.parametrize("question", [LINE, ground_truth(LINE), json.dumps(ground_truth(LINE))])
def test_any_form_of_the_right_answer_will_do(question):
    assert reward(said("2"), question).correct
    assert not reward(said("3"), question).correct


def test_a_right_answer_earns_what_one_right_change_does():
    own, change = reward(said("2"), LINE), star_r1_reward(said("2.color.cyan"), CHANGES)
    assert (own.total, own.best, own.format, own.share) == (change.total, change.best, change.format, 1.0)
    assert own.parts == {"share": 1.0}


@pytest.mark.parametrize(
    ("response", "total"),
    [
        ("<answer>2</answer>", 5), ("2", 0), (None, 0), (7, 0), ("<think>2</think>", 0), (said("two and three"), 1),
        (said(""), 1), ("<think>x</think><answer>2</answer><answer>3</answer>", 0), (said("2") + "<|im_end|>", 6),
    ],
)  # fmt: skip
def test_other_responses(response, total):
    score = reward(response, LINE)
    assert score.total == total
    assert score.total == score.format + score.accuracy
    assert 0 <= score.share <= 1


def test_options_count():
    assert reward("2", LINE, Options(untagged=True)).correct
    assert reward(said("2"), LINE, Options(value=3, format=0.5)).total == 3.5


def test_a_choice_is_read_with_its_options():
    assert reward(said("B. 2"), CHOICE).correct
    assert reward(said("B. 3"), CHOICE).faults


def test_changes_score_as_before():
    for answer in ("2.color.cyan", "2.color.red", "3.shape.cube", "no change"):
        own, before = reward(said(answer), CHANGES), star_r1_reward(said(answer), CHANGES)
        assert isinstance(own, Score)
        assert (own.total, own.correct, own.share) == (before.total, before.correct, before.share)
        assert own.parts["values"] == before.values


def nested(depth=5000, within=lambda data: [data]):
    data = []
    for _ in range(depth):
        data = within(data)
    return data


STRANGE = [
    None, True, -1, 2.5, 10**5000, float("nan"), "", "A", "a", "x" * 500, [], [1, 2], ["a", "b"], ["a", 1], (1, 2), {},
    {1, 2}, {1: [[1, 1]]}, {"a": [[1, 1]]}, {"a": [[10**5000, 1]]}, [10**5000], nested(), {"a": nested()},
    nested(within=lambda data: {"a": data}), object(), [[None]], [{}],
]  # fmt: skip


def is_fine(question):
    """Whether a question has a right answer; anything else than a score or a UserError of one line fails."""
    fault, scores = "", []
    try:
        scores = [reward(said(text), question) for text in ("A x", "a, b", "{'a': [[1, 1]]}", "1", "2.color.cyan", "")]
    except UserError as error:
        fault = str(error)
    assert "\n" not in fault
    assert len(fault) < 400
    assert all(0 <= score.share <= 1 for score in scores)
    return not fault


@pytest.mark.parametrize("form", FORMS)
def test_any_data_of_a_stranger_has_a_score_or_is_no_right_answer(form):
    """Values, and what goes with them, of all types, depths and sizes."""
    found = [
        is_fine({"family": "f", "form": form, "value": value, key: other})
        for value in STRANGE for key in ("among", "options", "approximate") for other in STRANGE
    ]  # fmt: skip
    assert 0 < sum(found) < len(found) / 2


@pytest.mark.parametrize("key", ["index", "attribute", "value", "accepted", "objects", "looks", "alternatives", "form"])
def test_any_changes_of_a_stranger_have_a_score_or_are_no_right_answer(key):
    for other in (own for value in STRANGE for own in (value, [value], [[value]])):
        assert is_fine([*CHANGES]) is True
        is_fine([CHANGES[0] | {key: other}])
        is_fine({"changes": CHANGES, key: other})


@pytest.mark.parametrize("padding", [" ", "_", "."])
def test_a_long_value_is_not_taken_for_its_beginning(padding):
    for size in (1, 190, 196, 200, 5000):
        long = json.dumps(CHANGES[0] | {"value": f"cyan{padding * size}red"})
        assert not reward(said(long), CHANGES).correct
    assert reward(said(json.dumps(CHANGES[0] | {"value": "cyan" + " " * 300})), CHANGES).correct


@pytest.mark.parametrize(
    "question",
    [
        {"family": "counting"}, {"family": "counting", "truth": 3}, {"family": "x", "truth": {"form": "number"}},
        {"form": "number", "value": "2"}, {"form": "choice", "value": "A"}, '{"form": "sum", "value": 1}', "{" * 10000,
        {"family": "counting", "truth": {"form": [], "value": 1}},
    ],
)  # fmt: skip
def test_what_is_no_right_answer_is_named(question):
    with pytest.raises(UserError, match="is no right answer") as error:
        reward(said("2"), question)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300
