"""Scheduler of a run: the order, tries and time limits of shards.

A crew makes the shards: this process (`local_crew`) or Ray actors (`ray_crew`). A crew reports events; the driver alone
decides on the consequences, so that both crews behave the same.
"""

import statistics
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.versions import FORMAT
from tvrgen.generation.allocation import Allocation


@dataclass(frozen=True, slots=True)
class Task:
    """A shard to be made, its number of images, and the format of its lines.

    `why` says why a shard that exists is made again.
    """

    shard: Shard
    images: int
    why: str = ""
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Rendered:
    """Event: a worker finished `images` more images of a task (0: it is alive)."""

    task: Task
    images: int


@dataclass(frozen=True, slots=True)
class Done:
    """Event: a shard is committed. `facts` are those of its run.json, with node, pid, seconds and memory (MB)."""

    task: Task
    facts: Record


@dataclass(frozen=True, slots=True)
class Failed:
    """Event: a try of a shard failed."""

    task: Task
    reason: str
    """The error in one line."""
    node: str = ""
    """Host name of the worker's machine."""
    tail: str = ""
    """The last lines of the worker's log."""
    blameless: bool = False
    """Whether the worker was lost through no fault of the shard: with its node, or because the node was short of
    memory. The try does not count."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Event: workers are not ready yet, for a reason that takes minutes and is no fault. `why` says it."""

    why: str


@dataclass(frozen=True, slots=True)
class Allocated:
    """Event: the number of workers of a node follows from its GPUs."""

    node: str
    """Its host name."""
    allocation: Allocation


Event = Rendered | Done | Failed | Waiting | Allocated


class Crew(Protocol):
    """Workers, each of which makes one shard at a time."""

    @property
    def workers(self) -> int:
        """Number of workers that are ready or at work."""

    def free(self) -> int:
        """Number of workers that wait for a task."""

    def begin(self, task: Task) -> str:
        """Has a free worker make a shard; returns the worker's kind: workers of one kind are about as fast."""

    def events(self) -> Iterable[Event]:
        """Waits for events and returns them; returns none after about a second without any.

        Raises UserError if no worker can start, or if a worker met a mistake of the user's.
        """

    def drop(self, task: Task) -> None:
        """Stops the worker that makes this shard, because it is stuck."""

    def close(self) -> None:
        """Stops all workers; shards in progress are discarded."""


class Observer(Protocol):
    """Observer of a run: is called with each event that the driver handled."""

    def progress(self, images: int, workers: int) -> None:
        """Takes the number of images made since the last call (negative: a try failed, its images are made again), and
        the number of workers.
        """

    def waiting(self, why: str) -> None:
        """Takes the reason why workers are not ready yet."""

    def allocated(self, node: str, allocation: Allocation) -> None:
        """Takes the workers that a node gets."""

    def done(self, done: Done, tries: int) -> None:
        """Takes a committed shard, and the number of tries that it took."""

    def failed(self, failed: Failed, tries: int, quarantined: bool) -> None:
        """Takes a failed try, its number, and whether the shard is given up now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of a shard: tries; losses; seconds for the shard, and seconds without a new image.

    Losses are tries whose worker was lost through no fault of the shard. Their limit is for shards that take longer
    than their cluster's nodes live, or that are after all the cause. The seconds are a minimum: a shard may take SLACK
    times as long as workers of the same kind take for as many images.
    """

    tries: int = 3
    losses: int = 20
    seconds: float = 600.0


SLACK = 10
"""Factor by which a shard may be slower than the median of recent shards, in seconds per image."""

_RECENT = 50  # shards over which the median is taken


@dataclass(slots=True)
class _Running:
    """A try in progress; times are those of time.monotonic()."""

    kind: str  # of its worker
    since: float
    seen: float  # when an image was last reported
    images: int = 0  # reported so far


@dataclass(slots=True)
class _History:
    """Tries and losses of each shard so far, and seconds per image of recent ones by the kind of worker."""

    tries: Counter[Task] = field(default_factory=Counter)
    losses: Counter[Task] = field(default_factory=Counter)  # tries that do not count
    rates: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=_RECENT)))
    failed: set[Task] = field(default_factory=set)  # since a shard was last done


