"""Exports that are stopped, refused, or have no room: whole or absent, and the same command goes on."""

import io
import json
import shutil
import signal
import subprocess
import sys

import pytest
from PIL import Image

from tests.export.data import two_splits
from tests.export.test_formats import contents, formats
from tests.tiny import ROOT, FlatRenderer, generate_flat, load
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.open import open_storage
from tvrgen.errors import UserError
from tvrgen.export import FORMATS, readme, run
from tvrgen.export.reader import Question
from tvrgen.export.run import export
from tvrgen.generation.status import status


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(run, "PART", 4)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return two_splits(tmp_path_factory.mktemp("flat") / "data")


_ABSOLUTE = ("ms-swift", "lmms-eval")  # these hold absolute paths


class Stopped(BaseException):
    """Ctrl-C, or worse."""


def stopped_after(monkeypatch, count, *arguments, **options):
    """An export that is stopped when the images of `count` questions have been read."""
    left, images = [count], Question.images

    def counted(self):
        if not left[0]:
            raise Stopped
        left[0] -= 1
        return images(self)

    with monkeypatch.context() as patched:
        patched.setattr(Question, "images", counted)
        with pytest.raises(Stopped):
            export(*arguments, **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [(name, {}) for name in FORMATS]
    + [(name, {"order": "difficulty", "filters": ["view=left,right"]}) for name in FORMATS if name != "trance"],
)
def test_goes_on_where_it_was_stopped(dataset, name, options, tmp_path, monkeypatch):
    export(dataset, name, tmp_path / "at once" / "out", **options)
    whole = contents(tmp_path / "at once" / "out")
    out = tmp_path / "in pieces" / "out"
    for count in (0, 1, 6, 5):
        stopped_after(monkeypatch, count, dataset, name, out, **options)
        assert not (out / "export.json").exists()
        for path in out.rglob(".*.growing"):  # what a power cut leaves
            with open(path, "ab") as file:
                file.write(b"{torn")
    with monkeypatch.context() as patched:
        patched.setattr(readme, "write", lambda *_: (_ for _ in ()).throw(Stopped))
        with pytest.raises(Stopped):
            export(dataset, name, out, **options)
    export(dataset, name, out, **options)
    found = contents(out)
    assert found.keys() == whole.keys()
    varying = (
        (".jsonl", ".yaml", "export.json") if name in ("ms-swift", "lmms-eval") else ()
    )  # these hold absolute paths
    assert [path for path in whole if found[path] != whole[path] and not path.endswith(varying or ("\0",))] == []


@pytest.mark.parametrize("name", ["hf", "webdataset", "llamafactory", "vlmevalkit", "imagefolder", "trance"])
def test_goes_on_where_it_was_killed(dataset, name, tmp_path):
    code = """
import os, signal, sys
from tvrgen.export import run, reader
run.PART, left, images = 4, [int(sys.argv[4])], reader.Question.images
def counted(self):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return images(self)
reader.Question.images = counted
run.export(*sys.argv[1:4])
"""
    out = tmp_path / "out"
    for count in (2, 7):
        command = [sys.executable, "-c", code, str(dataset), name, str(out), str(count)]
        assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL
    export(dataset, name, out)
    export(dataset, name, tmp_path / "at once" / "out")
    assert contents(out) == contents(tmp_path / "at once" / "out")


