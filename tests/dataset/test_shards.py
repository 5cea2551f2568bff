"""Shards: there whole or not at all, as documented."""

import json

import pytest

from tests.tiny import FlatRenderer, generate_flat, json_bytes, load
from tvrgen._support.errors import UserError
from tvrgen._support.files import sha256
from tvrgen.dataset import shards
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import worker


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


def test_a_shard_that_another_worker_made_meanwhile_stays(flat_dataset):
    before = json_bytes(flat_dataset)
    with shards.writing(open_storage(flat_dataset), shards_of(load(), "train")[0]) as folder:
        (folder / "scenes.jsonl").write_text("a worker that was thought dead")
    assert json_bytes(flat_dataset) == before
    assert not list(flat_dataset.rglob("*.partial"))


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
