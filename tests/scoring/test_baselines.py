"""Baselines: what they answer, and what that scores."""

import pytest

from tests.scoring.data import means
from tvrgen.scoring.metrics import MEANS
from tvrgen.scoring.options import BASELINES
from tvrgen.scoring.summary import score


@pytest.mark.parametrize("name", BASELINES)
def test_baselines(dataset, name):
    figures = score(dataset, baseline=name)
    found = means(figures)
    assert figures["all"]["all"]["n"] == 18
    assert found.keys() == MEANS.keys()
    assert found["format"] == 1
    if name == "oracle":
        assert found["tacc"] == found["correct"] == found["loose"] == 1
        assert found["diff"] == found["ndiff"] == found["overlap"] == 0
        assert {kind: cell["accuracy"]["mean"] for kind, cell in figures["kind"].items()} == {"color": 1, "position": 1}
    if name == "random":
        assert found["overlap"] == found["out_of_field"] == 0
    if name == "no_change":
        assert found["tacc"] == 0
        assert (found["diff"], found["ndiff"], found["reward"]) == (2, 1, -1)
