"""Layout by nodes: the workers of each node of a Ray cluster follow from its GPUs, or from its CPUs if it has none.

A scout runs on each node with GPUs: it prepares the node, which may take minutes, and determines the allocation.
"""

import dataclasses
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tvrgen._support.errors import UserError
from tvrgen.generation import allocation, machine, node, process
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Allocated, Waiting
from tvrgen.generation.node import Run
from tvrgen.generation.ray_layout import Anywhere, Slot, no_room, room_in
from tvrgen.generation.ray_session import RayOptions, pinned

_log = logging.getLogger(__name__)


class Scout:
    """A process on a node of the cluster, without CPUs or GPUs of its own. MPS runs on its node as long as it lives.

    Args:
        path: The driver's `sys.path`, as for `ray_actor.Actor`.
        run: The run for which the node is prepared.
    """

    def __init__(self, path: list[str], run: Run) -> None:
        sys.path += [entry for entry in path if entry not in sys.path]
        self._run = run

    def look(self) -> tuple[str, str]:
        """Returns the node's name, and the reason why `allocate` will take minutes, or an empty text."""
        return process.node(), node.waits(self._run)

    def allocate(self, cores: int, gpus: int) -> Allocation:
        """Prepares the node and returns its allocation. `cores` and `gpus` are the numbers that Ray may use.

        Raises UserError if the node cannot be prepared.
        """
        fault = node.prepare(self._run)
        there = machine.memory(), node.gpus(self._run)
        return allocation.on_gpus(cores, *there, gpus, mps=not fault, without_mps=fault)


@dataclass(slots=True, eq=False)
class _Scouted:
    """A node with GPUs: its scout, the scout's unanswered call, and its answers so far."""

    scout: Any
    call: Any
    resources: dict[str, float]
    host: str = ""
    why: str = ""  # the reason why the allocation takes minutes
    allocation: Allocation | None = None
    faulty: bool = False  # it cannot be prepared


class ByNode:
    """Slots that follow from the GPUs of each node. While no node has GPUs, the same as `Anywhere`.

    Args:
        share: The resources of each worker on a node without GPUs; its CPUs also apply to nodes with GPUs.
        run: The run for which nodes are prepared.
        cpus: Whether nodes without GPUs are used.
    """

    def __init__(self, ray: Any, wanted: RayOptions, share: Allocation, run: Run, *, cpus: bool) -> None:
        self._ray, self._wanted, self._share, self._cpus = ray, wanted, share, cpus
        self._type, self._arguments = ray.remote(num_cpus=0, num_gpus=0, max_restarts=0)(Scout), (list(sys.path), run)
        self._anywhere = Anywhere(ray, wanted, share)
        self._scouted: dict[str, _Scouted] = {}

    def slots(self) -> Sequence[Slot]:
        alive = {found["NodeID"]: found["Resources"] for found in self._ray.nodes() if found["Alive"]}
        nodes = {node_id: there for node_id, there in alive.items() if there.get("CPU", 0) >= self._share.cpus}
        if not nodes and not self._wanted.address:
            raise UserError(no_room(self._ray.cluster_resources(), self._share))
        for gone in self._scouted.keys() - nodes.keys():
            del self._scouted[gone]
        if not any(int(resources.get("GPU", 0)) for resources in nodes.values()) and self._cpus:
            return self._anywhere.slots()
        found: list[Slot] = []
        for node_id, resources in nodes.items():
            if int(resources.get("GPU", 0)):
                self._scout(node_id, resources)
                if there := self._scouted[node_id].allocation:
                    found.append(Slot(node_id, there))
            elif self._cpus and (room := room_in(resources, self._share)):
                found.append(Slot(node_id, dataclasses.replace(self._share, workers=room)))
        return found

    def news(self) -> Iterator[Waiting | Allocated]:
        asked = {there.call: node_id for node_id, there in self._scouted.items() if there.call is not None}
        answered, _ = self._ray.wait(list(asked), num_returns=len(asked), timeout=0) if asked else ([], [])
        for call in answered:
            yield from self._answer(asked[call], call)
        for why in dict.fromkeys(there.why for there in self._scouted.values() if there.why):
            yield Waiting(why)

    def _scout(self, node_id: str, resources: dict[str, float]) -> None:
        """Starts a scout on a node that has none."""
        if node_id not in self._scouted:
            scout = self._type.options(scheduling_strategy=pinned(node_id)).remote(*self._arguments)
            self._scouted[node_id] = _Scouted(scout, scout.look.remote(), resources)

    def _answer(self, node_id: str, call: Any) -> Iterator[Allocated]:
        """Takes the answer of a node's scout, and asks it for the allocation once it has looked."""
        there = self._scouted[node_id]
        try:
            answer = self._ray.get(call)
        except self._ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, UserError):
                self._leave_out(there, cause)
            else:
                del self._scouted[node_id]  # it died; another one is started if its node still exists
            return
        if there.host:
            there.call, there.why = None, ""
            there.allocation = self._adjusted(answer)
            yield Allocated(there.host, there.allocation)
        else:
            there.host, there.why = answer
            cores = int(there.resources.get("CPU", 0) / (self._share.cpus or 1))
            there.call = there.scout.allocate.remote(max(1, cores), int(there.resources["GPU"]))

    def _leave_out(self, there: _Scouted, fault: UserError) -> None:
        """Leaves a node that cannot be prepared out of the run. Raises UserError if all nodes with GPUs are like it."""
        there.call, there.why, there.faulty = None, "", True
        message = f"{there.host}: {fault}"
        if all(other.faulty for other in self._scouted.values()):
            raise UserError(message) from fault
        _log.warning("%s; the other nodes go on without it", message)

    def _adjusted(self, found: Allocation) -> Allocation:
        """Returns an allocation with the CPUs and threads that the user wants for each worker."""
        threads = self._wanted.threads or max(1, int(found.threads * self._share.cpus))
        return dataclasses.replace(found, cpus=found.cpus * self._share.cpus, threads=threads)
