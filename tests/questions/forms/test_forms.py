"""Forms of answers: what is read, what is right, and what a stranger's truth may not be."""

import pytest

from tvrgen.questions.forms.registry import FORMS

TRUTHS = {
    "number": {"value": 3},
    "word": {"value": "left", "among": ["left", "right"]},
    "choice": {"value": "B", "options": ["red", "blue", "green"]},
}

RIGHT = {
    "number": ["3", " 3 ", "3.", "three", "Three.", "3.0", "**3**", "+3", "3 m", "3 metres"],
    "word": ["left", "Left", "LEFT.", "'left'", "the left", "**left**", " left "],
    "choice": ["B", "b", "(B)", "B.", "B. blue", "B: Blue", "option B", "**B**", "[b]"],
}
WRONG = {
    "number": ["4", "0", "-3", "30", "2.9"],
    "word": ["right"],
    "choice": ["A", "c", "(C)", "A. red"],
}
UNREADABLE = {
    "number": ["", "3 or 4", "3, 4", "about 3", "a 3", "NaN", "inf", "3e1", "0x3", "3 apples", "1,200", "three four"],
    "word": ["", "left or right", "left right", "up", "to the left of it", "l"],
    "choice": ["", "blue", "B or C", "A and B", "B. red", "D. yellow", "K", "AB", "1"],
}
FAULTY = {
    "number": [{"value": value} for value in ("3", None, True, [3], 1e300, float("nan"))],
    "word": [
        {"value": 3}, {"value": "up", "among": ["left"]}, {"value": "a", "among": "abc"}, {"value": "a", "among": []},
        {"value": "a", "among": ["a", 1]},
    ],
    "choice": [
        {"value": "D", "options": ["a", "b"]}, {"value": "", "options": ["a", "b"]}, {"value": "A", "options": ["a"]},
        {"value": 0, "options": ["a", "b"]}, {"value": "AB", "options": ["a", "b"]}, {"value": "A"},
        {"value": "A", "options": [1, 2]},
    ],
}  # fmt: skip


PADDING = (" ", ".", "_", "-", "\n", "*", "'", "0", ",")
RIGHT_OF_ALL = {name: (FORMS[name], truth, FORMS[name].write(truth["value"])) for name, truth in TRUTHS.items()}
for name, value in (("sequence", ["a", "b", "c"]), ("map", {"red cube": [[3.5, 7.25]]})):
    RIGHT_OF_ALL[name] = (FORMS[name], {"value": value}, FORMS[name].write(value))


def pairs(table):
    return [(form, text) for form, texts in table.items() for text in texts]


@pytest.mark.parametrize(("form", "text"), pairs(RIGHT))
def test_right_answers(form, text):
    assert FORMS[form].judge(text, TRUTHS[form]) == (1.0, "")


@pytest.mark.parametrize(("form", "text"), pairs(WRONG))
def test_wrong_answers(form, text):
    assert FORMS[form].judge(text, TRUTHS[form]) == (0.0, "")


@pytest.mark.parametrize(("form", "text"), pairs(UNREADABLE))
def test_what_is_no_answer_of_the_form_has_a_fault(form, text):
    verdict = FORMS[form].judge(text, TRUTHS[form])
    assert verdict.share == 0
    assert verdict.fault
    assert "\n" not in verdict.fault


@pytest.mark.parametrize(("form", "truth"), pairs(FAULTY))
def test_faulty_truths_are_named(form, truth):
    assert FORMS[form].fault(truth)


@pytest.mark.parametrize(
    ("text", "value", "among"),
    [
        ("further to the left", "left", ["left", "right"]),
        ("It is behind.", "behind", ["front", "behind"]),
        ("in the front", "front", ["front", "behind"]),
        ("about 80 degrees", "80", ["20", "80"]),
        ("80", "80 degrees", ["20 degrees", "80 degrees"]),
        ("the second pair", "the second", ["the first", "the second"]),
        ("fifth", "the fifth image", ["the fourth image", "the fifth image"]),
        ("in", "in", ["in", "out"]),
        ("the", "the", ["the", "a"]),
    ],
)
def test_words_that_tell_nothing_may_stand_around_the_right_one(text, value, among):
    truth = {"value": value, "among": among}
    assert FORMS["word"].judge(text, truth) == (1.0, "")
    wrong = next(word for word in among if word != value)
    assert FORMS["word"].judge(text, {**truth, "value": wrong}) == (0.0, "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("padding", PADDING)
def test_no_answer_is_cut(form, padding):
    """What follows a right answer counts, however far behind it."""
    own, truth, right = RIGHT_OF_ALL[form]
    for size in (1, 15, 30, 195, 200, 201, 5_000, 20_000, 100_000):
        assert own.judge(f"{right}{padding * size}no, not that", truth).share < 1


@pytest.mark.parametrize("form", TRUTHS)
def test_a_form_writes_what_it_reads(form):
    own, truth = FORMS[form], TRUTHS[form]
    assert not own.fault(truth)
    assert own.judge(own.write(truth["value"]), truth) == (1.0, "")
    assert own.how(truth)
    assert {own.judge(own.guess(truth, lambda n, k=k: k % n), truth).fault for k in range(12)} == {""}


def test_an_approximate_number_earns_its_mean_relative_accuracy():
    truth = {"value": 5, "approximate": True}
    due = {"5": 1, "4.9": 1, "4.6": 0.9, "4": 0.7, "6": 0.7, "2.5": 0.1, "2.4": 0, "10": 0}
    assert {text: FORMS["number"].judge(text, truth).share for text in due} == due
