"""Crew of many workers: Ray actors, on this machine or on a cluster, a Blender in each.

Ray places processes and carries small messages: shards one way, figures the other. It retries nothing and restarts
nothing; `driver` decides about that. A call asks an actor for a few seconds of work: each answer says how far the
actor came, and a call without an answer means that it is stuck.
"""

import contextlib
import math
import os
import pickle
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation import allocation, machine, node, process, ray_session
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.arrivals import Arrivals
from tvrgen.generation.driver import Done, Event, Failed, Rendered, Task, Waiting
from tvrgen.generation.node import Run
from tvrgen.generation.ray_actor import Actor
from tvrgen.generation.ray_layout import Anywhere, Layout, Slot, no_room, to_fill
from tvrgen.generation.ray_loss import Loss, loss
from tvrgen.generation.ray_nodes import ByNode
from tvrgen.generation.ray_session import RayOptions
from tvrgen.generation.worker import Turn

TURN = 5.0
"""Seconds of work in one call of an actor, which returns after the image that is then in progress."""

PATIENCE = 600.0
"""Seconds without any ready worker, while workers start or nodes come back, after which a run ends."""

_RESIZE_INTERVAL = 5.0  # seconds between queries of the cluster's size
_PAUSE = 10.0  # seconds without new workers after one was lost with its node, or for lack of memory
_MOST_FAILED_STARTS = 3  # per worker, before any worker has started


@dataclass(slots=True, eq=False)
class _Worker:
    """An actor, its slot, the task it works on, and its unanswered call."""

    actor: Any
    slot: Slot
    call: Any = None
    looked: bool = False  # `Actor.look` has answered
    why: str = ""  # the reason why its start takes minutes
    ready: bool = False  # its renderer is open
    task: Task | None = None
    problems: int = 0  # made so far
    about: Record = field(default_factory=dict)  # its node and log, from `Actor.open`


