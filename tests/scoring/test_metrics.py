"""Metrics: groups of questions, means and intervals."""

import pytest

from tests.scoring.data import answered, means
from tvrgen.scoring.metrics import OBJECTS
from tvrgen.scoring.summary import score


def test_groups_and_intervals(dataset, tmp_path):
    """Right from the left only: the groups of views say so, and the whole lies between."""
    figures = score(
        dataset,
        answered(
            dataset,
            tmp_path / "p.jsonl",
            lambda k, line: f"<answer>{line['answer']}</answer>" if line["view"]["final"] == "left" else "0.color.blue",
        ),
    )
    assert means(figures, "view", "left")["tacc"] == 1
    assert means(figures, "view", "right")["tacc"] == 0
    assert means(figures)["tacc"] == pytest.approx(1 / 3, abs=1e-4)
    assert means(figures)["format"] == 0
    assert figures["kind"]["color"]["accuracy"]["mean"] == pytest.approx(1 / 3, abs=1e-4)
    for table in ("all", "split", "view", "objects", "steps"):
        assert sum(row["n"] for row in figures[table].values()) == 18
        for row in figures[table].values():
            assert all(c["low"] <= c["mean"] <= c["high"] for m, c in row.items() if m not in ("n", "scenes"))


def test_an_interval_is_as_wide_as_scenes_are_many(dataset, tmp_path):
    """Whole scenes are drawn: where all views of a scene fare alike, 18 questions say no more than 6 scenes."""
    half = score(
        dataset,
        answered(
            dataset, tmp_path / "p.jsonl", lambda k, line: "x" if k // 3 % 2 else f"<answer>{line['answer']}</answer>"
        ),
    )
    low, mean, high = (half["all"]["all"]["tacc"][k] for k in ("low", "mean", "high"))
    assert mean == 0.5
    assert 0.05 < low < 0.25 < 0.75 < high < 0.95  # of 6 fair coins


def test_what_never_fails_is_not_sure(dataset):
    """Six of six scenes: Wilson's interval, not one of no width."""
    cell = score(dataset, baseline="oracle")["all"]["all"]["tacc"]
    assert (cell["low"], cell["mean"], cell["high"]) == (pytest.approx(0.61, abs=0.001), 1, 1)


def test_naming_everything_finds_no_kind(dataset, tmp_path):
    everything = ", ".join(f"{k}.color.{c}" for k in range(3) for c in ("red", "blue", "green", "gray", "cyan"))
    path = answered(dataset, tmp_path / "p.jsonl", lambda k, line: f"<answer>{everything}, {line['answer']}</answer>")
    kinds = score(dataset, path)["kind"]
    assert kinds["color"]["accuracy"]["mean"] == 0
    assert kinds["position"]["accuracy"]["mean"] == 1


def test_the_groups_of_objects_are_star_r1s():
    assert list(OBJECTS)[:4] == ["1-3", "4-6", "7-8", "9-10"]
    assert [n for numbers in OBJECTS.values() for n in list(numbers)[:8]][:10] == list(range(1, 11))
