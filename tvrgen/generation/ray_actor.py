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
from tvrgen.generation import node, process, worker
from tvrgen.generation.node import Run
from tvrgen.generation.worker import Turn
from tvrgen.imaging.renderer import Renderer

_GPU_VARIABLES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")


class Actor:
    """A worker in a process of its own.

    Args:
        path: The driver's `sys.path`, on which the user's own kinds are found.
        config: The pickled config.
        address: Address of the dataset's storage.
        opener: Name of the function that opens the renderer, see `worker.opener`.
        run: The run for which its node is prepared.
        threads: Render threads if the config sets none.
        gpu: Whether it renders on the GPUs that Ray shows it. If not, they are hidden: Ray shows every GPU to a worker
            that reserves none.
    """

    def __init__(
        self, path: list[str], config: bytes, address: str, opener: str, run: Run, *, threads: int, gpu: bool
    ) -> None:
        sys.path += [entry for entry in path if entry not in sys.path]
        if not gpu:
            os.environ.update(dict.fromkeys(_GPU_VARIABLES, ""))
        self._config: Config = pickle.loads(config)
        self._storage = open_storage(address)
        self._opener, self._run, self._threads, self._gpu = opener, run, threads, gpu
        self._log: Path
        self._renderer: Renderer
        self._shard: Shard | None = None
        self._steps: Generator[int, None, Record]

    def look(self) -> str:
        """Returns the reason why `open` will take minutes, or an empty text."""
        return node.waits(self._run) if self._gpu else ""

    def open(self) -> Record:
        """Opens the renderer; returns the node's name, and the path of the file for Blender's output."""
        if self._gpu:
            node.prepare(self._run)
        scratch.clear()
        folder = self._storage.worker_logs() or scratch.folder_of(self)
        folder.mkdir(parents=True, exist_ok=True)
        self._log = process.log_in(folder)
        self._renderer = worker.opener(self._opener)(self._config, self._log, self._threads)
        return {"node": process.node(), "log": str(self._log.absolute())}

    def advance(self, shard: Shard, why: str, number: int, seconds: float) -> Turn:
        """Works on a shard of format `number` for about `seconds`, from its start or where the last call left it."""
        if self._shard != shard:
            self._shard = shard
            self._steps = worker.shard_steps(self._config, shard, self._storage, self._renderer, why, number)
        turn = worker.advance(self._steps, seconds, self._log)
        if turn.facts is not None or turn.failure:
            self._shard = None
        return turn
