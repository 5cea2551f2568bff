"""Folders of exports that are stopped, refused, or have no room: whole or absent, and the same command continues."""

import json
import signal
import subprocess
import sys

import pytest

from tests.export.data import WRITERS, contents, one_format_a_writer, refused, suited, two_splits
from tests.tiny import ROOT, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import preparation
from tvrgen.dataset.storage.open import open_storage
from tvrgen.export import folder, readme, run
from tvrgen.export.reader import Question
from tvrgen.export.run import export, find
from tvrgen.generation.status import status


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(run, "PART", 4)


CHOSEN = {"order": "difficulty", "filters": ["view=left,right"]}


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


@one_format_a_writer
@pytest.mark.parametrize(
    "options", [{}, {"order": "difficulty", "filters": ["view=left,right"]}], ids=["all", "chosen"]
)
def test_goes_on_where_it_was_stopped(dataset, name, options, tmp_path, monkeypatch):
    if name in ("trance", "vision-zero") and options:
        return  # it holds whole problems, or a single view
    dataset = suited(name, dataset)
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
    varying = (".jsonl", ".yaml", "export.json") if find(name).fixed else ()  # these hold absolute paths
    assert [path for path in whole if found[path] != whole[path] and not path.endswith(varying)] == []


@pytest.mark.parametrize("name", WRITERS.values())
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


@one_format_a_writer
def test_no_room(dataset, name, tmp_path, monkeypatch):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000));"
        "from tvrgen.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    out, dataset = tmp_path / "out", suited(name, dataset)
    command = [sys.executable, "-B", "-c", code, "export", str(dataset), name, "--out", str(out)]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 2, result.stderr
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("tvrgen: error: ")
    assert "File too large" in last
    assert last.endswith("finished parts are kept, and the same command continues")
    assert "Traceback" not in result.stderr
    assert not (out / "export.json").exists()
    export(dataset, name, out)
    export(dataset, name, tmp_path / "at once" / "out")
    assert contents(out).keys() == contents(tmp_path / "at once" / "out").keys()


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
        refused("holds an export of another filter, order", dataset, "vlm-r1", out, order="difficulty")
        other = two_splits(tmp_path / f"other{done}", "seed=8")
        refused("holds an export of another dataset", other, "vlm-r1", out)
        assert contents(out) == before
    assert export(dataset, "vlm-r1", out) == f"{out}: is complete already"
    refused("is an export, not a dataset", out, "trl", tmp_path / "new")
    with pytest.raises(UserError, match="holds an export"), preparation.writing_to(open_storage(out), load()):
        pass
    with pytest.raises(UserError, match="is an export"):
        status(out)
    (out / "train.jsonl").write_text("cut")
    refused("train.jsonl: was altered after the export", dataset, "vlm-r1", out)
    (out / "train.jsonl").unlink()
    refused("train.jsonl: was altered after the export", dataset, "vlm-r1", out)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("keep")
    refused("is not empty and holds no export", dataset, "trl", tmp_path / "mine")
    refused("is not a folder", dataset, "trl", tmp_path / "mine/notes.txt")
    refused("notes.txt is not a folder", dataset, "trl", tmp_path / "mine/notes.txt/out")
    refused("trl data: the dataset comes first; write data trl", "trl", "data", tmp_path / "new")
    refused("is not empty", dataset, "trl", dataset)
    refused("is inside the dataset", dataset, "trl", dataset / "train/shard-00000/out")
    refused("written to a folder on this machine", dataset, "trl", "s3://bucket/x")
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


@pytest.mark.parametrize("name", ["export.json", ".export.json"])
@pytest.mark.parametrize("text", ["[]", "{}", '{"made_from": 3}'])
def test_a_state_that_no_export_wrote_is_refused(name, text, dataset, tmp_path):
    assert name in (folder.DONE, folder.BEGUN)
    (tmp_path / name).write_text(text)
    refused("was not written by tvrgen; choose another", dataset, "vlm-r1", tmp_path)
    assert (tmp_path / name).read_text() == text


def test_a_copied_export_of_absolute_paths_is_refused(dataset, tmp_path):
    """Rows that name the folder of their images would name the former one."""
    export(dataset, "ms-swift", tmp_path / "out")
    (tmp_path / "out").rename(tmp_path / "moved")
    refused(rf"was exported as {tmp_path / 'out'}, which its files name", dataset, "ms-swift", tmp_path / "moved")


def test_a_run_that_waited_for_the_folder_does_not_write_again(dataset, tmp_path):
    """Two runs find the folder empty; the second one gets the lock when the first has finished."""
    late = folder.Output(tmp_path / "out", {})
    assert not late.complete()
    export(dataset, "vlm-r1", tmp_path / "out")
    before = contents(tmp_path / "out")
    with pytest.raises(UserError, match="another run has just finished it"), late.held():
        pass
    after = contents(tmp_path / "out")
    after.pop(".lock", None)
    assert after == before


