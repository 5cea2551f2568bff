"""Datasets that are incomplete or altered: exports refuse them and name the file."""

import io
import json
import shutil

import pytest
from PIL import Image

from tests.export.data import contents, refused
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen.export import run
from tvrgen.export.run import export


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(run, "PART", 4)


def test_incomplete_datasets_are_refused(dataset, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    described = json.loads((data / "dataset.json").read_text())
    described["splits"]["train"]["count"] = 8
    (data / "dataset.json").write_text(json.dumps(described))
    refused(
        r"split train has 5 of 8 problems; run tvrgen generate again, or export split test alone",
        data,
        "trl",
        tmp_path / "o",
    )
    shutil.rmtree(data / "test/shard-00000")
    refused(r"test/shard-00000: is missing; run tvrgen generate again", data, "trl", tmp_path / "o", split="test")
    assert not (tmp_path / "o").exists()


def test_shards_that_validate_found_faulty_are_refused(dataset, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    (data / "log/again.json").write_text(json.dumps({"train/shard-00001": "an image is broken"}))
    refused(r"train/shard-00001: is to be made again \(an image is broken\)", data, "trl", tmp_path / "o")


IMAGE, LINES, CHANGED = "images/000002-final-left.png", "questions.jsonl", "was altered"
OTHER = "images/000003-initial-center.png"


FAULTS = {
    "no image": (IMAGE, None, f"train-000002-left: {IMAGE}: is missing"),
    "another file": (IMAGE, lambda content: b"no image", f"shard-00001/{IMAGE}: {CHANGED}"),
    "another image": (IMAGE, lambda content: _black(), f"shard-00001/{IMAGE}: {CHANGED}"),
    "torn image": (
        "images/000003-initial-center.png",
        lambda content: content[:-9],
        f"initial-center.png: {CHANGED}",
    ),
    "torn line": (LINES, lambda content: content[:-9], f"{LINES}: {CHANGED}"),
    "another line": (LINES, lambda content: b'{"id": "train-000002-left"}\n', f"{LINES}: {CHANGED}"),
    "another truth": (LINES, lambda content: content.replace(b"blue", b"pink"), f"{LINES}: {CHANGED}"),
    "no lines": (LINES, lambda content: b"", f"{LINES}: {CHANGED}"),
    "no file": (LINES, None, f"shard-00001/{LINES}: is missing"),
    "no list": ("shard.json", None, "shard-00001/shard.json: is missing"),
    "another list": ("shard.json", lambda content: content.replace(b"2", b"3"), f"shard.json: {CHANGED}"),
}
"""Fault of a dataset -> file, what becomes of its content, what the export says."""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        pytest.param(name, fault, marks=() if k % 4 == number else pytest.mark.full)
        for number, name in enumerate(("hf", "imagefolder", "webdataset", "vlmevalkit"))
        for k, fault in enumerate(FAULTS)
    ],
)
def test_corrupt_datasets_are_refused(dataset, name, fault, tmp_path):
    path, change, said = FAULTS[fault]
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    broken = data / "train/shard-00001" / path
    content = broken.read_bytes()
    if change is None:
        broken.unlink()
    else:
        assert change(content) != content
        broken.write_bytes(change(content))
    out = tmp_path / "o"
    refused(said, data, name, out)
    refused(said, data, name, tmp_path / "ordered", order="difficulty")
    assert not (out / "export.json").exists()
    assert not list(out.rglob("*.parquet")) or name == "hf"
    broken.write_bytes(content)  # mended: the same command continues
    export(data, name, out)
    export(dataset, name, tmp_path / "whole" / "o")
    assert contents(out) == contents(tmp_path / "whole" / "o")


def _black() -> bytes:
    """Another image of the same size."""
    file = io.BytesIO()
    Image.new("RGB", (80, 60)).save(file, "PNG")
    return file.getvalue()


def test_an_altered_scene_is_named(dataset, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    path = data / "train/shard-00002/scenes.jsonl"
    path.write_text("")
    refused(f"train/shard-00002/scenes.jsonl: {CHANGED}", data, "trance", tmp_path / "o")


def test_a_corrupt_tar_is_refused(tmp_path):
    data = generate_flat(tmp_path / "data", load("output.format=webdataset"), FlatRenderer())
    path = data / "train/shard-00001/samples.tar"
    content = path.read_bytes()
    for broken in (content[:3000], b"x" * 3000, content.replace(b"blue", b"pink")):
        path.write_bytes(broken)
        refused(f"shard-00001/samples.tar: {CHANGED}", data, "trl", tmp_path / "o")
        refused(f"shard-00001/samples.tar: {CHANGED}", data, "trl", tmp_path / "p", order="difficulty")
