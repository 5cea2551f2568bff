"""Datasets in object stores: the same as in a folder, and whole through every fault of the store."""

import json
import time
from uuid import uuid4

import pytest
from fsspec import AbstractFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from tests import stores
from tests.tiny import FlatRenderer, generate_flat, handmade, json_bytes, load, made
from tvrgen._support.errors import UserError
from tvrgen.dataset import catalog, preparation
from tvrgen.dataset.image_reader import open_image
from tvrgen.dataset.reader import open_dataset
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage import objectstore, store_lock
from tvrgen.dataset.storage.base import MANIFEST
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.validation.files import dataset_faults
from tvrgen.generation.status import status
from tvrgen.questions import asking


@pytest.fixture(scope="module")
def server():
    with stores.s3_server() as address:
        yield address


@pytest.fixture
def weather(server, monkeypatch):
    """The store's address stands in the environment; what it suffers is set by the test."""
    import s3fs

    conditions = stores.Weather()
    monkeypatch.setattr(objectstore, "PATIENCE", 4.0)
    monkeypatch.setattr(store_lock, "BEAT", 0.2)
    with stores.proxy(server, conditions) as address:
        for name, value in stores.variables(address).items():
            monkeypatch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        yield conditions
        s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(server, weather):
    return stores.bucket(server)


@pytest.fixture
def anywhere(request, tmp_path):
    """A new storage of the kind that the test's parameter names."""
    if request.param == "memory":
        return f"memory://{uuid4().hex}/set"
    return str(tmp_path / "set") if request.param == "folder" else request.getfixturevalue("bucket") + "/data/set"


PAIRS = [("memory", "files"), ("s3", "webdataset"), ("folder", "files"), ("folder", "webdataset")]
"""Each kind of storage and each shard format; a folder with both, as what is local is read another way."""

everywhere = pytest.mark.parametrize(("anywhere", "form"), PAIRS, indirect=["anywhere"])


@everywhere
def test_a_dataset_is_the_same_anywhere(by_hand, form, anywhere, tmp_path):
    config = load(f"output.format={form}", "output.blend=true")
    beside = generate_flat(tmp_path / "beside", config, FlatRenderer())
    generate_flat(anywhere, config, FlatRenderer())
    storage = open_storage(anywhere)
    assert {name: storage.read(name) for name in json_bytes(beside)} == json_bytes(beside)
    assert storage.shards() == {f"train/shard-{n:05d}" for n in range(3)}
    assert list(dataset_faults(anywhere)) == []
    here, there = open_dataset(beside), open_dataset(anywhere)
    assert list(there.scenes()) == list(here.scenes())
    questions = list(there.questions("train"))
    assert [q["id"] for q in questions] == [q["id"] for q in here.questions()]
    for path in questions[7]["images"]:
        assert open_image(path).size == (80, 60)
    assert "5 of 5 problems, 3 of 3 shards" in str(status(anywhere))


@everywhere
def test_what_is_cut_short_is_named_and_made_again(by_hand, form, anywhere):
    config = load(f"output.format={form}")
    generate_flat(anywhere, config, FlatRenderer())
    storage = open_storage(anywhere)
    name = "train/shard-00001/" + ("samples.tar" if form == "webdataset" else "images/000002-final-left.png")
    whole = storage.read(name)
    storage.write(name, whole[:-700] if form == "webdataset" else whole[:-7])
    assert any(name in fault for fault in list(dataset_faults(anywhere)))
    assert [*catalog.again(storage)] == ["train/shard-00001"]
    renderer = FlatRenderer()
    generate_flat(anywhere, config, renderer)
    assert len(renderer.asked) == 8
    assert storage.read(name) == whole
    assert list(dataset_faults(anywhere)) == []
    assert catalog.again(storage) == {}


@everywhere
def test_a_split_grows_and_keeps_what_it_has(form, anywhere, tmp_path):
    small, large = (load(f"output.format={form}", f"splits.train.count={count}") for count in (5, 9))
    generate_flat(anywhere, small, FlatRenderer())
    storage = open_storage(anywhere)
    full = {name: storage.read(f"train/{name}/shard.json") for name in ("shard-00000", "shard-00001")}
    renderer = FlatRenderer()
    generate_flat(anywhere, large, renderer)
    assert {name.split("-")[0][-6:] for *_, name in renderer.asked} <= {f"{k:06d}" for k in range(5, 9)} | {"train"}
    assert len(renderer.asked) == 4 * 4
    assert all(storage.read(f"train/{name}/shard.json") == content for name, content in full.items())
    at_once = generate_flat(tmp_path / "at once", large, FlatRenderer())
    assert {name: storage.read(name) for name in json_bytes(at_once)} == json_bytes(at_once)
    with pytest.raises(UserError, match="train has 9 problems; a split can grow, and not shrink to 5"):
        generate_flat(anywhere, small, FlatRenderer())


