"""Choice of a run's crew: this process alone, or Ray actors on this machine or a cluster."""

import contextlib
import importlib.util
from collections.abc import Iterator

from tvrgen._support import scratch
from tvrgen._support.errors import ArgumentError
from tvrgen.config.settings import Config
from tvrgen.dataset.storage.base import Storage
from tvrgen.generation import allocation, machine, node, process, ray_session
from tvrgen.generation.driver import Crew, Observer
from tvrgen.generation.local_crew import LocalCrew
from tvrgen.generation.ray_crew import RayCrew
from tvrgen.generation.ray_session import RayOptions


@contextlib.contextmanager
def crew(
    config: Config, storage: Storage, wanted: RayOptions, opener: str, tasks: int, observer: Observer
) -> Iterator[Crew]:
    """Yields the crew for the options and the machine, and closes it when the block ends.

    Args:
        opener: Name of the function that opens each worker's renderer, see `worker.opener`.
        tasks: Number of tasks to come.
        observer: Is told what this process's renderer waits for, and its allocation.
    """
    scratch.clear()
    with scratch.folder() as folder, ray_session.own_variables():
        chosen: Crew
        if asks_for_ray(wanted) or _ray_is_worth_it(config, storage, wanted, tasks):
            chosen = RayCrew(config, storage, wanted, opener, tasks)
        else:
            if node.takes_nvidia_gpus(config) and (gpus := node.gpus(None)):
                if wanted.gpus == 0:
                    raise ArgumentError("gpus_per_worker", 0, "this process renders on the GPU; set render.device=cpu")
                why = node.waits(None)
                node.prepare(None, lambda: observer.waiting(why))
                observer.allocated(process.node(), allocation.alone(machine.cores(), gpus, wanted.threads))
            log = process.log_in(storage.worker_logs() or folder)
            chosen = LocalCrew(config, storage, log, opener, wanted.threads)
        try:
            yield chosen
        finally:
            chosen.close()
            scratch.clear()  # Ray ends workers by killing them


def asks_for_ray(wanted: RayOptions) -> bool:
    """Whether the options require Ray."""
    return wanted.address is not None or (wanted.workers or 1) > 1 or bool(wanted.gpus)


def _ray_is_worth_it(config: Config, storage: Storage, wanted: RayOptions, tasks: int) -> bool:
    """Whether to start several workers for this machine's GPUs, if the options do not say."""
    if wanted.workers is not None or tasks < 2 or storage.name.startswith("memory://"):
        return False
    if not node.takes_nvidia_gpus(config) or importlib.util.find_spec("ray") is None:
        return False
    return machine.cores() > 1 and bool(node.gpus(None))
