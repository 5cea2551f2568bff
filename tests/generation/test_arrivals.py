"""Committed shards in a folder that shows them late, as NFS does: a stand-in for its caches."""

import pytest

from tests.tiny import load
from tvrgen._support.errors import UserError
from tvrgen.dataset.shards import shards_of
from tvrgen.generation import arrivals
from tvrgen.generation.arrivals import Arrivals
from tvrgen.generation.driver import Done, Limits, Task, drive


class Late:
    """A folder that shows each shard some seconds after it was committed."""

    def __init__(self, clock, seconds: float) -> None:
        self.clock, self.seconds, self.made, self.looks = clock, seconds, {}, 0

    def __str__(self) -> str:
        return "data"

    def sees(self, shard: str) -> bool:
        self.looks += 1
        return self.clock.now >= self.made.setdefault(shard, self.clock.now) + self.seconds


class Clock:
    """Time that passes when it is told to."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(arrivals, "time", clock)
    return clock


@pytest.fixture
def tasks():
    return [Task(shard, 4) for shard in shards_of(load("splits.train.count=20", "output.shard_size=1"), "train")]


class Crew:
    """A worker on another node, which makes a shard a second."""

    workers = 1

    def __init__(self, storage, clock) -> None:
        self.arrivals, self.clock, self.task = Arrivals(storage), clock, None

    def free(self) -> int:
        return int(self.task is None)

    def begin(self, task) -> str:
        self.task = task
        return ""

    def events(self):
        self.clock.now += 1
        yield from self.arrivals.seen()
        if self.task:
            task, self.task = self.task, None
            yield from self.arrivals.expect(Done(task, {"node": "n1"}))

    def drop(self, task) -> None:
        self.arrivals.forget(task)


class Silent:
    """An observer that counts."""

    count = 0

    def progress(self, images, workers) -> None: ...

    def done(self, done, tries) -> None:
        assert tries == 1
        self.count += 1


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_folder_that_shows_shards_late_holds_nothing_up(seconds, clock, tasks):
    storage, observer = Late(clock, seconds), Silent()
    assert drive(tasks, Crew(storage, clock), Limits(), observer) == []
    assert observer.count == len(tasks)
    assert clock.now - 1000 <= len(tasks) + seconds + 2  # seconds: those of the shards, and one wait at the end
    assert storage.looks <= (len(tasks) + 2) * (seconds + 2)


def test_a_node_with_another_folder_of_this_name_ends_the_run(clock, tasks):
    with pytest.raises(UserError, match=r"data: n1 made train/shard-00000, but after 3 minutes it is missing here"):
        drive(tasks, Crew(Late(clock, 1e9), clock), Limits(), Silent())


def test_a_shard_that_vanished_is_left_to_the_end_of_the_run(clock, tasks):
    storage = Late(clock, 0)
    crew, observer = Crew(storage, clock), Silent()
    sees = storage.sees
    storage.sees = lambda shard: shard != tasks[3].shard.path and sees(shard)
    assert drive(tasks, crew, Limits(), observer) == []
    assert observer.count == len(tasks)
    assert clock.now - 1000 >= arrivals.PATIENCE


def test_a_shard_that_is_made_again_is_expected_no_more(clock, tasks):
    found = Arrivals(Late(clock, 60))
    assert list(found.expect(Done(tasks[0], {"node": "n1"}))) == []
    found.forget(tasks[0])
    clock.now += 100
    assert list(found.seen()) == []