@pytest.mark.parametrize("anywhere", ["s3", "folder"], indirect=True)
def test_a_grown_shard_that_was_lost_as_it_was_replaced_is_made_anew(anywhere, tmp_path):
    """The run that replaced it was killed when the old one was gone and the new one not whole."""
    large = load("splits.train.count=6")
    generate_flat(anywhere, load(), FlatRenderer())
    storage = open_storage(anywhere)
    catalog.note_again(storage, {"train/shard-00002": catalog.GROWN})
    storage.remove("train/shard-00002")
    generate_flat(anywhere, large, FlatRenderer())
    at_once = generate_flat(tmp_path / "at once", large, FlatRenderer())
    assert {name: storage.read(name) for name in json_bytes(at_once)} == json_bytes(at_once)
    assert catalog.again(storage) == {}


def test_a_shard_without_its_manifest_is_not_there(bucket):
    config, storage = load(), open_storage(bucket)
    generate_flat(bucket, config, FlatRenderer())
    storage.remove("train/shard-00001/shard.json")
    assert storage.shards() == {"train/shard-00000", "train/shard-00002"}
    generate_flat(bucket, config, FlatRenderer())
    assert len(storage.shards()) == 3


def shard_of(config):
    return shards_of(config, "train")[0]


@pytest.mark.parametrize("fault", ["cut", "refuse", "slow"])
def test_a_store_that_fails_for_a_while_is_borne_with(fault, by_hand, bucket, weather, tmp_path):
    """Every upload fails once, or is slow."""
    failed = set()

    def once(method, path):
        new = method == "PUT" and path not in failed
        failed.add(path)
        return fault if new else ""

    weather.fault = once
    config = load("splits.train.count=2")
    generate_flat(bucket, config, FlatRenderer())
    weather.fault = lambda *_: ""
    assert list(dataset_faults(bucket)) == []
    beside = generate_flat(tmp_path / "beside", config, FlatRenderer())
    assert {name: open_storage(bucket).read(name) for name in json_bytes(beside)} == json_bytes(beside)


@pytest.mark.parametrize("fault", ["cut", "refuse"])
def test_a_store_that_is_lost_leaves_the_shard_absent(fault, bucket, weather, monkeypatch):
    """From the third upload of a shard on, nothing comes through."""
    config, storage = load(), open_storage(bucket)
    monkeypatch.setattr(asking, "plan_problem", lambda c, s, i: handmade(c, c.split(s), i))
    seen = []

    def later(method, path):
        seen.append(method)
        return fault if seen.count("PUT") > 2 else ""

    weather.fault = later
    with pytest.raises(OSError, match="the store fails"):
        made(config, shard_of(config), bucket, FlatRenderer())
    weather.fault = lambda *_: ""
    assert storage.names("train/shard-00000")
    assert storage.shards() == set()
    storage.discard_partial()
    assert storage.names("train") == set()


def test_no_shard_is_taken_for_absent_while_a_store_is_down(monkeypatch):
    """Also where the library has `exists` say no to whatever goes wrong, as fsspec's does."""
    url, config = f"memory://{uuid4().hex}/set", load()
    generate_flat(url, config, FlatRenderer())
    storage, info, down = open_storage(url), MemoryFileSystem.info, iter([True] * 3)

    def failing(self, path, **options):
        if next(down, False):
            raise ConnectionError("no route")
        return info(self, path, **options)

    monkeypatch.setattr(MemoryFileSystem, "info", failing)
    monkeypatch.setattr(MemoryFileSystem, "exists", AbstractFileSystem.exists)
    assert storage.discard_partial() == {f"train/shard-{n:05d}" for n in range(3)}
    assert len(storage.shards()) == 3


def test_a_second_run_is_refused_while_the_first_is_alive_and_takes_over_when_it_is_not(bucket):
    config, storage = load(), open_storage(bucket)
    with (
        preparation.writing_to(storage, config),
        pytest.raises(UserError, match="another run is writing there"),
        preparation.writing_to(open_storage(bucket), config),
    ):
        pass
    dead = {"run": "x", "host": "elsewhere", "pid": 1, "beat": 7}
    storage.write(store_lock.LOCK, json.dumps(dead).encode())
    assert not storage.is_locked()
    with preparation.writing_to(storage, config):
        assert open_storage(bucket).is_locked()
    assert not storage.exists(store_lock.LOCK)


