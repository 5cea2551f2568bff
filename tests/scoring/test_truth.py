"""The right answer, in every form in which datasets and trainers hold it."""

import json

import pytest

from tvrgen._support.errors import UserError
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.scene.attributes import BUILT_IN, LOOKS
from tvrgen.scene.model import Object
from tvrgen.scoring import ground_truth, star_r1_reward, truth_of

TRUTH = [
    {"index": 2, "attribute": "color", "value": "cyan", "accepted": ["cyan"]},
    {"index": 4, "attribute": "position", "value": "front.1", "accepted": ["front.1", "front.2"]},
]


def tagged(answer: str) -> str:
    return f"<think>so</think><answer>{answer}</answer>"


@pytest.mark.parametrize(
    "truth",
    [
        TRUTH,
        tuple(TRUTH),
        json.dumps(TRUTH),
        json.dumps({"changes": TRUTH}),
        {"changes": TRUTH},
        truth_of(TRUTH),
    ],
    ids=["list", "tuple", "json", "json object", "mapping", "truth"],
)
def test_truths_in_any_form(truth):
    reward = star_r1_reward(tagged("2.color.cyan, 4.position.front.2"), truth)
    assert reward.correct
    assert reward.total == reward.best == 11


def test_a_truth_as_text():
    assert star_r1_reward(tagged("2.color.cyan"), "2.color.cyan").correct
    assert star_r1_reward(tagged("no change"), "no change").correct
    assert star_r1_reward(tagged("2.color.cyan"), "change_color(2, 'cyan')").correct
    assert star_r1_reward(tagged("2.color.cyan"), '[[2, "color", "cyan"]]').correct


def test_a_truth_by_description():
    truth = {
        "changes": TRUTH[:1],
        "looks": [["large", "red", "metal", "cube"]] * 2 + [["small", "red", "glass", "cube"]],
    }
    assert star_r1_reward(tagged("small red glass cube.color.cyan"), truth).correct
    assert not star_r1_reward(tagged("2.color.cyan"), json.dumps(truth)).correct  # no prompt shows indices


@pytest.mark.parametrize(
    "truth",
    [
        None,
        3,
        [{"index": 1}],
        "what?",
        '[{"a": 1}]',
        [["2", "color", "cyan"]],
        {"changes": TRUTH, "alternatives": [[]]},
    ],
)
def test_a_truth_that_is_none_is_named(truth):
    with pytest.raises(UserError, match="is no right answer"):
        star_r1_reward("", truth)


def test_the_ground_truth_of_a_question_line():
    objects = [
        {"index": 0, "shape": "cube", "size": "large", "color": "red", "material": "metal", "on_stage": True},
        {"index": 1, "shape": "sphere", "size": "small", "color": "cyan", "material": "glass", "on_stage": False},
    ]
    line = {"changes": TRUTH, "answer_form": "triplet", "initial_objects": objects, "answer": "?"}
    assert ground_truth(line) == {"changes": TRUTH}
    described = {"changes": TRUTH, "looks": [["large", "red", "metal", "cube"], []]}
    assert ground_truth({**line, "answer_form": "description"}) == described
    assert truth_of({**line, "answer_form": "description"}) == truth_of(json.dumps(described)) == truth_of(described)


def test_records_that_name_objects_hold_the_same_truth():
    """`objects` is left out where it says no more than `index`, so that rows of such questions keep their bytes."""
    line = {"answer_form": "triplet", "initial_objects": [], "answer": "?"}
    named = [{"objects": [change["index"]], **change} for change in TRUTH]
    assert json.dumps(ground_truth({**line, "changes": named})) == json.dumps({"changes": TRUTH})
    assert truth_of(named) == truth_of(TRUTH)
    swap = {"objects": [2, 5], "attribute": "swap", "value": "", "accepted": [{"objects": [5, 2], "value": ""}]}
    several = {"changes": [swap], "alternatives": [named, [swap]]}
    assert ground_truth({**line, **several}) == {"changes": [swap], "alternatives": [TRUTH, [swap]]}
    truth = truth_of({**line, **several})
    assert truth == truth_of(json.dumps(ground_truth({**line, **several})))
    assert truth.changes[0][:3] == ((2, 5), "swap", {((5, 2), "swap", "")})
    assert truth.alternatives[0] == truth_of(TRUTH).changes


DECLARED = {"tip": {"objects": 1, "valued": False}, "swap": {"objects": 2, "valued": True}}


@pytest.mark.parametrize("form", ["line", "data", "text"])
def test_arities_of_users_kinds_are_known_where_the_right_answer_does_not_have_them(form):
    """A kind without a value, and one that has a built-in's name and another arity."""
    line = {"answer_form": "triplet", "initial_objects": [], "answer": "?", "changes": TRUTH, "arities": DECLARED}
    assert ground_truth(line) == {"changes": TRUTH, "arities": DECLARED}
    truth = truth_of({"line": line, "data": ground_truth(line), "text": json.dumps(ground_truth(line))}[form])
    answer = parse_answer("3.tip, 2.color.cyan, 1+2.swap.slow", truth.looks, truth.arities)
    assert not answer.faults
    assert [(s.objects, s.kind, s.value) for s in answer.steps] == [
        ((3,), "tip", ""),
        ((2,), "color", "cyan"),
        ((1, 2), "swap", "slow"),
    ]
    assert len(parse_answer("3.tip, 2.color.cyan", (), truth_of(TRUTH).arities).steps) == 1


@pytest.mark.parametrize("arities", [3, ["tip"], {"tip": 2}, {"tip": {}}, {"tip": {"objects": "x", "valued": True}}])
def test_wrong_arities_are_no_right_answer(arities):
    with pytest.raises(UserError, match="no right answer"):
        truth_of({"changes": TRUTH, "arities": arities})


def test_looks_are_in_the_order_of_objects_own():
    thing = Object(shape="cube", size="large", color="red", material="metal", position=(0, 0), rotation=0)
    assert thing.looks == tuple(getattr(thing, name) for name in LOOKS)
    assert set(LOOKS) == set(BUILT_IN)


def test_the_changes_of_a_truth():
    changes = [
        {"index": "2", "attribute": "Color", "value": "Grey"},
        {"index": 4, "attribute": "position", "value": "x", "accepted": ["Front-Left 1", "left.2"]},
        {"index": 4, "attribute": "shape", "value": "cube", "accepted": []},
    ]
    assert tuple(change[:3] for change in truth_of(changes).changes) == (
        ((2,), "color", {((2,), "color", "gray")}),
        ((4,), "position", {((4,), "position", "front_left_1"), ((4,), "position", "left_2")}),
        ((4,), "shape", {((4,), "shape", "cube")}),
    )
    assert truth_of(changes).looks == ()
