"""STAR-R1's reward: its table, its open points, and what holds for every response."""

import dataclasses
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import tiny
from tests.scoring.rewarded import TRUTH, accuracy, tagged
from tests.tiny import ROOT, load
from tvrgen.questions.forms import changes_text
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.sampling import sampler
from tvrgen.scoring import Options, star_r1_reward, truth_of
from tvrgen.scoring.options import STAR_R1
from tvrgen.scoring.star_r1 import answer_in, read_response, right_kinds
from tvrgen.transformations.registry import BUILT_IN


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


def test_what_is_accepted_for_one_change_is_not_right_twice():
    """Two accepted ways said together earn no more than one of them said twice, and are not correct."""
    truth = [
        {"index": 0, "attribute": "position", "value": "front.1", "accepted": ["front.1", "left.1"]},
        {"index": 0, "attribute": "color", "value": "cyan"},
    ]
    for options in ({}, {"reuse": True}, {"duplicates": "ignore"}):
        for said in ("0.position.front.1, 0.position.left.1", "0.position.front.1, 0.position.front.1"):
            assert accuracy(said, truth, **options) == 4
            assert not star_r1_reward(tagged(f"{said}, 0.color.cyan"), truth, Options(**options)).correct
    assert accuracy("0.position.front.1, 0.color.cyan, 0.color.cyan", truth, duplicates="ignore") == 10


PAIRS = [
    {
        "objects": [2, 5],
        "attribute": "swap",
        "value": "",
        "accepted": [{"objects": [2, 5], "value": ""}, {"objects": [5, 2], "value": ""}],
    },
    {
        "objects": [3, 4],
        "attribute": "next_to",
        "value": "left",
        "accepted": [{"objects": [3, 4], "value": "left"}, {"objects": [3, 1], "value": "right"}],
    },
    {"index": 6, "objects": [6], "attribute": "disappear", "value": "", "accepted": [""]},
    {"objects": [], "attribute": "appear", "value": "small_red_metal_cube"},
]
"""A true change of each shape."""


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("2+5.swap, 3+4.next_to.left, 6.disappear, new.appear.small_red_metal_cube", 20),
        ("new.appear.small_red_metal_cube, 6.disappear, 3+1.next_to.right, 5+2.swap", 20),
        ("2+5.swap, 3+4.next_to.right, 6.disappear, new.appear.large_red_metal_cube", 5 + 1.5 + 5 + 1.5),
        ("2+5.swap, 4+3.next_to.left", 5 + 1.5 - 2),  # the order counts
        ("2+4.swap, 2.color.red, 6.color.red, 4+6.swap", 0.5 - 1 + 0.5 + 0.5),  # one to one
        ("2+0.swap, 3.position.left.1", 0.5 + 0.5 - 2),
        ("0+1+2+3+4+5.swap", -1 - 3),  # half of the objects have to be right
        ("2+5.swap, 5+2.swap", 5 - 1 - 2),
        ("3+4.next_to.left, 3+1.next_to.right", 5 - 1 - 2),
        ("2+5.swap.left", 1.5 - 3),
        ("new.appear", -1 - 3),
    ],
)
def test_changes_of_any_number_of_objects(answer, earned):
    assert accuracy(answer, PAIRS) == pytest.approx(earned)
    assert star_r1_reward(tagged(answer), PAIRS).correct == (earned == 20)


