"""Predictions files: those of other tools, and files that hold none."""

import gzip
import json
import os

import pytest

from tests.scoring.data import answered
from tvrgen._support.errors import UserError
from tvrgen.scoring.predictions import read_predictions, read_samples
from tvrgen.scoring.summary import score


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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no predictions"),
        ("no json\n", "p.jsonl:1: is not JSON"),
        ('\n{"id": 3, "response": ""}\n', "p.jsonl:2: holds"),
        ('{"id": "train-000000-left"}\n', "p.jsonl:1: holds"),
        ('{"id": "a", "response": "x", "response": "y"}', "p.jsonl:1: is not JSON: the key 'response' is there twice"),
        ("[1]\n", "p.jsonl: entry 1: holds 1; write"),
        ("[1\n", "p.jsonl: is not JSON"),
        ("[]", "holds no predictions"),
        (r'{"id": "\ud800", "response": ""}', "no question has the id"),
        ('{"id": "test-000000-left", "response": ""}\n', "none of its 1 ids is a question of"),
    ],
)
def test_files_that_hold_no_predictions_are_refused(dataset, tmp_path, text, says):
    (tmp_path / "p.jsonl").write_text(text)
    with pytest.raises(UserError, match=says):
        score(dataset, tmp_path / "p.jsonl")


def test_ids_are_kept_of_what_was_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_RESPONSE_CHARACTERS", "5")
    entries = [("a", "x"), ("b", 3), ("a", "y"), ("c", ""), ("e", "123456")]
    lines = [json.dumps({"id": name, "response": response}) for name, response in entries]
    (tmp_path / "p.jsonl").write_text("\n".join(lines))
    predictions = read_predictions(tmp_path / "p.jsonl")
    assert predictions.double == ["a"]
    assert [predictions({"id": name}, {}, None) for name in ("a", "b", "d", "e")] == ["x", None, None, "123456"]
    assert (predictions.used, predictions.missing) == ({"a", "b", "e"}, ["d"])
    assert (predictions.no_text, predictions.too_long) == (["b"], ["e"])
    assert predictions.unknown == ["c"]


def test_what_is_no_text_takes_no_memory(tmp_path):
    values = [3, None, {"a": []}, [[]] * 1000, float("nan"), True]
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "a", "responses": [*values, "x"]}))
    assert read_samples(tmp_path / "p.jsonl") == {"a": [None] * len(values) + ["x"]}


def test_an_id_of_any_length_is_shown_in_a_short_line(dataset, tmp_path):
    (tmp_path / "p.jsonl").write_text(json.dumps({"id": "x" * 100_000, "response": ""}))
    with pytest.raises(UserError, match="none of its 1 ids") as caught:
        score(dataset, tmp_path / "p.jsonl")
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_pipes_and_devices_are_refused(make, tmp_path):
    make(tmp_path / "p.jsonl")
    with pytest.raises(UserError, match="is not a plain file"):
        read_predictions(tmp_path / "p.jsonl")


@pytest.mark.parametrize(
    ("variable", "content", "says"),
    [
        ("TVRGEN_MAX_DOCUMENT_BYTES", b"x" * 2000, "has more than 1000 characters"),
        (
            "TVRGEN_MAX_DOCUMENT_BYTES",
            b'[{"id": "a",\n' + b"\n" * 2000 + b'"response": "' + b"x" * 2000,
            "has more than",
        ),
        ("TVRGEN_MAX_PREDICTIONS_CHARACTERS", b'{"id": "a", "response": ""}\n' * 100, "is too long"),
        ("TVRGEN_MAX_PREDICTIONS_CHARACTERS", b"\n" * 2000, "is too long"),
        ("TVRGEN_MAX_JSON_VALUES", b"[" + b"[]," * 1000, "values"),
    ],
)
def test_files_that_unpack_to_more_than_the_limits_are_refused(variable, content, says, tmp_path, monkeypatch):
    monkeypatch.setenv(variable, "1000")
    (tmp_path / "p.jsonl").write_bytes(gzip.compress(content))
    with pytest.raises(UserError, match=f"{says}.*{variable}"):
        read_predictions(tmp_path / "p.jsonl")
