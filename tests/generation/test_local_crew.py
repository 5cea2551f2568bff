"""The crew of this process: one shard at a time, and nothing half made is left."""

import pytest

from tests.tiny import handmade, load
from tvrgen._support.errors import UserError
from tvrgen.dataset import preparation
from tvrgen.dataset.shards import shards_of
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import local_crew, worker
from tvrgen.generation.driver import Done, Failed, Rendered, Task
from tvrgen.generation.local_crew import LocalCrew
from tvrgen.imaging.renderer import RendererLost
from tvrgen.questions import asking


@pytest.fixture
def crew(tmp_path, monkeypatch):
    monkeypatch.setenv("FAULTS", "{}")
    monkeypatch.setattr(asking, "plan_problem", lambda config, split, i: handmade(config, config.split(split), i))
    config, storage = load(), open_storage(tmp_path / "out")
    with preparation.writing_to(storage, config):
        crew = LocalCrew(config, storage, tmp_path / "log", "tests.faulty:open_faulty")
        yield crew
        crew.close()


@pytest.fixture
def task():
    config = load()
    shard = shards_of(config, "train")[0]
    return Task(shard, worker.images_in(shard, config))


def all_events(crew) -> list:
    found = []
    while not crew.free():
        found += crew.events()
    return found


def test_a_shard_is_made_and_the_worker_is_free_again(crew, task):
    assert (crew.workers, crew.free()) == (1, 1)
    crew.begin(task)
    assert crew.free() == 0
    *rendered, done = all_events(crew)
    assert sum(event.images for event in rendered) == task.images
    assert isinstance(done, Done)
    assert done.facts["devices"] == ["paint"]
    assert list(crew.events()) == []


def test_progress_is_told_while_a_shard_is_made(crew, task, monkeypatch):
    monkeypatch.setattr(local_crew, "_TURN", 0.0)
    crew.begin(task)
    assert list(crew.events()) == [Rendered(task, 0)]
    assert crew.free() == 0


def test_a_failure_frees_the_worker(crew, task, monkeypatch):
    monkeypatch.setattr(crew._renderer, "render", lambda shot, path: 1 / 0)
    crew.begin(task)
    *_, failed = all_events(crew)
    assert isinstance(failed, Failed)
    assert failed.reason == "ZeroDivisionError: division by zero"


def test_a_renderer_that_is_lost_ends_the_run(crew, task, monkeypatch):
    def lose(shot, path):
        raise RendererLost("CUDA error: unspecified launch failure")

    monkeypatch.setattr(crew._renderer, "render", lose)
    crew.begin(task)
    with pytest.raises(UserError, match="unspecified launch failure; finished shards are kept, and the same command"):
        all_events(crew)


@pytest.mark.parametrize("end", ["drop", "close"])
def test_a_shard_that_is_not_finished_leaves_nothing(end, crew, task, tmp_path, monkeypatch):
    monkeypatch.setattr(local_crew, "_TURN", 0.0)
    crew.begin(task)
    list(crew.events())
    next(crew._steps)
    assert list(tmp_path.rglob("*.partial"))
    crew.drop(task) if end == "drop" else crew.close()
    assert not list(tmp_path.rglob("*.partial"))
    assert crew.free() == 1