BY_OTHERS = [
    {
        "index": 2,
        "objects": [2],
        "attribute": "color",
        "value": "red",
        "accepted": ["red", {"objects": [2, 5], "attribute": "recolor_like", "value": ""}],
    },
    {"index": 3, "attribute": "disappear", "value": "", "accepted": ["", {
        "objects": [3], "attribute": "position", "value": "left.3"
    }]},
    {"index": 5, "attribute": "shape", "value": "cube"},
    {"objects": [], "attribute": "appear", "value": "small_red_metal_cube", "accepted": [
        {"objects": [], "value": "small_red_metal_cube"}, {"objects": [4], "attribute": "position", "value": "left.1"}
    ]},
]  # fmt: skip
"""True changes that can also be said by another kind."""


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("2.color.red, 3.disappear, 5.shape.cube, new.appear.small_red_metal_cube", 20),
        ("4.position.left.1, 3.position.left.3, 2+5.recolor_like, 5.shape.cube", 20),
        ("2+4.recolor_like, 3.position.left.2, 5.size.small, 4.position.left.2", 0.5 + 1.5 + 0.5 + 1.5),
        ("2.color.blue, 2+5.recolor_like, 3.disappear, 5.shape.cube", 15 - 1),  # the same change twice
        ("2.color.red, 3.disappear, 3.position.left.3, 5.shape.cube", 15 - 1),
    ],
)
def test_changes_said_by_another_kind(answer, earned):
    assert accuracy(answer, BY_OTHERS) == pytest.approx(earned)
    assert star_r1_reward(tagged(answer), BY_OTHERS).correct == (earned == 20)


def test_an_accuracy_by_kind_counts_changes_said_by_another():
    truth = truth_of(BY_OTHERS)
    said = "4.position.left.1, 3.position.left.3, 2+5.recolor_like, 5.shape.ball"
    assert right_kinds(parse_answer(said, (), truth.arities), truth) == {
        "appear": True, "color": True, "disappear": True, "shape": False
    }  # fmt: skip


def test_another_way_to_say_a_change_keeps_the_order_of_what_it_names():
    """2 takes the place of 5 before 5 goes elsewhere."""
    swap = {"objects": [2, 5], "attribute": "swap", "value": ""}
    truth = [
        {"index": 2, "attribute": "position", "value": "left.1", "accepted": ["left.1", swap]},
        {"index": 5, "attribute": "position", "value": "front.1"},
    ]
    for said, right in (
        ("2.position.left.1, 5.position.front.1", True),
        ("5.position.front.1, 2.position.left.1", True),
        ("2+5.swap, 5.position.front.1", True),
        ("5.position.front.1, 2+5.swap", "swap" not in BUILT_IN),
    ):
        assert star_r1_reward(tagged(said), truth).correct == right


def test_matching_of_pairs_is_as_good_as_it_can_be():
    """Against all ways of pairing predictions with true changes, one to one."""
    said = [((a, b), kind) for kind in ("swap", "join") for a, b in ((0, 1), (1, 2), (0, 2))]
    truth = [((0, 1), "swap"), ((1, 2), "swap"), ((0, 1), "join")]
    lines = [{"objects": [*objects], "attribute": kind, "value": ""} for objects, kind in truth]

    def worth(one, true):
        return 5.0 if one == true else 1.5 if one[1] == true[1] and one[0] == true[0] else 0.5

    for count in (1, 2, 3):
        for chosen in itertools.combinations(said, count):
            order = itertools.permutations(truth, count)
            best = max(sum(map(worth, chosen, own)) for own in order) - (3 - count)
            answer = ", ".join(f"{a}+{b}.{kind}" for (a, b), kind in chosen)
            assert accuracy(answer, lines) == pytest.approx(best)


def test_changes_that_share_an_object_come_in_their_order():
    truth = [{"objects": [a, b], "attribute": "swap", "value": ""} for a, b in ((0, 1), (1, 2), (3, 4))]
    assert star_r1_reward(tagged("3+4.swap, 0+1.swap, 1+2.swap"), truth).correct
    reward = star_r1_reward(tagged("1+2.swap, 0+1.swap, 3+4.swap"), truth)
    assert (reward.total, reward.values, reward.attributes, reward.correct) == (16 - 3.5, 2, 1, False)


REPLACED = {
    "changes": [
        {"index": 0, "attribute": "color", "value": "red"},
        {"index": 0, "attribute": "material", "value": "metal"},
        {"index": 1, "attribute": "size", "value": "large"},
    ],
    "alternatives": [
        [
            {"index": 0, "attribute": "replace", "value": "red_metal"},
            {"index": 1, "attribute": "size", "value": "large"},
        ],
        [
            {"index": 0, "attribute": name, "value": value}
            for name, value in (("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"))
        ],
    ],
}


