"""The crew of many: Ray actors, on this machine or on a cluster, a Blender in each.

Ray places processes and carries small messages: shards one way, figures the other. It retries nothing and restarts
nothing; `driver` decides about that. An actor is asked for a few seconds of work at a time, so that a call that
does not come back tells of an actor that is stuck, and one that is over tells how far it came.
"""

import contextlib
import dataclasses
import math
import os
import pickle
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tvrgen._support import interrupts
from tvrgen.dataset.storage.base import Storage
from tvrgen.errors import UserError
from tvrgen.generation import worker
from tvrgen.generation.driver import Done, Event, Failed, Progress, Task
from tvrgen.generation.ray_actor import Actor
from tvrgen.settings import Config

TURN = 5.0
"""Seconds of work for which an actor is asked at a time; it comes back with the picture that is then in progress."""

PATIENCE = 600.0
"""Seconds without any worker, while they start or nodes come back, after which a run ends."""

_OBJECTS = 2**27  # bytes of shared memory for Ray's objects, which are few and small; it would take a third of all
_LOOK = 5.0  # seconds between looks at the cluster's size
_STARTS = 3  # of Ray on this machine, to which it gives 30 s, few where all cores are busy; or of its client
_HOPELESS = 3  # starts of each worker that may fail before any has succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Workforce:
    """Which workers are wanted. `workers` None: as many as the cluster has room for, while it grows and shrinks.

    `address` None: Ray is started on this machine. `cpus` and `gpus` are what Ray sets aside for each, `threads` what
    it renders with (0: as many as `cpus`, or its share of this machine). A worker is replaced after `max_problems`, or
    when its process took more than `max_memory` MB (0: never).
    """

    workers: int | None
    address: str | None = None
    cpus: float = 1
    gpus: float = 0
    threads: int = 0
    max_problems: int = 0
    max_memory: int = 0
    dashboard: bool = False


@dataclass(slots=True, eq=False)
class _Hand:
    """An actor, what it does, and the call that it has not answered yet."""

    actor: Any
    call: Any
    ready: bool = False
    task: Task | None = None
    problems: int = 0
    about: dict = field(default_factory=dict)


