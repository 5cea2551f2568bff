"""The family "what changed?": what a question about a planned problem holds."""

import pytest

from tests import tiny
from tests.tiny import handmade, load
from tvrgen.questions.forms.changes_reader import parse_answer

CONFIG = load()
SPLIT = CONFIG.split("train")


def ask(view="left", split=SPLIT, seed=0):
    return tiny.ask(handmade(CONFIG, split, 0), view, split, seed)


def test_a_question():
    question = ask()
    assert question["answer"] == "0.color.blue, 2.position.front.1"
    assert question["answer_form"] == "triplet"
    assert question["changes"] == [
        {"objects": [0], "index": 0, "attribute": "color", "value": "blue", "accepted": ["blue"]},
        {
            "objects": [2],
            "index": 2,
            "attribute": "position",
            "value": "front.1",
            "accepted": ["front.1", "front.2", "front_left.1", "front_left.2", "front_right.1", "front_right.2"],
        },
    ]
    assert question["initial_objects"][1] == {
        "index": 1, "shape": "sphere", "size": "small", "color": "cyan", "material": "glass", "on_stage": True,
    }  # fmt: skip
    assert question["difficulty"].parts["steps"] == 0.3333
    assert not question["rationale"]
    assert "0: large red rubber cube\n1: small cyan glass sphere\n2: medium gray metal cylinder" in question["prompt"]


def test_views_differ_in_difficulty_and_phrasing_alone():
    left, center = ask("left"), ask("center")
    assert all(left[name] == center[name] for name in ("answer", "changes", "initial_objects"))
    assert left["difficulty"] != center["difficulty"]


def test_phrasings_follow_from_the_seed():
    assert ask() == ask()
    assert len({ask(seed=seed)["prompt"] for seed in range(12)}) > 1


@pytest.mark.parametrize(("rationale", "located"), [("none", 0), ("short", 2), ("full", 3)])
def test_rationales(rationale, located):
    split = load(f"question.rationale={rationale}").split("train")
    assert sum(sentence.does == "locate" for sentence in ask(split=split)["rationale"]) == located


def test_answers_by_description_name_objects_by_their_looks():
    split = load("question.prompt=no_objects", "sampling.moves=[inner, out]").split("train")
    question = ask(split=split)
    assert question["answer"] == "large red rubber cube.color.blue, medium gray metal cylinder.position.front.1"
    looks = [o.looks for o in handmade(CONFIG, split, 0).problem.initial.objects]
    assert [step.object for step in parse_answer(question["answer"], looks).steps] == [0, 2]
    assert "0:" not in question["prompt"]


def test_twins_are_told_apart_by_where_they_are():
    split = load("sampling.twins=true").split("train")
    # the box (1, 2, 9, 12) in an image of 80 x 60 pixels: its middle is (5, 7)
    assert (
        "0: large red rubber cube, 6 % from the left and 12 % from the top of the first image\n"
        in ask(split=split)["prompt"]
    )