@pytest.mark.parametrize(
    ("answer", "earned"),
    [
        ("0.color.red, 0.material.metal, 1.size.large", 15),
        ("0.replace.red_metal, 1.size.large", 15),
        ("0.a.x, 0.b.x, 0.c.x, 0.d.x", 15),
        ("0.a.x, 0.b.x", (10 * 3 / 4) - 2),
        ("0.replace.red_metal", 5 * 3 / 2 - 3 / 2),
        ("0.replace.red_metal, 0.color.red, 1.size.large", 15 - 3 / 2),
        ("0.color.red", 5 - 2),
        ("2.color.red, 3.color.red", -2 - 1),
        ("no change", -3),
    ],
)
def test_an_alternative_pays_as_the_true_changes_do(answer, earned):
    reward = star_r1_reward(tagged(answer), REPLACED)
    assert reward.accuracy == pytest.approx(earned)
    assert reward.best == 16
    assert reward.correct == (earned == 15)
    whole = dict.fromkeys(("color", "material", "size"), True)
    truth = truth_of(REPLACED)
    assert (right_kinds(answer_in(tagged(answer), truth, Options())[1], truth) == whole) == reward.correct


@pytest.mark.rays
@pytest.mark.parametrize("name", BUILT_IN)
def test_every_kind_pays_the_same_three_levels(name):
    """5 for objects, kind and value; 1.5 for objects and kind; 0.5 for an object; what has nothing right costs 1."""
    config = load(f"sampling.kinds=[{name}]", "sampling.objects=8", "sampling.on_stage=[4,6]", "sampling.steps=1")
    split, seen = config.split("train"), set()
    kind = split.kinds[name]
    for index in range(16):
        planned = sampler.plan_problem(config, "train", index)
        question = tiny.ask(planned, planned.problem.views[0], split, 0)
        truth = truth_of({"changes": question["changes"], "arities": question.get("arities")})
        (step,) = planned.said
        one, other, *_ = (k for k in range(8) if all(k not in way.objects for way in planned.accepted[0]))

        def earned(**change):
            return accuracy(changes_text.write([dataclasses.replace(step, **change)]), truth)  # noqa: B023

        assert earned() == 5
        if wrong := [value for value in split.values[name] if value not in {way.value for way in planned.accepted[0]}]:
            seen.add("value")
            assert earned(value=wrong[0]) == 1.5
        if kind.valued:
            assert earned(value="odd") == 1.5
        if len(step.objects) == 2:
            seen.add("pair")
            a, b = step.objects
            assert earned(objects=(b, a)) == (1.5 if kind.ordered else 5)
            assert {earned(objects=said) for said in ((a, one), (other, b), (a,), (a, b, one))} == {0.5}
            assert {earned(objects=said) for said in ((one, other), (one,), (a, one, other))} == {-1}
        elif step.objects:
            assert earned(objects=(*step.objects, one)) == 0.5
            assert {earned(objects=said) for said in ((one,), (one, other), (*step.objects, one, other))} == {-1}
        else:
            assert {earned(objects=said) for said in ((one,), (one, other))} == {-1}
        told = dataclasses.replace(step, objects=step.objects[:1] or (one,), kind="unheard_of", value="x")
        assert accuracy(changes_text.write([told]), truth) == (0.5 if step.objects else -1)
    assert seen == ({"value"} if kind.valued else set()) | ({"pair"} if kind.named == 2 else set())


def test_the_points_are_those_that_the_docs_print():
    text = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
    table = text.partition("## The reward\n")[2].partition("`Options` settles")[0]
    points = [float(value) for value in re.findall(r"\| (-?[0-9.]+) \|$", table, re.MULTILINE)]
    o = STAR_R1
    assert points == [o.format, o.value, o.attribute, o.index, o.wrong, o.missing]


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
    reward = star_r1_reward(tagged("0.color.cyan, 0.color.blue"), truth)
    assert (reward.accuracy, reward.correct) == (5 + 1.5, False)


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
