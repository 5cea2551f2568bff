"""Where shards are made: in this process, or by Ray actors. The same worker makes the same shards."""

import os
import pickle
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tvrgen import worker
from tvrgen.errors import UserError
from tvrgen.settings import Config
from tvrgen.store import Shard

MAX_TRIES = 3
"""How often a shard is begun before the run gives up on it."""

Report = Callable[[int], None]
"""Told of so many finished pictures."""


def run_local(config: Config, todo: list[Shard], root: Path, report: Report) -> None:
    """Makes the shards in this process, one after the other. Ray is not needed."""
    renderer = worker.open_renderer(config, _log(root))
    for shard in todo:
        worker.make_shard(config, shard, root, renderer, report)


def run_ray(config: Config, todo: list[Shard], root: Path, report: Report, workers: int) -> None:
    """Makes the shards with up to `workers` Ray actors on this machine, a Blender in each.

    The driver owns the loop: one shard in flight for each actor, a dead actor is replaced and its shard tried again.
    Raises UserError for a shard that failed MAX_TRIES times.
    """
    try:
        import ray
    except ImportError as error:
        raise UserError("--workers above 1 needs ray: pip install 'tvrgen[render]'") from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    actors = min(workers, len(todo))
    threads = max(1, (os.cpu_count() or 1) // actors)
    ray.init(num_cpus=actors, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        actor = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Actor)
        # kinds of the user's own are found on the path, which must be there before the config is unpickled
        arguments = (list(sys.path), pickle.dumps(config), str(root.resolve()), threads)
        waiting, tries, running = list(todo), dict.fromkeys(todo, 0), {}
        idle = [actor.remote(*arguments) for _ in range(actors)]
        while waiting or running:
            while waiting and idle:
                shard, hand = waiting.pop(0), idle.pop()
                tries[shard] += 1
                pictures = hand.make.options(num_returns="streaming").remote(shard)
                running[pictures] = shard, hand
            ready, _ = ray.wait(list(running), num_returns=1)
            pictures = ready[0]
            shard, hand = running[pictures]
            try:
                report(ray.get(next(pictures)))
            except StopIteration:
                idle.append(running.pop(pictures)[1])
            except ray.exceptions.RayTaskError as error:
                cause = error.cause
                raise cause if isinstance(cause, UserError) else UserError(f"{shard.path}: {cause!r}") from error
            except ray.exceptions.RayError as error:
                del running[pictures]
                if tries[shard] == MAX_TRIES:
                    raise UserError(f"{shard.path}: its worker died {MAX_TRIES} times; see {root / 'log'}") from error
                waiting.append(shard)
                idle.append(actor.remote(*arguments))
    finally:
        ray.shutdown()


class _Actor:
    """A worker in a process of its own."""

    def __init__(self, path: list[str], config: bytes, root: str, threads: int) -> None:
        sys.path[:] = path
        self._config, self._root, self._threads = pickle.loads(config), Path(root), threads
        if all(split.render.device == "cpu" for split in self._config.splits.values()):
            os.environ["CUDA_VISIBLE_DEVICES"] = ""  # Ray shows every GPU to a worker that was given none
        self._renderer = None

    def make(self, shard: Shard) -> Iterator[int]:
        """Makes a shard; yields 1 for each finished picture."""
        if self._renderer is None:
            self._renderer = worker.open_renderer(self._config, _log(self._root), threads=self._threads)
        yield from worker.shard_steps(self._config, shard, self._root, self._renderer)


def _log(root: Path) -> Path:
    """A file for what Blender prints, one for each process."""
    return root / "log" / f"blender-{platform.node()}-{os.getpid()}.log"