LINKS = [".export.json.partial", ".README.md.partial", ".train.jsonl.growing", "README.md", "train.jsonl"]


@pytest.mark.parametrize("stopped", [False, True])
def test_links_are_not_written_through(stopped, dataset, tmp_path, monkeypatch):
    out, mine = tmp_path / "out", tmp_path / "mine"
    mine.write_text("mine")
    if stopped:
        stopped_after(monkeypatch, 0, dataset, "ms-swift", out)
    else:
        out.mkdir()
    for name in LINKS if stopped else LINKS[:2]:  # a new folder with others is refused
        (out / name).symlink_to(mine)
    export(dataset, "ms-swift", out)
    assert mine.read_text() == "mine"
    assert not [path for path in out.rglob("*") if path.is_symlink()]


def test_a_link_in_the_place_of_what_was_written_is_refused(dataset, tmp_path, monkeypatch):
    out, mine = tmp_path / "out", tmp_path / "mine"
    mine.write_text("mine" * 100_000)
    stopped_after(monkeypatch, 6, dataset, "ms-swift", out)
    (out / ".train.jsonl.growing").unlink()
    (out / ".train.jsonl.growing").symlink_to(mine)
    refused(r"\.export\.json: does not fit the files there; remove .*out and export again", dataset, "ms-swift", out)
    (out / ".export.json").unlink()
    (out / ".lock").symlink_to(tmp_path / "elsewhere")
    (out / ".train.jsonl.growing").unlink()
    (out / "images").rename(tmp_path / "images")
    refused("lock: Too many levels of symbolic links|lock: is no plain file", dataset, "ms-swift", out)
    assert not (tmp_path / "elsewhere").exists()
    (out / ".lock").unlink()
    (tmp_path / "images").rename(out / "images")
    assert mine.read_text() == "mine" * 100_000


def test_a_folder_of_an_export_that_is_a_link_is_refused(dataset, tmp_path, monkeypatch):
    out = tmp_path / "out"
    stopped_after(monkeypatch, 1, dataset, "ms-swift", out)
    (out / "images").rename(tmp_path / "images")
    (out / "images").symlink_to(tmp_path / "images", target_is_directory=True)
    before = contents(tmp_path / "images")
    refused("images: is a link; put a folder there", dataset, "ms-swift", out)
    assert contents(tmp_path / "images") == before


NUMBERS, LABELS = ("questions", "bytes", "longest_prompt", "longest_response"), ("steps", "kind", "view", "objects")
COUNTS = {**dict.fromkeys(NUMBERS, 6), **{name: {} for name in LABELS}}

NONSENSE = [
    None,
    7,
    {},
    {"parts": "1", "lengths": {}, "counts": {}},
    {"parts": -1, "lengths": {}, "counts": {}},
    {"parts": True, "lengths": {}, "counts": {}},
    {"parts": 99, "lengths": {}, "counts": {}},
    {"parts": 1, "lengths": {"train.jsonl": 10**9}, "counts": {}},
    {"parts": 1, "lengths": {"../mine": 1}, "counts": {}},
    {"parts": 1, "lengths": [], "counts": {}},
    {"parts": 1, "lengths": {}, "counts": {"train": None}},
    {"parts": 1, "lengths": {}, "counts": {"train": {"questions": "many"}}},
    {"parts": 1, "lengths": {}, "counts": {"other": {"questions": 1}}},
    {"parts": 1, "lengths": {}, "counts": {}},
    {"parts": 1, "lengths": {}, "counts": {"train": {}}},
    {"parts": 1, "lengths": {}, "counts": {"train": COUNTS | {"questions": 10**9}}},
    {"parts": 1, "lengths": {}, "counts": {"train": COUNTS | {"kind": 3}}},
    {"parts": 0, "lengths": {}, "counts": {"train": COUNTS}},
]


@pytest.mark.parametrize("state", NONSENSE)
def test_progress_that_no_export_wrote_is_one_line(state, dataset, tmp_path, monkeypatch):
    stopped_after(monkeypatch, 6, dataset, "ms-swift", tmp_path / "out")
    begun = tmp_path / "out/.export.json"
    begun.write_text(json.dumps(json.loads(begun.read_text()) | {"state": state}))
    (tmp_path / "mine").write_text("mine")
    refused("does not fit the files there; remove .* and export again", dataset, "ms-swift", tmp_path / "out")


def test_what_systems_strew_is_neither_refused_nor_listed(dataset, tmp_path):
    out = tmp_path / "out"
    (out / "lost+found").mkdir(parents=True)
    for name in (".DS_Store", "Thumbs.db", "._x"):
        (out / name).touch()
    export(dataset, "vlm-r1", out)
    listed = json.loads((out / "export.json").read_text())["files"]
    assert not [name for name in listed if "Thumbs" in name or "._" in name]
    assert export(dataset, "vlm-r1", out) == f"{out}: is complete already"