class RayCrew:
    """Starts Ray, or joins it, and keeps as many actors as are wanted and as there is room for."""

    def __init__(self, config: Config, storage: Storage, wanted: Workforce, opener: str, tasks: int) -> None:
        """Raises UserError where Ray does not start or is not there."""
        if wanted.workers is not None:
            wanted = dataclasses.replace(wanted, workers=min(wanted.workers, tasks))
        self._ray, self._wanted, self._storage = _start(wanted), wanted, storage
        self._hands: list[_Hand] = []
        self._calls: dict[Any, _Hand] = {}
        self._failed_starts, self._ever_ready, self._looked, self._seen = 0, False, 0.0, time.monotonic()
        share = wanted.cpus if wanted.address else (os.cpu_count() or 1) // wanted.workers
        threads = wanted.threads or max(1, int(share))
        hide = not wanted.gpus or all(split.render.device == "cpu" for split in config.splits.values())
        # kinds of the user's own are found on the path, which must be there before the config is unpickled
        self._arguments = (list(sys.path), pickle.dumps(config), storage.address, opener, threads, hide)
        needs = {"num_cpus": wanted.cpus, "num_gpus": wanted.gpus}
        self._type = self._ray.remote(**needs, max_restarts=0, max_task_retries=0)(Actor)
        self._fill()

    @property
    def workers(self) -> int:
        return sum(hand.ready for hand in self._hands)

    def free(self) -> int:
        return len(self._idle())

    def begin(self, task: Task) -> None:
        hand = self._idle()[0]
        hand.task = task
        self._ask(hand, hand.actor.advance.remote(task.shard, task.why, TURN))

    def events(self) -> Iterator[Event]:
        self._fill()
        self._check_patience()
        ready, _ = self._ray.wait(list(self._calls), num_returns=1, timeout=1) if self._calls else ([], [])
        if ready and len(self._calls) > 1:
            ready, _ = self._ray.wait(list(self._calls), num_returns=len(self._calls), timeout=0)
        for call in ready:
            yield from self._answer(self._calls.pop(call), call)
        if not self._calls and not ready:
            time.sleep(0.2)

    def drop(self, task: Task) -> None:
        for hand in self._hands:
            if hand.task == task:
                self._dismiss(hand)
                return

    def close(self) -> None:
        for hand in list(self._hands):
            self._dismiss(hand)
        self._ray.shutdown()

    def _idle(self) -> list[_Hand]:
        return [hand for hand in self._hands if hand.ready and hand.task is None]

    def _ask(self, hand: _Hand, call: Any) -> None:
        hand.call = call
        self._calls[call] = hand

    def _fill(self) -> None:
        """Starts actors where there is room for more; those that Ray has no room for yet wait in its queue."""
        if time.monotonic() < self._looked + _LOOK:
            return
        self._looked = time.monotonic()
        for _ in range(self._room() - len(self._hands)):
            actor = self._type.remote(*self._arguments)
            hand = _Hand(actor, None)
            self._hands.append(hand)
            self._ask(hand, actor.open.remote())

    def _room(self) -> int:
        """How many workers there should be. Raises UserError where this machine has no room for one."""
        there = self._ray.cluster_resources()
        needs = {"CPU": self._wanted.cpus, "GPU": self._wanted.gpus}
        room = min(int(there.get(name, 0) / need + 1e-6) for name, need in needs.items() if need)
        if not room and not self._wanted.address:
            raise UserError(self._no_room())
        # one that waits shows an autoscaler what is wanted
        return max(1, room) if self._wanted.workers is None else self._wanted.workers

    def _no_room(self) -> str:
        there, wanted = self._ray.cluster_resources(), self._wanted
        return (
            f"no room for a worker of {wanted.cpus:g} CPUs and {wanted.gpus:g} GPUs: Ray has {there.get('CPU', 0):g} "
            f"CPUs and {there.get('GPU', 0):g} GPUs; write less --cpus-per-worker or --gpus-per-worker"
        )

    def _check_patience(self) -> None:
        """Raises UserError where there was no worker for too long: none could start, or all nodes were lost."""
        if self.workers:
            self._seen = time.monotonic()
        elif time.monotonic() > self._seen + PATIENCE:
            raise UserError(f"there was no worker for {PATIENCE / 60:.0f} minutes: {self._no_room()}")

    def _answer(self, hand: _Hand, call: Any) -> Iterator[Event]:
        task = hand.task
        try:
            answer = self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, UserError):
                raise cause from error
            first = worker.reason(cause) if cause else "its worker died: " + str(error).strip().split("\n")[0]
            self._lost(hand, first)
            if task:
                yield Failed(task, first, hand.about.get("node", ""), self._tail(hand))
            return
        if task is None:
            hand.ready, hand.about, self._ever_ready = True, answer, True
            return
        images, facts, failure = answer
        yield Progress(task, images)
        if failure:
            hand.task = None
            yield Failed(task, *failure)
        elif facts is None:
            self._ask(hand, hand.actor.advance.remote(task.shard, task.why, TURN))
        else:
            self._check_shared(task, facts)
            hand.task = None
            hand.problems += task.shard.count
            if self._worn(hand, facts):
                self._dismiss(hand)
            yield Done(task, facts)

    def _check_shared(self, task: Task, facts: dict) -> None:
        """Raises UserError where a worker's folder is not this machine's. (Network folders show news after a while.)"""
        if self._wanted.address:
            for _ in range(10):
                if self._storage.sees(task.shard.path):
                    return
                time.sleep(1)
            raise UserError(
                f"{self._storage}: {facts['node']} made {task.shard.path}, and it is not there: that node has another "
                "folder of this name; choose one that all nodes see, or a URL"
            )

    def _worn(self, hand: _Hand, facts: dict) -> bool:
        most, memory = self._wanted.max_problems, self._wanted.max_memory
        return bool((most and hand.problems >= most) or (memory and facts["memory"] > memory))

    def _lost(self, hand: _Hand, reason: str) -> None:
        self._dismiss(hand)
        if hand.ready:
            return
        self._failed_starts += 1
        if not self._ever_ready and self._failed_starts >= _HOPELESS * max(1, len(self._hands)):
            raise UserError(f"workers die as they start: {reason}; tvrgen doctor there may say more")

    def _dismiss(self, hand: _Hand) -> None:
        self._hands.remove(hand)
        self._calls.pop(hand.call, None)
        with contextlib.suppress(Exception):  # it may be dead already
            self._ray.kill(hand.actor, no_restart=True)
        self._looked = 0  # there may be room for another

    def _tail(self, hand: _Hand) -> str:
        """The end of a dead worker's log, where this machine sees it."""
        return worker.tail(Path(hand.about.get("log", "")))


def _start(wanted: Workforce) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray's daemons have the driver print on standard output, between lines meant for machines, that there are more
    # workers than cores, or that one died: the journal tells of all that matters
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", "^")
    try:
        import ray
    except ImportError as error:
        raise UserError("more than one worker needs ray: pip install 'tvrgen[render]'") from error
    _check_pyarrow()
    where = f"--address {wanted.address}" if wanted.address else "ray"
    for tries_left in reversed(range(_STARTS)):
        try:
            with interrupts.kept():  # Ray makes of SIGTERM an end without a word
                _init(ray, wanted)
            break
        except Exception as error:  # a node that is slow to start raises no type of its own
            ray.shutdown()
            # a server of Ray's clients starts a process for each, and fails at times
            lasting = wanted.address and not wanted.address.startswith("ray://")
            if lasting or not tries_left:
                first, *_, last = [*str(error).strip().splitlines(), ""]
                raise UserError(f"{where}: {first} {last}".strip()) from error
    return ray


def _init(ray: Any, wanted: Workforce) -> None:
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    if wanted.address:
        _reach(wanted.address)
        ray.init(address=wanted.address, **quiet)
    else:
        cpus = math.ceil(wanted.workers * wanted.cpus)  # those that there are may be fewer; GPUs Ray counts itself
        # "local": one of its own, whatever runs here already
        sizes = {"num_cpus": cpus, "object_store_memory": _OBJECTS}
        ray.init(address="local", include_dashboard=wanted.dashboard, **sizes, **quiet)


def _reach(address: str) -> None:
    """Raises OSError where nothing listens at host:port: Ray would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def _check_pyarrow() -> None:
    """Ray imports pyarrow where it is installed, and fails late where that wants another numpy than Blender."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        pass
    except ImportError as error:
        raise UserError(f"ray cannot use the pyarrow that is installed: {error}; pip install 'pyarrow<26'") from error
