"""Shards that other machines committed and this one does not see yet.

A network folder shows what another machine wrote up to a minute late (NFS), and then much at once. The driver goes on
meanwhile; a shard counts as done when it is seen.
"""

import time
from collections.abc import Iterator

from tvrgen._support.errors import UserError
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation.driver import Done, Task

PATIENCE = 180.0
"""Seconds for which a committed shard may stay unseen."""

_INTERVAL = 1.0  # seconds between looks: each lists folders


class Arrivals:
    """Committed shards of a run, each until it is seen in the storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._late: dict[Task, tuple[Done, float]] = {}
        self._looked = 0.0
        self._seen: set[str] = set()  # nodes of which a shard was seen

    def expect(self, done: Done) -> Iterator[Done]:
        """Yields the event if the shard is seen already; if not, `seen` yields it later."""
        if self._storage.sees(done.task.shard.path):
            self._seen.add(done.facts["node"])
            yield done
        else:
            self._late[done.task] = (done, time.monotonic())

    def seen(self) -> Iterator[Done]:
        """Yields the events of shards that are seen now.

        After PATIENCE, it yields a shard of a node that shares the folder all the same: if it vanished, the end of the
        run finds out. Raises UserError if no shard of its node was ever seen.
        """
        now = time.monotonic()
        if not self._late or now < self._looked + _INTERVAL:
            return
        self._looked = now
        for task, (done, since) in list(self._late.items()):
            node, shard = done.facts["node"], task.shard.path
            if self._storage.sees(shard):
                self._seen.add(node)
            elif now < since + PATIENCE:
                continue
            elif node not in self._seen:
                raise UserError(
                    f"{self._storage}: {node} made {shard}, but after {PATIENCE / 60:.0f} minutes it is missing here: "
                    "that node has another folder of this name; choose one that all nodes see, or a URL"
                )
            del self._late[task]
            yield done

    def forget(self, task: Task) -> None:
        """Takes a shard back: it is to be made again."""
        self._late.pop(task, None)
