"""The driver with a crew that does as the test says: tries, limits, giving up."""

from collections import Counter, deque

import pytest

from tvrgen._support.errors import UserError
from tvrgen.dataset.shards import Shard
from tvrgen.generation import driver
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Allocated, Done, Failed, Limits, Rendered, Task, Waiting


class Crew:
    """Crew of `workers` workers; `script(task, tries)` says how a try ends: "done", "failed", "lost", "stuck"."""

    def __init__(self, workers, script):
        self.workers, self._script, self.tries, self.dropped = workers, script, Counter(), []
        self._running = deque()

    def free(self):
        return self.workers - len(self._running)

    def begin(self, task):
        """Workers of shards above 100 are of a slow kind."""
        assert self.free() > 0
        self.tries[task] += 1
        self._running.append(task)
        return "slow" if task.shard.number > 100 else "fast"

    def events(self):
        for _ in range(len(self._running)):
            task = self._running.popleft()
            match self._script(task, self.tries[task]):
                case "done":
                    yield Rendered(task, task.images)
                    yield Done(task, {})
                case "failed":
                    yield Rendered(task, 1)
                    yield Failed(task, "broken")
                case "lost":
                    yield Failed(task, "its node was lost", blameless=True)
                case "stuck":
                    self._running.append(task)
                case "slow":
                    yield Rendered(task, 1)
                    self._running.append(task)

    def drop(self, task):
        self.dropped.append(task)
        self._running.remove(task)


class Observer:
    def __init__(self):
        self.images, self.shards, self.failures = 0, [], []

    def progress(self, images, workers):
        self.images += images

    def done(self, done, tries):
        self.shards.append((done.task.shard.number, tries))

    def failed(self, failed, tries, quarantined):
        self.failures.append((failed.task.shard.number, tries, quarantined))


@pytest.fixture
def ticking(monkeypatch):
    """The clock, which goes on by seven seconds with each look at it."""
    clock = iter(range(0, 10**6, 7))
    monkeypatch.setattr(driver.time, "monotonic", lambda: next(clock))
    return clock


def tasks(count):
    return [Task(Shard("train", n, n, 1), images=4) for n in range(count)]


@pytest.mark.parametrize("workers", [1, 3, 20])
def test_every_shard_is_made_once(workers):
    crew, observer = Crew(workers, lambda *_: "done"), Observer()
    assert driver.drive(tasks(10), crew, Limits(), observer) == []
    assert sorted(observer.shards) == [(n, 1) for n in range(10)]
    assert set(crew.tries.values()) == {1}
    assert observer.images == 40


@pytest.mark.parametrize("bad", [1, 2, 5])
def test_a_shard_is_tried_again_and_given_up_at_last(bad):
    """Shard 4 fails `bad` times."""
    crew = Crew(2, lambda task, tries: "failed" if task.shard.number == 4 and tries <= bad else "done")
    observer = Observer()
    given_up = driver.drive(tasks(9), crew, Limits(tries=3), observer)
    assert [f.task.shard.number for f in given_up] == [4] * (bad >= 3)
    assert [tries for n, tries, _ in observer.failures] == list(range(1, min(bad, 3) + 1))
    assert [over for *_, over in observer.failures] == [tries == 3 for tries in range(1, min(bad, 3) + 1)]
    assert len(observer.shards) == 9 - len(given_up)
    assert observer.images == 4 * len(observer.shards)


@pytest.mark.usefixtures("ticking")
def test_what_is_stuck_is_dropped_and_tried_again():
    crew = Crew(2, lambda task, tries: "stuck" if task.shard.number == 3 and tries == 1 else "done")
    observer = Observer()
    assert driver.drive(tasks(6), crew, Limits(seconds=600), observer) == []
    assert [task.shard.number for task in crew.dropped] == [3]
    assert dict(observer.shards)[3] == 2


