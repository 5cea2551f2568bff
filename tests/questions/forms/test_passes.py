"""Passes over the text of an answer: what each of them removes."""

import pytest

from tvrgen.questions.forms import passes


@pytest.mark.parametrize(
    ("text", "due"),
    [
        (" 2.COLOR.Cyan\n", "2.color.cyan"),
        ("\uff12.color.cyan", "2.color.cyan"),  # a full-width digit
        ("2.position.front\u2013left.1", "2.position.front-left.1"),
        ("\u200b2.color.cyan\ufeff", "2.color.cyan"),
        ("```json\n[1]\n```", "[1]"),
        (r"$\boxed{\text{2.color.cyan}}$", "{2.color.cyan}"),
        ("| index | attribute | value |\n|---|---|---|\n| 2 | color | cyan |", "2 | color | cyan"),
        ("So the final answer is: 2.color.cyan", "2.color.cyan"),
        ("The changes are 2.color.cyan", "2.color.cyan"),
        ("the answer", "the answer"),
        ("", ""),
    ],
)
def test_markup(text, due):
    assert passes.run(text, passes.MARKUP) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("**2.'color'.\"cyan\"**", "2.color.cyan"),
        ("1. 2.color.cyan\n- 3.color.red", "2.color.cyan\n3.color.red"),
        ("1. cyan", "1. cyan"),  # no change follows
    ],
)
def test_answers_by_indices(text, due):
    assert passes.run(text, passes.INDEXED) == due


def test_answers_by_descriptions():
    assert passes.run("1. 'red' cube.color.cyan\n\u2022 gray cube.size.large", passes.DESCRIBED) == (
        "red cube.color.cyan\ngray cube.size.large"
    )


def test_passes_are_run_in_their_order():
    assert passes.run("a", (lambda text: text + "b", str.upper, lambda text: text + "c")) == "ABc"
