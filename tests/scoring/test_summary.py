"""The summary of scores: as figures, as lines, and from the command."""

import json
from unittest import mock

import pytest

from tests.scoring.data import answered
from tests.tiny import FlatRenderer, generate_flat, load, run
from tvrgen._support.errors import UserError
from tvrgen.sampling import identity
from tvrgen.scoring import summary
from tvrgen.scoring.summary import score


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


def test_responses_that_were_cut_are_named(dataset, tmp_path, monkeypatch):
    path = answered(dataset, tmp_path / "p.jsonl", lambda k, line: "x" * (k + 1) if k < 2 else None)
    _, second = (json.loads(line)["id"] for line in path.read_text().splitlines())
    monkeypatch.setenv("TVRGEN_MAX_RESPONSE_CHARACTERS", "1")
    text = "\n".join(summary.lines(score(dataset, path)))
    assert f"1 response is too long: {second}; of their characters, at most 1 are read, unless TVRGEN_MAX_" in text


def test_responses_in_a_dict_score_as_those_in_a_file(dataset, tmp_path):
    path = answered(dataset, tmp_path / "p.jsonl")
    responses = {line["id"]: line["response"] for line in map(json.loads, path.read_text().splitlines())}
    figures = score(dataset, responses)
    assert figures.pop("predictions") == "responses"
    assert figures == {name: value for name, value in score(dataset, path).items() if name != "predictions"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "write either predictions or a baseline"),
        ({"predictions": {"x": ""}, "baseline": "random"}, "write either predictions or a baseline"),
        ({"predictions": {}}, "responses: is empty"),
        ({"predictions": {"x": ""}}, "responses: none of its 1 ids is a question of"),
        ({"baseline": "randm"}, "unknown baseline 'randm'; did you mean 'random'"),
    ],
)
def test_arguments_that_score_nothing_are_refused(options, says, dataset):
    with pytest.raises(UserError, match=says):
        score(dataset, **options)


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
        ((dataset, path, "--json", path), "is an input; write another"),
        ((dataset, path, "--json", dataset / "dataset.json"), "is a file of the dataset; write another"),
        ((dataset, path, "--json", tmp_path / "no" / "s.json"), "no folder"),
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
        ((dataset, "s3://mine/p.jsonl"), "s3://mine/p.jsonl: write the path of a file on this machine"),
        ((dataset, tmp_path), "is a folder"),
        ((tmp_path, path), "there is no dataset.json"),
    ]:
        wrong = run("score", *arguments)
        assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1), wrong.stderr
        assert says in wrong.stderr


def test_a_split_is_scored_alone_or_left_out_where_nothing_answers_it(tmp_path):
    config = load("splits={train: {count: 2}, test: {count: 2}}")
    with mock.patch.object(identity, "belongs", return_value=True):
        root = generate_flat(tmp_path / "data", config, FlatRenderer())
    path = answered(root, tmp_path / "p.jsonl", lambda k, line: "x" if line["split"] == "test" else None)
    figures = score(root, path)
    assert (figures["splits"], figures["left_out"], figures["ids"]["missing"]) == (["test"], ["train"], [])
    assert "left out, without any answer: train" in "\n".join(summary.lines(figures))
    everything = answered(root, tmp_path / "all.jsonl", lambda k, line: "x")
    alone = score(root, everything, split="test")
    assert (alone["splits"], alone["ids"]["answered"], alone["ids"]["unknown"]) == (["test"], 6, [])
    with pytest.raises(UserError, match=r"none of its 6 ids is a question of .*, split train, such as 'train-000000"):
        score(root, path, split="train")