@pytest.mark.usefixtures("ticking")
def test_a_large_shard_may_take_long():
    looks = Counter()

    def slow(task, tries):
        looks[task] += 1
        return "slow" if looks[task] < 30 else "done"

    crew = Crew(1, slow)
    large = [Task(Shard("train", 0, 0, 100), images=400)]
    assert driver.drive(large, crew, Limits(seconds=60), Observer()) == []
    assert crew.dropped == []


def test_the_first_shard_may_be_stuck_as_well(ticking):
    """There is no rate to go by, and the shard is large: what tells is that no picture comes."""
    crew = Crew(1, lambda task, tries: "stuck" if tries == 1 else "done")
    assert driver.drive([Task(Shard("train", 0, 0, 500), images=1000)], crew, Limits(seconds=600), Observer()) == []
    assert len(crew.dropped) == 1
    assert next(ticking) < 1000


@pytest.mark.parametrize("workers", [1, 8])
def test_where_everything_fails_the_run_ends(workers):
    crew = Crew(workers, lambda *_: "failed")
    with pytest.raises(UserError, match=r"broken .* shards failed one after another"):
        driver.drive(tasks(1000), crew, Limits(tries=3), Observer())
    assert sum(crew.tries.values()) < 60


@pytest.mark.parametrize("workers", [1, 4])
def test_bad_shards_at_the_end_do_not_end_the_run(workers):
    crew = Crew(workers, lambda task, tries: "failed" if task.shard.number >= 91 else "done")
    assert len(driver.drive(tasks(100), crew, Limits(tries=3), Observer())) == 9


@pytest.mark.parametrize("workers", [1, 4])
def test_bad_shards_that_are_all_that_is_left_are_given_up(workers):
    crew = Crew(workers, lambda *_: "failed")
    assert len(driver.drive(tasks(9), crew, Limits(tries=3), Observer())) == 9


@pytest.mark.usefixtures("ticking")
def test_a_worker_is_measured_by_those_of_its_kind():
    """Shards of fast workers take a look each, the slow worker's 40 looks of 7 seconds."""
    looks = Counter()

    def script(task, tries):
        looks[task] += 1
        return "slow" if task.shard.number > 100 and looks[task] < 40 else "done"

    slow = Task(Shard("train", 101, 101, 1), images=400)
    crew = Crew(2, script)
    assert driver.drive([slow, *tasks(20)], crew, Limits(seconds=60), Observer()) == []
    assert crew.dropped == []


def test_what_workers_wait_for_and_what_nodes_get_is_passed_on():
    told = []

    class Told(Observer):
        def waiting(self, why):
            told.append(why)

        def allocated(self, node, allocation):
            told.append((node, allocation.workers))

    class Starting(Crew):
        def events(self):
            if not told:
                yield Waiting("compiling")
                yield Allocated("a", Allocation(workers=3))
            yield from super().events()

    assert driver.drive(tasks(2), Starting(1, lambda *_: "done"), Limits(), Told()) == []
    assert told == ["compiling", ("a", 3)]


def test_tries_whose_worker_was_lost_do_not_count():
    ends = ["lost", "failed", "lost", "lost", "failed", "lost", "done"]
    crew, observer = Crew(2, lambda task, tries: ends[tries - 1]), Observer()
    assert driver.drive(tasks(3), crew, Limits(tries=3), observer) == []
    assert sorted(observer.shards) == [(0, 3), (1, 3), (2, 3)]
    assert not any(quarantined for *_, quarantined in observer.failures)
    assert len(observer.failures) == 18


def test_nodes_that_are_lost_with_all_their_workers_do_not_end_the_run():
    crew = Crew(50, lambda task, tries: "lost" if tries < 5 else "done")
    assert driver.drive(tasks(200), crew, Limits(tries=1), Observer()) == []


def test_a_shard_whose_worker_is_always_lost_is_given_up():
    crew = Crew(2, lambda task, tries: "lost" if task.shard.number == 1 else "done")
    [given_up] = driver.drive(tasks(9), crew, Limits(tries=1, losses=7), Observer())
    assert (given_up.task.shard.number, given_up.reason) == (1, "its node was lost")
    assert crew.tries[given_up.task] == 7
