"""Lock of an object store: one of several runs gets it, whatever the store's library can do."""

import json
import platform
import threading
from uuid import uuid4

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.dataset import preparation
from tvrgen.dataset.storage import objectstore, store_lock
from tvrgen.dataset.storage.open import open_storage
from tvrgen.dataset.storage.store_lock import LOCK


@pytest.fixture(params=["create", "old library"])
def url(request, monkeypatch):
    monkeypatch.setattr(store_lock, "BEAT", 0.2)
    if request.param == "old library":

        def pipe_file(self, path, value, **options):
            assert "mode" not in options
            self.open(path, mode="wb", data=value)

        monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
    return f"memory://{uuid4().hex}/set"


def test_one_of_several_runs_gets_a_free_lock(url):
    barrier, over, got = threading.Barrier(4), threading.Event(), []

    def run():
        barrier.wait()
        try:
            with open_storage(url).locked():
                got.append("locked")
                over.wait()
        except UserError as error:
            got.append(str(error))
        if len(got) == 4:
            over.set()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    over.set()
    assert got.count("locked") == 1
    assert sum("another run is writing there" in line for line in got) == 3
    assert not open_storage(url).exists(LOCK)


def test_a_dead_runs_lock_is_taken_over(url):
    storage = open_storage(url)
    storage.write(LOCK, json.dumps({"run": "x", "host": "elsewhere", "pid": 1, "beat": 7}).encode())
    assert not storage.is_locked()
    with storage.locked():
        assert open_storage(url).is_locked()


class HttpError(Exception):
    code = 412


@pytest.mark.parametrize(
    "error", [FileExistsError("412"), OSError(22, "At least one of the pre-conditions"), HttpError("conditionNotMet")]
)
def test_a_lock_whose_first_answer_was_lost_is_ones_own(error, monkeypatch):
    """The store wrote it, the connection broke, and the second try finds it there."""
    monkeypatch.setattr(store_lock, "BEAT", 0.2)
    storage = open_storage(f"memory://{uuid4().hex}/set")
    pipe, lost = MemoryFileSystem.pipe_file, []

    def pipe_file(self, path, value, mode="overwrite", **options):
        if mode == "create" and lost:
            raise error
        pipe(self, path, value, mode)
        if mode == "create":
            lost.append(path)
            raise ConnectionError("broken")

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", pipe_file)
    with storage.locked():
        assert lost
    assert not storage.exists(LOCK)


def test_a_conditional_write_is_not_repeated_where_the_object_exists(monkeypatch):
    storage = open_storage(f"memory://{uuid4().hex}/set")
    monkeypatch.setattr(objectstore.time, "sleep", lambda seconds: pytest.fail("tried again"))
    assert storage.create("a", b"1") is True
    assert storage.create("a", b"2") is False
    assert storage.read("a") == b"1"


def written(store, **changes) -> None:
    """Writes the lock as another run does."""
    store.write(LOCK, json.dumps({"run": "other", "host": "elsewhere", "pid": 1, "beat": 0, **changes}).encode())


def test_a_run_that_comes_at_once_and_writes_last_gets_the_lock(url, monkeypatch):
    storage = open_storage(url)
    monkeypatch.setattr(objectstore.ObjectStore, "create", lambda *_: None)  # no conditional writes
    monkeypatch.setattr(store_lock.time, "sleep", lambda seconds: written(storage))
    with pytest.raises(UserError, match="another run is writing there"), storage.locked():
        pass
    assert json.loads(storage.read(LOCK))["run"] == "other"


def test_a_run_whose_lock_was_taken_over_ends_and_leaves_it_alone(url):
    """It slept for more than three beats: it writes no more and does not remove the other run's lock."""
    storage = open_storage(url)
    with storage.locked():
        storage.check_lock()
        written(storage, beat=7)
        assert storage._lock._lost.wait(20)
        with pytest.raises(UserError, match="another run took over while this one slept, and goes on"):
            storage.check_lock()
    assert json.loads(storage.read(LOCK)) == {"run": "other", "host": "elsewhere", "pid": 1, "beat": 7}


def test_a_run_that_lost_its_lock_removes_nothing_of_the_others(url):
    storage = open_storage(url)

    def run():
        with preparation.writing_to(storage, load()):
            written(storage, beat=7)
            storage.write("train/shard-00000/run.json", b"the other's, which is not finished yet")
            assert storage._lock._lost.wait(20)

    with pytest.raises(UserError, match="another run took over"):
        run()
    assert storage.exists("train/shard-00000/run.json")


def test_the_lock_of_a_dead_process_of_this_machine_is_free_at_once(url, monkeypatch):
    monkeypatch.setattr(store_lock, "BEAT", 1000.0)
    monkeypatch.setattr(store_lock, "_runs", lambda pid: False)
    storage = open_storage(url)
    written(storage, processes=store_lock._processes() or pytest.skip("this system does not name its processes"))
    assert storage.exists(LOCK)
    assert not storage.is_locked()


@pytest.mark.parametrize("processes", ["another container's", "", None])
def test_a_process_that_another_container_numbered_is_not_looked_up(processes, url, monkeypatch):
    """Containers share the machine and its name; the holder's number is no process here, and it beats all the same."""
    storage = open_storage(url)
    monkeypatch.setattr(store_lock, "_runs", lambda pid: False)
    written(storage, host=platform.node(), processes=processes)
    beats = threading.Timer(0.1, lambda: written(storage, host=platform.node(), processes=processes, beat=1))
    beats.start()
    assert storage.is_locked()
    beats.join()
