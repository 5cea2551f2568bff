"""Second right answers: what the sampler draws has none, and the search finds those of what it would not draw."""

import dataclasses

import pytest

from tests.tiny import handmade, load
from tvrgen.config import loader
from tvrgen.sampling import sampler
from tvrgen.scoring.second_answers import second_answers
from tvrgen.transformations import replay
from tvrgen.transformations.base import Step

FEW = {
    "sampling.objects": [3, 5],
    "sampling.on_stage": [1, 4],
    "sampling.steps": [1, 2],
    "sampling.only": {
        "color": ["red", "blue"],
        "shape": ["cube", "sphere"],
        "size": ["small", "medium"],
        "material": ["rubber", "glass"],
    },
    "splits.train.count": 10_000,
}
"""Small scenes of few looks, where much could have become much: 6 of 150 had a second answer before it was a rule."""

SCENES = {
    "few looks": FEW,
    "repeated": {**FEW, "sampling.repeat": True},
    "twins": {**FEW, "sampling.kinds": ["color", "position"], "sampling.twins": True, "sampling.repeat": True},
}


@pytest.mark.rays
@pytest.mark.parametrize("name", SCENES)
def test_no_problem_has_a_second_answer_as_short_as_its_own(name):
    config = loader.load("quickstart", SCENES[name])
    split = config.split("train")
    for index in range(60, 130):
        planned = sampler.plan_problem(config, "train", index)
        assert not list(second_answers(planned, split)), index


SMALL = {
    **FEW,
    "sampling.objects": 3,
    "sampling.on_stage": "all",
    "vocabulary": {"distances": [1, 2], "grid": {"stage": 10, "field": 20, "move": 5, "gap": 0, "unit": 0.15}},
}
OUT_AND_IN = {**SMALL, "sampling.on_stage": [2, 3], "sampling.moves": ["inner", "out", "in"]}
INNER = {**SMALL, "sampling.moves": ["inner"]}
MIXTURES = {
    "replace": ({**SMALL, "sampling.kinds": ["color", "material", "replace"]}, "alternatives"),
    "recolor_like": ({**SMALL, "sampling.kinds": ["color", "recolor_like"]}, "ways"),
    "swap": ({**INNER, "sampling.kinds": ["position", "swap"]}, ""),
    "appear and disappear": ({**OUT_AND_IN, "sampling.kinds": ["position", "appear", "disappear"]}, "ways"),
    "next_to": ({**INNER, "sampling.kinds": ["position", "next_to"]}, ""),
    "one for another": (
        {
            **SMALL,
            "sampling.objects": 2,
            "sampling.steps": 2,
            "sampling.kinds": ["color", "material", "appear", "disappear"],
        },
        "",
    ),
}
"""Kinds that do what others do, and whether they are said in other ways, or have other answers, in some problem."""


@pytest.mark.rays
@pytest.mark.parametrize("name", MIXTURES)
def test_where_kinds_do_the_same_every_right_answer_is_accepted(name):
    overrides, there = MIXTURES[name]
    config = loader.load("quickstart", overrides)
    split = config.split("train")
    found = set()
    for index in range(12):
        planned = sampler.plan_problem(config, "train", index)
        assert not list(second_answers(planned, split)), index
        said_by_others = any(way.kind != ways[0].kind for ways in planned.accepted for way in ways)
        found |= {"ways"} if said_by_others else set()
        found |= {"alternatives"} if planned.alternatives else set()
    assert not there or there in found


@pytest.mark.full
@pytest.mark.rays
@pytest.mark.parametrize("name", list(MIXTURES))
def test_where_kinds_do_the_same_no_problem_of_many_has_a_second_answer(name):
    config = loader.load("quickstart", MIXTURES[name][0])
    for index in range(12, 100):
        planned = sampler.plan_problem(config, "train", index)
        assert not list(second_answers(planned, config.split("train"))), index


@pytest.mark.full
@pytest.mark.rays
@pytest.mark.parametrize("name", ["trance_basic", "trance_event", "trance_view"])
def test_no_problem_of_a_ready_config_has_a_second_answer(name):
    config = loader.load(name)
    split = config.split("train")
    for index in range(200):
        planned = sampler.plan_problem(config, "train", index)
        if len(planned.problem.steps) <= 2:
            assert not list(second_answers(planned, split)), index


def test_one_that_came_in_place_of_one_that_changed_is_found():
    config = load("sampling.repeat=true")
    split = config.split("train")
    initial = handmade(config, split, 0, off_stage=1).problem.initial.replace(3, color="green")
    steps = (Step(objects=(0,), kind="color", value="green"),)
    problem = dataclasses.replace(handmade(config, split, 0).problem, initial=initial, steps=steps)
    states = replay.replay(initial, steps, split.kinds, split.vocabulary)
    planned = sampler.completed(problem, states, (), split)
    assert not list(second_answers(planned, split))
    found = list(second_answers(planned, split, 2))
    assert {step.kind for answer in found for step in answer} == {"position"}
    assert {step.object for answer in found for step in answer} == {0, 3}
