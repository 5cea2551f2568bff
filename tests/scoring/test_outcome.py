"""TRANCE's evaluation: outcomes of predicted changes."""

import dataclasses
import itertools
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tiny import SHIPPED, handmade, load, scene_line
from tvrgen.config import loader
from tvrgen.questions.forms.changes_reader import parse_answer
from tvrgen.sampling import sampler
from tvrgen.scoring.outcome import outcome_of, outcome_score
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

SPLIT = load().split("train")
SCENE = scene_line(handmade(load(), SPLIT, 0), SPLIT)
"""0: red cube, turns blue; 2: gray cylinder, leaves to the front; 1: small cyan sphere."""


def outcome(text: str):
    return outcome_score(parse_answer(text), SCENE, SPLIT)


@pytest.mark.parametrize(
    ("answer", "correct", "distance"),
    [
        ("0.color.blue, 2.position.front.1", True, 0),
        ("2.position.front_left.2, 0.color.blue", True, 0),  # any way off the stage, in any order
        ("0.color.blue, 2.position.front.2, 2.position.behind.1", False, 0),  # the second move is out of sight
        ("0.color.blue, 2.position.front.1, 2.position.front.1", False, 0),  # so is the same move, said twice
        ("2.position.front_left.1, 0.color.blue, 2.position.left.1", False, 0),
        ("0.color.gray, 0.color.blue, 2.position.front.1", True, 0),  # by a detour
        ("0.color.red, 0.color.blue, 2.position.front.1", True, 0),  # the first one changes nothing
        ("0.color.blue", False, 1),
        ("2.position.front.1", False, 1),
        ("no change", False, 2),
        ("0.color.blue, 2.position.behind.1", False, 1),
        ("0.color.green, 2.position.front.1", False, 1),
        ("0.color.blue, 2.position.front.1, 1.shape.cube, 1.size.large", False, 2),
        ("0.color.blue, 2.position.front.1, 1.position.left.1", False, 1),
    ],
)
def test_outcomes(answer, correct, distance):
    found = outcome(answer)
    assert (found.correct, found.distance, found.normalised) == (correct, distance, distance / 2)
    assert not found.invalid


def test_a_detour_through_another_object_is_loosely_correct():
    """Object 2 (20, 0) is led over object 0 (-10, -10) and back."""
    there = "2.position.behind.2, 2.position.behind_left.1"
    back = "2.position.front_right.1, 2.position.front.2"
    found = outcome(f"0.color.blue, {there}, {back}, 2.position.front.1")
    assert (found.loose, found.correct, found.overlap, found.out_of_field) == (True, False, True, False)


def test_leaving_the_field():
    """What ends outside the field is out of sight, and yet not where it should be."""
    found = outcome("0.color.blue, 2.position.front.1, 2.position.front.2")
    assert (found.loose, found.correct, found.distance, found.out_of_field) == (False, False, 1, True)


@pytest.mark.parametrize("more", ["9.color.red", "0.texture.red", "0.color.pink", "what?", "1.position.up.1"])
def test_what_the_problem_has_not_is_never_right(more):
    found = outcome(f"0.color.blue, 2.position.front.1, {more}")
    assert (found.loose, found.correct, found.distance, found.invalid) == (False, False, 0, 1)


@pytest.mark.rays
def test_an_object_that_disappears_is_out_of_sight_as_one_that_leaves_is():
    config = load(
        "sampling.kinds=[position,disappear]", "sampling.moves=[out]", "sampling.steps=1", "sampling.on_stage=[4, 6]",
        "splits.train.count=20",
    )  # fmt: skip
    split, said = config.split("train"), set()
    for k in range(8):
        planned = sampler.plan_problem(config, "train", k)
        scene = scene_line(planned, split)
        for way in planned.accepted[0]:
            assert outcome_score(parse_answer(str(way)), scene, split).correct, way
            said |= {(planned.problem.steps[0].kind, way.kind)}
    assert len(said) == 4


@pytest.mark.rays
@pytest.mark.parametrize("name", SHIPPED)
def test_the_truth_is_correct_and_so_is_every_accepted_value(name):
    config = loader.load(name)
    for split in config.splits.values():
        for index in range(min(4, split.count)):
            planned = sampler.plan_problem(config, split.name, index)
            scene = scene_line(planned, split)
            steps = [str(s) for s in planned.said]
            assert outcome_score(parse_answer(", ".join(steps) or "no change"), scene, split).correct
            for k, ways in enumerate(planned.accepted):
                for way in ways:
                    other = [*steps[:k], str(planned.as_said(way)), *steps[k + 1 :]]
                    orders = map(", ".join, itertools.permutations(other))  # what leaves last may lead where one was
                    assert any(outcome_score(parse_answer(order), scene, split).correct for order in orders)


