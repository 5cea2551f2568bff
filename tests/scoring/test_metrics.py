"""Metrics over a dataset, predictions files, baselines, and the command."""

import dataclasses
import gzip
import json

import pytest

from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen.dataset.reader import open_dataset
from tvrgen.errors import UserError
from tvrgen.scoring import Options, summary
from tvrgen.scoring.metrics import MEANS, OBJECTS
from tvrgen.scoring.options import BASELINES
from tvrgen.scoring.summary import score


@pytest.fixture(scope="module", params=["files", "webdataset"])
def dataset(request, tmp_path_factory):
    """Six problems of three views, 18 questions."""
    config = load("splits.train.count=6", f"output.format={request.param}")
    return generate_flat(tmp_path_factory.mktemp("scored") / "data", config, FlatRenderer())


def answered(dataset, path, change=lambda k, line: f"<think></think><answer>{line['answer']}</answer>"):
    """A predictions file; None leaves a question out."""
    lines = list(open_dataset(dataset).questions())
    told = [(line["id"], change(k, line)) for k, line in enumerate(lines)]
    path.write_text("".join(json.dumps({"id": i, "response": r}) + "\n" for i, r in told if r is not None))
    return path


def means(figures, table="all", name="all"):
    return {metric: cell["mean"] for metric, cell in figures[table][name].items() if metric not in ("n", "scenes")}


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


def test_the_same_answers_have_the_same_score(dataset, tmp_path):
    figures = score(dataset, answered(dataset, tmp_path / "p.jsonl"))
    ids = figures["ids"]
    assert ids.pop("answered") == 18
    assert not any(ids.values())
    oracle = score(dataset, baseline="oracle")
    assert figures["predictions"] == str(tmp_path / "p.jsonl")
    assert oracle["baseline"] == "oracle"
    assert figures["reward"] == oracle["reward"] == dataclasses.asdict(Options())
    own = ("ids", "left_out", "predictions", "baseline")
    assert {k: v for k, v in figures.items() if k not in own} == {k: v for k, v in oracle.items() if k not in own}


def test_files_that_other_tools_write(dataset, tmp_path):
    lines = answered(dataset, tmp_path / "p.jsonl").read_text()
    listed = json.dumps([json.loads(line) for line in lines.splitlines()], indent=1)
    contents = {
        "list.json": listed.encode(),
        "lines.jsonl.gz": gzip.compress(lines.encode()),
        "list.json.gz": gzip.compress(listed.encode()),
        "windows.jsonl.gz": gzip.compress(lines.encode("utf-16")),
        "windows.jsonl": lines.replace("\n", "\r\n").encode("utf-16"),
        "mark.jsonl": lines.encode("utf-8-sig"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        assert score(dataset, tmp_path / name)["ids"]["answered"] == 18
    packed = contents["lines.jsonl.gz"]
    middle = len(packed) // 2
    for broken in (packed[:-20], packed[:middle] + b"xxxx" + packed[middle + 4 :], packed + b"more"):
        (tmp_path / "cut.gz").write_bytes(broken)
        with pytest.raises(UserError, match=r"cut.gz: is (cut off|not JSON)|cut.gz.*write"):
            score(dataset, tmp_path / "cut.gz")


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


def test_ids_that_are_missing_unknown_and_double_are_named(dataset, tmp_path):
    path = answered(dataset, tmp_path / "p.jsonl", lambda k, line: "<answer>no change</answer>" if k < 16 else None)
    first = json.loads(path.read_text().splitlines()[0])["id"]
    with open(path, "a") as file:
        file.write(json.dumps({"id": first, "response": "again"}) + "\n")
        file.write(json.dumps({"id": "train-999999-left", "response": ""}) + "\n")
    figures = score(dataset, path)
    assert figures["ids"]["answered"] == 16
    assert len(figures["ids"]["missing"]) == 2
    assert (figures["ids"]["unknown"], figures["ids"]["double"]) == (["train-999999-left"], [first])
    text = "\n".join(summary.lines(figures))
    assert "2 ids are missing: train-000005-" in text
    assert f"1 id is double: {first}; the first counts" in text
    assert figures["all"]["all"]["n"] == 18


@pytest.mark.parametrize("response", ["", "x" * 2**20, "变化", "<answer>" * 99, None, float("nan"), 3, ["a"], {"a": 1}])
def test_any_response_has_a_score(dataset, tmp_path, response):
    path = tmp_path / "p.jsonl"
    path.write_text(json.dumps({"id": "train-000000-left", "response": response}) + "\n")
    assert means(score(dataset, path))["tacc"] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no predictions"),
        ("no json\n", "p.jsonl:1: is not JSON"),
        ('\n{"id": 3, "response": ""}\n', "p.jsonl:2: holds"),
        ('{"id": "train-000000-left"}\n', "p.jsonl:1: holds"),
        ("[1]\n", "p.jsonl: entry 1: holds 1; write"),
        ("[1\n", "p.jsonl: is not JSON"),
        ("[]", "holds no predictions"),
        (r'{"id": "\ud800", "response": ""}', "is none of a question"),
        ('{"id": "test-000000-left", "response": ""}\n', "none of its 1 ids is a question of"),
    ],
)
def test_files_that_hold_no_predictions_are_refused(dataset, tmp_path, text, says):
    (tmp_path / "p.jsonl").write_text(text)
    with pytest.raises(UserError, match=says):
        score(dataset, tmp_path / "p.jsonl")


