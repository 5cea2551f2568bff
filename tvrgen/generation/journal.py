"""Log of a run, in the folder log/ of the dataset.

log/run-20261125T201500-1f2e3d.jsonl    an event a line, with its time: start, waiting, workers, shard, failure, end
log/quarantine.json                     shards that the last run gave up: reason, node, last lines of the worker's log
log/blender-NODE-PID.log                Blender's output, if the workers see the folder
"""

import dataclasses
import json
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from tvrgen._support.files import pretty
from tvrgen._support.json_lines import Record
from tvrgen._support.messages import counted
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation.allocation import Allocation
from tvrgen.generation.driver import Done, Failed

_log = logging.getLogger(__name__)

QUARANTINE = "log/quarantine.json"
_PROGRESS_INTERVAL = 10.0  # seconds between progress events


class Journal:
    """Log of one run; a `driver.Observer`.

    Args:
        advance: Is called with the number of images made since the last call, and a note: the number of workers if it
            is not 1, and of tries so far that failed and are repeated; or what workers wait for.
        on_event: Is called with each event as a JSON line, and with progress events, which the log leaves out.
    """

    def __init__(
        self, storage: Storage, advance: Callable[[int, str], None], on_event: Callable[[str], None] | None = None
    ) -> None:
        self._storage, self._advance, self._on_event = storage, advance, on_event
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self._file = storage.log(f"log/run-{stamp}-{uuid.uuid4().hex[:6]}.jsonl")
        self._reported = time.monotonic()
        self._images = self._retries = 0
        self._mute = False  # whether the log could not be written
        self._reasons: set[str] = set()  # why workers waited so far
        self._allocations: set[str] = set()
        self._quarantine: Record = {}
        storage.remove(QUARANTINE)

    def event(self, name: str, **facts: Any) -> None:
        """Adds an event to the log."""
        line = json.dumps({"time": round(time.time(), 3), "event": name, **facts}, ensure_ascii=False)
        if self._on_event:
            self._on_event(line)
        try:
            self._file.write(line)
            if name == "end":
                self._file.flush()
        except OSError as error:  # a log that cannot be written must not end a run
            if not self._mute:
                _log.warning("%s: the log cannot be written: %s", self._storage, error.strerror or error)
            self._mute = True

    def progress(self, images: int, workers: int) -> None:
        self._storage.check_lock()
        self._images += images
        notes = [counted(workers, "worker")] * (workers != 1) + [f"retries: {self._retries}"] * bool(self._retries)
        self._advance(images, ", ".join(notes))
        if self._on_event and time.monotonic() > self._reported + _PROGRESS_INTERVAL:
            self._reported = time.monotonic()
            about = {"images": self._images, "workers": workers, "retries": self._retries}
            self._on_event(json.dumps({"time": round(time.time(), 3), "event": "progress", **about}))

    def waiting(self, why: str) -> None:
        if why not in self._reasons:  # nodes with different GPUs report in turn, each second
            self.event("waiting", why=why)
        self._reasons.add(why)
        self._advance(0, why)

    def allocated(self, node: str, allocation: Allocation) -> None:
        self.event("workers", node=node, **dataclasses.asdict(allocation))
        if str(allocation) not in self._allocations:  # nodes of a cluster are often alike
            _log.info("%s: %s", node, allocation)
        self._allocations.add(str(allocation))

    def done(self, done: Done, tries: int) -> None:
        self._storage.check_lock()
        task, run = done.task, done.facts
        if task.why:
            catalog.note_again(self._storage, {}, (task.shard.path,))
        kept = {name: run[name] for name in ("devices", "node", "pid", "memory", "seconds") if name in run}
        self.event("shard", shard=task.shard.path, problems=task.shard.count, images=task.images, tries=tries, **kept)

    def failed(self, failed: Failed, tries: int, quarantined: bool) -> None:
        self._retries += not quarantined
        shard, about = failed.task.shard.path, {"reason": failed.reason, "node": failed.node}
        self.event("failure", shard=shard, tries=tries, quarantined=quarantined, **about)
        if quarantined:
            self._quarantine[shard] = {**about, "log": failed.tail}
            self._storage.write(QUARANTINE, pretty(self._quarantine))