def drive(tasks: Iterable[Task], crew: Crew, limits: Limits, observer: Observer) -> list[Failed]:
    """Has the crew make all shards; returns the last failure of each that was given up.

    A shard is given up when it failed `limits.tries` times, or when `limits.losses` of its workers were lost.

    Raises UserError if the crew does, and if shard after shard fails and none succeeds in between.
    """
    return _Drive(tasks, crew, limits, observer).run()


class _Drive:
    """One call of `drive`: the tasks that wait, those in progress, and those given up."""

    def __init__(self, tasks: Iterable[Task], crew: Crew, limits: Limits, observer: Observer) -> None:
        self._waiting, self._crew, self._limits, self._observer = deque(tasks), crew, limits, observer
        self._running: dict[Task, _Running] = {}
        self._history = _History()
        self._given_up: list[Failed] = []

    def run(self) -> list[Failed]:
        while self._waiting or self._running:
            self._begin()
            events = list(self._crew.events())
            for event in events + self._stop_late(events):
                self._handle(event)
        return self._given_up

    def _begin(self) -> None:
        """Gives tasks to all free workers."""
        while self._waiting and self._crew.free():
            task = self._waiting.popleft()
            self._history.tries[task] += 1
            kind = self._crew.begin(task)
            self._running[task] = _Running(kind, time.monotonic(), time.monotonic())

    def _stop_late(self, events: list[Event]) -> list[Event]:
        """Stops workers whose shards take too long, unless the events say that they ended; returns the failures."""
        now = time.monotonic()
        late = {
            task for task, state in self._running.items() if _is_late(task, state, now, self._history, self._limits)
        }
        late -= {event.task for event in events if isinstance(event, Done | Failed)}
        failures: list[Event] = []
        for task in late:
            self._crew.drop(task)
            minutes = (now - self._running[task].since) / 60
            failures.append(Failed(task, f"was not done after {minutes:.1f} minutes, and was stopped"))
        return failures

    def _handle(self, event: Event) -> None:
        if isinstance(event, Waiting):
            self._observer.waiting(event.why)
            return
        if isinstance(event, Allocated):
            self._observer.allocated(event.node, event.allocation)
            return
        if isinstance(event, Rendered):
            state = self._running[event.task]
            state.images += event.images
            state.seen = time.monotonic() if event.images else state.seen
            self._observer.progress(event.images, self._crew.workers)
            return
        state, tries = self._running.pop(event.task), self._history.tries[event.task]
        if isinstance(event, Done):
            self._history.rates[state.kind].append((time.monotonic() - state.since) / max(1, event.task.images))
            self._history.failed.clear()
            self._observer.done(event, tries)
        else:
            self._observer.progress(-state.images, self._crew.workers)  # they are made again, or not at all
            self._fail(event, tries)

    def _fail(self, failed: Failed, tries: int) -> None:
        """Gives a shard up, or puts it back into the queue."""
        if failed.blameless:
            self._history.tries[failed.task] -= 1
            self._history.losses[failed.task] += 1
            over = self._history.losses[failed.task] >= self._limits.losses
        else:
            over = tries >= self._limits.tries
        self._observer.failed(failed, tries, over)
        if over:
            self._given_up.append(failed)
        else:
            self._waiting.append(failed.task)
        if over or not failed.blameless:
            self._history.failed.add(failed.task)
            self._check_hope(failed)

    def _check_hope(self, failed: Failed) -> None:
        """Raises UserError if shard after shard fails: a full disk is no reason to give up each shard in turn."""
        count = len(self._history.failed)
        if count > self._limits.tries * (max(1, self._crew.workers) + 2):
            raise UserError(
                f"{failed.task.shard.path}: {failed.reason} ({count} shards failed one after another; finished shards "
                "are kept, and the same command continues)"
            )


def _is_late(task: Task, state: _Running, now: float, history: _History, limits: Limits) -> bool:
    """Whether a shard takes much longer than recent ones did, if there are any, or has had no new image for long."""
    rates = history.rates[state.kind]
    rate = statistics.median(rates) if rates else 0.0
    slow = bool(rates) and now - state.since > max(limits.seconds, SLACK * rate * task.images)
    return slow or now - state.seen > max(limits.seconds, SLACK * rate)
