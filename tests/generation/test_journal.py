"""The log of a run: events in a file, progress to whoever displays it."""

import json

import pytest

from tvrgen.dataset import catalog
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import journal
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Done, Failed, Task
from tvrgen.generation.journal import QUARANTINE, Journal

SHARD = Shard("train", 3, 6, 2)
FACTS = {"node": "n", "pid": 7, "memory": 100, "seconds": {"planning": 1.0}, "devices": ["CPU"], "versions": {}}


@pytest.fixture(params=["folder", "memory://journal"])
def storage(request, tmp_path):
    storage = open_storage(tmp_path if request.param == "folder" else f"{request.param}{tmp_path.name}")
    (tmp_path / "log").mkdir()
    return storage


def events(storage) -> list[dict]:
    (name,) = [name for name in storage.names("log") if name.startswith("run-")]
    return [json.loads(line) for line in storage.read(f"log/{name}").splitlines()]


def test_events_are_lines_with_their_time(storage):
    told = []
    log = Journal(storage, lambda *_: None, told.append)
    log.event("start", shards=1, images=8)
    log.done(Done(Task(SHARD, 8), FACTS), tries=2)
    log.event("end", given_up=0)
    found = events(storage)
    assert [event["event"] for event in found] == ["start", "shard", "end"]
    assert all(event["time"] > 1e9 for event in found)
    assert (
        found[1].items() >= {"shard": "train/shard-00003", "problems": 2, "images": 8, "tries": 2, "node": "n"}.items()
    )
    assert "versions" not in found[1]
    assert [json.loads(line) for line in told] == found


def test_progress_is_told_and_not_logged(storage, monkeypatch):
    monkeypatch.setattr(journal, "_PROGRESS_INTERVAL", -1.0)
    told, advanced = [], []
    log = Journal(storage, lambda *numbers: advanced.append(numbers), told.append)
    log.progress(3, workers=2)
    log.failed(Failed(Task(SHARD, 8), "broken"), tries=1, quarantined=False)
    log.progress(-3, workers=2)
    log.event("end")
    assert advanced == [(3, "2 workers"), (-3, "2 workers, retries: 1")]
    assert [json.loads(line)["event"] for line in told] == ["progress", "failure", "progress", "end"]
    assert [event["event"] for event in events(storage)] == ["failure", "end"]


def test_what_workers_wait_for_is_shown_always_and_logged_once(storage):
    advanced = []
    log = Journal(storage, lambda *told: advanced.append(told))
    for _ in range(3):
        log.waiting("compiling")
    log.progress(2, workers=1)
    assert advanced == [*[(0, "compiling")] * 3, (2, "")]
    log.event("end")
    assert [event["event"] for event in events(storage)] == ["waiting", "end"]


def test_nodes_that_wait_for_different_things_are_each_logged_once(storage):
    log = Journal(storage, lambda *_: None)
    for _ in range(3):
        log.waiting("compiling sm_80")
        log.waiting("compiling sm_90")
    log.event("end")
    assert [event.get("why") for event in events(storage)] == ["compiling sm_80", "compiling sm_90", None]


def test_workers_that_follow_from_gpus_are_said_once_for_nodes_that_are_alike(storage, caplog):
    caplog.set_level("INFO", logger="tvrgen")
    log = Journal(storage, lambda *_: None)
    for node, count in (("a", 16), ("b", 16), ("c", 2)):
        log.allocated(node, Allocation(workers=count, gpus=0.05, names=("NVIDIA H200",), mps=True))
    log.event("end")
    assert caplog.messages == [
        "a: 16 workers, 1 thread each, on 1 NVIDIA H200, shared by MPS",
        "c: 2 workers, 1 thread each, on 1 NVIDIA H200, shared by MPS",
    ]
    found = [event for event in events(storage) if event["event"] == "workers"]
    assert [(event["node"], event["workers"], event["mps"]) for event in found] == [
        ("a", 16, True),
        ("b", 16, True),
        ("c", 2, True),
    ]


def test_shards_given_up_are_in_quarantine_until_the_next_run(storage):
    log = Journal(storage, lambda *_: None)
    log.failed(Failed(Task(SHARD, 8), "broken", "n", "the end"), tries=3, quarantined=True)
    about = {"reason": "broken", "node": "n", "log": "the end"}
    assert catalog.read_json(storage, QUARANTINE) == {"train/shard-00003": about}
    Journal(storage, lambda *_: None)
    assert not storage.exists(QUARANTINE)


def test_a_shard_made_again_is_no_longer_to_be_made(storage):
    catalog.note_again(storage, {SHARD.path: "asked for", "train/shard-00000": "asked for"})
    Journal(storage, lambda *_: None).done(Done(Task(SHARD, 8, "asked for"), FACTS), tries=1)
    assert catalog.again(storage) == {"train/shard-00000": "asked for"}