def test_the_groups_of_objects_are_star_r1s():
    assert list(OBJECTS)[:4] == ["1-3", "4-6", "7-8", "9-10"]
    assert [n for numbers in OBJECTS.values() for n in list(numbers)[:8]][:10] == list(range(1, 11))


def test_the_command(dataset, tmp_path):
    path = answered(dataset, tmp_path / "p.jsonl")
    done = run("score", dataset, path, "--json", tmp_path / "s.json", check=True)
    assert "tacc         100.0% (61.0 to 100.0)" in done.stdout
    assert json.loads((tmp_path / "s.json").read_text())["all"]["all"]["tacc"]["mean"] == 1
    with open(path, "a") as file:
        file.write(json.dumps({"id": "train-000099-left", "response": None}) + "\n")
    assert "1 id is unknown: train-000099-left; left out" in run("score", dataset, path, check=True).stdout
    only = tmp_path / "none.jsonl"
    only.write_text(json.dumps({"id": "train-000099-left", "response": "x"}) + "\n")
    for arguments, says in [
        ((dataset, only), "none of its 1 ids is a question of"),
        ((dataset, path, "--json", path), "is what is read; write another"),
        ((dataset, path, "--json", dataset / "dataset.json"), "is a file of the dataset; write another"),
        ((dataset, path, "--json", tmp_path / "no" / "s.json"), "there is no such folder"),
        ((dataset, path, "--reward", "value=nan"), "value: 'nan'; write a number"),
        ((dataset, path, "--split", "train", "--split", "train"), "--split: is given twice"),
        ((dataset,), "one of the arguments PREDICTIONS.jsonl --baseline is required"),
        ((dataset, path, "--baseline", "random"), "not allowed with argument"),
        ((dataset, path, "--split", "tran"), "no split 'tran'; did you mean 'train'?"),
        (
            (dataset, path, "--reward", "partial=1"),
            "unknown option 'partial' of the reward; did you mean 'partial_costs'?",
        ),
        ((dataset, path, "--reward", "wrong=much"), "wrong: 'much'; write a number"),
        ((dataset, tmp_path / "nothing"), "No such file"),
        ((dataset, "s3://mine/p.jsonl"), "s3://mine/p.jsonl: write a file of this machine"),
        ((dataset, tmp_path), "is a folder"),
        ((tmp_path, path), "there is no dataset.json"),
    ]:
        wrong = run("score", *arguments)
        assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1), wrong.stderr
        assert says in wrong.stderr
