"""Answers that are names in an order: what is read, what is a fault, and the share of pairs in the right order."""

import itertools

import pytest

from tvrgen.questions.forms.registry import FORMS
from tvrgen.questions.forms.sequence import tau

NAMES = ["red cube", "sphere", "small cyan thing"]
TRUTH = {"form": "sequence", "value": NAMES, "among": sorted(NAMES)}
FORM = FORMS["sequence"]


@pytest.mark.parametrize(
    "text",
    [
        "red cube, sphere, small cyan thing",
        "The red cube, the sphere, the small cyan thing.",
        "Red Cube,Sphere,Small Cyan Thing",
        "red cube, sphere, and small cyan thing",
        "red cube, sphere and the small cyan thing",
        "red cube, then sphere, then small cyan thing",
        "red cube; sphere; small_cyan_thing",
        "red cube -> sphere -> small cyan thing",
        "red cube → sphere → small cyan thing",
        "red cube < sphere < small cyan thing",
        "red cube\nsphere\nsmall cyan thing\n",
        "1. red cube\n2. sphere\n3. small cyan thing",
        "1) red cube, 2) sphere, 3) small cyan thing",
        "(1) red cube\n\n(2) **sphere**\n(3) small cyan thing",
        "- red cube\n- sphere\n- small cyan thing",
        '["red cube", "sphere", "small cyan thing"]',
        "['red cube', 'sphere', 'small cyan thing']",
        "(red cube, sphere, small cyan thing)",
        "`red cube, sphere, small cyan thing`",
    ],
)
def test_ways_to_write_an_order(text):
    assert FORM.judge(text, TRUTH) == (1.0, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "red cube",
        "red cube, sphere",
        "red cube, sphere, sphere",
        "red cube, sphere, small cyan thing, sphere",
        "red cube, sphere, cyan thing",
        "red cube sphere small cyan thing",
        "the order is red cube, sphere, small cyan thing",
        "red cube, sphere, small cyan thing or sphere, red cube, small cyan thing",
        "not red cube, sphere, small cyan thing",
        "1, 2, 3",
        "A",
        "[[red cube, sphere, small cyan thing], 1]",
        "red cube, sphere, small cyan thing" + " " * 6000 + "x",
        "red cube and sphere and small cyan thing",
    ],
)
def test_what_does_not_have_each_name_once_is_a_fault(text):
    share, fault = FORM.judge(text, TRUTH)
    assert share == 0
    assert fault.endswith("does not have each of the names once")


def test_the_share_is_kendalls_tau_where_it_is_above_0():
    shares = [FORM.judge(", ".join(order), TRUTH).share for order in itertools.permutations(NAMES)]
    assert sorted(shares) == pytest.approx([0, 0, 0, 1 / 3, 1 / 3, 1])
    assert shares[0] == 1


@pytest.mark.parametrize("count", range(2, 6))
def test_tau_counts_pairs(count):
    """Each exchange of neighbours makes one pair wrong; all orders together are as often right as wrong."""
    orders = [*itertools.permutations(range(count))]
    pairs = count * (count - 1) // 2
    assert sum(map(tau, orders)) == pytest.approx(0)
    assert (tau(orders[0]), tau(orders[-1])) == (1, -1)
    for k in range(count - 1):
        order = [*range(count)]
        order[k : k + 2] = k + 1, k
        assert tau(order) == pytest.approx(1 - 2 / pairs)


def test_names_that_hold_others_are_told_apart():
    truth = {"value": ["cube", "red cube", "black and white cube"]}
    assert FORM.judge("cube, red cube, black and white cube", truth) == (1.0, "")
    assert FORM.judge("cube, red cube and black and white cube", truth) == (1.0, "")
    assert FORM.judge("red cube, cube and black and white cube", truth).share == pytest.approx(1 / 3)


def test_a_guess_has_each_name_once():
    drawn = {FORM.guess(TRUTH, lambda n, k=k: k % n) for k in range(6)}
    assert len(drawn) > 2
    assert all(FORM.judge(text, TRUTH).fault == "" for text in drawn)


@pytest.mark.parametrize(
    ("truth", "due"),
    [
        ({"value": "red cube"}, "value"),
        ({"value": []}, "value"),
        ({"value": ["a"]}, "value"),
        ({"value": ["a", 1]}, "value"),
        ({"value": ["a", "the A"]}, "twice"),
        ({"value": ["a", "b"], "among": ["a", "c"]}, "among"),
        ({"value": ["a", "b"], "among": "ab"}, "among"),
        ({"value": ["a", "b"], "among": ["b", "a"]}, ""),
        ({"value": ["a", "b"]}, ""),
    ],
)
def test_faults_of_a_truth(truth, due):
    assert due in FORM.fault(truth)
    assert bool(due) == bool(FORM.fault(truth))


@pytest.mark.parametrize(
    "piece", [" ", ", ", "and ", "red cube, ", "red cube and ", "1. ", "- ", "->", "[", "(1) ", "_"]
)
def test_long_texts_are_not_read(piece):
    """What is longer than any answer is a fault, whatever it says; a shorter one is read."""
    for size in (1_000_000, 4_900):
        assert FORM.judge(piece * (size // len(piece)), TRUTH).share == 0
    assert FORM.judge("red cube, sphere, small cyan thing" + " " * 4_900, TRUTH).share == 1
    assert FORM.judge("red cube, sphere, small cyan thing" + " " * 5_000, TRUTH).share == 0
