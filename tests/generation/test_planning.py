"""Ranges of problems; records of many problems are tested with the command and the sampler."""

import pytest

import tvrgen
from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.generation.planning import plan, ranges

CONFIG = load("splits={train: {count: 5}, test: {count: 3}}")


@pytest.mark.rays
@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [("train", 0, 5), ("test", 0, 3)]),
        ({"split": "train"}, [("train", 0, 5)]),
        ({"start": 2}, [("train", 2, 5), ("test", 2, 3)]),
        ({"start": 1, "count": 2}, [("train", 1, 3), ("test", 1, 3)]),
        ({"split": "train", "count": 100}, [("train", 0, 5)]),
    ],
)
def test_a_range_is_within_its_split(options, found):
    assert ranges(CONFIG, **options) == found


@pytest.mark.rays
def test_a_start_behind_the_end_is_refused():
    with pytest.raises(UserError, match="start=3: split test ends at problem 2"):
        ranges(CONFIG, start=3)


@pytest.mark.rays
@pytest.mark.parametrize("config", ["quickstart", tvrgen.load("quickstart")], ids=["name", "config"])
def test_plan_takes_a_config_or_its_name(config):
    assert plan(config, "train", 7).problem.id == "train-000007"


@pytest.mark.parametrize("index", [-1, 5, 99])
def test_plan_refuses_an_index_outside_the_split(index):
    with pytest.raises(UserError, match=f"index={index}: the problems of split train are 0 to 4"):
        plan(CONFIG, "train", index)
