"""Sees to it that every shard is made: which is made next, how often it is tried, how long it may take.

Who makes it is a crew's business: this process (`local_crew`) or Ray actors (`ray_crew`). A crew says what happens;
all that follows from it is decided here, so that it is the same for both.
"""

import statistics
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tvrgen.dataset.shards import Shard
from tvrgen.errors import UserError

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A shard to be made, its number of pictures, and why it is made although it is there."""

    shard: Shard
    images: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """So many more pictures of a task."""

    task: Task
    images: int


@dataclass(frozen=True, slots=True)
class Done:
    """A committed shard, and what its run.json says, with node, seconds and memory."""

    task: Task
    facts: Record


@dataclass(frozen=True, slots=True)
class Failed:
    """A try that came to nothing: why, in one line, where, and the end of that worker's log."""

    task: Task
    reason: str
    node: str = ""
    tail: str = ""


Event = Progress | Done | Failed


class Crew(Protocol):
    """Workers, each of which makes one shard at a time."""

    workers: int
    """How many are alive."""

    def free(self) -> int:
        """How many wait for a task."""

    def begin(self, task: Task) -> None:
        """Has a free worker make a shard."""

    def events(self) -> Iterable[Event]:
        """What happened, as soon as something did, and nothing after a second. Raises UserError where no worker can
        start, or where one met a mistake of the user's.
        """

    def drop(self, task: Task) -> None:
        """Gives up the worker that makes this shard, which is stuck."""


class Watch(Protocol):
    """Who is told of what happens."""

    def progress(self, images: int, workers: int) -> None: ...

    def done(self, done: Done, tries: int) -> None: ...

    def failed(self, failed: Failed, tries: int, quarantined: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is borne with: tries of a shard; seconds for one, and for a picture to come."""

    tries: int = 3
    seconds: float = 600.0


SLACK = 10
"""How many times as long as others a shard may take, picture for picture."""

_RECENT = 50  # shards from which the rate is measured


@dataclass(slots=True)
class _Running:
    since: float
    seen: float  # when a picture was last reported
    images: int = 0  # reported so far


@dataclass(slots=True)
class _Ledger:
    """What is known of the shards."""

    tries: Counter = field(default_factory=Counter)
    rates: deque = field(default_factory=lambda: deque(maxlen=_RECENT))
    failed: set = field(default_factory=set)  # since a shard was last done


def drive(tasks: Iterable[Task], crew: Crew, limits: Limits, watch: Watch) -> list[Failed]:
    """Has the crew make all shards; returns those that failed `limits.tries` times, by their last failure.

    Raises UserError where the crew does, and where one failure follows another and nothing is done any more.
    """
    waiting, running, ledger, given_up = deque(tasks), {}, _Ledger(), []
    while waiting or running:
        while waiting and crew.free():
            task = waiting.popleft()
            ledger.tries[task] += 1
            running[task] = _Running(time.monotonic(), time.monotonic())
            crew.begin(task)
        events = list(crew.events())
        now = time.monotonic()
        if late := [task for task, state in running.items() if _is_late(task, state, now, ledger, limits)]:
            ended = {event.task for event in events if not isinstance(event, Progress)}
            for task in set(late) - ended:
                crew.drop(task)
                minutes = (now - running[task].since) / 60
                events.append(Failed(task, f"was not done after {minutes:.1f} minutes, and was stopped"))
        for event in events:
            task, state = event.task, running[event.task]
            if isinstance(event, Progress):
                state.images += event.images
                state.seen = time.monotonic() if event.images else state.seen
                watch.progress(event.images, crew.workers)
                continue
            del running[task]
            tries = ledger.tries[task]
            if isinstance(event, Done):
                ledger.rates.append((time.monotonic() - state.since) / max(1, task.images))
                ledger.failed.clear()
                watch.done(event, tries)
                continue
            watch.progress(-state.images, crew.workers)  # they are made again, or not at all
            ledger.failed.add(task)
            over = tries >= limits.tries
            watch.failed(event, tries, over)
            if over:
                given_up.append(event)
            else:
                waiting.append(task)
            _check_hope(event, ledger, crew, limits)
    return given_up


def _is_late(task: Task, state: _Running, now: float, ledger: _Ledger, limits: Limits) -> bool:
    """Whether a shard takes much longer than others do, as far as any is done, or has made no picture for long."""
    rate = statistics.median(ledger.rates) if ledger.rates else 0.0
    long = ledger.rates and now - state.since > max(limits.seconds, SLACK * rate * task.images)
    return bool(long) or now - state.seen > max(limits.seconds, SLACK * rate)


def _check_hope(failed: Failed, ledger: _Ledger, crew: Crew, limits: Limits) -> None:
    """A full disk or a lost store fails every shard: that is no reason to give each of them up in turn."""
    if len(ledger.failed) > limits.tries * (max(1, crew.workers) + 2):
        raise UserError(
            f"{failed.task.shard.path}: {failed.reason} ({len(ledger.failed)} shards failed one after another; what is "
            "done is kept, and the same command goes on)"
        )
