"""Shards: there whole or not at all; what a dataset says of itself."""

import contextlib
import json
from pathlib import Path

import pytest

from tests.tiny import FlatRenderer, generate_flat, json_bytes, load
from tvrgen._support.files import sha256, whole_file
from tvrgen.dataset import catalog, reader, shards
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.errors import UserError
from tvrgen.generation import worker
from tvrgen.generation.status import status


def test_a_dataset_lies_as_it_is_documented(flat_dataset):
    names = sorted(str(p.relative_to(flat_dataset)) for p in flat_dataset.rglob("*") if p.is_file())
    shard = "train/shard-00001/"
    assert {"config.json", "dataset.json", shard + "scenes.jsonl", shard + "questions.jsonl"} <= set(names)
    assert [n for n in names if n.startswith(shard + "images/")] == [
        f"{shard}images/{k:06d}-{view}.png"
        for k in (2, 3)
        for view in ("final-center", "final-left", "final-right", "initial-center")
    ]
    description = json.loads((flat_dataset / "dataset.json").read_text())
    assert description["hash"] == load().hash
    assert description["splits"] == {"train": {"count": 5, "problems": 5, "questions": 15}}
    assert [s["problems"] for s in description["shards"]] == [2, 2, 1]
    assert set(description["versions"]) == {"tvrgen", "python", "flat"}
    for entry in description["shards"]:
        assert entry["sha256"] == sha256(flat_dataset / entry["path"] / "shard.json")


def test_reading_back(flat_dataset):
    found = reader.open_dataset(flat_dataset)
    assert [line["index"] for line in found.scenes("train")] == list(range(5))
    questions = list(found.questions())
    assert len(questions) == 15
    assert all((flat_dataset / image).exists() for q in questions for image in q["images"])
    assert found.config().hash == load().hash
    with pytest.raises(UserError, match="no split 'tarin'; did you mean 'train'"):
        list(found.scenes("tarin"))


def test_only_what_is_missing_is_made_again(flat_dataset):
    import shutil

    whole = json_bytes(flat_dataset)
    shutil.rmtree(flat_dataset / "train/shard-00001")
    (flat_dataset / "dataset.json").unlink()
    renderer = FlatRenderer()
    generate_flat(flat_dataset, load(), renderer)
    assert len(renderer.asked) == 2 * 4
    assert json_bytes(flat_dataset) == whole


@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError, MemoryError])
def test_a_shard_that_fails_leaves_nothing(tmp_path, fault):
    class Failing(FlatRenderer):
        def render(self, *arguments):
            super().render(*arguments)
            if len(self.asked) == 11:
                raise fault

    with pytest.raises(fault):
        generate_flat(tmp_path / "out", load(), Failing())
    assert [p.name for p in (tmp_path / "out/train").iterdir()] == ["shard-00000"]
    generate_flat(tmp_path / "out", load(), FlatRenderer())
    assert json_bytes(tmp_path / "out") == json_bytes(generate_flat(tmp_path / "other", load(), FlatRenderer()))


def test_what_a_killed_run_left_is_cleared(tmp_path):
    config = load()
    generate_flat(tmp_path / "out", config, FlatRenderer())
    left = tmp_path / "out/train/.shard-00000.1a2b3c4d.partial/images/junk.png"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a picture")
    generate_flat(tmp_path / "out", config, FlatRenderer())
    assert not list((tmp_path / "out").rglob("*junk*"))
    assert not list((tmp_path / "out").rglob("*.partial"))


def test_a_second_run_is_refused_while_the_first_is_alive(tmp_path):
    config = load()
    with (
        catalog.writing_to(open_storage(tmp_path / "out"), config),
        pytest.raises(UserError, match="another run is writing there"),
        catalog.writing_to(open_storage(tmp_path / "out"), config),
    ):
        pass
    generate_flat(tmp_path / "out", config, FlatRenderer())


def test_a_shard_that_another_worker_made_meanwhile_stays(flat_dataset):
    before = json_bytes(flat_dataset)
    with shards.writing(open_storage(flat_dataset), shards_of(load(), "train")[0]) as folder:
        (folder / "scenes.jsonl").write_text("a worker that was thought dead")
    assert json_bytes(flat_dataset) == before
    assert not list(flat_dataset.rglob("*.partial"))


