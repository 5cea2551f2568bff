"""What is counted of a dataset, and the report on it."""

import copy
import json
import sys
import tracemalloc
import weakref
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.tiny import FlatRenderer, generate_flat, load, run, scene_line
from tvrgen._support.rng import generator
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.report import page, plots, statistics
from tvrgen.dataset.report.page import as_data, sentences, write_report
from tvrgen.dataset.report.statistics import BadLine, chi_squares, collect
from tvrgen.errors import UserError

KINDS = ("color", "shape", "position")


class Line(dict):
    """A scene line that can be watched."""


def line(index: int, split: str = "train", objects: int = 3, steps: int | None = None) -> dict:
    """A scene line by rule: the k-th step is the object's k-th, its kind the next in turn."""
    steps = index % 3 if steps is None else steps
    colors = ("red", "green")
    sight = {"pixels": 3 * index, "fraction": (index % 5) / 4, "box": None}
    return Line(
        id=f"{split}-{index:06d}",
        split=split,
        attempt=index % 2,
        order_sensitive=index % 4 == 0,
        initial={
            "objects": [
                {
                    "shape": "cube",
                    "size": "small",
                    "color": colors[k % 2],
                    "material": "metal",
                    "position": [k - index % 7, 2 * k],
                    "on_stage": k > 0,
                }
                for k in range(objects)
            ]
        },
        steps=[
            {
                "object": k % objects,
                "kind": KINDS[(index + k) % 3],
                "value": f"v{index % 2}",
                **({"type": "inner"} if KINDS[(index + k) % 3] == "position" else {}),
            }
            for k in range(steps)
        ],
        visibility={
            "initial": {"center": [sight] * objects},
            "final": {v: [sight] * objects for v in ("left", "right")},
        },
    )


def lines(count: int = 60) -> list[dict]:
    return [line(k, "test" if k % 3 == 0 else "train", 2 + k % 4) for k in range(count)]


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
        assert sums["type"] == sum("type" in s for x in own for s in x["steps"])
        assert counted.grids["target"].counts[split].sum() == steps
        assert counted.grids["sequence"].counts[split].sum() == steps
        assert counted.grids["consecutive"].counts[split].sum() == sum(max(0, len(x["steps"]) - 1) for x in own)
        changed = [len({s["object"] for s in x["steps"]}) for x in own]
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


def test_balance_in_words():
    given = [line(k, steps=1) for k in range(7)] + [line(3, "test", steps=1)]
    said = sentences(collect(given))
    assert said["kind"] == [
        "test: kinds: only color, in all 1 steps; not here, but in another split: position, shape",
        "train: kinds differ by at most 1 (2 to 3 of 7 steps)",
    ]
    assert said["attempt"][1] == "train: attempt is 0 in 4 of 7 problems (57.1 %)"
    assert said["target"][1] == "train: targets differ by at most 7 (0 to 7 of 7 steps among 3 objects)"


def spoilt(*path, value=None) -> dict:
    """A scene line with one thing taken out, or set."""
    found = whole = copy.deepcopy(line(2))
    for key in path[:-1]:
        found = found[key]
    if value is None:
        del found[path[-1]]
    else:
        found[path[-1]] = value
    return whole


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
    spoilt("steps", 0, "object", value=-1),
    spoilt("steps", 0, "object", value=9),
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


class Page(HTMLParser):
    """The pictures of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.pictures.append(dict(attrs))

    def handle_data(self, data):
        self.text += data


def test_the_report_shows_every_split_and_plot(tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "plot-of-earlier.png").touch()
    given = lines()
    said = write_report(iter(given), tmp_path, "Numbers & <plots>")
    html = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    pictures = {p.name: p.read_bytes() for p in tmp_path.glob("*.png")}
    assert {p["title"] for p in html.pictures} == set(pictures)
    assert all(p["src"].startswith("data:image/png;base64,") and len(p["alt"]) > 30 for p in html.pictures)
    assert all(data.startswith(b"\x89PNG") for data in pictures.values())
    data = json.loads((tmp_path / "statistics.json").read_text(encoding="utf-8"))
    assert {f"plot-{key}.png" for key in (*data["tables"], *data["grids"], "positions")} == set(pictures)
    assert data == json.loads(json.dumps(as_data(collect(given)))) | {"lengths": {}}
    assert "Numbers & <plots>" in html.text
    for text in ("test", "train", *said):
        assert text in html.text


def test_the_same_lines_give_the_same_bytes(tmp_path):
    pytest.importorskip("matplotlib")
    for name in ("a", "b"):
        write_report(lines(), tmp_path / name, "Twice")
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)


@pytest.mark.parametrize(
    "given",
    [
        [line(0, steps=0)],
        [line(1, objects=1, steps=1)],
        [line(k, f"split_{k}", steps=40) for k in range(8)],
        [spoilt("steps", 0, "value", value=r"<b>$\frac")],
        [spoilt("steps", 0, "kind", value="my.module/Kind")],
    ],
    ids=["no step", "one object", "many", "a formula", "a path"],
)
def test_the_report_of_what_is_rare(given, tmp_path):
    pytest.importorskip("matplotlib")
    write_report(given, tmp_path, "Rare")
    html = Page((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert {p["title"] for p in html.pictures} == {p.name for p in tmp_path.glob("*.png")}


def test_plotting_changes_nothing_for_others(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    before = dict(matplotlib.rcParams)
    loaded = "matplotlib.pyplot" in sys.modules
    list(plots.draw(collect(lines())))
    assert dict(matplotlib.rcParams) == before
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_cells_meet_at_the_stage():
    field, stage = np.array([[-40.5, -40.5], [40.5, 40.5]]), np.array([[-20.5, -3.5], [20.5, 5.5]])
    for side in (0, 1):
        edges = plots.cells(field, stage, side)
        assert {*field[:, side], *stage[:, side]} <= set(edges)
        assert set(np.diff(edges)) <= {2, 3, 4}
    assert plots.cells(np.array([[1.5, 1.5], [2.5, 2.5]]), None, 0).tolist() == [1.5, 2.5]


def test_an_empty_plan_and_a_bad_line_leave_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(page.plots, "require", lambda: None)
    for given, text in (([], "there is no problem"), ([spoilt("steps")], "line 1 is no scene line: it lacks 'steps'")):
        with pytest.raises(UserError, match=text):
            write_report(given, tmp_path / "out", "Nothing")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        write_report([line(1)], tmp_path / "file", "Nowhere")


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(UserError, match=r"^plots need matplotlib: pip install 'tvrgen\[stats\]'$"):
        write_report(iter(()), tmp_path, "Never")


def test_lengths_of_questions(tmp_path):
    """Prompts, answers, rationales and difficulties of a dataset; a plan has none."""
    pytest.importorskip("matplotlib")
    data = generate_flat(tmp_path / "data", load("question.rationale=short"), FlatRenderer())
    run("stats", data, "--out", tmp_path / "report", check=True)
    found = json.loads((tmp_path / "report/statistics.json").read_text())["lengths"]
    questions = list(open_dataset(data).questions())
    words = sorted(sum(len(s["text"].split()) for s in line["rationale"]) for line in questions)
    assert found["rationale"]["train"]["least"] == words[0]
    assert found["rationale"]["train"]["most"] == words[-1]
    assert found["rationale"]["train"]["median"] == words[(len(words) - 1) // 2]
    assert found["answer"]["train"]["least"] == 2
    assert 0 < found["difficulty"]["train"]["mean"] < 1
    assert "train: rationale, words" in (tmp_path / "report/index.html").read_text()
