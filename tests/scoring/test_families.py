"""Scores of datasets with several families of questions: tables by family and level, and baselines."""

import pytest

from tests import asked
from tvrgen._support.errors import UserError
from tvrgen.scoring import summary
from tvrgen.scoring.options import BASELINES


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return asked.dataset(tmp_path_factory.mktemp("asked") / "data")


@pytest.mark.parametrize("baseline", BASELINES)
def test_each_family_has_a_row_in_figures_and_lines(root, baseline):
    figures = summary.score(root, baseline=baseline, trust=True)
    families = {"changes", *asked.OWN}
    assert figures["family"].keys() == families
    assert {name.partition(" ")[0] for name in figures["level"]} == {*asked.OWN}
    counts = {name: row["n"] for name, row in figures["family"].items()}
    for name in asked.OWN:
        own = [row["n"] for level, row in figures["level"].items() if level.startswith(f"{name} ")]
        assert sum(own) == counts[name]
    lines = [*summary.lines(figures)]
    assert all(any(line.startswith(f"family {name} ") for line in lines) for name in families)
    accuracies = [row["accuracy"]["mean"] for row in figures["family"].values()]
    assert min(accuracies) == 1 if baseline == "oracle" else min(accuracies) < 1
    if baseline == "no_change":
        assert max(row["share"]["mean"] for name, row in figures["family"].items() if name != "changes") == 0


def test_a_dataset_without_changes_has_no_table_of_them(tmp_path):
    root = asked.dataset(tmp_path / "data", f"questions=[{asked.QUESTIONS[1]}]")
    figures = summary.score(root, baseline="oracle", trust=True)
    assert figures["all"] == {}
    lines = [*summary.lines(figures)]
    assert not any(line.startswith("tacc") for line in lines)
    assert any(line.startswith("family numbers") for line in lines)


def test_predictions_of_one_family_alone_are_scored(root):
    some = {f"train-{k:06d}-left-numbers-0": asked.said("3") for k in range(3)}
    figures = summary.score(root, some, trust=True)
    assert figures["family"]["numbers"]["accuracy"]["mean"] < 1
    assert len([*summary.lines(figures)]) > 3


def test_either_predictions_or_a_baseline(root):
    with pytest.raises(UserError, match="either predictions or a baseline"):
        summary.score(root)
    with pytest.raises(UserError, match="did you mean 'oracle'"):
        summary.score(root, baseline="oracl")