def test_another_config_is_refused_with_its_keys(flat_dataset):
    before = json_bytes(flat_dataset)
    with (
        pytest.raises(UserError, match=r"differs in render\.samples, seed; choose another --out"),
        catalog.writing_to(open_storage(flat_dataset), load("seed=1", "render.samples=7")),
    ):
        pass
    with catalog.writing_to(open_storage(flat_dataset), load("render.threads=2")):
        pass
    assert json_bytes(flat_dataset) == before


def test_a_run_that_made_nothing_leaves_nothing(tmp_path):
    class Broken(FlatRenderer):
        def configure(self, split):
            raise UserError("no such device")

    with pytest.raises(UserError, match="no such device"):
        generate_flat(tmp_path / "out", load(), Broken())
    assert not (tmp_path / "out").exists()
    generate_flat(tmp_path / "out", load("seed=3"), FlatRenderer())


@pytest.mark.parametrize("name", ["thesis.tex", "config.json"])
@pytest.mark.parametrize("text", ["...", "[]", '{"model_type": "x"}'])
def test_a_folder_with_other_things_is_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    refused = pytest.raises(UserError, match=r"holds no tvrgen dataset|was not written by tvrgen")
    with refused, catalog.writing_to(open_storage(tmp_path), load()):
        pass
    assert [p.name for p in tmp_path.iterdir()] == [name]
    (tmp_path / "file").write_text("")
    for name in ("file", "file/data"):
        with (
            pytest.raises(UserError, match="is not a folder"),
            catalog.writing_to(open_storage(tmp_path / name), load()),
        ):
            pass


def test_a_file_is_whole_or_not_there(tmp_path):
    target, link = tmp_path / "plan.jsonl", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    with contextlib.suppress(KeyboardInterrupt), whole_file(link) as file:
        file.write("half")
        raise KeyboardInterrupt
    assert target.read_text() == "old"
    with whole_file(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    with pytest.raises(UserError, match="is a folder"), whole_file(tmp_path):
        pass
    with whole_file(Path("/dev/null")) as file:
        file.write("gone")
    assert Path("/dev/null").is_char_device()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "plan.jsonl"]


@pytest.mark.parametrize("content", [None, {"config.json": "{}"}])
def test_what_is_no_dataset_says_so(tmp_path, content):
    for name, text in (content or {}).items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=r"there is no dataset\.json"):
        reader.open_dataset(tmp_path)


def test_shards_cover_a_split_once():
    config = load("splits.train.count=7", "output.shard_size=3")
    shards = shards_of(config, "train")
    assert [(s.first, s.count) for s in shards] == [(0, 3), (3, 3), (6, 1)]
    assert sum(worker.images_in(s, config) for s in shards) == 28


def test_a_problem_of_another_split_is_not_committed(tmp_path):
    """Handmade problems fall into any split by their hashes, drawn ones into their own alone."""
    with pytest.raises(UserError, match="may occur in another split as well"):
        generate_flat(tmp_path / "out", load("splits.val={count: 3}"), FlatRenderer())
    assert not list(tmp_path.glob("out/*/shard-*"))


def test_a_run_killed_as_it_wrote_its_config_is_taken_up(tmp_path):
    left = tmp_path / ".config.json.1a2b3c4d.partial"
    left.write_text("{")
    generate_flat(tmp_path, load(), FlatRenderer())
    assert not left.exists()


@pytest.mark.parametrize("name", ["run.json", "shard.json"])
def test_a_shard_that_lost_its_description_is_named(flat_dataset, name):
    (flat_dataset / "train/shard-00001" / name).unlink()
    with pytest.raises(UserError, match=r"is not whole any more; add --redo train/shard-00001"):
        generate_flat(flat_dataset, load(), FlatRenderer())


def test_the_status_is_told_from_a_log_that_was_cut_short(flat_dataset):
    lines = ['{"time": 10, "event": "start"}', '{"time": 20, "event": "shard", "images": 8, "node": "n"}', '{"time": 3']
    (flat_dataset / "log/run-20261125T201500-1f2e3d.jsonl").write_text("\n".join(lines))
    assert "the last run made 0.80 images a second on 1 node" in str(status(flat_dataset))
