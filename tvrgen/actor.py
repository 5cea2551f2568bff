"""A worker in a process of its own, as Ray starts it (tvrgen.cluster)."""

import os
import pickle
import sys
import time
from typing import Any

from tvrgen import places, worker
from tvrgen.errors import UserError
from tvrgen.place import Folder, scratch

_GPU_VARIABLES = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")


class Actor:
    """A worker in a process of its own."""

    def __init__(self, path: list[str], config: bytes, address: str, opener: str, threads: int, hide: bool) -> None:
        sys.path += [entry for entry in path if entry not in sys.path]
        if hide:  # Ray shows every GPU to a worker that was given none
            os.environ.update(dict.fromkeys(_GPU_VARIABLES, ""))
        self._config, self._place = pickle.loads(config), places.at(address)
        self._opener, self._threads = opener, threads
        self._shard = self._steps = None

    def open(self) -> dict:
        """Opens Blender; tells where, and into which file it logs."""
        self._scratch = scratch()
        folder = self._place.root / "log" if isinstance(self._place, Folder) else self._scratch.__enter__()
        folder.mkdir(parents=True, exist_ok=True)
        self._log = worker.log_in(folder)
        self._renderer = worker.opener(self._opener)(self._config, self._log, self._threads)
        return {"node": worker.node(), "log": str(self._log.absolute())}

    def advance(self, shard: Any, why: str, seconds: float) -> tuple[int, dict | None, tuple | None]:
        """Works on a shard for so long: (pictures, facts once it is committed, (reason, node, log) if it failed).

        Raises UserError where the user made a mistake.
        """
        if self._shard != shard:
            self._shard = shard
            self._steps = worker.shard_steps(self._config, shard, self._place, self._renderer, why)
        images, start = 0, time.monotonic()
        try:
            while time.monotonic() < start + seconds:
                images += next(self._steps)
        except StopIteration as stop:
            self._shard = None
            return images, stop.value | worker.about_process(), None
        except UserError:
            raise
        except Exception as error:
            self._shard = None
            return images, None, (worker.reason(error), worker.node(), worker.tail(self._log))
        return images, None, None
