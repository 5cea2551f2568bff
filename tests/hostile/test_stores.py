"""Hostile datasets in object stores: keys that climb, and objects that are larger than they may be."""

import fsspec
import pytest

import tvrgen
from tests.hostile import sound
from tests.hostile.guard import watched
from tests.tiny import FlatRenderer, generate_flat, load
from tvrgen._support.errors import UserError

CLIMBING = ("../../../../x.py", "images/../../../../../x.py", "../x", "a\nb", ".hidden", "a b", "x::y", "~/x", "-rf/x")


@pytest.fixture
def store(request):
    url = f"memory://hostile-{abs(hash(request.node.name))}"
    generate_flat(url, load("splits.train.count=2"), FlatRenderer())
    yield url
    fsspec.filesystem("memory").rm(url, recursive=True)


@pytest.mark.parametrize("key", CLIMBING)
def test_keys_of_no_file_are_fetched_nowhere(key, store, tmp_path, capsys):
    memory = fsspec.filesystem("memory")
    memory.store[f"{memory._strip_protocol(store)}/train/shard-00000/{key}"] = memory.store[
        f"{memory._strip_protocol(store)}/dataset.json"
    ]
    with watched(tmp_path) as seen:
        for name in ("validate", "status", "export webdataset"):
            code = sound.run(name, store, tmp_path / "out" / name, tmp_path)
            said = capsys.readouterr()
            assert code in (0, 1, 2), said.err
            assert code != 0 or name != "validate"
    assert not seen


def test_objects_beyond_the_limits_are_not_fetched(store, monkeypatch):
    monkeypatch.setenv("TVRGEN_MAX_DOCUMENT_BYTES", "1000")
    with pytest.raises(UserError, match=r"dataset\.json: has \d+ bytes; at most 1000"):
        tvrgen.open_dataset(store)
    monkeypatch.delenv("TVRGEN_MAX_DOCUMENT_BYTES")
    dataset = tvrgen.open_dataset(store)
    monkeypatch.setenv("TVRGEN_MAX_FILE_BYTES", "1000")
    with pytest.raises(UserError, match=r"questions\.jsonl: has \d+ bytes; at most 1000"):
        list(dataset.questions())
    monkeypatch.delenv("TVRGEN_MAX_FILE_BYTES")
    image = next(dataset.questions())["images"][0]
    monkeypatch.setenv("TVRGEN_MAX_IMAGE_BYTES", "100")
    with pytest.raises(UserError, match="at most 100"):
        tvrgen.open_image(image)