def test_objects_are_removed_one_by_one(bucket, weather, monkeypatch):
    """Some stores want a checksum of requests that remove many, which the library does not send."""
    weather.fault = lambda method, path: "refuse" if method == "POST" and "delete" in path else ""
    monkeypatch.setattr(objectstore, "PATIENCE", 1.0)
    storage = open_storage(bucket)
    with storage.locked():
        for name in ("images/000000-final-left.png", "run.json", "notes.txt"):
            storage.write(f"train/shard-00000/{name}", b"of a killed worker")
        assert storage.discard_partial() == set()
    assert not storage.exists(store_lock.LOCK)
    assert storage.names("train/shard-00000") == {"notes.txt"}


def test_a_run_that_slept_leaves_the_store_to_the_one_that_took_it_and_ends(bucket):
    storage = open_storage(bucket)
    other = json.dumps({"run": "x", "host": "elsewhere", "pid": 1, "beat": 7}).encode()
    with storage.locked():
        storage.write(store_lock.LOCK, other)
        time.sleep(4 * store_lock.BEAT)
        assert storage.read(store_lock.LOCK) == other
        with pytest.raises(UserError, match="another run took over while this one slept"):
            storage.check_lock()
    assert storage.read(store_lock.LOCK) == other


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nowhere://x", "Protocol not known: nowhere"),
        ("", "names no storage"),
        ("s3://no-such-bucket-here/x", "no dataset"),
    ],
)
def test_a_name_that_leads_nowhere_is_one_line(url, message, weather):
    with pytest.raises(UserError, match=message):
        open_dataset(url)


class _Files(MemoryFileSystem):
    """Files that cannot be asked for."""

    error: Exception

    def info(self, path, **_):
        raise self.error


@pytest.mark.parametrize(
    ("error", "cause", "says"),
    [
        (FileNotFoundError("x"), ConnectionError("no route"), "the store fails: ConnectionError: no route"),
        (FileNotFoundError("x"), None, None),
        (type("NoCredentialsError", (Exception,), {})("no key"), None, "the store fails: NoCredentialsError: no key"),
        (RuntimeError("down"), None, "the store fails: RuntimeError: down"),
    ],
)
def test_who_cannot_be_asked_does_not_say_no(error, cause, says, monkeypatch, caplog):
    """As fsspec's files behind http do. What more time may mend is asked for again, and told of."""
    error.__cause__ = cause
    storage = open_storage(f"memory://{uuid4().hex}/set")
    monkeypatch.setattr(storage, "_files", _Files())
    monkeypatch.setattr(_Files, "error", error, raising=False)
    monkeypatch.setattr(objectstore, "PATIENCE", 2.0)
    monkeypatch.setattr(objectstore, "_SILENCE", 0.1)
    if says is None:
        assert not storage.exists("dataset.json")
    else:
        with pytest.raises(OSError, match=says):
            storage.exists("dataset.json")
    assert caplog.text.count("asking again") == (says is not None and "NoCredentials" not in says)


def test_a_run_looks_for_shards_once_at_its_start_and_once_at_its_end(monkeypatch):
    url, config = f"memory://{uuid4().hex}/set", load()
    asked = []
    exists = objectstore.ObjectStore.exists
    monkeypatch.setattr(objectstore.ObjectStore, "exists", lambda self, path: asked.append(path) or exists(self, path))
    generate_flat(url, config, FlatRenderer())
    asked.clear()
    generate_flat(url, config, FlatRenderer())
    looks = [path for path in asked if path.endswith("shard.json")]
    assert sorted(looks) == sorted(2 * [f"train/shard-{n:05d}/shard.json" for n in range(3)])


def test_a_shard_whose_files_are_cleared_as_they_are_sent_is_not_there(monkeypatch):
    """By a new run, which thought the worker dead: its shard would be a description of what is missing."""
    storage, shard = open_storage(f"memory://{uuid4().hex}/set"), "train/shard-00000"
    send = storage._send

    def send_and_clear(path, name):
        send(path, name)
        if path.name == "b":
            storage.remove(f"{shard}/a")

    monkeypatch.setattr(storage, "_send", send_and_clear)
    monkeypatch.setattr(objectstore, "_TOGETHER", 1)  # a, then b
    filling = storage.committing(shard)
    folder = filling.__enter__()
    for name in ("a", "b", MANIFEST):
        (folder / name).write_text(name)
    with pytest.raises(OSError, match="were removed while they were sent"):
        filling.__exit__(None, None, None)
    assert storage.shards() == set()


def test_a_missing_library_of_s3_is_an_extra(monkeypatch):
    def missing(*_, **__):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(UserError, match=r"^s3://bucket/x: Install s3fs to access S3; pip install 'tvrgen\[s3\]'$"):
        objectstore.ObjectStore("s3://bucket/x")
