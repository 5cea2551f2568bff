"""What a run says of itself: a progress bar or JSON lines, and OUT/log.

log/run-20261125T201500-1f2e3d.jsonl    an event a line, with its time: start, shard, failure, end
log/quarantine.json                     the shards that the last run gave up: reason, node, end of the worker's log
log/blender-NODE-PID.log                what Blender printed, where the workers see the folder
"""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from tvrgen._support.files import pretty
from tvrgen.dataset import catalog
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation.driver import Done, Failed

Record = dict[str, Any]

QUARANTINE = "log/quarantine.json"
_SAID = 10.0  # seconds between lines of progress


class Journal:
    """The log of one run; a driver's Watch. `advance` is told of pictures, workers and tries that failed."""

    def __init__(
        self, storage: Storage, advance: Callable[[int, int, int], None], say: Callable[[str], None] | None = None
    ) -> None:
        self._storage, self._advance, self._say = storage, advance, say
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        self._file = storage.log(f"log/run-{stamp}-{uuid.uuid4().hex[:6]}.jsonl")
        self._said = time.monotonic()
        self._images = self._retries = 0
        self._quarantine: Record = {}
        storage.remove(QUARANTINE)

    def event(self, what: str, **facts: Any) -> None:
        """Adds a line to the log."""
        line = json.dumps({"time": round(time.time(), 3), "event": what, **facts}, ensure_ascii=False)
        if self._say:
            self._say(line)
        self._file.write(line)
        if what == "end":
            self._file.flush()

    def progress(self, images: int, workers: int) -> None:
        self._images += images
        self._advance(images, workers, self._retries)
        if self._say and time.monotonic() > self._said + _SAID:
            self._said = time.monotonic()
            self._say(json.dumps({"time": round(time.time(), 3), "event": "progress", "images": self._images,
                                  "workers": workers, "retries": self._retries}))  # fmt: skip

    def done(self, done: Done, tries: int) -> None:
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