@formats
def test_no_room(dataset, name, tmp_path, monkeypatch):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "from tvrgen.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    out = tmp_path / "out"
    command = [sys.executable, "-B", "-c", code, "export", str(dataset), name, "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 2, result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("tvrgen: error: ")
    assert "File too large" in last
    assert last.endswith("what was finished is kept, and the same command goes on")
    assert "Traceback" not in result.stderr
    assert not (out / "export.json").exists()
    export(dataset, name, out)
    export(dataset, name, tmp_path / "at once" / "out")
    assert contents(out).keys() == contents(tmp_path / "at once" / "out").keys()


def refused(match, *arguments, **options):
    with pytest.raises(UserError, match=match) as caught:
        export(*arguments, **options)
    assert "\n" not in str(caught.value)


def test_incomplete_datasets_are_refused(dataset, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    described = json.loads((data / "dataset.json").read_text())
    described["splits"]["train"]["count"] = 8
    (data / "dataset.json").write_text(json.dumps(described))
    refused(
        r"split train has 5 of 8 problems; run tvrgen generate again, or export --split test",
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
    (data / "log/again.json").write_text(json.dumps({"train/shard-00001": "a picture is broken"}))
    refused(r"train/shard-00001: is to be made again \(a picture is broken\)", data, "trl", tmp_path / "o")


PICTURE, LINES, CHANGED = "images/000002-final-left.png", "questions.jsonl", "is not as it was made"


@pytest.mark.parametrize(
    ("path", "change", "said"),
    [
        (PICTURE, None, f"train-000002-left: {PICTURE}: is missing"),
        (PICTURE, lambda content: b"no picture", f"shard-00001/{PICTURE}: {CHANGED}"),
        (PICTURE, lambda content: _black(), f"shard-00001/{PICTURE}: {CHANGED}"),
        ("images/000003-initial-center.png", lambda content: content[:-9], f"initial-center.png: {CHANGED}"),
        (LINES, lambda content: content[:-9], f"{LINES}: {CHANGED}"),
        (LINES, lambda content: b'{"id": "train-000002-left"}\n', f"{LINES}: {CHANGED}"),
        (LINES, lambda content: content.replace(b"blue", b"pink"), f"{LINES}: {CHANGED}"),
        (LINES, lambda content: b"", f"{LINES}: {CHANGED}"),
        (LINES, None, f"shard-00001/{LINES}: is missing"),
        ("shard.json", None, "shard-00001/shard.json: is missing"),
        ("shard.json", lambda content: content.replace(b"2", b"3"), f"shard.json: {CHANGED}"),
    ],
    ids=["no picture", "another file", "another picture", "torn picture", "torn line", "another line", "another truth",
         "no lines", "no file", "no list", "another list"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["hf", "imagefolder", "webdataset", "vlmevalkit"])
def test_corrupt_datasets_are_refused(dataset, name, path, change, said, tmp_path):
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
    broken.write_bytes(content)  # mended: the same command goes on
    export(data, name, out)
    export(dataset, name, tmp_path / "whole" / "o")
    assert contents(out) == contents(tmp_path / "whole" / "o")


def _black() -> bytes:
    """A picture as good as any, but another."""
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


def test_another_export_or_a_foreign_folder_is_left_alone(dataset, tmp_path, monkeypatch):
    out = tmp_path / "o"
    for done in (False, True):
        if done:
            export(dataset, "vlm-r1", out)
        else:
            stopped_after(monkeypatch, 5, dataset, "vlm-r1", out)
        before = contents(out)
        refused("holds an export of another format", dataset, "ms-swift", out)
        refused("holds an export of other splits", dataset, "vlm-r1", out, split="test")
        refused("holds an export of another --filter, --order", dataset, "vlm-r1", out, order="difficulty")
        other = two_splits(tmp_path / f"other{done}", "seed=8")
        refused("holds an export of another dataset", other, "vlm-r1", out)
        assert contents(out) == before
    assert export(dataset, "vlm-r1", out) == f"{out}: is complete already"
    refused("is an export, not a dataset", out, "trl", tmp_path / "new")
    with pytest.raises(UserError, match="holds an export"), catalog.writing_to(open_storage(out), load()):
        pass
    with pytest.raises(UserError, match="is an export"):
        status(out)
    (out / "train.jsonl").write_text("cut")
    refused("train.jsonl: is not as it was exported", dataset, "vlm-r1", out)
    (out / "train.jsonl").unlink()
    refused("train.jsonl: is not as it was exported", dataset, "vlm-r1", out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep")
    refused("is not empty and holds no export", dataset, "trl", tmp_path / "mine")
    refused("is no folder", dataset, "trl", tmp_path / "mine/notes.txt")
    refused("notes.txt is no folder", dataset, "trl", tmp_path / "mine/notes.txt/out")
    refused("trl data: the dataset comes first; write data trl", "trl", "data", tmp_path / "new")
    refused("is not empty", dataset, "trl", dataset)
    refused("lies in the dataset", dataset, "trl", dataset / "train/shard-00000/out")
    refused("written to a folder of this machine", dataset, "trl", "s3://bucket/x")
    refused("there is no dataset.json", tmp_path / "mine", "trl", tmp_path / "new")
    refused("no split 'tain'; did you mean 'train'", dataset, "trl", tmp_path / "new", split="tain")
    assert not (tmp_path / "new").exists()


def test_two_at_once_are_refused(dataset, tmp_path, monkeypatch):
    out, images = tmp_path / "o", Question.images

    def meanwhile(self):
        monkeypatch.setattr(Question, "images", images)
        refused("another run is writing there", dataset, "verifiers", out)
        return images(self)

    monkeypatch.setattr(Question, "images", meanwhile)
    export(dataset, "verifiers", out)