@pytest.mark.rays
def test_where_an_object_came_from_is_not_seen():
    """It came behind_left.2 and went on front_left.2; the images show where it ends. Any way there will do."""
    config = loader.load("trance_view")
    split, planned = config.split("test"), sampler.plan_problem(config, "test", 43)
    scene = scene_line(planned, split)
    assert [s["value"] for s in scene["steps"] if s["object"] == 9] == ["behind_left.2", "front_left.2"]
    others = [f"{s['object']}.{s['kind']}.{s['value']}" for s in scene["steps"] if s["object"] != 9]
    grid, end = split.vocabulary.grid, planned.states[-1].objects[9].position
    ways = {
        value: split.vocabulary.displacement(value.split(".")[0], int(value.split(".")[1]))
        for value in split.values["position"]
    }
    right = 0
    for moves in [*((way,) for way in ways), *itertools.product(ways, repeat=2)]:
        places = [end]
        for move in reversed(moves):
            places.append(tuple(own - along for own, along in zip(places[-1], ways[move], strict=True)))
        said = [*others, *(f"9.position.{move}" for move in moves)]
        found = outcome_score(parse_answer(", ".join(said)), scene, split)
        could = not grid.on_stage(places[-1]) and all(map(grid.in_field, places))
        could = could and all(grid.on_stage(a) or grid.on_stage(b) for a, b in itertools.pairwise(places))
        assert found.correct <= could <= (found.correct or found.overlap), moves
        right += found.correct
    assert right > 20
    there_and_back = ["9.position.behind.2"] * 6 + ["9.position.front.2"] * 6 + ["9.position.right.2"]
    assert not outcome_score(parse_answer(", ".join([*others, *there_and_back])), scene, split).correct


def test_where_an_object_came_from_is_not_seen_either_if_it_changes_places_then():
    """Object 2 comes, by any way to where it was on stage, and changes places with object 0."""
    config = load("sampling.kinds=[color,position,swap]", "sampling.on_stage=[4,6]", "sampling.steps=2")
    split = config.split("train")
    initial = handmade(config, split, 0).problem.initial.replace(2, position=(10, -25))
    truth = (Step(objects=(2,), kind="position", value="right.1"), Step(objects=(0, 2), kind="swap"))
    final = replay.replay(initial, truth, split.kinds, split.vocabulary)[-1]
    right = {
        value
        for value in split.values["position"]
        if outcome_of((dataclasses.replace(truth[0], value=value), truth[1]), initial, final, 2, split).correct
    }
    assert {"right.1", "right.2", "front_right.1"} <= right
    assert not right & {"left.1", "left.2", "front.1", "behind.1"}


def trance(steps, scene, split):
    """(loosely correct, distance, normalised distance, overlap, out of the field) by the rules of TRANCE's evaluator.

    It changes a table of attributes, in which every object has a place. A place is visible, invisible or invalid, and
    equals another if both are visible and the same, or both invisible.
    """
    grid, words = split.vocabulary.grid, split.vocabulary
    rows = [dict(obj) for obj in scene["initial"]["objects"]]
    overlap = out = False

    def where(place):
        far = max(map(abs, place))
        return "visible" if far <= grid.stage else "invisible" if far <= grid.field else "invalid"

    for step in steps:
        row = rows[step.object]
        if step.kind == "position":
            direction, distance = step.value.split(".")
            move = words.displacement(direction, int(distance))
            row["position"] = [a + b for a, b in zip(row["position"], move, strict=True)]
            out |= where(row["position"]) == "invalid"
        else:
            row[step.kind] = step.value
        if step.kind in ("position", "size"):
            for other in rows:
                least = (words.sizes[row["size"]] + words.sizes[other["size"]]) / grid.unit + grid.gap
                overlap |= other is not row and math.dist(row["position"], other["position"]) + 1e-3 < least
    distance = 0
    for row, true in zip(rows, scene["final"]["objects"], strict=True):
        distance += sum(row[name] != true[name] for name in ("shape", "size", "color", "material"))
        found, due = where(row["position"]), where(true["position"])
        alike = row["position"] == list(true["position"]) if due == "visible" else found == "invisible"
        distance += not alike
    return not distance, distance, distance / len(scene["steps"]), overlap, out


_KNOWN = st.one_of(
    *(
        st.builds(Step, objects=st.tuples(st.integers(0, 2)), kind=st.just(kind), value=st.sampled_from(values))
        for kind, values in SPLIT.values.items()
    )
)


@given(st.lists(_KNOWN, max_size=8))
@example([Step(objects=(2,), kind="position", value=value) for value in ("front.1", "front.2")])
@example([Step(objects=(0,), kind="color", value="blue"), Step(objects=(2,), kind="position", value="front.2")])
def test_outcomes_are_those_of_trances_evaluator(steps):
    """Of a problem in which none enters: TRANCE's input tells where objects enter from, and no image does."""
    found = outcome(", ".join(map(str, steps)) or "no change")
    loose, distance, normalised, overlap, out = trance(steps, SCENE, SPLIT)
    assert (found.loose, found.distance, found.normalised) == (loose, distance, normalised)
    assert (found.overlap, found.out_of_field) == (overlap, out)
    assert found.correct == (loose and not overlap and not out and not found.out_of_sight)


_CHANGE = st.tuples(
    st.integers(0, 3), st.sampled_from([*SPLIT.kinds, "x"]), st.sampled_from(["red", "cube", "front.1", "left.2", "?"])
)


@given(st.lists(_CHANGE, max_size=12))
def test_any_changes_have_an_outcome(changes):
    found = outcome(", ".join(f"{i}.{k}.{v}" for i, k, v in changes))
    assert found.loose >= found.correct
    assert found.distance >= 0
