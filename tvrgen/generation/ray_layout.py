"""Layout of a Ray crew: the slots for its workers, and the order in which they are filled."""

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tvrgen._support.errors import UserError
from tvrgen._support.json_lines import Record
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Allocated, Waiting
from tvrgen.generation.ray_session import RayOptions


@dataclass(frozen=True, slots=True)
class Slot:
    """A node and the workers to start there. `node` is Ray's id of the node; None: Ray chooses nodes."""

    node: str | None
    allocation: Allocation


class Layout(Protocol):
    """The slots of a cluster that may grow and shrink."""

    def slots(self) -> Sequence[Slot]:
        """Returns the slots that exist now. Raises UserError if this machine has no room for any worker."""

    def news(self) -> Iterator[Waiting | Allocated]:
        """Yields the events since the last call. After `Allocated`, there are more slots."""


class Anywhere:
    """Workers with the same resources, on nodes that Ray chooses. Workers that do not fit wait in Ray's queue.

    Args:
        share: The resources of each worker; its number of workers is ignored.
    """

    def __init__(self, ray: Any, wanted: RayOptions, share: Allocation) -> None:
        self._ray, self._wanted, self._share = ray, wanted, share

    def slots(self) -> Sequence[Slot]:
        there = self._ray.cluster_resources()
        room = room_in(there, self._share)
        if not room and not self._wanted.address:
            raise UserError(no_room(there, self._share))
        # at least one: an actor in Ray's queue makes an autoscaler add a node
        workers = max(1, room) if self._wanted.workers is None else self._wanted.workers
        return [Slot(None, dataclasses.replace(self._share, workers=workers))]

    def news(self) -> Iterator[Waiting | Allocated]:
        return iter(())


def room_in(resources: Record, share: Allocation) -> int:
    """Returns the number of workers that fit into Ray's resources."""
    needs = {"CPU": share.cpus, "GPU": share.gpus}
    return min(int(resources.get(name, 0) / need + 1e-6) for name, need in needs.items() if need)


def no_room(resources: Record, share: Allocation) -> str:
    """Returns the message that there is no room for a worker."""
    return (
        f"no room for a worker of {share.cpus:g} CPUs and {share.gpus:g} GPUs: Ray has {resources.get('CPU', 0):g} "
        f"CPUs and {resources.get('GPU', 0):g} GPUs; reserve fewer of them for each worker"
    )


def to_fill(slots: Sequence[Slot], taken: Counter[str | None], limit: int) -> Iterator[Slot]:
    """Yields the slot of each further worker: those with GPUs first, and evenly over the nodes.

    Args:
        slots: The slots, one for each node.
        taken: The number of workers on each node.
        limit: The maximum number of workers to add.
    """
    taken = taken.copy()
    for _ in range(limit):
        free = [slot for slot in slots if taken[slot.node] < slot.allocation.workers]
        if not free:
            return
        chosen = min(free, key=lambda s: (not s.allocation.gpus, taken[s.node] / s.allocation.workers))
        taken[chosen.node] += 1
        yield chosen
