"""Blind guesses: what words tell is learned, and nothing else can be."""

import math
import random

import pytest

from tvrgen.scoring.blind import Blind, answers, wording


def choice(options, right, level="a.1"):
    line = {"family": "f", "answer_form": "choice", "level": level, "options": options, "truth": {"form": "choice"}}
    return line | {"answer": "ABCD"[options.index(right)]}


def test_an_option_that_is_right_more_often_is_guessed_wherever_it_stands():
    draw = random.Random(0)
    seen = []
    for _ in range(200):
        options = draw.sample(["red", "blue", "gray"], 3)
        seen.append(choice(options, "red" if draw.random() < 0.5 else draw.choice(options)))
    blind = Blind(seen)
    assert blind.guess(choice(["blue", "red", "gray"], "gray")) == "B"
    assert blind.guess(choice(["red", "blue", "gray"], "gray")) == "A"


def test_a_place_that_is_right_more_often_is_guessed_where_no_text_is_known():
    draw = random.Random(0)
    seen = [choice([f"x{k}", f"y{k}", f"z{k}"], f"{draw.choice('yyz')}{k}") for k in range(60)]
    assert Blind(seen).guess(choice(["p", "q", "r"], "p")) == "B"


NAMES = [
    f"{color} {shape}"
    for color in ("red", "blue", "green", "cyan", "gray", "brown")
    for shape in ("cube", "ball", "cone")
]
WAYS = {
    "the first one listed": lambda draw, listed: listed[0],
    "the last one listed": lambda draw, listed: listed[-1],
    "the one with a text": lambda draw, listed: min(listed, key=NAMES.index),
    "any": lambda draw, listed: draw.choice(listed),
}


def share_right(right, form, count=3, questions=600):
    """The share of questions that a guesser gets right after as many others, whose answers `right` draws."""
    draw = random.Random(0)

    def asked():
        listed = draw.sample(NAMES, count)
        own = right(draw, listed)
        line = {"family": "f", "answer_form": form, "level": ""}
        if form == "choice":
            return line | {"options": listed, "truth": {}, "answer": "ABCD"[listed.index(own)]}
        if form == "sequence":
            answer = ", ".join([own, *draw.sample([name for name in listed if name != own], count - 1)])
            return line | {"truth": {"among": listed}, "answer": answer}
        return line | {"truth": {"among": listed}, "answer": own}

    blind = Blind([asked() for _ in range(questions)])
    lines = [asked() for _ in range(questions)]
    return sum(blind.guess(line) == line["answer"] for line in lines) / questions


@pytest.mark.parametrize("form", ["choice", "word"])
@pytest.mark.parametrize("way", WAYS)
def test_leaks_by_text_and_by_place_are_found(way, form):
    share = share_right(WAYS[way], form)
    assert (abs(share - 1 / 3) < 0.06) if way == "any" else share > 0.9


def test_a_leak_by_both_is_found():
    """One text is right wherever it is listed; without it, the first one is."""
    share = share_right(lambda draw, listed: NAMES[0] if NAMES[0] in listed else listed[0], "word", questions=2000)
    assert share > 0.9


@pytest.mark.parametrize("count", [3, 4])
def test_orders_are_guessed_by_the_places_of_their_names(count):
    """The first one of an order leaves the others."""
    known, unknown = (share_right(WAYS[way], "sequence", count) for way in ("the first one listed", "any"))
    others = math.factorial(count - 1)
    assert abs(known - 1 / others) < 0.08
    assert abs(unknown - 1 / others / count) < 0.06


def test_a_guess_depends_on_the_questions_seen_alone():
    seen = [choice([f"x{k}", f"y{k}", f"z{k}"], f"{'xyyz'[k % 4]}{k}") for k in range(60)]
    lines = [choice([f"x{k}", f"y{k}", f"z{k}"], f"x{k}") for k in range(60)]
    assert len({tuple(map(Blind(seen).guess, lines)) for _ in range(3)}) == 1
    assert Blind([]).guess(lines[0]) == "A"


def test_words_that_questions_list_count_as_options_do():
    line = {"family": "f", "answer_form": "word", "truth": {"form": "word", "among": ["left", "right"]}}
    assert Blind([line | {"answer": "right"}] * 5).guess(line) == "right"
    assert answers(line) == [("left", "left"), ("right", "right")]


def test_the_most_frequent_number_of_each_wording_is_guessed():
    line = {"family": "counting", "answer_form": "number"}
    seen = [
        line | {"level": f"{told}.{n}", "answer": str(n)}
        for told, n in [("color", 0), ("color", 0), ("color", 2), ("shape", 3)]
    ]
    blind = Blind(seen)
    assert blind.guess(line | {"level": "color.1"}) == "0"
    assert blind.guess(line | {"level": "shape.1"}) == "3"
    assert blind.guess(line | {"level": "size.1"}) == "no change"
    assert wording(line | {"level": "size.1"}) == ("counting", "number", "size")
    assert wording(line | {"level": "image.first.larger"}) == ("counting", "number", "image")
    assert wording(line | {"level": "none"}) == wording(line) == ("counting", "number", "")
