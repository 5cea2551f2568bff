"""What is counted of scene lines."""

import json
import tracemalloc
import weakref

import numpy as np
import pytest

from tests.dataset.report.made_up import line, lines, spoilt
from tests.tiny import load, scene_line
from tvrgen._support.rng import generator
from tvrgen.dataset.report import statistics
from tvrgen.dataset.report.page import as_data, sentences
from tvrgen.dataset.report.statistics import BadLine, chi_squares, collect


def check_sums(counted: statistics.Statistics, given: list[dict]) -> None:
    """Every table adds up to what the lines hold."""
    for split, problems in counted.problems.items():
        own = [x for x in given if x["split"] == split]
        steps = sum(len(x["steps"]) for x in own)
        objects = sum(len(x["initial"]["objects"]) for x in own)
        views = sum(len(x["visibility"]["final"]) for x in own)
        sums = {key: sum(table.counts[split].values()) for key, table in counted.tables.items()}
        assert problems == len(own)
        for key in ("objects", "visible", "steps", "attempt", "order_sensitive", "no_change"):
            assert sums[key] == problems, key
        assert sums["view"] == views
        assert {sums[key] for key in ("shape", "size", "color", "material")} == {objects}
        assert counted.positions[split][:, 3].sum() == objects
        assert sums["kind"] == sums["pair"] == steps
        assert sum(n for key, n in sums.items() if key.startswith("value.")) == steps
        ways = {key.removeprefix("roles.") for key in sums if key.startswith("roles.")}
        assert sum(sums[f"roles.{kind}"] for kind in ways) == sum(s["kind"] in ways for x in own for s in x["steps"])
        assert ways  # of moves, and of all kinds whose objects may end out of sight
        assert counted.grids["target"].counts[split].sum() == steps
        assert counted.grids["sequence"].counts[split].sum() == steps
        assert counted.grids["consecutive"].counts[split].sum() == sum(max(0, len(x["steps"]) - 1) for x in own)
        changed = [len({k for s in x["steps"] for k in s["objects"]}) for x in own]
        assert sums["fraction.initial"] == sums["pixels.initial"] == sum(changed)
        finals = [n * len(x["visibility"]["final"]) for n, x in zip(changed, own, strict=True)]
        assert sums["fraction.final"] == sums["pixels.final"] == sum(finals)


def test_counts_add_up():
    given = lines()
    check_sums(collect(given), given)


@pytest.mark.rays
def test_counts_of_planned_problems_add_up_and_are_balanced():
    from tvrgen.sampling import sampler

    config = load("splits.train.count=80")
    split = config.split("train")
    given = [scene_line(sampler.plan_problem(config, "train", k), split) for k in range(80)]
    counted = collect(given)
    check_sums(counted, given)
    said = sentences(counted)
    assert any("do not differ (20 each of 80 problems)" in text for text in said["steps"])
    for key in ("kind", *(k for k in counted.tables if k.startswith("value."))):
        numbers = counted.tables[key].counts["train"].values()
        assert max(numbers) - min(numbers) <= 1, key


def test_the_order_of_the_lines_does_not_matter():
    given = lines()
    shuffled = [given[k] for k in generator(0, "lines").permutation(len(given))]
    assert json.dumps(as_data(collect(given))) == json.dumps(as_data(collect(shuffled)))


def test_tables_hold_what_the_lines_say():
    counted = collect([line(1, steps=2), line(2, "test", objects=5, steps=0)])
    assert counted.tables["steps"].counts == {"test": {"0": 1, "2": 0}, "train": {"0": 0, "2": 1}}
    assert counted.tables["visible"].counts["test"] == {"2": 0, "4": 1}
    assert counted.tables["pair"].counts["train"] == {"position.v1": 1, "shape.v1": 1}
    assert counted.tables["no_change"].counts == {"test": {"false": 0, "true": 1}, "train": {"false": 1, "true": 0}}
    assert counted.tables["pixels.final"].counts["train"] == {"0": 0, "3": 4}
    assert counted.tables["fraction.initial"].counts["train"] == {"0": 0, "0.2 to 0.3": 2}
    assert counted.grids["target"].counts["train"].tolist() == [[1, 1, 0]]
    pairs = counted.grids["consecutive"]
    assert [pairs.rows[k] for k in np.argwhere(pairs.counts["train"])[0]] == ["shape", "position"]


def test_lines_are_not_kept():
    watched = []

    def stream():
        for k in range(200):
            one = line(k)
            watched.append(weakref.ref(one))
            yield one
            del one
            assert sum(ref() is not None for ref in watched) <= 2

    collect(stream())


def test_memory_is_flat():
    def peak(count: int) -> int:
        tracemalloc.start()
        collect(line(k % 100) for k in range(count))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(50)  # what is loaded once
    assert peak(2000) < 1.2 * peak(200)


def test_chi_square_tells_even_from_uneven():
    even, uneven = np.full((4, 4), 25), np.diag([100] * 4)
    uniform, product = chi_squares(even)
    assert (uniform.value, product.value) == (0, 0)
    assert (uniform.freedom, product.freedom) == (15, 9)
    assert uniform.quantile == pytest.approx(25.0, abs=0.6)  # of chi-square with 15 degrees
    assert product.quantile == pytest.approx(16.9, abs=0.6)
    assert all(chi.value > 10 * chi.quantile for chi in chi_squares(uneven))
    skewed = chi_squares(np.outer([4, 2, 1], [4, 2, 1]) * 10)  # uneven, but independent
    assert skewed[0].value > skewed[0].quantile
    assert skewed[1].value == 0


def test_kinds_that_do_not_occur_are_left_out_of_chi_square():
    assert chi_squares(np.array([[5, 0, 3], [0, 0, 0], [2, 0, 4]])) == chi_squares(np.array([[5, 3], [2, 4]]))


FAULTS = [
    *(spoilt(key) for key in ("split", "steps", "initial", "visibility", "attempt", "order_sensitive")),
    spoilt("initial", "objects", 0, "shape"),
    spoilt("initial", "objects", value=[]),
    spoilt("initial", "objects", value="many"),
    spoilt("initial", "objects", 0, "position", value=[1]),
    spoilt("initial", "objects", 0, "position", value=[1, 10**400]),
    spoilt("initial", "objects", 0, "on_stage", value="yes"),
    spoilt("steps", value=3),
    spoilt("steps", 0, "kind", value=["color"]),
    spoilt("steps", 0, "value", value="half a character: \ud800"),
    spoilt("steps", 0, "objects", value=[-1]),
    spoilt("steps", 0, "objects", value=[9]),
    spoilt("steps", 0, "objects", value=9),
    spoilt("steps", 0, "roles"),
    spoilt("visibility", "final", value=[1]),
    spoilt("visibility", "initial", "center", value=[]),
    spoilt("visibility", "initial", "center", 0, "fraction", value=float("nan")),
    spoilt("visibility", "initial", "center", 0, "pixels", value=-1),
    [],
    "scene",
    None,
]


@pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
def test_what_is_no_scene_line_is_named_in_one_line(fault):
    with pytest.raises(BadLine, match=r"^line 2 is no scene line: [^\n]+$"):
        collect([line(1), fault])
