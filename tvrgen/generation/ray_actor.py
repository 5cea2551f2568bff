"""A worker in a process of its own, as Ray starts it (`ray_crew`)."""

import os
import pickle
import sys
from typing import Any

from tvrgen._support import scratch
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import worker

_GPU_VARIABLES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")


class Actor:
    """A worker in a process of its own."""

    def __init__(self, path: list[str], config: bytes, address: str, opener: str, threads: int, hide: bool) -> None:
        sys.path += [entry for entry in path if entry not in sys.path]
        if hide:  # Ray shows every GPU to a worker that was given none
            os.environ.update(dict.fromkeys(_GPU_VARIABLES, ""))
        self._config, self._storage = pickle.loads(config), open_storage(address)
        self._opener, self._threads = opener, threads
        self._shard = self._steps = None

    def open(self) -> dict:
        """Opens Blender; tells where, and into which file it logs."""
        scratch.clear()
        folder = self._storage.worker_logs() or scratch.folder_of(self)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = worker.log_in(folder)
        self._renderer = worker.opener(self._opener)(self._config, self._log, self._threads)
        return {"node": worker.node(), "log": str(self._log.absolute())}

    def advance(self, shard: Any, why: str, seconds: float) -> tuple[int, dict | None, tuple | None]:
        """Begins a shard, or goes on with it, for so long; see worker.advance."""
        if self._shard != shard:
            self._shard = shard
            self._steps = worker.shard_steps(self._config, shard, self._storage, self._renderer, why)
        images, facts, failure = worker.advance(self._steps, seconds, self._log)
        if facts or failure:
            self._shard = None
        return images, facts, failure
