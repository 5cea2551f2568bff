"""Worker in a process of its own, as Ray starts it for `ray_crew`."""

import os
import pickle
import sys
from collections.abc import Generator
from pathlib import Path

from tvrgen._support import scratch
from tvrgen._support.json_lines import Record
from tvrgen.config.settings import Config
from tvrgen.dataset.shards import Shard
from tvrgen.dataset.storage.open import open_storage
from tvrgen.generation import process, worker
from tvrgen.imaging.renderer import Renderer

_GPU_VARIABLES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")


class Actor:
    """A worker in a process of its own.

    Args:
        path: The driver's `sys.path`, on which the user's own kinds are found.
        config: The pickled config.
        address: Address of the dataset's storage.
        opener: Name of the function that opens the renderer, see `worker.opener`.
        threads: Render threads if the config sets none.
        hide: Whether to hide all GPUs: Ray shows every GPU to a worker that reserves none.
    """

    def __init__(self, path: list[str], config: bytes, address: str, opener: str, threads: int, hide: bool) -> None:
        sys.path += [entry for entry in path if entry not in sys.path]
        if hide:
            os.environ.update(dict.fromkeys(_GPU_VARIABLES, ""))
        self._config: Config = pickle.loads(config)
        self._storage = open_storage(address)
        self._opener, self._threads = opener, threads
        self._log: Path
        self._renderer: Renderer
        self._shard: Shard | None = None
        self._steps: Generator[int, None, Record]

    def open(self) -> Record:
        """Opens the renderer; returns the node's name, and the path of the file for Blender's output."""
        scratch.clear()
        folder = self._storage.worker_logs() or scratch.folder_of(self)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = process.log_in(folder)
        self._renderer = worker.opener(self._opener)(self._config, self._log, self._threads)
        return {"node": process.node(), "log": str(self._log.absolute())}

    def advance(self, shard: Shard, why: str, seconds: float) -> tuple[int, Record | None, tuple[str, str, str] | None]:
        """Works on a shard for about `seconds`, from its start or from where the last call left it.

        Returns the same as `worker.advance`.
        """
        if self._shard != shard:
            self._shard = shard
            self._steps = worker.shard_steps(self._config, shard, self._storage, self._renderer, why)
        images, facts, failure = worker.advance(self._steps, seconds, self._log)
        if facts is not None or failure:
            self._shard = None
        return images, facts, failure