class RayCrew:
    """Starts or joins Ray, and keeps as many actors as are requested and have room.

    Args:
        opener: Name of the function that opens each renderer, see `worker.opener`.
        tasks: Number of tasks to come: more workers are not started.

    Raises UserError if Ray does not start, cannot be reached or has no room for a worker.
    """

    def __init__(self, config: Config, storage: Storage, wanted: RayOptions, opener: str, tasks: int) -> None:
        self._session, self._wanted, self._storage = ray_session.start(wanted), wanted, storage
        self._ray = self._session.ray
        self._most = min(tasks, wanted.workers or tasks)
        self._members: list[_Worker] = []
        self._arrivals = Arrivals(storage)
        self._calls: dict[Any, _Worker] = {}
        self._failed_starts, self._ever_ready = 0, False
        self._looked, self._seen = 0.0, time.monotonic()  # times of the last query and of the last ready worker
        visible = None if wanted.address else os.environ.get("CUDA_VISIBLE_DEVICES")
        run = Run(uuid.uuid4().hex[:8], visible)
        self._share = _share(config, wanted, int(self._ray.cluster_resources().get("GPU", 0)))
        self._layout: Layout = Anywhere(self._ray, wanted, self._share)
        self._takes_gpus = node.takes_gpus(config)
        if wanted.gpus is None and self._takes_gpus and (wanted.address or wanted.workers is None):
            self._layout = ByNode(self._ray, wanted, self._share, run, cpus=node.takes_cpus(config))
        # the path comes first: unpickling the config imports the user's own kinds
        self._arguments = (list(sys.path), pickle.dumps(config), storage.address, opener, run)
        self._type = self._ray.remote(max_restarts=0, max_task_retries=0)(Actor)
        try:
            self._fill()
        except BaseException:
            self._session.close()
            raise

    @property
    def workers(self) -> int:
        return sum(member.ready for member in self._members)

    def free(self) -> int:
        return len(self._idle())

    def begin(self, task: Task) -> str:
        member = self._idle()[0]
        member.task = task
        self._ask(member, member.actor.advance.remote(task.shard, task.why, task.format, TURN))
        return " ".join(member.slot.allocation.names) or "gpu" * bool(member.slot.allocation.gpus)

    def events(self) -> Iterator[Event]:
        yield from self._news()
        yield from self._arrivals.seen()
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
        self._arrivals.forget(task)
        for member in self._members:
            if member.task == task:
                self._dismiss(member)
                return

    def close(self) -> None:
        for member in list(self._members):
            self._dismiss(member)
        self._session.close()

    def _idle(self) -> list[_Worker]:
        return [member for member in self._members if member.ready and member.task is None]

    def _ask(self, member: _Worker, call: Any) -> None:
        member.call = call
        self._calls[call] = member

    def _news(self) -> Iterator[Event]:
        """Yields the events of the layout, and the reasons for which workers wait."""
        reasons = {member.why for member in self._members if member.why}
        for event in [*self._layout.news(), *map(Waiting, sorted(reasons))]:
            if isinstance(event, Waiting):
                self._seen = time.monotonic()
            else:
                self._looked = 0  # there is room for others
            yield event

    def _fill(self) -> None:
        """Starts actors up to the requested number; those without room wait in Ray's queue."""
        if time.monotonic() < self._looked + _RESIZE_INTERVAL:
            return
        self._looked = time.monotonic()
        taken = Counter(member.slot.node for member in self._members)
        for slot in to_fill(self._layout.slots(), taken, self._most - len(self._members)):
            self._start(slot)

    def _start(self, slot: Slot) -> None:
        """Starts an actor."""
        each = slot.allocation
        needs: dict[str, Any] = {"num_cpus": each.cpus, "num_gpus": each.gpus}
        if slot.node:
            needs["scheduling_strategy"] = ray_session.pinned(slot.node)
        gpu = self._takes_gpus and bool(each.gpus)
        actor = self._type.options(**needs).remote(*self._arguments, threads=each.threads, gpu=gpu)
        member = _Worker(actor, slot)
        self._members.append(member)
        self._ask(member, actor.look.remote())

    def _check_patience(self) -> None:
        """Raises UserError if no worker was ready for PATIENCE seconds: none could start, or all nodes were lost."""
        if self.workers:
            self._seen = time.monotonic()
        elif time.monotonic() > self._seen + PATIENCE:
            fault = no_room(self._ray.cluster_resources(), self._share)
            raise UserError(f"there was no worker for {PATIENCE / 60:.0f} minutes: {fault}")

    def _answer(self, member: _Worker, call: Any) -> Iterator[Event]:
        """Yields the events of an answered call, and gives the actor its next one if its shard is not done."""
        task = member.task
        try:
            answer = self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, UserError):
                raise cause from error
            lost = loss(error)
            self._lost(member, lost)
            if task:
                node, tail = member.about.get("node", ""), self._tail(member)
                yield Failed(task, lost.reason, node, tail, blameless=lost.blameless)
            return
        if task is None:
            self._prepare(member, answer)
            return
        turn: Turn = answer
        yield Rendered(task, turn.images)
        if turn.failure:
            member.task = None
            if turn.failure.lost:
                self._dismiss(member)
            yield Failed(task, turn.failure.reason, turn.failure.node, turn.failure.tail)
        elif turn.facts is None:
            self._ask(member, member.actor.advance.remote(task.shard, task.why, task.format, TURN))
        else:
            member.task = None
            member.problems += task.shard.count
            if self._is_worn(member, turn.facts):
                self._dismiss(member)
            done = Done(task, turn.facts)
            yield from self._arrivals.expect(done) if self._wanted.address else (done,)

    def _prepare(self, member: _Worker, answer: Any) -> None:
        """Takes an answer of an actor that is not ready: first that of `look`, then that of `open`."""
        if member.looked:
            member.ready, member.about, member.why, self._ever_ready = True, answer, "", True
        else:
            member.looked, member.why = True, answer
            self._ask(member, member.actor.open.remote())

    def _is_worn(self, member: _Worker, facts: Record) -> bool:
        """Whether a worker is to be replaced, by the number of its problems or by its memory."""
        most, memory = self._wanted.max_problems, self._wanted.max_memory
        return bool((most and member.problems >= most) or (memory and facts["memory"] > memory))

    def _lost(self, member: _Worker, lost: Loss) -> None:
        """Removes a dead worker. Raises UserError if workers die again and again before any was ready."""
        self._dismiss(member)
        if lost.blameless:
            self._looked = time.monotonic() + _PAUSE  # Ray hardly has room, or memory, for another at once
        if member.ready or lost.blameless:
            return
        self._failed_starts += 1
        if not self._ever_ready and self._failed_starts >= _MOST_FAILED_STARTS * max(1, len(self._members)):
            raise UserError(f"workers die as they start: {lost.reason}; run tvrgen doctor on their machine")

    def _dismiss(self, member: _Worker) -> None:
        """Kills a worker's process."""
        self._members.remove(member)
        self._calls.pop(member.call, None)
        with contextlib.suppress(Exception):  # it may be dead already
            self._ray.kill(member.actor, no_restart=True)
        self._looked = 0  # there may be room for another

    def _tail(self, member: _Worker) -> str:
        """The last lines of a dead worker's log, if this machine sees the file."""
        return process.tail(Path(member.about.get("log", "")))


def _share(config: Config, wanted: RayOptions, there: int) -> Allocation:
    """Returns the resources of a worker if they do not follow from the GPUs of its node. `there`: GPUs that Ray has."""
    gpus = wanted.gpus or 0.0
    if wanted.gpus is None and wanted.workers and not wanted.address and node.takes_gpus(config):
        gpus = allocation.share(math.ceil(wanted.workers / there)) if there else 0.0
    cores = wanted.cpus if wanted.address else machine.cores() // (wanted.workers or machine.cores())
    return Allocation(workers=1, cpus=wanted.cpus, gpus=gpus, threads=wanted.threads or max(1, int(cores)))
